#!/bin/sh
# Once, when the database is made: the role of the service, to which `recurrence-cds migrate --grant cds_service` then
# gives what it needs and no more (insert and select).
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
  --set password="$(cat /run/secrets/app-password)" <<'SQL'
CREATE ROLE cds_service LOGIN PASSWORD :'password';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SQL

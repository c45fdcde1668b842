# Recurrence CDS behind its production server. BASE is any image with python3 (3.11 or later), its venv module and CA
# certificates. Run it read-only, with a volume for the journal and the key of its pseudonyms as a secret beside it, a
# file that uid 10001 can read and that holds 32 bytes or more (`openssl rand -hex 32`):
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -v recurrence-cds:/data -p 8000:8000 \
#     -v ./recurrence-cds.key:/run/secrets/recurrence-cds.key:ro \
#     -v ./clients.yaml:/etc/recurrence-cds/clients.yaml:ro \
#     -e RECURRENCE_CDS_BASE_URL=https://cds.example.org recurrence-cds
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS builder
# A context with the wheels of both locks under wheels/ builds without a network: --build-arg PIP_NO_INDEX=1.
ARG PIP_NO_INDEX=0
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_FIND_LINKS=/locks PIP_ONLY_BINARY=:all:
COPY requirements.lock requirements-build.lock wheel[s] /locks/
RUN python3 -m venv /build \
 && python3 -m venv --without-pip /opt/recurrence-cds \
 && /build/bin/pip install --require-hashes -r /locks/requirements-build.lock \
 && /build/bin/pip --python /opt/recurrence-cds/bin/python install --require-hashes -r /locks/requirements.lock
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY cds_hooks cds_hooks
COPY cards cards
COPY fixtures fixtures
COPY examples examples
RUN /build/bin/python -m hatchling build -t wheel -d /dist \
 && /build/bin/pip --python /opt/recurrence-cds/bin/python install --no-deps --no-index /dist/*.whl

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Recurrence CDS" \
      org.opencontainers.image.description="CDS Hooks service for breast cancer recurrence" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=builder /opt/recurrence-cds /opt/recurrence-cds
RUN install -d -o 10001 -g 10001 /data
ENV PATH=/opt/recurrence-cds/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RECURRENCE_CDS_HOST=0.0.0.0 \
    RECURRENCE_CDS_PORT=8000 \
    RECURRENCE_CDS_WORKERS=2 \
    RECURRENCE_CDS_DATABASE_URL=sqlite:////data/recurrence-cds.sqlite3 \
    RECURRENCE_CDS_PSEUDONYM_KEY_FILE=/run/secrets/recurrence-cds.key \
    RECURRENCE_CDS_CLIENTS_FILE=/etc/recurrence-cds/clients.yaml \
    RECURRENCE_CDS_CHECKPOINT_FILE=/data/recurrence-cds.checkpoints
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"RECURRENCE_CDS_PORT\"]}/readyz', timeout=4)"]
ENTRYPOINT ["recurrence-cds"]
CMD ["serve"]

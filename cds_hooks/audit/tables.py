"""The journal's tables (SQLAlchemy Core). `docs/audit.md` describes every column.

In the clear stand keyed pseudonyms and words of our own alone; whatever a client wrote is sealed. Times are RFC 3339
text in UTC with microseconds: SQLite has no time type, and text sorts by time. Lists are JSON texts. Flags are 0 or 1:
where every number but 0 is true, one could be edited unseen.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

origin = Table("origin", metadata, Column("journal", String(36), primary_key=True))  # one row: which journal this is

knowledge = Table(
    "knowledge",
    metadata,
    Column("fingerprint", String(71), primary_key=True),
    Column("files", LargeBinary, nullable=False),  # zlib of canonical JSON: path -> text
)

# Ids of callers' tokens that were used, so that each is used once. No part of the journal: its rows are deleted once
# their token has expired.
nonce = Table(
    "nonce",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),  # seconds since 1970
    Index("nonce_by_expiry", "expires_at"),
)

data_key = Table(
    "data_key",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("month", String(7), nullable=False),
    Column("ring_key", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    UniqueConstraint("tenant", "month", name="data_key_of_month"),
)

entry = Table(
    "entry",
    metadata,
    # identity
    Column("id", String(36), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    # who, where, when
    Column("issuer", Text),
    Column("subject", Text),
    Column("key_id", Text),
    Column("token", String(64)),
    Column("mode", String(16), nullable=False),
    Column("patient", String(64)),
    Column("user", String(64)),
    Column("user_type", String(32)),
    Column("encounter", String(64)),
    Column("location", String(64)),
    Column("received_at", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("duration_ms", Float, nullable=False),
    Column("phases", Text),
    # what was asked
    Column("service", Text),
    Column("hook", Text),
    Column("hook_instance", String(65)),
    Column("action", Text),
    Column("about", Text),
    # what was answered
    Column("status", Integer, nullable=False),
    Column("error", Text),
    Column("silence", Text),
    Column("tier", Text),
    Column("missing", Text),
    Column("considerations", Text),
    Column("codes", Text),
    Column("units", Text),
    Column("items", Text),
    Column("cards", Integer),
    Column("knowledge", String(71)),
    Column("build", Text),
    Column("input_digest", LargeBinary),
    Column("output_digest", LargeBinary),
    # what may hold patient data
    Column("data_key", String(36)),
    Column("sealed", LargeBinary),
    # integrity
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("tenant", "seq", name="entry_by_seq"),
    UniqueConstraint("tenant", "prev", name="entry_has_one_successor"),
    # holds all that most figures need, so that a million rows are counted without reading them
    Index(
        "entry_by_time",
        "tenant",
        "kind",
        "received_at",
        "day",
        "mode",
        "status",
        "cards",
        "duration_ms",
        "tier",
        "silence",
        "error",
        "user_type",
        "user",
        "patient",
        "missing",
        "id",
        "seq",
        "considerations",
    ),
    Index("entry_by_knowledge", "tenant", "knowledge", "received_at"),
    Index("entry_by_patient", "tenant", "patient", "received_at"),
    Index("entry_by_user", "tenant", "user", "received_at"),
    Index("entry_by_instance", "tenant", "hook_instance"),
)

shown = Table(
    "shown",
    metadata,
    Column("uuid", String(36), primary_key=True),
    Column("entry", String(36), ForeignKey(entry.c.id), nullable=False),
    Column("tenant", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("card_id", String(32), nullable=False),
    Column("indicator", String(16), nullable=False),
    Column("sent", SmallInteger, nullable=False),
    Column("considerations", Text, nullable=False),
    Column("suggestions", Text),
    Index("shown_by_entry", "entry"),
    Index("shown_by_day", "tenant", "day", "sent", "card_id", "uuid", "entry"),
)

reported = Table(
    "reported",
    metadata,
    Column("entry", String(36), ForeignKey(entry.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("day", String(10), nullable=False),
    Column("card_uuid", String(65), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(65)),
    Column("commented", SmallInteger, nullable=False),
    Column("suggestions", Text),
    Column("outcome_at", String(32)),
    Column("digest", String(64), nullable=False),
    Column("copy", Integer, nullable=False),
    # of the card, where the caller was sent it: see `audit.known_cards`
    Column("card_day", String(10)),
    Column("card_id", String(32)),
    Column("considerations", Text),
    Column("user_type", String(32)),
    UniqueConstraint("tenant", "digest", "copy", name="reported_once"),
    Index("reported_by_card", "tenant", "card_uuid"),
    Index("reported_by_day", "tenant", "day", "copy", "outcome", "reason", "commented", "card_uuid"),
    # holds all that acceptance needs
    Index(
        "reported_by_card_day",
        "tenant",
        "card_day",
        "day",
        "copy",
        "card_uuid",
        "outcome",
        "card_id",
        "user_type",
        "considerations",
    ),
)

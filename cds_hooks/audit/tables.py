"""The journal's tables (SQLAlchemy Core). Identifiers of people are kept as keyed pseudonyms alone."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

# Times are RFC 3339 text in UTC: SQLite has no time type, and text sorts by time.

decision = Table(
    "decision",
    metadata,
    Column("decision_id", String(36), primary_key=True),
    Column("received_at", String(32), nullable=False),
    Column("service", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("duration_ms", Float, nullable=False),
    Column("hook", Text),
    Column("hook_instance", Text),
    Column("patient", String(64)),
    Column("user_type", Text),
    Column("user", String(64)),
    Column("knowledge", Text),
    Column("silence", Text),
    Index("decision_by_patient", "patient", "received_at"),
)

card = Table(
    "card",
    metadata,
    Column("card_uuid", String(36), primary_key=True),
    Column("decision_id", String(36), ForeignKey(decision.c.decision_id), nullable=False),
    Column("card_id", Text, nullable=False),
    Column("considerations", Text, nullable=False),  # JSON array of consideration ids
    Index("card_by_decision", "decision_id"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the item's content: the same item twice is one row
    Column("card_uuid", Text, nullable=False),
    Column("card_known", Boolean, nullable=False),  # False: no card of ours has this uuid; kept for review
    Column("outcome", Text, nullable=False),
    Column("reason", Text),  # JSON object: the Coding as sent
    Column("comment", Text),
    Column("accepted_suggestions", Text),  # JSON array of suggestion uuids
    Column("outcome_timestamp", Text, nullable=False),
    Column("received_at", String(32), nullable=False),
    Index("feedback_by_card", "card_uuid"),
)

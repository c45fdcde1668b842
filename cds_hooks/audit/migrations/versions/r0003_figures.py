"""Indexes for the questions of the console: most figures are counted from an index alone."""

from alembic import op

revision = "0003"
down_revision = "0002"

_BY_TIME = [
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
]


def upgrade() -> None:
    """Create them."""
    op.drop_index("entry_by_time", "entry")
    op.create_index("entry_by_time", "entry", _BY_TIME)
    op.create_index("entry_by_knowledge", "entry", ["tenant", "knowledge", "received_at"])
    op.create_index("shown_by_day", "shown", ["tenant", "day", "sent", "card_id", "uuid", "entry"])
    op.create_index(
        "reported_by_day", "reported", ["tenant", "day", "copy", "outcome", "reason", "commented", "card_uuid"]
    )

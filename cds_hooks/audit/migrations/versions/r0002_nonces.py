"""Used tokens: each is inserted once."""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, String, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "nonce",
        Column("tenant", Text, primary_key=True),
        Column("token", String(64), primary_key=True),
        Column("expires_at", BigInteger, nullable=False),  # seconds since 1970
        Index("nonce_by_expiry", "expires_at"),
    )

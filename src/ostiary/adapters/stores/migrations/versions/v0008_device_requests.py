"""Device requests: what programs without a browser asked for, until somebody decides it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

_EXACT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "device_requests",
        sa.Column("environment", _EXACT, primary_key=True),
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("user_code", sa.LargeBinary, nullable=False),
        sa.Column("client_id", _EXACT, nullable=False),
        sa.Column("user_id", _EXACT),
        sa.Column("open_until", sa.Double, nullable=False),
        sa.Column("interval_seconds", sa.BigInteger, nullable=False),
        sa.Column("polled_at", sa.Double, nullable=False),
        sa.Column("decision", sa.LargeBinary),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "device_requests_by_user_code", "device_requests", ["environment", "user_code"], unique=True
    )
    opening = ["environment", "open_until"]
    op.create_index("device_requests_by_open_until", "device_requests", opening)
    where = sa.text("user_id IS NOT NULL")
    op.create_index(
        "device_requests_by_user_id",
        "device_requests",
        ["environment", "user_id"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("device_requests_by_expiry", "device_requests", ["expires_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("device_requests")

"""Devices that wait are counted by an index of their own: those decided about are not in it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_NAME, _TABLE = "device_requests_by_open_until", "device_requests"
_WAITING = sa.text("decision IS NULL")


def upgrade() -> None:
    """Make the index anew, with all that is asked and without whatever is decided."""
    op.drop_index(_NAME, _TABLE)
    op.create_index(
        _NAME,
        _TABLE,
        ["environment", "open_until", "client_id", "decision"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    """Make it as it was."""
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, ["environment", "open_until"])

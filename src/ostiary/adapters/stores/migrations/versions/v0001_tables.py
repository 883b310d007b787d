"""The first tables: configuration, reference tokens, revoked tokens, redemptions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_EXACT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables and configuration version 0."""
    op.create_table(
        "documents",
        sa.Column("environment", _EXACT, primary_key=True),
        sa.Column("type", _EXACT, primary_key=True),
        sa.Column("key", _EXACT, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    version = op.create_table(
        "configuration_version",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.CheckConstraint("id = 1", name="one_configuration"),
    )
    op.bulk_insert(version, [{"id": 1, "version": 0}])
    _expiring("reference_tokens", _binary_key(), sa.Column("body", sa.LargeBinary, nullable=False))
    _expiring("revoked_tokens", sa.Column("token_id", _EXACT, primary_key=True))
    _expiring("redemptions", sa.Column("use", _EXACT, primary_key=True), _binary_key())


def downgrade() -> None:
    """Drop everything."""
    for table in (
        "redemptions",
        "revoked_tokens",
        "reference_tokens",
        "configuration_version",
        "documents",
    ):
        op.drop_table(table)


def _binary_key() -> sa.Column[bytes]:
    return sa.Column("key", sa.LargeBinary, primary_key=True)


def _expiring(name: str, *columns: sa.Column[str] | sa.Column[bytes]) -> None:
    op.create_table(
        name,
        sa.Column("environment", _EXACT, primary_key=True),
        *columns,
        sa.Column("expires_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(f"{name}_by_expiry", name, ["expires_at"])

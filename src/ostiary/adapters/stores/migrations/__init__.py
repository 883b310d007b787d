"""Migrations of the schema, run by Alembic inside the process that needs them."""

"""The tables in which a backend keeps its own tokens, and the making of them."""

import json
from hashlib import sha256

from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
)
from sqlalchemy.exc import DBAPIError

from ostiary_client.exchange.secret_token import SecretToken

_ATTEMPTS = 5
_metadata = MetaData()
TOKENS = Table(
    "secret_tokens",
    _metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("issuer", String(2048), nullable=False),
    Column("subject", String(1024), index=True),
    Column("client_id", String(1024)),
    Column("scopes", String(8192), nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
)
REFUSALS = Table(
    "secret_token_refusals",
    _metadata,
    Column("user", LargeBinary(32), primary_key=True),
    Column("issuer", String(2048), nullable=False),
    Column("subject", String(1024), nullable=False),
    Column("refused_before", Float, nullable=False),
)
"""From when on tokens of users are taken whose tokens were revoked: a row for each of them."""


def make_tables(engine: Engine) -> None:
    """Make what is missing, while other processes may be doing the same."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _metadata.create_all(engine)
        except DBAPIError:
            # Another process made in between what was missing a moment ago.
            if attempt == _ATTEMPTS:
                raise
        else:
            return


def is_of(token: SecretToken) -> ColumnElement[bool]:
    """Return the condition for the tokens of a token's holder."""
    issuer, subject, client_id = token.holder
    of_issuer = TOKENS.c.issuer == issuer
    if subject is not None:
        return and_(of_issuer, TOKENS.c.subject == subject)
    # As None, either is compared by IS NULL.
    return and_(of_issuer, TOKENS.c.subject.is_(None), TOKENS.c.client_id == client_id)


def user_key(issuer: str, subject: str) -> bytes:
    """Return what a user goes by: of one length, whatever the names are."""
    return sha256(json.dumps([issuer, subject]).encode()).digest()

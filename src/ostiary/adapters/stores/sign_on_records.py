"""Flows, sessions, codes, grants and consents as they lie in a store: JSON."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from ostiary.adapters.stores.backend import unavailable
from ostiary.adapters.stores.records import encode
from ostiary.adapters.stores.user_records import from_body
from ostiary.core.base.ids import ClientId, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.logout import Participation
from ostiary.core.model.session import Session
from ostiary.core.model.token import FlowMove
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import AuthorizationCode, Consent, RefreshState, UserGrant

T = TypeVar("T")
Row = tuple[Any, ...]
"""The columns of one record, as the statements take them."""


def _reader(kind: type[T], name: str) -> Callable[[bytes], T]:
    decode = msgspec.json.Decoder(kind).decode

    def read(body: bytes) -> T:
        try:
            return decode(body)
        except msgspec.DecodeError as error:
            raise unavailable(f"a stored {name} is unreadable") from error

    return read


# Each reads what is stored, passes over members added by a newer version, and raises
# UnavailableError for what is no record of ours.
to_flow = _reader(Flow, "flow")
to_session = _reader(Session, "session")
to_code = _reader(AuthorizationCode, "code")
to_consent = _reader(Consent, "consent")
to_participation = _reader(Participation, "participation")
to_refresh = _reader(RefreshState, "refresh state")
_to_grant = _reader(UserGrant, "grant")


def to_grant(body: bytes, refresh: bytes | None) -> UserGrant:
    """Put a grant together again.

    Raises: UnavailableError for what is no record of ours.
    """
    grant = _to_grant(body)
    return grant if refresh is None else replace(grant, refresh=to_refresh(refresh))


def to_code_of_user(body: bytes, user: bytes | None) -> tuple[AuthorizationCode, User | None]:
    """Read a code, and the user that was found with it.

    Raises: UnavailableError for what is no record of ours.
    """
    return to_code(body), None if user is None else from_body(user)


def to_grant_of_user(
    body: bytes, refresh: bytes | None, user: bytes | None
) -> tuple[UserGrant, User | None]:
    """Put a grant together again, and read the user that was found with it.

    Raises: UnavailableError for what is no record of ours.
    """
    return to_grant(body, refresh), None if user is None else from_body(user)


def flow_row(env: Environment, flow: Flow) -> Row:
    """Return a flow's columns: environment, id, version, expires_at, body."""
    return env.id, flow.id, flow.version, flow.expires_at, encode(flow)


def session_row(env: Environment, session: Session, expires_at: float) -> Row:
    """Return a session's columns: environment, key, id, persistent_key, user_id, and the end."""
    user_id = session.authentication.user_id
    keys = (env.id, session.key, session.id, session.persistent_key, user_id)
    return (*keys, expires_at, encode(session))


def code_row(env: Environment, code: AuthorizationCode) -> Row:
    """Return a code's columns: environment, key, expires_at, body, user_id."""
    return env.id, code.key, code.kept_until, encode(code), code.user_id


class _Whose(msgspec.Struct):
    client_id: ClientId
    user_id: UserId


def mark_of_codes(user_id: UserId, client_id: ClientId) -> bytes:
    """Return what the bodies of a user's codes to one client have in them, and no others.

    There the two members stand side by side; a quotation mark within a value is written otherwise.
    """
    return encode(_Whose(client_id, user_id))[1:-1]


def grant_row(env: Environment, grant: UserGrant) -> Row:
    """Return a grant's columns.

    They are environment, id, client_id, user_id, session_id, family, current, refresh, expires_at,
    body. What rotates is beside the body, which never changes.
    """
    refresh, body = grant.refresh, encode(replace(grant, refresh=None))
    whose = (env.id, grant.id, grant.client_id, grant.user_id)
    rotating: Row = (None, None, None)
    if refresh is not None:
        rotating = (refresh.family, refresh.current, encode(refresh))
    session_id = grant.session_id if grant.ends_with_session else None
    return (*whose, session_id, *rotating, grant.expires_at, body)


def consent_row(env: Environment, consent: Consent) -> Row:
    """Return a consent's columns: environment, user_id, client_id, body."""
    return env.id, consent.user_id, consent.client_id, encode(consent)


def participation_row(env: Environment, kept: Participation) -> Row:
    """Return a participation's columns.

    They are environment, session_id, client_id, attempts, expires_at, body.
    """
    return env.id, kept.session_id, kept.client_id, 0, kept.expires_at, encode(kept)


def next_flow(move: FlowMove) -> Flow | None:
    """Return the flow that a move leads to.

    Raises: ValueError for a move that leads to any but the next version: it would not exclude
    another move from the same one.
    """
    if move.to is not None and move.to.version != move.expected_version + 1:
        raise ValueError("a flow moves from one version to the next")
    return move.to


def latest_first(bodies: Iterable[bytes]) -> tuple[Session, ...]:
    """Read sessions, and put the one that began last in front.

    Raises: UnavailableError for what is no record of ours.
    """
    found = [to_session(body) for body in bodies]
    return tuple(sorted(found, key=lambda session: session.created_at, reverse=True))

"""Issuing: one description, one commit, one event, one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replace_field
from typing import Any

import pytest
from msgspec.structs import replace

from ostiary.adapters.signing import PooledSigner
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import handle_key
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.crypto.keys import SigningKey
from ostiary.core.model.audit.tokens import TokenIssued
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.token import Issuance, IssuedTokens, Redemption
from ostiary.core.model.token_manager import TokenKind, TokenManager
from ostiary.core.ports.stores import AlreadyRedeemedError
from ostiary.core.tokens.issue import TokenIssuer
from tests.support import jose
from tests.support.app import NOW, RecordedEvents, run_now
from tests.support.tenants import make_client, make_manager, make_tenant

JWT = make_manager("default", attributes={"Tier": "gold"})
REFERENCE = make_manager("ref", kind=TokenKind.REFERENCE, selector="0001", length=40)
CLIENT = make_client("c")
ENV = make_tenant(
    "issue",
    Face.PINGFEDERATE,
    "https://id.example.com",
    managers=(JWT, REFERENCE),
    clients=(CLIENT,),
)


@dataclass
class CommitLog:
    """The memory store, with a record of what was committed while nobody had an answer yet."""

    store: MemoryStore = field(default_factory=MemoryStore)
    commits: list[Issuance] = field(default_factory=list)

    async def commit(self, env: Environment, issuance: Issuance, *, now: float) -> None:
        await self.store.commit(env, issuance, now=now)
        self.commits.append(issuance)


@dataclass
class Room:
    """An issuer and all that it writes to."""

    clock: FrozenClock = field(default_factory=lambda: FrozenClock(NOW))
    store: CommitLog = field(default_factory=CommitLog)
    events: RecordedEvents = field(default_factory=RecordedEvents)

    def issue(self, manager: TokenManager = JWT, **overrides: Any) -> IssuedTokens:
        granted = Authorization(
            grant_type="client_credentials", client=CLIENT, scopes=ScopeSet.parse("read")
        )
        issuer = TokenIssuer(self.store, PooledSigner(), self.events, self.clock)
        work = issuer.issue(ENV, replace(granted, **overrides), manager, address="192.0.2.1")
        return run_now(work)


def test_a_jwt_that_redeems_nothing_needs_no_store() -> None:
    room = Room()
    assert room.issue().access_token.count(".") == 2
    assert room.store.commits == []


def test_a_reference_token_is_kept_under_its_key_before_anyone_has_it() -> None:
    room = Room()
    handle = room.issue(REFERENCE).access_token
    (issuance,) = room.store.commits
    (kept,) = issuance.reference_tokens
    assert kept.key == handle_key(handle, prefix_length=4)
    assert kept.token.client_id == "c"
    assert handle.startswith("0001")
    assert len(handle) == 40


def test_SEC_47_the_store_never_sees_the_handle() -> None:
    room = Room()
    handle = room.issue(REFERENCE).access_token
    assert handle not in repr(vars(room.store.store))
    assert handle[10:] not in repr(vars(room.store.store))


@pytest.mark.parametrize("manager", [JWT, REFERENCE], ids=["jwt", "reference"])
def test_what_is_redeemed_and_what_is_kept_go_in_one_commit(manager: TokenManager) -> None:
    room, spent = Room(), Redemption("code", b"k", NOW + 60)
    room.issue(manager, redeems=(spent,))
    (issuance,) = room.store.commits
    assert issuance.redeems == (spent,)
    assert len(issuance.reference_tokens) == (manager is REFERENCE)


@pytest.mark.parametrize("manager", [JWT, REFERENCE], ids=["jwt", "reference"])
def test_a_redemption_that_loses_issues_nothing(manager: TokenManager) -> None:
    room, spent = Room(), Redemption("code", b"k", NOW + 60)
    room.issue(manager, redeems=(spent,))
    with pytest.raises(AlreadyRedeemedError):
        room.issue(manager, redeems=(spent,))
    assert len(room.events.events) == 1
    assert len(room.store.commits) == 1


def test_SEC_260_one_event_names_the_token_by_its_public_id() -> None:
    room = Room()
    tokens = room.issue()
    _, claims = jose.parts(tokens.access_token)
    (event,) = room.events.events
    assert event == TokenIssued(
        environment=ENV.id,
        client=CLIENT.client_id,
        grant_type="client_credentials",
        manager=JWT.id,
        token_id=claims["jti"],
        scope="read",
        address="192.0.2.1",
    )
    assert tokens.access_token.rpartition(".")[2] not in room.events.log[0]


@pytest.mark.parametrize(
    ("fraction", "expires_in"), [(0, 7200), (0.001, 7199), (0.4, 7199), (0.999, 7199)]
)
def test_S2_19_expires_in_counts_whole_seconds_that_are_left(
    fraction: float, expires_in: int
) -> None:
    room = Room(clock=FrozenClock(1_750_000_000 + fraction))
    tokens = room.issue()
    _, claims = jose.parts(tokens.access_token)
    assert claims["exp"] == 1_750_007_200
    assert tokens.expires_in == expires_in


def test_expires_in_counts_the_time_that_signing_took() -> None:
    clock = FrozenClock(1_750_000_000.0)

    class SlowSigner:
        async def sign(self, key: SigningKey, signing_input: bytes) -> bytes:
            clock.advance(2)
            return b"signature"

    issuer = TokenIssuer(CommitLog(), SlowSigner(), RecordedEvents(), clock)
    granted = Authorization(grant_type="g", client=CLIENT, scopes=ScopeSet())
    assert run_now(issuer.issue(ENV, granted, JWT, address="")).expires_in == 7198


def test_claims_of_the_grant_win_over_attributes_of_the_manager() -> None:
    room = Room()
    extra: Mapping[str, object] = {"Tier": "silver", "Team": "a"}
    _, claims = jose.parts(room.issue(claims=extra).access_token)
    assert (claims["Tier"], claims["Team"]) == ("silver", "a")


@pytest.mark.parametrize("size", [16, 32])
def test_SEC_47_a_token_id_has_the_configured_entropy(size: int) -> None:
    room, manager = Room(), replace_field(JWT, jti_bytes=size)
    ids = {jose.parts(room.issue(manager).access_token)[1]["jti"] for _ in range(50)}
    assert len(ids) == 50
    assert {len(jose.decode(id)) for id in ids} == {size}


def test_SEC_244_an_answer_does_not_show_its_token() -> None:
    tokens = Room().issue()
    assert tokens.access_token not in repr(tokens)


def test_a_clock_past_the_year_2106_issues_no_reference_token() -> None:
    with pytest.raises(ValueError, match="2106"):
        Room(clock=FrozenClock(2.0**32)).issue(REFERENCE)

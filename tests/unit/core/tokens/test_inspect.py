"""Reading a token back: genuine, alive, ours, of an open client; or nothing at all."""

from dataclasses import replace
from typing import Any

import pytest

from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import TokenId
from ostiary.core.crypto import jws
from ostiary.core.crypto.keys import KeySet, SigningKey
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment, Face
from ostiary.core.model.token import AccessToken
from ostiary.core.model.token_manager import ClaimStyle
from ostiary.core.tokens import verified
from tests.support import jose
from tests.support.app import NOW, run_now, with_clients
from tests.support.codes import make_inspector
from tests.support.tenants import make_client, make_manager, make_tenant

MODERN = make_manager("default")
FEDERATE = make_manager("fed", style=ClaimStyle.PINGFEDERATE, manager_header=True)
CLIENT = make_client("c")
ENV = make_tenant(
    "inspect",
    Face.PINGFEDERATE,
    "https://id.example.com",
    managers=(MODERN, FEDERATE),
    clients=(CLIENT,),
)
EXPIRES_AT = int(NOW) + 60
CLAIMS: dict[str, Any] = {
    "jti": "t1",
    "client_id": "c",
    "exp": EXPIRES_AT,
    "scope": "read",
}


def _inspect(
    token: str, env: Environment = ENV, *, at: float = NOW, store: MemoryStore | None = None
) -> AccessToken | None:
    inspector = make_inspector(store or MemoryStore(), FrozenClock(at))
    return run_now(inspector.inspect(env, token))


def _key(manager: str) -> SigningKey:
    return ENV.key_sets[f"manager:{manager}"].keys[0]


def _token(key: SigningKey, claims: dict[str, Any] | None = None, /, **header: Any) -> str:
    """Sign what our own server would never sign, with its own key."""
    members = {"alg": key.algorithm, "kid": key.kid, **header}
    return jose.compact(members, CLAIMS if claims is None else claims, key.private_key)


MODERN_TOKEN = _token(_key("default"), typ="at+jwt")


def test_a_genuine_token_says_what_it_stands_for() -> None:
    found = _inspect(MODERN_TOKEN)
    assert found is not None
    assert (found.token_id, found.client_id, found.manager_id) == ("t1", "c", "default")


def test_a_token_is_good_until_its_last_moment() -> None:
    assert _inspect(MODERN_TOKEN, at=EXPIRES_AT - 0.1)
    assert _inspect(MODERN_TOKEN, at=EXPIRES_AT) is None


def test_SEC_78_the_key_alone_does_not_make_an_access_token() -> None:
    """An ID token is signed by the environment; a token of one manager lacks another's header."""
    environment_key = ENV.key_sets[ENVIRONMENT_KEYS].keys[0]
    assert _inspect(_token(environment_key, typ="at+jwt")) is None
    assert _inspect(_token(environment_key)) is None
    assert _inspect(_token(_key("default"))) is None
    assert _inspect(_token(_key("default"), typ="JWT")) is None
    assert _inspect(_token(_key("fed"))) is None
    assert _inspect(_token(_key("fed"), **{"pi.atm": "default"})) is None
    assert _inspect(_token(_key("fed"), **{"pi.atm": "fed"}))


def test_SEC_90_an_unknown_kid_finds_no_key() -> None:
    for kid in ("unknown", "", "../../etc/passwd", "' OR 1=1 --", "\0", "x" * 6000):
        key = _key("default")
        assert _inspect(_token(key, kid=kid, typ="at+jwt")) is None


def test_a_token_without_a_kid_is_none_of_ours() -> None:
    key = _key("default")
    header = {"alg": "ES256", "typ": "at+jwt"}
    assert _inspect(jose.compact(header, CLAIMS, key.private_key)) is None


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({}, id="none"),
        pytest.param({**CLAIMS, "exp": None}, id="no exp"),
        pytest.param({**CLAIMS, "exp": "1750000060"}, id="exp in text"),
        pytest.param({**CLAIMS, "jti": 1}, id="jti in digits"),
        pytest.param({**CLAIMS, "client_id": None}, id="no client"),
    ],
)
def test_SEC_94_a_token_without_its_claims_is_none(claims: dict[str, Any]) -> None:
    assert _inspect(_token(_key("default"), claims, typ="at+jwt")) is None


def test_a_token_of_a_client_that_is_gone_or_disabled_is_dead() -> None:
    disabled = with_clients(ENV, [replace(CLIENT, enabled=False)])
    assert _inspect(MODERN_TOKEN, disabled) is None
    assert _inspect(MODERN_TOKEN, replace(ENV, clients={})) is None
    assert _inspect(MODERN_TOKEN, with_clients(ENV, [CLIENT]))


def test_a_revoked_token_is_dead_whatever_its_signature_bytes() -> None:
    """ECDSA has two signatures for each; the token's identity is its `jti`."""
    store = MemoryStore()
    run_now(store.revoke(ENV, TokenId("t1"), expires_at=EXPIRES_AT))
    assert _inspect(MODERN_TOKEN, store=store) is None
    assert _inspect(_twin(MODERN_TOKEN)) is not None
    assert _inspect(_twin(MODERN_TOKEN), store=store) is None


def test_a_key_that_nobody_can_look_up_any_more_verifies_nothing_here_either() -> None:
    key = _key("default")
    retired = replace(key, published_until=NOW)
    sets = {**ENV.key_sets, "manager:default": KeySet("manager:default", (retired,))}
    assert _inspect(MODERN_TOKEN, replace(ENV, key_sets=sets)) is None
    assert _inspect(MODERN_TOKEN, replace(ENV, key_sets=sets), at=NOW - 1)


def _twin(token: str) -> str:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    signed, _, signature = token.rpartition(".")
    raw = jose.decode(signature)
    s = order - int.from_bytes(raw[32:])
    return f"{signed}.{jose.encode(raw[:32] + s.to_bytes(32))}"


class _Verifications:
    """Counts how often a signature is computed anew."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        verify = jws.verify

        def watched(*arguments: Any) -> bytes:
            self.count += 1
            return verify(*arguments)

        monkeypatch.setattr(jws, "verify", watched)


def test_a_token_is_verified_once_and_told_alike_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verifications = _Verifications(monkeypatch)
    inspector = make_inspector(MemoryStore(), FrozenClock(NOW))
    answers = [run_now(inspector.inspect(ENV, MODERN_TOKEN)) for _ in range(3)]
    assert answers[0] is not None
    assert answers == [answers[0]] * 3
    assert verifications.count == 1


def test_a_token_that_does_not_verify_is_refused_each_time() -> None:
    inspector = make_inspector(MemoryStore(), FrozenClock(NOW))
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is not None
    forged = MODERN_TOKEN[:-4] + ("AAAA" if MODERN_TOKEN[-4:] != "AAAA" else "BBBB")
    for _ in range(2):
        assert run_now(inspector.inspect(ENV, forged)) is None


def test_a_token_verified_before_is_over_when_it_expires() -> None:
    clock = FrozenClock(NOW)
    inspector = make_inspector(MemoryStore(), clock)
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is not None
    clock.at = EXPIRES_AT - 0.5
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is not None
    clock.at = float(EXPIRES_AT)
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is None


def test_a_token_verified_before_is_over_when_its_key_is_no_longer_published() -> None:
    key = replace(_key("default"), published_until=NOW + 10)
    key_sets = {**ENV.key_sets, "manager:default": KeySet("manager:default", (key,))}
    env, clock = replace(ENV, key_sets=key_sets), FrozenClock(NOW)
    inspector = make_inspector(MemoryStore(), clock)
    assert run_now(inspector.inspect(env, MODERN_TOKEN)) is not None
    clock.advance(10)
    assert run_now(inspector.inspect(env, MODERN_TOKEN)) is None


def test_a_token_verified_before_is_void_once_its_key_is_taken_away() -> None:
    inspector = make_inspector(MemoryStore(), FrozenClock(NOW))
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is not None
    key_sets = {**ENV.key_sets, "manager:default": KeySet("manager:default", ())}
    assert run_now(inspector.inspect(replace(ENV, key_sets=key_sets), MODERN_TOKEN)) is None


def test_a_token_verified_before_is_void_once_it_is_revoked() -> None:
    store = MemoryStore()
    inspector = make_inspector(store, FrozenClock(NOW))
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is not None
    run_now(store.revoke(ENV, TokenId("t1"), expires_at=EXPIRES_AT))
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is None


def test_a_token_verified_before_is_void_once_its_client_is_locked() -> None:
    inspector = make_inspector(MemoryStore(), FrozenClock(NOW))
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is not None
    locked = with_clients(ENV, [replace(CLIENT, enabled=False)])
    assert run_now(inspector.inspect(locked, MODERN_TOKEN)) is None


def test_a_token_verified_in_one_environment_is_nothing_in_another() -> None:
    inspector = make_inspector(MemoryStore(), FrozenClock(NOW))
    other = make_tenant(
        "other",
        Face.PINGFEDERATE,
        "https://other.example.com",
        managers=(MODERN,),
        clients=(CLIENT,),
    )
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is not None
    assert run_now(inspector.inspect(other, MODERN_TOKEN)) is None
    assert run_now(inspector.inspect(ENV, MODERN_TOKEN)) is not None


def test_what_was_verified_is_remembered_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "MAX_REMEMBERED", 2)
    verifications = _Verifications(monkeypatch)
    inspector = make_inspector(MemoryStore(), FrozenClock(NOW))
    tokens = [
        _token(_key("default"), {**CLAIMS, "jti": f"t{number}"}, typ="at+jwt") for number in "abc"
    ]
    for token in tokens:
        assert run_now(inspector.inspect(ENV, token)) is not None
    assert run_now(inspector.inspect(ENV, tokens[2])) is not None
    assert verifications.count == 3
    assert run_now(inspector.inspect(ENV, tokens[0])) is not None
    assert verifications.count == 4

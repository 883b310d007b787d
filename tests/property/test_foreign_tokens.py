"""Whatever a stranger brings as a JWT is refused, and never a failure."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ostiary.adapters.outbound.foreign_keys import FetchedKeys, read_key_set
from ostiary.core.base.clock import FrozenClock
from ostiary.core.model.environment import Environment
from ostiary.core.tokens.foreign_tokens import ForeignTokenRefusedError, ForeignTokens
from tests.support import jose
from tests.support.app import CLOSED_WAY_OUT, run_now
from tests.support.environments import make_environment
from tests.support.partners import PARTNER, make_issuer
from tests.support.tenants import private_key

CLOCK = FrozenClock()
TOKENS = ForeignTokens(FetchedKeys(CLOSED_WAY_OUT, CLOCK), CLOCK)
NAMES = st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "auth_time", "act"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


def make_trusting_environment() -> Environment:
    """Make an environment that trusts the partner."""
    return make_environment(trusted_issuers={PARTNER: make_issuer()})


ENV = make_trusting_environment()


def verify(compact: str) -> bool:
    """Tell whether a JWT is believed."""
    try:
        run_now(TOKENS.verify(ENV, compact, endpoints=("/token",)))
    except ForeignTokenRefusedError:
        return False
    return True


@given(st.text(max_size=200))
def test_no_text_is_a_failure(text: str) -> None:
    assert not verify(text)


@given(st.dictionaries(NAMES, VALUES))
def test_SEC_62_no_claims_of_a_trusted_issuer_are_a_failure(claims: dict[str, Any]) -> None:
    now = CLOCK.now()
    usual = {"iss": PARTNER, "sub": "joe", "aud": ENV.issuer, "iat": now, "exp": now + 60}
    compact = jose.compact(
        {"alg": "ES256", "kid": "partner"}, {**usual, **claims}, private_key("partner", "ES256")
    )
    believed = verify(compact)
    assert not believed or claims.get("aud", ENV.issuer) in (ENV.issuer, [ENV.issuer])


@given(st.binary(max_size=200))
def test_no_bytes_are_a_failing_key_set(body: bytes) -> None:
    read_key_set(body)


@given(st.lists(st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e"]), VALUES)))
def test_no_keys_are_a_failing_key_set(keys: list[dict[str, Any]]) -> None:
    read_key_set(json.dumps({"keys": keys}).encode())

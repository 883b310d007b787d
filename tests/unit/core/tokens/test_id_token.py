"""ID tokens: their key, their hashes, and what they say besides the sign-on."""

import pytest

from ostiary.core.crypto.keys import Algorithm, KeySet
from ostiary.core.model.environment import ENVIRONMENT_KEYS
from ostiary.core.model.session import Authentication
from ostiary.core.model.traits import Traits
from ostiary.core.tokens.id_token import choose_key, half_hash, write_id_token
from tests.support.codes import Codes, signed_on
from tests.support.environments import make_environment
from tests.support.tenants import signing_key

BOTH = KeySet(ENVIRONMENT_KEYS, (signing_key("two", "ES256"), signing_key("one", "RS256")))
NOW = 1_750_000_000.0


def test_RS256_is_the_default_where_there_is_such_a_key() -> None:
    env = make_environment(key_sets={ENVIRONMENT_KEYS: BOTH})
    assert choose_key(env, None, NOW).algorithm == "RS256"
    assert choose_key(env, "ES256", NOW).algorithm == "ES256"


def test_without_such_a_key_the_first_one_signs() -> None:
    only = KeySet(ENVIRONMENT_KEYS, (signing_key("ed", "EdDSA"), signing_key("two", "ES256")))
    env = make_environment(key_sets={ENVIRONMENT_KEYS: only})
    assert choose_key(env, None, NOW).algorithm == "EdDSA"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_the_hash_of_a_token_is_that_of_the_specifications_example(algorithm: Algorithm) -> None:
    """OpenID Connect Core, appendices A.3 and A.4."""
    access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    assert half_hash(algorithm, access_token) == "77QmUPtjPfzWtF2AnpK9RQ"
    code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
    assert half_hash(algorithm, code) == "LDktKdoQak3Pk0cnXxCltA"


def test_ed25519_hashes_with_its_own_hash() -> None:
    assert len(half_hash("EdDSA", "x")) == 43
    assert half_hash("EdDSA", "x") != half_hash("EdDSA", "y")


async def _claims(codes: Codes, **person: object) -> dict[str, object]:
    return write_id_token(codes.occasion("web", person=person))


async def test_what_is_not_known_is_left_out() -> None:
    codes = await signed_on()
    bare = Authentication(codes.user.id, NOW)
    claims = await _claims(codes, authentication=bare, session_id=None, nonce=None)
    assert claims.keys() == {"iss", "sub", "aud", "exp", "iat", "auth_time"}


async def test_an_environment_may_have_its_own_word_for_the_session() -> None:
    codes = await signed_on()
    assert (await _claims(codes))["pi.sri"] == codes.session.id
    codes.change_environment(traits=Traits())
    claims = await _claims(codes)
    assert claims["sid"] == codes.session.id
    assert "pi.sri" not in claims


async def test_an_environment_may_say_which_it_is() -> None:
    codes = await signed_on()
    codes.change_environment(traits=Traits(tenant_claims={"env": "e1", "p1.region": "NA"}))
    claims = await _claims(codes)
    assert (claims["env"], claims["p1.region"]) == ("e1", "NA")


async def test_a_client_has_its_own_lifetime_for_them() -> None:
    codes = await signed_on()
    codes.app.change_client("web", id_token_lifetime_seconds=60)
    claims = await _claims(codes)
    assert claims["exp"] == int(codes.app.clock.now()) + 60

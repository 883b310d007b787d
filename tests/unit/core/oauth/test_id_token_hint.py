"""Hints: which texts are ID tokens of ours."""

from typing import Any

import pytest

from ostiary.core.crypto.keys import KeySet, SigningKey
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment
from ostiary.core.oauth.id_token_hint import IdTokenHint, read_id_token_hint
from tests.support import jose
from tests.support.authorizing import make_issuing_environment
from tests.support.tenants import signing_key

ENV = make_issuing_environment()
CLAIMS: dict[str, Any] = {
    "iss": ENV.issuer,
    "sub": "joe",
    "aud": "app",
    "exp": 2,
    "iat": 1,
    "sid": "s1",
}


def _key(env: Environment = ENV, key_set: str = ENVIRONMENT_KEYS) -> SigningKey:
    return env.key_sets[key_set].keys[0]


def _token(key: SigningKey, header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    named = {"alg": key.algorithm, "kid": key.kid, **(header or {})}
    return jose.compact(named, claims, key.private_key)


def test_an_id_token_of_ours_is_read_however_old_it_is() -> None:
    assert read_id_token_hint(ENV, _token(_key())) == IdTokenHint("joe", ("app",), "s1")


def test_an_id_token_may_have_several_audiences_and_a_type() -> None:
    hint = read_id_token_hint(ENV, _token(_key(), {"typ": "JWT"}, aud=["app", "b"], sid=None))
    assert hint == IdTokenHint("joe", ("app", "b"), None)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example.com"},
        {"iss": None},
        {"sub": None},
        {"sub": 1},
        {"aud": None},
        {"aud": []},
        {"aud": [1]},
        {"exp": None},
        {"iat": None},
        {"exp": "soon"},
        {"events": {}},
    ],
    ids=str,
)
def test_what_lacks_a_claim_of_id_tokens_is_none(changes: dict[str, Any]) -> None:
    assert read_id_token_hint(ENV, _token(_key(), **changes)) is None


@pytest.mark.parametrize("kind", ["at+jwt", "logout+jwt", "jwt", 1])
def test_a_token_of_another_type_is_none(kind: object) -> None:
    assert read_id_token_hint(ENV, _token(_key(), {"typ": kind})) is None


def test_an_access_token_is_none_whatever_it_says() -> None:
    key = _key(key_set="manager:default")
    assert read_id_token_hint(ENV, _token(key)) is None


def test_an_id_token_of_another_environment_is_none() -> None:
    key = signing_key("elsewhere", "RS256")
    other = make_issuing_environment(
        key_sets={ENVIRONMENT_KEYS: KeySet(ENVIRONMENT_KEYS, (key,))},
        issuer="https://other.example.com",
    )
    assert read_id_token_hint(ENV, _token(_key(other), iss=other.issuer)) is None
    assert read_id_token_hint(ENV, _token(_key(other))) is None
    assert read_id_token_hint(other, _token(_key(other), iss=other.issuer)) is not None


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "x" * 20_000])
def test_what_is_no_jwt_is_none(text: str) -> None:
    assert read_id_token_hint(ENV, text) is None


def test_without_a_key_id_nothing_is_looked_for() -> None:
    key = _key()
    token = jose.compact({"alg": key.algorithm}, CLAIMS, key.private_key)
    assert read_id_token_hint(ENV, token) is None

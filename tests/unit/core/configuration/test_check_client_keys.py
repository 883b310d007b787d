"""Checks of clients' public keys, placed where the key stands."""

import json
import tomllib
from typing import Any

import pytest

from ostiary.core.configuration.check import check
from ostiary.core.configuration.problems import render_path
from ostiary.core.crypto import keys
from tests.support.configurations import VOCABULARY, MadeUpSurroundings


def _jwk(**members: Any) -> dict[str, Any]:
    return {**keys.public_members(keys.generate("ES256").public_key()), **members}


def _problems(jwks: list[Any]) -> list[str]:
    raw = tomllib.loads('server.mode = "dev"\nenvironments.main.clients.app = {}')
    raw["environments"]["main"]["clients"]["app"] = {
        "grant_types": ["client_credentials"],
        "jwks": {"keys": json.loads(json.dumps(jwks))},
    }
    problems = check(raw, VOCABULARY, MadeUpSurroundings()).problems
    prefix = "environments.main.clients.app.jwks."
    return [f"{render_path(p.path)}: {p.text}".removeprefix(prefix) for p in problems]


def test_a_client_with_keys_has_no_problems() -> None:
    assert _problems([_jwk(kid="a"), _jwk(kid="b")]) == []


def test_an_empty_set_is_refused() -> None:
    assert _problems([]) == ["keys: must have at least one key"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"d": "AAAA"}, "holds private members (d)"),
        ({"kty": "oct", "k": "AAAA"}, "is a symmetric key"),
        ({"kid": "first"}, "repeats the kid first"),
        ({"crv": "P-384"}, "must be an RSA key, or one on the curve P-256 or Ed25519"),
    ],
)
def test_SEC_102_a_refused_key_is_pointed_at(members: dict[str, Any], message: str) -> None:
    (problem,) = _problems([_jwk(kid="first"), _jwk(kid="second") | members])

    assert problem.startswith(f"keys[1]: {message}")


def test_SEC_102_a_refused_key_is_pointed_at_behind_entries_that_are_no_keys() -> None:
    found = _problems([_jwk(kid="a"), "none", _jwk(kid="b"), 5, _jwk(kid="c", d="AAAA")])

    assert [problem.partition(":")[0] for problem in found] == ["keys[1]", "keys[3]", "keys[4]"]


def test_SEC_102_too_many_keys_are_refused() -> None:
    assert _problems([_jwk(kid=str(number)) for number in range(51)]) == [
        "keys: has 51 keys; at most 50 are accepted"
    ]

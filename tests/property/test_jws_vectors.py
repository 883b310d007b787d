"""The specifications' own examples."""

import json
from pathlib import Path
from typing import Any

import pytest

from ostiary.core.base import b64
from ostiary.core.base.secret import Secret
from ostiary.core.crypto import foreign_jws, jws
from ostiary.core.crypto.jwk_sets import parse_public_key
from ostiary.core.crypto.jws import InvalidJWSError
from ostiary.core.crypto.keys import thumbprint
from tests.support import jose

VECTORS = Path(__file__).parent / "vectors"


def _load(name: str) -> list[Any]:
    return [
        pytest.param(vector, id=vector["source"])
        for vector in json.loads((VECTORS / name).read_text())
    ]


@pytest.mark.parametrize("vector", _load("jws.json"))
def test_the_examples_of_rfc_7515_and_rfc_8037_are_verified(vector: dict[str, Any]) -> None:
    unverified = jws.parse(vector["compact"])
    assert unverified.algorithm == vector["algorithm"]
    if "secret" in vector:
        # Any bytes may be a secret; only text can be one of ours.
        signed, _, signature = vector["compact"].rpartition(".")
        expected = jose.sign(signed.encode(), "HS256", b64.decode(vector["secret"]))
        assert jose.encode(expected) == signature
    else:
        key = parse_public_key(vector["jwk"])
        assert foreign_jws.verify_with_key(unverified, key).decode() == vector["payload"]
        assert jws.verify(key.public_key, key.algorithm, unverified).decode() == vector["payload"]
    assert unverified.payload.decode() == vector["payload"]


@pytest.mark.parametrize("vector", _load("jws.json"))
def test_an_example_with_another_payload_is_not_verified(vector: dict[str, Any]) -> None:
    head, _, signature = vector["compact"].split(".")
    unverified = jws.parse(f"{head}.{b64.encode(b'{}')}.{signature}")
    if "secret" in vector:
        with pytest.raises(InvalidJWSError):
            foreign_jws.verify_with_secret(unverified, Secret(vector["secret"]))
    else:
        with pytest.raises(InvalidJWSError):
            foreign_jws.verify_with_key(unverified, parse_public_key(vector["jwk"]))


@pytest.mark.parametrize("vector", _load("thumbprints.json"))
def test_the_thumbprints_of_rfc_7638_and_rfc_8037_come_out(vector: dict[str, Any]) -> None:
    assert thumbprint(parse_public_key(vector["jwk"]).public_key) == vector["thumbprint"]

"""Client secrets: what is kept of them, and that comparing always costs the same."""

import hashlib
import hmac
from typing import Any

import pytest

from ostiary.core.base.secret import Secret
from ostiary.core.crypto import secret_digests
from ostiary.core.crypto.keyed_hash import KeyedHash
from ostiary.core.crypto.secret_digests import DigestKind, SecretDigest, SecretDigester

DIGESTER = SecretDigester(Secret(b"p" * 32))
NOW = 1000.0
_KEYED_DIGEST = KeyedHash.digest


def _kept(secret: str, kind: DigestKind, expires_at: float | None = None) -> SecretDigest:
    return SecretDigest(kind, DIGESTER.digest(kind, secret), expires_at)


@pytest.mark.parametrize("kind", list(DigestKind))
def test_a_secret_matches_its_digest_and_nothing_else(kind: DigestKind) -> None:
    kept = (_kept("right", kind),)
    assert DIGESTER.matches(kept, "right", now=NOW)
    for wrong in ("wrong", "", "right ", "Right", "righ"):
        assert not DIGESTER.matches(kept, wrong, now=NOW)


def test_a_digest_of_one_kind_is_none_of_the_other() -> None:
    plain = DIGESTER.digest(DigestKind.SHA256, "right")
    assert not DIGESTER.matches((SecretDigest(DigestKind.HMAC_SHA256, plain),), "right", now=NOW)
    keyed = DIGESTER.digest(DigestKind.HMAC_SHA256, "right")
    assert not DIGESTER.matches((SecretDigest(DigestKind.SHA256, keyed),), "right", now=NOW)


def test_a_keyed_digest_is_worthless_without_the_key() -> None:
    keyed = DIGESTER.digest(DigestKind.HMAC_SHA256, "right")
    other = SecretDigester(Secret(b"q" * 32))
    assert not other.matches((SecretDigest(DigestKind.HMAC_SHA256, keyed),), "right", now=NOW)
    assert keyed != hashlib.sha256(b"right").digest()


def test_SEC_56_two_secrets_are_alive_until_the_old_one_is_over() -> None:
    kept = (_kept("new", DigestKind.SHA256), _kept("old", DigestKind.HMAC_SHA256, NOW + 10))
    assert DIGESTER.matches(kept, "new", now=NOW)
    assert DIGESTER.matches(kept, "old", now=NOW + 9.9)
    assert not DIGESTER.matches(kept, "old", now=NOW + 10)
    assert DIGESTER.matches(kept, "new", now=NOW + 10)


def test_nobody_is_let_in_without_a_secret() -> None:
    for presented in ("", "x", "\0" * 32):
        assert not DIGESTER.matches((), presented, now=NOW)


class _Counter:
    """Counts the digests and comparisons that a stretch of code asks for."""

    def __init__(self) -> None:
        self.work: list[str] = []

    def sha256(self, data: bytes) -> Any:
        self.work.append("sha256")
        return hashlib.sha256(data)

    def compare_digest(self, one: bytes, other: bytes) -> bool:
        self.work.append("compare")
        return hmac.compare_digest(one, other)


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param((), id="an unknown client"),
        pytest.param((_kept("right", DigestKind.SHA256),), id="a generated secret"),
        pytest.param((_kept("right", DigestKind.HMAC_SHA256),), id="a configured secret"),
        pytest.param(
            (_kept("right", DigestKind.SHA256), _kept("old", DigestKind.HMAC_SHA256, NOW + 1)),
            id="two secrets",
        ),
        pytest.param((_kept("right", DigestKind.SHA256, NOW - 1),), id="a secret that is over"),
    ],
)
@pytest.mark.parametrize("presented", ["right", "wrong"])
def test_SEC_54_every_comparison_costs_the_same(
    kept: tuple[SecretDigest, ...], presented: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = _Counter()

    def keyed_digest(key: KeyedHash, message: bytes) -> bytes:
        counter.work.append("hmac")
        return _KEYED_DIGEST(key, message)

    monkeypatch.setattr(secret_digests, "hashlib", counter)
    monkeypatch.setattr(secret_digests, "hmac", counter)
    monkeypatch.setattr(KeyedHash, "digest", keyed_digest)
    DIGESTER.matches(kept, presented, now=NOW)
    assert counter.work == ["sha256", "hmac", "compare", "compare"]


def test_SEC_244_neither_digester_nor_digest_shows_what_it_keeps() -> None:
    kept = _kept("canary-secret", DigestKind.SHA256)
    assert kept.digest.hex() not in repr(kept)
    assert repr(kept.digest) not in repr(kept)
    assert "pppp" not in repr(DIGESTER)

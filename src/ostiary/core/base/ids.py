"""Opaque identifiers: their types, how they are minted, and the key a store keeps of them."""

import hashlib
import os
import string
import uuid
from functools import lru_cache
from typing import NewType

EnvironmentId = NewType("EnvironmentId", str)
ClientId = NewType("ClientId", str)
KeyId = NewType("KeyId", str)
TokenManagerId = NewType("TokenManagerId", str)
TokenId = NewType("TokenId", str)
"""A token's public identity (`jti`): safe to log, useless as a credential."""
UserId = NewType("UserId", str)
AuthenticatorId = NewType("AuthenticatorId", str)
GrantId = NewType("GrantId", str)
"""What a user granted to a client (`agid`): safe to log, useless as a credential."""
SessionId = NewType("SessionId", str)
"""A session's public identity (`sid`, `pi.sri`): safe to log, useless as a credential."""
FlowId = NewType("FlowId", str)
"""Names a flow in paths; it opens nothing without what the flow is bound to."""
TargetId = NewType("TargetId", str)
"""Names what an administrator has changed, whatever it is: an id of ours, safe to log."""
BrowserKey = NewType("BrowserKey", bytes)
"""SHA-256 of what a browser, or a client without cookies, shows to be recognised by."""
UsernameDigest = NewType("UsernameDigest", str)
"""Stands in the event log for a name that nobody has: it may be a password in the wrong field."""
HandleKey = NewType("HandleKey", bytes)
"""What a store keeps instead of a handle: 4 bytes of time, then 28 bytes of SHA-256."""

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
TIME_CHARACTERS = 6
MIN_ENTROPY_BITS = 128
_BASE = len(ALPHABET)
_DIGIT = {character: value for value, character in enumerate(ALPHABET)}
_CHARACTER_OF_BYTE = bytes(ord(ALPHABET[byte % _BASE]) for byte in range(256))
_SURPLUS_BYTES = bytes(range(256 - 256 % _BASE, 256))
"""Left out of a draw: with them the first characters of the alphabet would come more often."""
_NAMESPACE = uuid.UUID("6f737469-6172-5979-8000-000000000001")


def mint_alphanumeric(length: int) -> str:
    """Mint a random string of 0-9, A-Z, a-z; each character carries 5.95 bits of entropy."""
    drawn = b""
    while len(drawn) < length:
        drawn += os.urandom(length + 8).translate(_CHARACTER_OF_BYTE, _SURPLUS_BYTES)
    return drawn[:length].decode()


def spell(digest: bytes) -> str:
    """Write a digest in 0-9, A-Z, a-z, a character for each byte.

    The first eight characters come a little more often, so one carries 5.67 bits at least.
    """
    return digest.translate(_CHARACTER_OF_BYTE).decode()


def mint_handle(length: int, now: float, *, prefix: str = "") -> str:
    """Mint a bearer handle of `length` characters that carries its time of issue.

    The six characters behind the prefix are the second of issue, so that a store's keys grow in
    time order; the rest is random and at least 128 bits.
    Args: now is seconds since the epoch.
    """
    random = mint_alphanumeric(length - len(prefix) - TIME_CHARACTERS)
    return prefix + _spell_second(int(now)) + random


def mint_in_order(length: int, now: float) -> str:
    """Mint a public id that carries its time: what is minted together lies together in a store.

    A row whose id is random touches a page of its own in every index that has the id.
    Args: now is seconds since the epoch.
    """
    return _spell_second(int(now)) + mint_alphanumeric(length - TIME_CHARACTERS)


@lru_cache(maxsize=8)
def _spell_second(second: int) -> str:
    text = ""
    for _ in range(TIME_CHARACTERS):
        second, digit = divmod(second, _BASE)
        text = ALPHABET[digit] + text
    return text


@lru_cache(maxsize=1024)
def _read_second(text: str) -> bytes | None:
    """Return the second that a handle claims as four bytes, or None for what never was one."""
    second = 0
    for character in text:
        digit = _DIGIT.get(character)
        if digit is None:
            return None
        second = second * _BASE + digit
    return None if second >= 1 << 32 else second.to_bytes(4, "big")


def handle_key(handle: str, *, prefix_length: int = 0) -> HandleKey | None:
    """Return the key under which a store keeps `handle`, or None for what never was a handle.

    The time in front is the holder's claim; a false one only misses.
    """
    second = _read_second(handle[prefix_length : prefix_length + TIME_CHARACTERS])
    if second is None:
        return None
    digest = hashlib.sha256(handle.encode()).digest()
    return HandleKey(second + digest[:28])


def browser_key(shown: str) -> BrowserKey:
    """Return what is kept of a cookie's value: enough to know it again, useless to show."""
    return BrowserKey(hashlib.sha256(shown.encode(errors="surrogatepass")).digest())


def mint_uuid() -> str:
    """Mint the UUID of something that is made while the server runs."""
    return str(uuid.uuid4())


def stable_uuid(*path: str) -> str:
    """Derive the UUID of a configured object from its path: environment, type and key."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(path)))


def is_uuid(text: str) -> bool:
    """Tell whether `text` is a lower-case RFC 4122 UUID, as PingOne's clients demand of ids."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return False
    return str(value) == text and value.variant == uuid.RFC_4122 and value.version in range(1, 6)

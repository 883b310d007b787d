"""Distinguished names: read from certificates, and the patterns that they may have to fit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

Attribute = tuple[str, str]
"""An attribute of a name: its type as a dotted OID, and its value."""
RelativeName = frozenset[Attribute]
"""One RDN; nearly always of one attribute."""
DistinguishedName = tuple[RelativeName, ...]
"""In the order in which it is written (RFC 4514): the most specific first."""

ANY = "*"
_ATTRIBUTE = re.compile(r"((?:\\.|[^\\,+])+)([,+]?)", re.DOTALL)
_FURTHER_TYPES = {
    "E": NameOID.EMAIL_ADDRESS,
    "EMAILADDRESS": NameOID.EMAIL_ADDRESS,
    "SERIALNUMBER": NameOID.SERIAL_NUMBER,
    "T": NameOID.TITLE,
    "SN": NameOID.SURNAME,
    "GIVENNAME": NameOID.GIVEN_NAME,
}
"""Attribute types that RFC 4514 does not name and that everybody writes all the same."""


def read_name(name: x509.Name) -> DistinguishedName:
    """Return a name as a value, the most specific part first.

    Spec: RFC 4514 §2.1.
    """
    return tuple(
        frozenset((each.oid.dotted_string, str(each.value)) for each in relative)
        for relative in reversed(name.rdns)
    )


def parse_name(text: str) -> DistinguishedName:
    """Read a name that somebody has written, most specific part first.

    Spec: RFC 4514 §3.
    Raises: ValueError.
    """
    try:
        strict = "".join(_strictly(text))
        return read_name(x509.Name.from_rfc4514_string(strict, _FURTHER_TYPES))
    except ValueError as error:
        raise ValueError('must be a distinguished name such as "CN=app, O=Example"') from error


def _strictly(text: str) -> Iterator[str]:
    """Yield a name as the standard has it: people put spaces after commas, and write `cn`."""
    attributes = _ATTRIBUTE.findall(text)
    if not "".join(map("".join, attributes)) == text != "":
        raise ValueError("a part is empty")
    for attribute, separator in attributes:
        kind, equals, value = attribute.partition("=")
        yield f"{kind.strip().upper()}{equals}{value.strip()}{separator}"


@dataclass(frozen=True, slots=True)
class NamePattern:
    """What distinguished names may be: `*` in a value stands for any text, alone for any name.

    Parts are compared one by one, so that a star never reaches over a comma: `CN=*, O=Example`
    does not take `CN=x, OU=Guests, O=Example`. Letters' case and spaces around do not count.

    Spec: PingFederate "Reference ID adapter" (`Allowed Subject DN`, `Allowed Issuer DN`); RFC 4517
        §4.2.11 (`caseIgnoreMatch`).
    """

    parts: DistinguishedName | None

    @classmethod
    def parse(cls, text: str) -> "NamePattern":
        """Read a pattern.

        Raises: ValueError.
        """
        return cls(None if text.strip() == ANY else parse_name(text))

    def fits(self, name: DistinguishedName) -> bool:
        """Tell whether a name is one of those that are meant."""
        if self.parts is None:
            return True
        pairs = zip(self.parts, name, strict=False)
        return len(self.parts) == len(name) and all(_fits_part(*pair) for pair in pairs)


def _fits_part(patterns: RelativeName, attributes: RelativeName) -> bool:
    """Hold one RDN against another; of several attributes of one type each needs its own."""
    if len(patterns) != len(attributes):
        return False
    left = sorted(attributes)
    for kind, pattern in sorted(patterns):
        found = next((each for each in left if each[0] == kind and _fits(pattern, each[1])), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _fits(pattern: str, text: str) -> bool:
    """Match a text in one pass, whatever number of stars there are."""
    first, *others = (piece.casefold() for piece in pattern.split(ANY))
    text = text.casefold()
    if not others:
        return text == first
    *inner, last = others
    if not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in inner:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return place <= end

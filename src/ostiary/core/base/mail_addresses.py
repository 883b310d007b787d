"""E-mail addresses and telephone numbers: what may be one, and nothing that ends a header line."""

import re
from dataclasses import dataclass

MAX_ADDRESS_CHARACTERS = 254
MAX_LOCAL_CHARACTERS = 64
MAX_DOMAIN_CHARACTERS = 253
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAIL_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*+)@({_LABEL}(?:\.{_LABEL})*)")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_GAPS = dict.fromkeys(map(ord, " -./()\u00a0"))


def is_mail_address(text: str) -> bool:
    """Tell whether text is an e-mail address as people have them, without a name beside it.

    A quoted local part, an address literal and characters beyond ASCII are refused; a domain
    beyond ASCII is written as its A-labels.
    Spec: RFC 5321 §4.1.2, §4.5.3.1 (Dot-string, Domain).
    """
    parts = _MAIL_ADDRESS.fullmatch(text) if len(text) <= MAX_ADDRESS_CHARACTERS else None
    if parts is None:
        return False
    return len(parts[1]) <= MAX_LOCAL_CHARACTERS and len(parts[2]) <= MAX_DOMAIN_CHARACTERS


def address_key(address: str) -> str:
    """Return what two addresses have in common that are one to us: they differ in case alone."""
    return address.casefold()


def is_phone_number(text: str) -> bool:
    """Tell whether text is a telephone number in its international form. Spec: ITU-T E.164 §6."""
    return _PHONE.fullmatch(text) is not None


def read_phone_number(text: str) -> str | None:
    """Return the international form of a number as people write it, or None."""
    bare = text.translate(_PHONE_GAPS)
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    return bare if is_phone_number(bare) else None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whom a mail is from: a name to be shown, and an address."""

    name: str
    address: str


def read_mailbox(text: str) -> Mailbox:
    """Read `Name <address>`, or an address alone.

    Spec: RFC 5322 §3.4 (mailbox), of which quotes, comments and routes are refused.
    Raises: ValueError.
    """
    name, bracket, rest = text.rpartition("<")
    address = rest.removesuffix(">") if bracket and rest.endswith(">") else text
    name = name.strip().strip('"') if bracket else ""
    if not is_mail_address(address) or not text.isprintable() or set(name) & set('"\\<>'):
        raise ValueError('must be an e-mail address, or "Name <address>"')
    return Mailbox(name, address)

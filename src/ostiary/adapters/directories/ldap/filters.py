"""Search filters made of templates: what people type is never a part of their grammar."""

from ostiary.core.model.ldap_directory import LDAPDirectory

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._ -")


def escape(value: str | bytes) -> str:
    """Return a value as it stands in a filter: whatever could mean anything is a number.

    Spec: RFC 4515 §3.
    """
    encoded = value.encode() if isinstance(value, str) else value
    return "".join(chr(byte) if byte in _PLAIN else f"\\{byte:02x}" for byte in encoded)


def fill(template: str, name: str, value: str | bytes) -> str:
    """Return a template with a value in the place of `{name}`."""
    return template.replace(f"{{{name}}}", escape(value))


def by_username(directory: LDAPDirectory, username: str) -> str:
    """Return the filter that finds whom a person means by `username`."""
    named = fill(directory.username_filter, "username", username)
    return f"(&{directory.users_filter}{named})"


def by_id(directory: LDAPDirectory, value: str | bytes) -> str:
    """Return the filter that finds the user of an id."""
    return f"(&{directory.users_filter}({directory.id_attribute}={escape(value)}))"

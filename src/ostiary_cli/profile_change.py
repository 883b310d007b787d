"""What `ostiary profiles set` makes of a profile: changed, and fit to be used."""

from collections.abc import Mapping, Sequence
from typing import Any

from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles.fields import FIELDS, SECRETS, convert
from ostiary_client.profiles.file import ProfileFile, refuse_unknown
from ostiary_client.profiles.layers import is_same_server
from ostiary_client.protocol.discovery import check_base_url, trim

_AGAIN = {
    "client_secret": ("secret", "--client-secret-stdin"),
    "private_key": ("key", "--private-key FILE"),
}


def change(
    name: str, file: ProfileFile, given: Mapping[str, Any], unset: Sequence[str]
) -> dict[str, Any]:
    """Return a profile's table with the given fields, and without those that are unset.

    Args: a given field that is None is not given.
    Raises: ConfigurationError for a profile that could not be used, and for credentials that would
        go to another server, or for another client, than they were given with.
    """
    before = file.profiles.get(name, {})
    given = {field: value for field, value in given.items() if value is not None}
    after = _changed(dict(before), given, [field.replace("-", "_") for field in unset])
    convert(after, where=f"profile {name}", directory=file.path.parent)
    if "base_url" not in after:
        raise ConfigurationError("No base URL is known", remedy="Give --base-url")
    check_base_url(trim(after["base_url"]))
    for secret in SECRETS:
        _check_bound(name, secret, before, after, is_given=bool(_spellings(secret) & given.keys()))
    return after


def _changed(
    table: dict[str, Any], given: Mapping[str, Any], unset: Sequence[str]
) -> dict[str, Any]:
    refuse_unknown(unset, FIELDS, where="--unset")
    for field in (*given, *unset):
        for secret in SECRETS:
            if field in _spellings(secret):
                for spelling in _spellings(secret):
                    table.pop(spelling, None)
    table.update(given)
    for field in unset:
        table.pop(field, None)
    return table


def _check_bound(
    name: str, secret: str, before: Mapping[str, Any], after: Mapping[str, Any], *, is_given: bool
) -> None:
    """Refuse to take a secret along to another server or client."""
    if is_given or not _spellings(secret) & after.keys():
        return
    was_for = _moved_from(before, after)
    if was_for is not None:
        noun, option = _AGAIN[secret]
        raise ConfigurationError(
            f"The {noun} of profile {name} was given for {was_for}",
            remedy=f"Give it again with {option}, or take it away with --unset {secret}",
        )


def _moved_from(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Return the server or client that a profile was for, if it is for another now."""
    url, client_id = before.get("base_url"), before.get("client_id")
    if url is not None and not _is_same_server(str(url), after["base_url"]):
        return str(url)
    if client_id is not None and after.get("client_id") not in {None, client_id}:
        return f"the client {client_id}"
    return None


def _is_same_server(before: str, after: str) -> bool:
    try:
        return is_same_server(before, after)
    except ConfigurationError:
        return False


def _spellings(secret: str) -> frozenset[str]:
    return frozenset({secret, f"{secret}_file"})

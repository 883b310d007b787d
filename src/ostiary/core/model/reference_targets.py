"""Targets: where a browser may be sent at the word of a request, as reference adapters say."""

import re
from collections.abc import Iterable
from unicodedata import category, normalize
from urllib.parse import unquote, unquote_to_bytes

from ostiary.core.base.uris import is_web_uri, refuse_redirect_uri
from ostiary.core.model.reference_adapter import ReferenceAdapter

ANY = "*"
"""As the last character of a target's path: whatever path begins so."""
_NONE: frozenset[str] = frozenset()
_DOTS = frozenset({".", ".."})
_NAME = re.compile(r"[^\w-]*([\w-]*)")
"""The name itself: what follows a bracket, a dot or a colon is the index of a list to many."""


def is_target(adapter: ReferenceAdapter, presented: str, reserved: frozenset[str] = _NONE) -> bool:
    """Tell whether a browser may be sent to a URL for an adapter.

    Spec: PingFederate "Redirect validation" (`TargetResource`, `InErrorResource`).
    Args: reserved are parameters that we add ourselves, in lower case: a URL that has one already
        would have an application read a stranger's in place of ours.
    """
    is_exact = presented in adapter.targets and not presented.endswith(ANY)
    if is_exact or presented == adapter.endpoint:
        return True
    if not is_web_uri(presented) or refuse_redirect_uri(presented) is not None:
        return False
    path = presented.partition("?")[0]
    if not any(path.startswith(stem) for stem in _stems(adapter.targets)):
        return False
    return _is_read_in_one_way(path) and not has_parameter(presented, reserved)


def is_target_of_any(
    adapters: Iterable[ReferenceAdapter], presented: str, reserved: frozenset[str] = _NONE
) -> bool:
    """Tell whether it is a target of one of several adapters."""
    return any(is_target(adapter, presented, reserved) for adapter in adapters)


def has_parameter(url: str, names: frozenset[str]) -> bool:
    """Tell whether some program could find a parameter of one of these names, in its path as well.

    Args: names are in lower case, for not every program tells case apart.
    """
    path, _, query = url.partition("://")[2].partition("?")
    _, *of_path = _plain(path).split(";")
    found = (_NAME.match(unquote(each).lower()) for each in _pairs(_plain(query)))
    return any(each is not None and each[1] in names for each in found) or any(
        each.partition("=")[0].partition("/")[0].strip() in names for each in of_path
    )


def _stems(targets: Iterable[str]) -> Iterable[str]:
    """Yield what stands before the stars, where the host is whole: its path has begun."""
    for target in targets:
        stem = target.removesuffix(ANY)
        if stem != target and "/" in stem.partition("://")[2]:
            yield stem


def _is_read_in_one_way(path: str) -> bool:
    """Tell whether no program on the way could find another path in it.

    Some cut a parameter off a segment before they look for dots, some decode twice, and some read
    encodings of UTF-8 that are longer than they may be.
    """
    if "%25" in path:
        return False
    try:
        decoded = unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return False
    segments = normalize("NFKC", decoded).split("/")
    return _DOTS.isdisjoint(each.partition(";")[0].strip() for each in segments)


def _pairs(query: str) -> Iterable[str]:
    """Yield names with their values, also where only old programs take one to end."""
    for pair in query.replace(";", "&").split("&"):
        first, *others = pair.split(",")
        yield first
        yield from (each for each in others if "=" in each)


def _plain(text: str) -> str:
    """Return a part of a URL as a careless program reads it, in lower case."""
    decoded = normalize("NFKC", unquote(text.replace("+", " "))).lower()
    return "".join(each for each in decoded if category(each) not in {"Cc", "Cf"})

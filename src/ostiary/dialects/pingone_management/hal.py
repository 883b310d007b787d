"""HAL: links, times, and collections of what was found, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from ostiary.core.base.hosts import host_of
from ostiary.core.model.environment import Environment
from ostiary.http.message import NO_STORE, Request, Response, json_response

Members = dict[str, object]


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a collection is shown.

    Args:
        total: how many there are in all.
        query: what the request said of it, said again by the links.
        cursor: where the next part begins; None on the last.
    """

    total: int
    query: Mapping[str, str] = field(default_factory=dict)
    cursor: str | None = None


def base_of(env: Environment, request: Request) -> str:
    """Return what links of an answer begin with: the environment's URL, by the host asked for.

    The caller reaches it by that name, whatever the environment's own is.
    """
    for base in env.endpoint_bases:
        if host_of(base).strip("[]") == request.host:
            return base
    return env.base_url


def environment_url(env: Environment, request: Request) -> str:
    """Return the URL of an environment; all that it holds lies below."""
    return f"{base_of(env, request)}/v1/environments/{env.id}"


def link(href: str) -> Members:
    """Return a link to somewhere."""
    return {"href": href}


def links(**hrefs: str) -> Members:
    """Return links by name."""
    return {name: link(href) for name, href in hrefs.items()}


def moment(seconds: float) -> str:
    """Return a time as ISO 8601 has it, in UTC and milliseconds."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def times(created_at: float, updated_at: float) -> Members:
    """Return when something was made and changed, as far as anybody knows."""
    known = {"createdAt": created_at, "updatedAt": updated_at}
    return {name: moment(value) for name, value in known.items() if value}


def render_one(members: Mapping[str, object], status: int = 200) -> Response:
    """Answer with one resource."""
    return json_response(members, status, NO_STORE)


def render_collection(
    url: str, name: str, found: Sequence[Mapping[str, object]], part: Part | None = None
) -> Response:
    """Answer with a collection, or a part of one.

    Args:
        name: the last segment of its path.
        part: None when these are all.
    """
    shown = part or Part(total=len(found))
    hrefs = {"self": _with(url, shown.query)}
    if shown.cursor is not None:
        hrefs["next"] = _with(url, {**shown.query, "cursor": shown.cursor})
    members = {
        "_links": links(**hrefs),
        "_embedded": {name: found},
        "count": shown.total,
        "size": len(found),
    }
    return json_response(members, headers=NO_STORE)


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}?{urlencode(query)}" if query else url

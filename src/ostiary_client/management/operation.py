"""One call of the management API: what is sent, and how its answer is read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode, urlsplit

from ostiary_client.errors import ConfigurationError, UnreadableResponseError
from ostiary_client.management.filters import Filter
from ostiary_client.management.reading import WHAT, Members
from ostiary_client.management.refusals import refusal
from ostiary_client.protocol.answers import read_object, refuse_redirect, refuse_trouble
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.protocol.metadata import origin_of
from ostiary_client.protocol.retry import RetryPolicy, send
from ostiary_client.tokens import AccessToken

T = TypeVar("T")
JSON = "application/json"
_WITHOUT_CONTENT = frozenset({"GET", "DELETE"})


def action(name: str) -> str:
    """Return the content type that names an action. Spec: PingOne "Platform API"."""
    return f"application/vnd.pingidentity.{name}+json"


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """A call.

    Args:
        read: makes the result of the object in the answer; one without content is empty.
        body: None sends none.
        is_repeatable: a second copy does what the first did.
        secrets: texts in it that no message may show.
    """

    method: str
    url: str
    read: Callable[[Mapping[str, Any]], T]
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    media_type: str = JSON
    is_repeatable: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def perform(self, token: AccessToken, policy: RetryPolicy) -> Exchange[T]:
        """Send the call, and return its result.

        Raises: ManagementError by its kind; RateLimitedError; ServerFailedError;
            UnreadableResponseError; TransportError.
        """
        secrets = (token.value, *self.secrets)
        response = yield from send(lambda: self._request(token, secrets), policy)
        refuse_redirect(response, what=WHAT)
        refuse_trouble(response, what=WHAT, secrets=secrets)
        if not 200 <= response.status < 300:
            raise refusal(response, self.media_type, secrets)
        return self.read(self._document(response, secrets))

    def _document(self, response: Response, secrets: tuple[str, ...]) -> Mapping[str, Any]:
        if response.status == 204 or (self.read is nothing and not response.body):
            return {}
        return read_object(response, what=WHAT, secrets=secrets)

    def _request(self, token: AccessToken, secrets: tuple[str, ...]) -> Request:
        headers = {"authorization": token.authorization, "accept": JSON}
        if self.method not in _WITHOUT_CONTENT:
            headers["content-type"] = self.media_type
        return Request(
            self.method,
            self.url,
            headers,
            b"" if self.body is None else json.dumps(dict(self.body)).encode(),
            is_repeatable=self.is_repeatable,
            secrets=secrets,
        )


def get(url: str, read: Callable[[Mapping[str, Any]], T]) -> Operation[T]:
    """Return a call that reads something."""
    return Operation("GET", url, read, is_repeatable=True)


def delete(url: str) -> Operation[None]:
    """Return a call that deletes something; sent twice, the second would find nothing."""
    return Operation("DELETE", url, nothing)


def nothing(_document: Mapping[str, Any]) -> None:
    """Read an answer that says nothing but that it is done."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a collection. Args: total is how many there are in all parts together."""

    items: tuple[T, ...]
    total: int
    next_url: str | None = None


def page(
    url: str,
    read: Callable[[Mapping[str, Any]], T],
    wanted: Filter | None = None,
    *,
    limit: int | None = None,
) -> Operation[Page[T]]:
    """Return a call that reads the first part of a collection; `following` makes the others."""
    query = {} if wanted is None else {"filter": wanted.text}
    if limit is not None:
        query["limit"] = str(limit)
    whole = f"{url}?{urlencode(query)}" if query else url
    name = url.rpartition("/")[2]
    return Operation("GET", whole, lambda found: _read_page(found, name, read), is_repeatable=True)


def following(operation: Operation[Page[T]], found: Page[T]) -> Operation[Page[T]] | None:
    """Return the call for the part after this one, None after the last.

    The token goes nowhere but to where the collection is, whatever a link says.

    Raises: UnreadableResponseError for a link that leads elsewhere, or nowhere new.
    """
    link = found.next_url
    if link is None:
        return None
    if link == operation.url or _place(link) != _place(operation.url):
        raise UnreadableResponseError(
            f"{WHAT} continues at another place, or at the same",
            remedy="Nothing was sent there; give api_url=… as the server knows itself",
        )
    return replace(operation, url=link)


def _read_page(
    found: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any]], T]
) -> Page[T]:
    members = Members(found)
    items = members.inner("_embedded").document.get(name)
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise UnreadableResponseError(f"{WHAT} holds no {name}")
    total = members.count("count")
    return Page(
        tuple(read(item) for item in items),
        len(items) if total is None else total,
        members.inner("_links").inner("next").text("href"),
    )


def _place(url: str) -> tuple[str, str]:
    try:
        return (origin_of(url), urlsplit(url).path)
    except ConfigurationError:
        return ("", url)

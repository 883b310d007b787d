"""The back channel of a Reference ID adapter: attributes for a reference, and the other way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ostiary_client.errors import (
    AttributesRefusedError,
    CallerRefusedError,
    ConfigurationError,
    ReferenceIdError,
    UnknownReferenceError,
    UnreadableResponseError,
)
from ostiary_client.printable import excerpt
from ostiary_client.protocol.answers import (
    is_presentable,
    parse_object,
    refuse_redirect,
    refuse_trouble,
    text_member,
)
from ostiary_client.protocol.client_authentication import Credentials
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.protocol.retry import RetryPolicy, send

DROP_OFF_PATH, PICK_UP_PATH = "/ext/ref/dropoff", "/ext/ref/pickup"
REFERENCE = "REF"
_DROPPED, _PICKED = "The answer to the drop-off", "The answer to the pick-up"


@dataclass(frozen=True, slots=True)
class BackChannel:
    """Where an adapter is called.

    Args: headers go along with each call, such as the one that names the adapter.
    """

    base_url: str
    headers: Mapping[str, str]
    policy: RetryPolicy

    def drop_off(self, attributes: Mapping[str, object], proof: Credentials) -> Exchange[str]:
        """Hand in what is known of a person, and return the reference that stands for it.

        It may be sent twice: of two references one is never used, and is over soon.

        Spec: PingFederate "Reference ID adapter" (drop-off).
        Raises: ConfigurationError for attributes that JSON cannot hold; ReferenceIdError by its
            kind; RateLimitedError; ServerFailedError; UnreadableResponseError; TransportError.
        """
        body = _write(attributes)
        headers = {**self._headers(proof), "content-type": "application/json"}

        def make_request() -> Request:
            url = self.base_url + DROP_OFF_PATH
            return Request("POST", url, headers, body, is_repeatable=True, secrets=proof.secrets)

        response = yield from send(make_request, self.policy)
        _refuse(response, _DROPPED, proof.secrets)
        reference = text_member(_read(response, _DROPPED), REFERENCE)
        if reference is None or not is_presentable(reference):
            raise _unreadable(response, f"{_DROPPED} holds no {REFERENCE}")
        return reference

    def pick_up(self, reference: str, proof: Credentials) -> Exchange[Mapping[str, Any]]:
        """Return what a reference stands for; it is spent by that, and never asked for twice.

        Spec: PingFederate "Reference ID adapter" (pick-up).
        Raises: UnknownReferenceError when it stands for nothing; else as `drop_off`.
        """
        if not is_presentable(reference):
            raise UnknownReferenceError("This can be no reference")
        url = f"{self.base_url}{PICK_UP_PATH}?{REFERENCE}={quote(reference, safe='')}"
        secrets = (*proof.secrets, reference)
        request = Request("GET", url, self._headers(proof), secrets=secrets)
        response = yield from send(lambda: request, self.policy)
        _refuse(response, _PICKED, secrets)
        attributes = _read(response, _PICKED)
        if not attributes:
            raise UnknownReferenceError(
                "The reference stands for nothing",
                remedy="It was picked up before, its time is over, or it is another adapter's",
                status=response.status,
            )
        return attributes

    def _headers(self, proof: Credentials) -> dict[str, str]:
        return {"accept": "application/json", **self.headers, **proof.headers}


def _write(attributes: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(dict(attributes), ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        reason = "characters that are none" if isinstance(error, UnicodeError) else str(error)
        raise ConfigurationError(
            f"The attributes cannot be written as JSON: {reason}",
            remedy="Texts, numbers, lists and objects of such can be",
        ) from None


def _refuse(response: Response, what: str, secrets: tuple[str, ...]) -> None:
    """Refuse every answer but success.

    Raises: CallerRefusedError, AttributesRefusedError, ReferenceIdError, RateLimitedError,
        ServerFailedError, UnreadableResponseError.
    """
    refuse_redirect(response, what=what)
    refuse_trouble(response, what=what, secrets=secrets)
    if response.status == HTTPStatus.OK:
        return
    kind, reason, remedy = _refusal(response.status, what)
    said = excerpt(response.body, secrets)
    raise kind(
        f"{what} is HTTP {response.status}: {reason}",
        remedy=remedy,
        status=response.status,
        content=said,
    )


def _refusal(status: int, what: str) -> tuple[type[ReferenceIdError], str, str]:
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return (
                CallerRefusedError,
                "the adapter does not take this caller",
                "Check instance_id, and that the adapter has this way to prove who calls",
            )
        case HTTPStatus.BAD_REQUEST if what == _DROPPED:
            return (
                AttributesRefusedError,
                "the attributes are refused",
                "See `content`; a name may be reserved, or the whole too long",
            )
        case HTTPStatus.NOT_FOUND:
            return ReferenceIdError, "nobody hands attributes over here", "Check the base URL"
        case _:
            return ReferenceIdError, "the call is refused", "See `content`"


def _read(response: Response, what: str) -> dict[str, Any]:
    try:
        return parse_object(response.body)
    except ValueError:
        raise _unreadable(response, f"{what} is no JSON object") from None


def _unreadable(response: Response, problem: str) -> UnreadableResponseError:
    # What came may hold a person's attributes, so nothing of it is shown.
    return UnreadableResponseError(
        problem,
        remedy="Check the base URL, and that the adapter hands attributes out as JSON",
        status=response.status,
    )

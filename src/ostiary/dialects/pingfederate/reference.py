"""`/ext/ref/dropoff` and `/ext/ref/pickup`: the back channel of Reference ID adapters."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ostiary.core.base.errors import ProtocolError
from ostiary.core.federation.reference_callers import Claim, PresentedCaller
from ostiary.core.federation.reference_id import ReferenceBackChannel
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import AttributeFormat
from ostiary.dialects.pingfederate.errors import render_text_error
from ostiary.dialects.pingfederate.reference_properties import render_properties
from ostiary.dialects.pingfederate.reference_wire import (
    REFERENCE,
    RESERVED,
    read_dropped_off,
    write_picked_up,
)
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.bearer import read_bearer_header
from ostiary.http.credentials import present
from ostiary.http.errors import bad_request
from ostiary.http.message import NO_STORE, Request, Response, json_response, text_response
from ostiary.http.route import BodyKind, Route

DROP_OFF_PATH, PICK_UP_PATH = "/ext/ref/dropoff", "/ext/ref/pickup"
HEADERS = MappingProxyType(
    {b"ping.instanceid": "ping.instanceId", b"ping.uname": "ping.uname", b"ping.pwd": "ping.pwd"}
)
"""Headers of a caller, and how people write them."""
_CHALLENGE = (
    b"www-authenticate",
    b'Basic realm="Reference ID", charset="UTF-8", Bearer realm="Reference ID"',
)
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class ReferenceEndpoints:
    """The two calls of an application that knows people, or wants to know them."""

    tenancy: Tenancy
    reference_back_channel: ReferenceBackChannel

    def routes(self) -> tuple[Route, ...]:
        """Return both endpoints; a GET spends something at either."""
        return (
            Route(
                DROP_OFF_PATH,
                {"GET": self.drop_off, "POST": self.drop_off},
                render_reference_error,
                spends=True,
                body=BodyKind.ANY,
                summary="Drop off what an application knows of a person",
            ),
            Route(
                PICK_UP_PATH,
                {"GET": self.get_pickup},
                render_reference_error,
                spends=True,
                summary="Pick up what a reference stands for, once",
            ),
        )

    async def drop_off(self, request: Request) -> Response:
        """Take attributes in exchange for a reference.

        Spec: PingFederate "Reference ID adapter" (drop-off; query mode of old agents is a GET).
        """
        env = self.tenancy.resolve(request)
        reference = await self.reference_back_channel.drop_off(
            env,
            present_caller(env, request),
            lambda incoming: read_dropped_off(read_attributes(request, incoming)),
            reserved=RESERVED,
        )
        return json_response({REFERENCE: reference}, headers=NO_STORE)

    async def get_pickup(self, request: Request) -> Response:
        """Hand out attributes; a reference that is unknown stands for none.

        Spec: PingFederate "Reference ID adapter" (pick-up).
        """
        env = self.tenancy.resolve(request)
        reference = request.query_params().find(REFERENCE) or ""
        caller = present_caller(env, request)
        found = await self.reference_back_channel.pick_up(env, caller, reference)
        return render_attributes(write_picked_up(found, env.issuer), found.format)


def present_caller(env: Environment, request: Request) -> PresentedCaller:
    """Collect what a request shows of its sender; look-alikes of the headers are not read.

    Raises: HTTPError 400 for a header that stands twice, also in two ways to write it.
    """
    dotted = [request.find_header(name) for name in HEADERS]
    dashed = [request.find_header(name.replace(b".", b"-")) for name in HEADERS]
    if any(None not in pair for pair in zip(dotted, dashed, strict=True)):
        raise bad_request("A header is sent in two ways of writing it.")
    shown, bearer = present(request), read_bearer_header(request)
    is_text = all(map(_is_text, (*dotted, *dashed)))
    return PresentedCaller(
        address=request.address,
        is_secure=request.is_secure or env.base_url.startswith("http://"),
        claim=_read_claim(dotted),
        second_claim=_read_claim(dashed),
        basic=shown.basic,
        bearer=bearer,
        is_unreadable=(shown.is_unreadable and bearer is None) or not is_text,
        certificate=shown.certificate,
    )


def read_attributes(request: Request, incoming: AttributeFormat) -> Mapping[str, Any]:
    """Read the attributes of a drop-off in the form in which its adapter takes them.

    Raises: HTTPError 400, OAuthError invalid_request.
    """
    if incoming is AttributeFormat.QUERY:
        in_body = not request.query and request.media_type == _FORM
        return (request.form() if in_body else request.query_params()).single_values()
    if request.media_type != _JSON:
        raise bad_request("Send the attributes as application/json in the body of a POST.")
    attributes = request.json()
    if not isinstance(attributes, dict):
        raise bad_request("The body is no JSON object.")
    return attributes


def render_attributes(attributes: Mapping[str, Any], outgoing: AttributeFormat) -> Response:
    """Write attributes as their adapter wants them."""
    if outgoing is AttributeFormat.PROPERTIES:
        return text_response(render_properties(_texts(attributes)), headers=NO_STORE)
    return json_response(attributes, headers=NO_STORE)


def render_reference_error(error: ProtocolError, request: Request | None) -> Response:
    """Answer with a status and a line of plain text.

    Spec: PingFederate "Reference ID adapter" (statuses instead of pages).
    """
    response = render_text_error(error, request)
    if response.status == 413:
        response.status = 400
    if response.status == 401:
        kept = tuple(header for header in response.headers if header[0] != b"www-authenticate")
        response.headers = (*kept, _CHALLENGE)
    return response


def _read_claim(values: list[bytes | None]) -> Claim:
    return Claim(*(None if each is None else each.decode("utf-8", "replace") for each in values))


def _is_text(value: bytes | None) -> bool:
    try:
        (value or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _texts(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield attributes as text; what is more than text is written as JSON."""
    for name, value in attributes.items():
        is_text = isinstance(value, str)
        yield name, value if is_text else json.dumps(value, ensure_ascii=False)

"""Places of the management API: the token of each endpoint, and every id in its paths."""

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from ostiary.http.route import Route
from tests.support.asgi import Answer
from tests.support.matrix.artefacts import Artefacts
from tests.support.matrix.back_channel import bearer
from tests.support.matrix.place import Brought, Place, Send
from tests.support.matrix.tenants import JOE

KINDS: Mapping[str, str] = {
    "environmentId": "environment id",
    "userId": "user id",
    "populationId": "population id",
    "applicationId": "client id",
    "passwordPolicyId": "password policy id",
    "sessionId": "session id",
}
"""What stands in the variable segments of paths."""
ROUTES = "/v1/"
JSON = "application/json"
CONTENT: Mapping[tuple[str, str], tuple[str, dict[str, object]]] = {
    ("POST", "populations"): (JSON, {"name": "New"}),
    ("PUT", "{populationId}"): (JSON, {"name": "Other"}),
    ("POST", "secret"): (JSON, {}),
    ("POST", "users"): (JSON, {"username": "new", "population": {"id": "population id"}}),
    ("PUT", "{userId}"): (JSON, {"username": "eva"}),
    ("PATCH", "{userId}"): (JSON, {"nickname": "Eva"}),
    ("POST", "{userId}"): ("application/vnd.pingidentity.account.unlock+json", {}),
    ("PUT", "enabled"): (JSON, {"enabled": True}),
    ("PUT", "population"): (JSON, {"id": "population id"}),
    ("PUT", "password"): (
        "application/vnd.pingidentity.password.set+json",
        {"value": "a good long pass phrase"},
    ),
    ("POST", "password"): ("application/vnd.pingidentity.password.unlock+json", {}),
}
"""What is sent where something is, by method and last segment: the media type and members."""
IDS = frozenset(KINDS.values()) | {"flow id", "page flow id", "scope", "policy"}
"""What could be taken for an id in a path."""
_VARIABLE = re.compile(r"\{(\w+)\}")


def management(routes: tuple[Route, ...]) -> Iterator[Place]:
    """List the places of the API's routes."""
    for route in routes:
        # The session is joe's, whose id is one in all tenants; the user that is named is Eve.
        path = route.path.replace("{userId}", JOE.id) if "session" in route.path else route.path
        for method in route.handlers:
            yield Place(
                f"the token of {method} {route.path}",
                route.path,
                method,
                frozenset({"management token"}),
                _with_token(path, method),
            )
            for variable in _VARIABLE.findall(path):
                yield Place(
                    f"{variable} of {method} {route.path}",
                    route.path,
                    method,
                    frozenset({KINDS[variable]}),
                    _with_id(path, method, variable),
                    among=IDS,
                )


def _with_token(path: str, method: str) -> Send:
    async def send(brought: Brought) -> Answer:
        ids = {name: brought.own[kind] for name, kind in KINDS.items()}
        return await _call(brought, method, path, ids, brought.value)

    return send


def _with_id(path: str, method: str, variable: str) -> Send:
    async def send(brought: Brought) -> Answer:
        ids = {name: brought.own[kind] for name, kind in KINDS.items()}
        token = brought.own["management token"]
        return await _call(brought, method, path, {**ids, variable: brought.value}, token)

    return send


async def _call(
    brought: Brought, method: str, path: str, ids: Mapping[str, str], token: str
) -> Answer:
    headers, body = [bearer(token)], b""
    content = CONTENT.get((method, path.rpartition("/")[2]))
    if content is not None:
        media_type, members = content
        headers.append(("content-type", media_type))
        body = _write(members, brought.own)
    target = _VARIABLE.sub(lambda found: quote(ids[found[1]], safe=""), path)
    return await brought.here.caller.request(method, target, headers, body)


def _write(members: Mapping[str, object], own: Artefacts) -> bytes:
    """Return members as JSON; in the place of a kind stands what the tenant has of it."""
    text = json.dumps(members)
    return text.replace("population id", own["population id"]).encode()

"""Places of device authorization: codes asked for, and typed."""

from collections.abc import Iterator

from ostiary.core.model.environment import Face
from tests.support.asgi import Answer
from tests.support.matrix.device_codes import ALIASES, DEVICE, PAGE, PAGE_OF_ONE
from tests.support.matrix.front_channel import Parameters, sends
from tests.support.matrix.place import BEGUN, Accepts, Brought, Place
from tests.support.matrix.tenants import SERVICE_SECRET

_STATES = {
    Face.PINGFEDERATE: (
        "OAUTH_DEVICE_USER_CODE_REQUIRED",
        "OAUTH_DEVICE_USER_CODE_CONFIRMATION_REQUIRED",
    ),
    Face.PINGONE: ("DAG_USER_CODE_REQUIRED", "DAG_CONSENT_REQUIRED"),
}
_STATELESS: Parameters = {"response_mode": "pi.flow"}


def devices(face: Face) -> Iterator[Place]:
    """List the places of a face's device authorization."""
    routes = (DEVICE[face], *ALIASES) if face is Face.PINGFEDERATE else (DEVICE[face],)
    for route in routes:
        yield _asked(route)
    for method in ("GET", "POST"):
        yield from _page(face, PAGE[face], method)
        if face is Face.PINGONE:
            yield from _page(face, PAGE_OF_ONE, method)
            yield _page_of_one(method)


def _asked(route: str) -> Place:
    async def send(brought: Brought) -> Answer:
        return await brought.post(route, {}, basic=(brought.value, SERVICE_SECRET))

    name = f"a client that asks for codes at {route}"
    return Place(name, route, "POST", frozenset({"client id"}), send)


def _shows(state: str) -> Accepts:
    return lambda seen: seen.answer.status == 200 and seen.answer.json()["status"] == state


def _page(face: Face, route: str, method: str) -> Iterator[Place]:
    path, (typed, question) = _path_for(route, "tv"), _STATES[face]
    for name, kind, sent, cookie, state in (
        ("who lets devices in", "session cookie", _STATELESS, "{}", typed),
        ("a code", "user code", {**_STATELESS, "user_code": "{}"}, "session cookie", question),
    ):
        yield Place(
            f"{name} by {method} at {route}",
            route,
            method,
            frozenset({kind}),
            sends(path, method, sent, {"browser": cookie}),
            _shows(state),
            moves=BEGUN,
        )


def _page_of_one(method: str) -> Place:
    typed, _ = _STATES[Face.PINGONE]

    async def send(brought: Brought) -> Answer:
        path = _path_for(PAGE_OF_ONE, brought.value)
        return await sends(path, method, _STATELESS, {"browser": "session cookie"})(brought)

    takes = frozenset({"client id"})
    name = f"whose devices are let in by {method}"
    return Place(name, PAGE_OF_ONE, method, takes, send, _shows(typed), moves=BEGUN)


def _path_for(route: str, client_id: str) -> str:
    return route.replace("{applicationId}", client_id)

"""Places of flows: the pages of a sign-on, and the resources that programs act on."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from urllib.parse import quote

from ostiary.core.model.environment import Face
from tests.support.asgi import FORM, Answer
from tests.support.browsing import XSRF
from tests.support.matrix.artefacts import NEW_PASSWORD
from tests.support.matrix.place import (
    COUNTED,
    COUNTED_IN_FLOW,
    Brought,
    Place,
    Seen,
    Send,
    succeeds,
)
from tests.support.matrix.visitor import FLOW

Opens = Callable[[Brought, str, str], Awaitable[Answer]]
"""Opens a flow, given its id and a cookie."""
RESUME = "/as/{id}/resume/as/authorization.ping"
_PAGES: Mapping[Face, Mapping[str, tuple[str, ...]]] = {
    Face.PINGFEDERATE: {RESUME: ("GET", "POST")},
    Face.PINGONE: {
        "/{environmentId}/signon/": ("GET", "POST"),
        "/{environmentId}/as/resume": ("GET",),
    },
}
_HARMLESS = {Face.PINGFEDERATE: "initiateAccountRecovery", Face.PINGONE: "session.reset"}
"""Something that a program may do in a flow that waits for a password."""
_CHECKS: Mapping[Face, Mapping[str, tuple[str, str, Mapping[str, str]]]] = {
    Face.PINGFEDERATE: {
        "recovery": ("checkRecoveryCode", "recoveryCode", {}),
        "registration": ("checkOtp", "otp", {}),
        "pairing": ("activateEmailDevice", "otp", {}),
    },
    Face.PINGONE: {
        "recovery": ("password.recover", "recoveryCode", {"newPassword": NEW_PASSWORD}),
        "registration": ("user.verify", "verificationCode", {}),
        "pairing": ("emailDevice.activate", "otp", {}),
    },
}
"""How the code that a flow waits for is brought: action, input, further inputs."""


def flows(face: Face) -> Iterator[Place]:
    """List the places of a face's flows."""
    for route, methods in _PAGES[face].items():
        for method in methods:
            yield from _opened("page flow", route, method, _page(route, method))
    for method in ("GET", "POST"):
        yield from _opened("flow", FLOW[face], method, _resource(face, method))
    yield from _codes(face)
    if face is Face.PINGFEDERATE:
        yield from _cookieless(FLOW[face])
    yield _device(face)


def _opened(kind: str, route: str, method: str, send: Opens) -> Iterator[Place]:
    """List the ways to bring a flow's id and the cookie that opens it, one foreign or both."""

    async def with_own_cookie(brought: Brought) -> Answer:
        return await send(brought, brought.value, brought.own[f"{kind} cookie"])

    async def with_its_cookie(brought: Brought) -> Answer:
        return await send(brought, brought.value, brought.beside[f"{kind} cookie"])

    async def cookie(brought: Brought) -> Answer:
        return await send(brought, brought.own[f"{kind} id"], brought.value)

    ids, cookies = frozenset({f"{kind} id"}), frozenset({f"{kind} cookie"})
    where = f"at {route} by {method}"
    yield Place(f"a flow with this browser's cookie {where}", route, method, ids, with_own_cookie)
    yield Place(f"a flow with its own cookie {where}", route, method, ids, with_its_cookie)
    yield Place(f"the cookie of a flow {where}", route, method, cookies, cookie)


def _page(route: str, method: str) -> Opens:
    async def send(brought: Brought, flow_id: str, cookie: str) -> Answer:
        here = brought.here
        target, shown = here.target(route), quote(flow_id, safe="")
        target = target.replace("{id}", shown) if "{id}" in target else f"{target}?flowId={shown}"
        headers = [here.cookie(browser=cookie)]
        if method == "POST":
            headers.append(FORM)
        return await here.caller.request(method, target, headers)

    return send


def _resource(face: Face, method: str) -> Opens:
    async def send(brought: Brought, flow_id: str, cookie: str) -> Answer:
        headers = [brought.here.cookie(browser=cookie)]
        action = _HARMLESS[face] if method == "POST" else None
        return await _ask(brought, flow_id, headers, action)

    return send


async def _ask(
    brought: Brought,
    flow_id: str,
    headers: list[tuple[str, str]],
    action: str | None = None,
    inputs: Mapping[str, str] | None = None,
) -> Answer:
    """Read a flow, or act on it."""
    here = brought.here
    target = here.target(FLOW[here.face]).replace("{flowId}", quote(flow_id, safe=""))
    media_type = f"application/vnd.pingidentity.{action}+json" if action else "application/json"
    sent = [*headers, XSRF, ("content-type", media_type)]
    body = json.dumps(inputs or {}).encode() if action else b""
    return await here.caller.request("POST" if action else "GET", target, sent, body)


def _codes(face: Face) -> Iterator[Place]:
    """List the places where a code is brought that was sent to somebody."""
    for name, (action, field, further) in _CHECKS[face].items():
        yield Place(
            f"the code of a {name}",
            FLOW[face],
            "POST",
            frozenset({f"{name} code"}),
            _checks(name, action, field, further),
            succeeds,
            moves={**COUNTED, **COUNTED_IN_FLOW},
        )


def _checks(name: str, action: str, field: str, further: Mapping[str, str]) -> Send:
    async def send(brought: Brought) -> Answer:
        headers = [brought.here.cookie(browser=brought.own[f"{name} flow cookie"])]
        inputs = {field: brought.value, **further}
        return await _ask(brought, brought.own[f"{name} flow id"], headers, action, inputs)

    return send


def _cookieless(route: str) -> Iterator[Place]:
    """List the places of a flow without cookies: its id, and the state that opens it."""

    async def state(brought: Brought) -> Answer:
        shown = [("x-pf-authn-api-state", brought.value)]
        return await _ask(brought, brought.own["cookieless flow id"], shown)

    async def flow(brought: Brought) -> Answer:
        shown = [("x-pf-authn-api-state", brought.own["API state"])]
        return await _ask(brought, brought.value, shown)

    states, ids = frozenset({"API state"}), frozenset({"cookieless flow id"})
    yield Place("the state of a flow without cookies", route, "GET", states, state)
    yield Place("a flow without cookies", route, "GET", ids, flow)


def _device(face: Face) -> Place:
    """Return where a known device is told: it only gets a count of wrong guesses of its own."""

    async def send(brought: Brought) -> Answer:
        cookies = {"browser": brought.own["flow cookie"], "device": brought.value}
        headers = [brought.here.cookie(**cookies)]
        action = {
            Face.PINGFEDERATE: "checkUsernamePassword",
            Face.PINGONE: "usernamePassword.check",
        }
        wrong = {"username": "joe", "password": "not the password"}
        return await _ask(brought, brought.own["flow id"], headers, action[face], wrong)

    def is_known(seen: Seen) -> bool:
        device = seen.brought.value.split(".")[1:2]
        counted = seen.changed["attempts.failures"]
        return bool(device) and any(device[0] in repr(row) for row in counted.items())

    return Place(
        "a known device",
        FLOW[face],
        "POST",
        frozenset({"device cookie"}),
        send,
        is_known,
        # A password is checked each time, which takes its time.
        among=frozenset({"device cookie", "session cookie", "API state", "logout confirmation"}),
        moves={**COUNTED, **COUNTED_IN_FLOW},
    )

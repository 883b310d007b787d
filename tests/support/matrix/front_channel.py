"""Places of authorization and logout, that browsers bring something to."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from ostiary.core.model.environment import Face
from tests.support.asgi import FORM, Answer
from tests.support.matrix.artefacts import LOGOUT
from tests.support.matrix.place import BEGUN, Brought, Place, Seen, Send
from tests.support.matrix.visitor import AUTHORIZE, FLOW_REQUEST, WEB

IDP_SIGNOFF = "/{environmentId}/as/idpSignoff"
_SILENT = {**WEB, "prompt": "none"}
_USUAL = "USERNAME_PASSWORD_REQUIRED"
Parameters = Mapping[str, str]


def front_channel(face: Face) -> Iterator[Place]:
    """List the places of a face's authorization and logout endpoints."""
    for method in ("GET", "POST"):
        yield from _authorization(face, method)
        yield from _logout(face, method)
    if face is Face.PINGONE:
        yield Place(
            "an ID token alone",
            IDP_SIGNOFF,
            "GET",
            frozenset({"ID token"}),
            sends(IDP_SIGNOFF, "GET", {"id_token_hint": "{}"}),
            ends_session,
        )


def _authorization(face: Face, method: str) -> Iterator[Place]:
    route = AUTHORIZE[face]

    def place(name: str, kind: str, changed: Parameters, **cookies: str) -> Place:
        shown = cookies or {"browser": "session cookie"}
        send = sends(route, method, {**_SILENT, **changed}, shown)
        takes = frozenset({kind}) if kind else frozenset[str]()
        return Place(f"{name} by {method}", route, method, takes, send, _gives_code)

    yield place("a session's cookie", "session cookie", {}, browser="{}")
    if face is Face.PINGFEDERATE:
        yield place("a cookie that outlives the browser", "persistent cookie", {}, persistent="{}")
    else:
        yield place("the cookie's twin", "session cookie", {}, persistent="{}")
    yield place("a hint at who signs on", "ID token", {"id_token_hint": "{}"})
    yield place("the id of a client", "client id", {"client_id": "{}", "scope": "openid"})
    yield place("where to go back to", "redirect URI", {"redirect_uri": "{}"})
    yield place("a scope", "scope", {"scope": "openid {}"})
    yield place("a request object", "", {"request": "{}"})
    yield place("the URI of a request", "", {"request_uri": "{}"})
    yield Place(
        f"a policy by {method}",
        route,
        method,
        frozenset({"policy"}),
        sends(route, method, {**FLOW_REQUEST, "acr_values": "{}"}),
        lambda seen: seen.answer.status == 200 and seen.answer.json()["status"] != _USUAL,
        moves=BEGUN,
    )


def _logout(face: Face, method: str) -> Iterator[Place]:
    route = LOGOUT[face]

    def place(name: str, kind: str, sent: Parameters, **cookies: str) -> Place:
        shown = cookies or {"browser": "session cookie"}
        send = sends(route, method, sent, shown)
        return Place(f"{name} by {method}", route, method, frozenset({kind}), send, ends_session)

    hint = {"id_token_hint": "ID token"}
    yield place("whose session ends", "ID token", {"id_token_hint": "{}"})
    yield place("the session that ends", "session cookie", hint, browser="{}")
    if method == "POST":
        yield place("a person's yes", "logout confirmation", {"confirmation": "{}"})
    yield Place(
        f"where to go afterwards by {method}",
        route,
        method,
        frozenset({"post-logout URI"}),
        sends(
            route,
            method,
            {**hint, "post_logout_redirect_uri": "{}"},
            {"browser": "session cookie"},
        ),
        lambda seen: seen.location.startswith(seen.brought.value),
    )


def sends(
    route: str, method: str, parameters: Parameters, cookies: Parameters | None = None
) -> Send:
    """Send parameters and cookies: `{}` stands for the value, and kinds for the tenant's own."""

    async def send(brought: Brought) -> Answer:
        def filled(text: str) -> str:
            return brought.own.get(text) or text.replace("{}", brought.value)

        shown = {name: filled(text) for name, text in (cookies or {}).items()}
        headers = [brought.here.cookie(**shown)] if shown else []
        sent = urlencode({name: filled(text) for name, text in parameters.items()})
        target, caller = brought.here.target(route), brought.here.caller
        if method == "GET":
            return await caller.get(f"{target}?{sent}", headers)
        return await caller.request(method, target, [FORM, *headers], sent.encode())

    return send


def _gives_code(seen: Seen) -> bool:
    return "code=" in seen.location


def ends_session(seen: Seen) -> bool:
    return "sessions.rows" in seen.changed

"""Places of the token endpoint and its neighbours, and of userinfo."""

from collections.abc import Iterator, Mapping

from ostiary.core.model.device_request import DEVICE_GRANT
from ostiary.core.model.environment import Face
from tests.support.app import assertion_params
from tests.support.asgi import Answer
from tests.support.browsing import VERIFIER
from tests.support.matrix.artefacts import TOKEN, USERINFO
from tests.support.matrix.place import Brought, Place, Seen, Send
from tests.support.matrix.tenants import CALLBACK, SERVICE_SECRET, secret_of

INTROSPECT = {
    Face.PINGFEDERATE: "/as/introspect.oauth2",
    Face.PINGONE: "/{environmentId}/as/introspect",
}
REVOKE = {
    Face.PINGFEDERATE: "/as/revoke_token.oauth2",
    Face.PINGONE: "/{environmentId}/as/revoke",
}
OWN_GRANT = {"grant_type": "client_credentials"}
USER_TOKENS = frozenset({"user JWT", "user reference", "user management token"})
OWN_TOKENS = frozenset({"own reference", "management token"})
ACCESS_TOKENS = USER_TOKENS | OWN_TOKENS
_CLIENTS = {
    "web": frozenset({"user JWT", "user management token", "refresh token"}),
    "keeper": frozenset({"user reference", "own reference"}),
    "worker": frozenset({"management token"}),
}
"""Whose tokens are which."""


def back_channel(face: Face) -> Iterator[Place]:
    """List the places of a face's back channel."""
    yield from _grants(TOKEN[face])
    yield from _clients(face)
    yield from _requests(face)
    yield from _tokens(face)
    yield from _userinfo(USERINFO[face])


def platform() -> Iterator[Place]:
    """List the places of the token endpoint whose path names no tenant."""
    route = "/as/token"
    yield from _grants(route)
    yield from _proving("the platform's token endpoint", route, OWN_GRANT, "worker")


def _grants(route: str) -> Iterator[Place]:
    async def code(brought: Brought) -> Answer:
        form = {"grant_type": "authorization_code", "code": brought.value}
        form |= {"redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return await brought.post(route, form, basic=brought.here.basic)

    async def refresh(brought: Brought) -> Answer:
        form = {"grant_type": "refresh_token", "refresh_token": brought.value}
        return await brought.post(route, form, basic=brought.here.basic)

    async def device(brought: Brought) -> Answer:
        form = {"grant_type": DEVICE_GRANT, "device_code": brought.value, "client_id": "tv"}
        return await brought.post(route, form)

    kinds = (("authorization code", code), ("refresh token", refresh), ("device code", device))
    for kind, send in kinds:
        yield Place(f"{kind} at {route}", route, "POST", frozenset({kind}), send)


def _clients(face: Face) -> Iterator[Place]:
    """List the places where a client proves itself."""
    yield from _proving("the token endpoint", TOKEN[face], OWN_GRANT, "worker")
    for where, route in (("introspection", INTROSPECT[face]), ("revocation", REVOKE[face])):
        yield from _proving(where, route, {"token": "x"}, "api")


def _proving(where: str, route: str, form: Mapping[str, str], client: str) -> Iterator[Place]:
    for name, kind, send in (
        ("a secret in the header", "client secret", _in_header(route, form, client)),
        ("a secret in the body", "client secret", _in_body(route, form, client)),
        ("an assertion", "client assertion", _asserted(route, form)),
    ):
        yield Place(f"{name} at {where}", route, "POST", frozenset({kind}), send)


def _in_header(route: str, form: Mapping[str, str], client: str) -> Send:
    async def send(brought: Brought) -> Answer:
        return await brought.post(route, form, basic=(client, brought.value))

    return send


def _in_body(route: str, form: Mapping[str, str], client: str) -> Send:
    async def send(brought: Brought) -> Answer:
        shown = {"client_id": client, "client_secret": brought.value}
        return await brought.post(route, {**form, **shown})

    return send


def _asserted(route: str, form: Mapping[str, str]) -> Send:
    async def send(brought: Brought) -> Answer:
        return await brought.post(route, {**form, **assertion_params(brought.value)})

    return send


def _requests(face: Face) -> Iterator[Place]:
    """List what a token request may name."""
    route = TOKEN[face]

    async def client(brought: Brought) -> Answer:
        return await brought.post(route, OWN_GRANT, basic=(brought.value, SERVICE_SECRET))

    async def origin(brought: Brought) -> Answer:
        client = ("worker", secret_of(brought.here.key))
        return await brought.post(
            route, OWN_GRANT, basic=client, headers=[("origin", brought.value)]
        )

    def is_allowed(seen: Seen) -> bool:
        return seen.answer.header("access-control-allow-origin") is not None

    yield Place("the id of a client", route, "POST", frozenset({"client id"}), client)
    yield Place("a scope", route, "POST", frozenset({"scope"}), _named(route, "scope"))
    yield Place("a resource", route, "POST", frozenset({"resource"}), _named(route, "resource"))
    yield Place("an origin", route, "POST", frozenset({"origin"}), origin, is_allowed)
    if face is Face.PINGFEDERATE:
        manager = _named(route, "access_token_manager_id")
        yield Place("a token manager", route, "POST", frozenset({"token manager"}), manager)


def _named(route: str, parameter: str) -> Send:
    async def send(brought: Brought) -> Answer:
        basic = (brought.own["client id"], SERVICE_SECRET)
        return await brought.post(route, {**OWN_GRANT, parameter: brought.value}, basic=basic)

    return send


def _tokens(face: Face) -> Iterator[Place]:
    """List the places where a token is asked about or given back."""
    introspect, revoke = INTROSPECT[face], REVOKE[face]

    def asking(**hint: str) -> Send:
        async def send(brought: Brought) -> Answer:
            basic = ("api", secret_of(brought.here.key))
            return await brought.post(introspect, {"token": brought.value, **hint}, basic=basic)

        return send

    def is_active(seen: Seen) -> bool:
        assert seen.answer.status == 200
        return bool(seen.answer.json()["active"])

    def giving_back(client: str) -> Send:
        async def send(brought: Brought) -> Answer:
            basic = (client, secret_of(brought.here.key))
            return await brought.post(revoke, {"token": brought.value}, basic=basic)

        return send

    yield Place("introspection", introspect, "POST", ACCESS_TOKENS, asking(), is_active)
    yield Place(
        "introspection of a refresh token",
        introspect,
        "POST",
        frozenset({"refresh token"}),
        asking(token_type_hint="refresh_token"),
        is_active,
    )
    for client, kinds in _CLIENTS.items():
        yield Place(
            f"revocation by {client}",
            revoke,
            "POST",
            kinds,
            giving_back(client),
            lambda seen: bool(seen.changed),
        )


def _userinfo(route: str) -> Iterator[Place]:
    async def get(brought: Brought) -> Answer:
        return await brought.get(route, headers=[bearer(brought.value)])

    async def post(brought: Brought) -> Answer:
        return await brought.post(route, {}, headers=[bearer(brought.value)])

    async def body(brought: Brought) -> Answer:
        return await brought.post(route, {"access_token": brought.value})

    yield Place("userinfo by GET", route, "GET", USER_TOKENS, get)
    yield Place("userinfo by POST", route, "POST", USER_TOKENS, post)
    yield Place("userinfo by its body", route, "POST", USER_TOKENS, body)


def bearer(token: str) -> tuple[str, str]:
    """Return the header with a token."""
    return "authorization", f"Bearer {token}"

"""Hostile requests to every endpoint that exists: none gets through, none makes the server fail."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from ostiary.adapters.stores.memory import FAULT_POINTS
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import TokenManagerId
from ostiary.core.crypto.keys import SigningKey
from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.dialects.pingfederate.documents import MANAGER_KEYS_PREFIX
from tests.support.app import (
    INTROSPECT,
    REVOKE,
    TOKEN,
    App,
    assertion_params,
    canary_free,
    make_app,
)
from tests.support.asgi import FORM, Answer, basic_header
from tests.support.tenants import NONE, make_client, secret_of

GRANT = {"grant_type": "client_credentials"}
CANARY = "canary-of-this-test"
BACK_CHANNEL = [TOKEN, INTROSPECT, REVOKE]
PINGONE_BACK_CHANNEL = ["token", "introspect", "revoke"]


def _targets(app: App, *, without: str = "") -> list[str]:
    """Return one served target of every route, as it would be sent.

    Args: without: a method that those have not.
    """
    env = app.environment("customers").id
    found = (route for route in app.routes if without not in route.handlers)
    paths = [route.path.replace("{environmentId}", env) for route in found]
    return [path.replace("*", "oauth/jwks") for path in paths]


async def _send(app: App, method: str, target: str, **kwargs: Any) -> Answer:
    caller = app.pingone if app.environment("customers").id in target else app.pingfederate
    return await caller.request(method, target, **kwargs)


@pytest.mark.parametrize(
    "method",
    ["TRACE", "CONNECT", "PUT", "PATCH", "DELETE", "PROPFIND", "get", "post", "NONSENSE", "GET "],
)
async def test_SEC_238_a_method_that_is_not_offered_is_refused_with_those_that_are(
    method: str,
) -> None:
    app = make_app()
    for target in _targets(app, without=method):
        answer = await _send(app, method, target)
        assert answer.status == 405
        assert "OPTIONS" in (answer.header("allow") or "")


async def test_SEC_238_head_and_options_do_nothing() -> None:
    app = make_app()
    for target, method in itertools.product(_targets(app), ("HEAD", "OPTIONS")):
        answer = await _send(app, method, target, headers=[basic_header("many", secret_of("many"))])
        assert answer.status < 500
        assert answer.body == b""
    assert {type(event) for event in app.events.events} <= {RequestRefused}


@pytest.mark.parametrize(
    "header", ["x-http-method-override", "x-http-method", "x-method-override", "_method"]
)
async def test_SEC_238_no_header_changes_the_method(header: str) -> None:
    app = make_app()
    answer = await app.pingfederate.get(TOKEN, [(header, "POST")])
    assert answer.status == 405
    answer = await app.pingfederate.post_form(
        TOKEN, GRANT, headers=[(header, "GET")], basic=("many", secret_of("many"))
    )
    assert answer.status == 200


SPOILED: list[Callable[[str], str]] = [
    lambda path: "/" + path,
    lambda path: path + "/",
    lambda path: path + ";x=1",
    lambda path: path + "%00",
    lambda path: path + "%20",
    lambda path: path + ".",
    lambda path: path.swapcase(),
    lambda path: path.replace("/", "//", 2),
    lambda path: "/." + path,
    lambda path: "/x/.." + path,
    lambda path: "/%2e%2e" + path,
    lambda path: path[0] + path[1:].replace("/", "%2f"),
    lambda path: path[0] + path[1:].replace("/", "\\"),
    lambda path: path[0] + f"%{ord(path[1]):02x}" + path[2:],
    lambda path: path[:-1] + f"%{ord(path[-1]):02x}",
    lambda path: path + "\u00ad",
]


@pytest.mark.parametrize("number", range(len(SPOILED)))
async def test_SEC_236_a_path_has_one_spelling(number: int) -> None:
    """404, and no redirect to the right one either.

    Below /ext/ any path may be where a token manager's keys can be read, so another method is 405.
    """
    app = make_app()
    spoil = SPOILED[number]
    for route, target in zip(app.routes, _targets(app), strict=True):
        if "{" in target:
            continue  # whatever stands there is another value, and no other spelling
        for method in route.handlers:
            answer = await _send(app, method, spoil(target), headers=[FORM])
            is_below = spoil(target).startswith(MANAGER_KEYS_PREFIX) and method != "GET"
            assert answer.status == (405 if is_below else 404), spoil(target)
            assert answer.header("location") is None


@pytest.mark.parametrize("path", BACK_CHANNEL)
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 400),
        ("text/plain", 400),
        ("multipart/form-data; boundary=x", 415),
        ("application/x-www-form-urlencoded-x", 400),
        ("text/html", 400),
        ("*/*", 400),
    ],
)
async def test_SEC_41_S0_7_nothing_but_a_form_is_parsed(
    path: str, content_type: str, status: int
) -> None:
    app = make_app()
    headers = [("content-type", content_type), basic_header("many", secret_of("many"))]
    body = b"grant_type=client_credentials&token=x"
    answer = await app.pingfederate.request("POST", path, headers, body)
    assert answer.error == (status, "invalid_request")


@pytest.mark.parametrize(
    "grant_type",
    [
        "authorization_codes",
        "Refresh_Token",
        "Password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:openid:params:grant-type:ciba",
        "Client_Credentials",
        "client_credentials ",
        "client_credentials\u00a0",
        "__class__",
        "client_credentials,password",
    ],
)
@pytest.mark.parametrize("client", ["many", "no-grants", "public"])
async def test_SEC_42_what_is_not_served_is_no_grant_for_anybody(
    grant_type: str, client: str
) -> None:
    app = make_app()
    form = {"grant_type": grant_type}
    if client == "public":
        answer = await app.pingfederate.post_form(TOKEN, {**form, "client_id": client})
    else:
        answer = await app.pingfederate.post_form(TOKEN, form, basic=(client, secret_of(client)))
    assert answer.error == (400, "unsupported_grant_type")


async def test_SEC_42_a_grant_that_is_served_is_for_clients_that_have_it() -> None:
    app = make_app()
    assert (await app.ask("many")).status == 200
    for grant_type in ("client_credentials", "authorization_code", "refresh_token"):
        answer = await app.ask("no-grants", grant_type=grant_type, code="x", refresh_token="x")
        assert answer.error == (400, "unauthorized_client")


async def test_SEC_43_the_word_authorization_is_no_grant() -> None:
    assert (await make_app().ask("many", grant_type="authorization")).error == (
        400,
        "unsupported_grant_type",
    )


async def test_SEC_46_a_public_client_gets_no_token_for_itself_even_if_configured_so() -> None:
    app = make_app(
        clients=[make_client("public", NONE, grant_types=frozenset({"client_credentials"}))]
    )
    for form in ({"client_id": "public"}, {"client_id": "public", "scope": "read"}):
        answer = await app.pingfederate.post_form(TOKEN, {**GRANT, **form})
        assert answer.error == (400, "unauthorized_client")


HOSTILE = [
    "'",
    "' OR '1'='1",
    '"',
    "\\",
    "\x00",
    "\x01\x7f",
    "%00",
    "\n\r\n",
    "${jndi:ldap://127.0.0.1/x}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\u202e\ufeff\U0001f600",
    "\ufffe",
    "A" * 60_000,
    "-1",
    "null",
    "[]",
    "é" * 1000,
]
PARAMETERS = ("grant_type", "scope", "client_id", "client_secret", "client_assertion",
              "client_assertion_type", "token", "token_type_hint", "resource", "aud",
              "access_token_manager_id", "nonsense")  # fmt: skip


@pytest.mark.parametrize("path", BACK_CHANNEL)
@pytest.mark.parametrize("parameter", PARAMETERS)
async def test_SEC_251_SEC_242_no_string_breaks_out_of_its_field(path: str, parameter: str) -> None:
    """No failure, no other content type, and nothing of it comes back."""
    app = make_app()
    for hostile in HOSTILE:
        form = {**GRANT, "token": "x", parameter: hostile}
        basic = (
            None
            if parameter in {"client_id", "client_secret", "client_assertion"}
            else ("rs_client", secret_of("rs_client"))
        )
        answer = await app.pingfederate.post_form(path, form, basic=basic)
        assert answer.status in {200, 400, 401, 429}
        assert len(hostile) < 5 or hostile.encode() not in answer.body
        app.clock.advance(61)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_SEC_251_no_client_id_or_secret_breaks_out_of_the_header(hostile: str) -> None:
    app = make_app()
    for pair in ((hostile, "x"), ("many", hostile), (hostile, hostile)):
        answer = await app.pingfederate.post_form(TOKEN, GRANT, basic=pair)
        assert answer.error == (401, "invalid_client")


class _BrokenError(Exception):
    """What a driver could raise, with a text that nobody outside may read."""


ENDPOINTS: dict[str, tuple[str, dict[str, str]]] = {
    "token": (TOKEN, GRANT),
    "assertion": (TOKEN, GRANT),
    "introspection of a JWT": (INTROSPECT, {}),
    "introspection of a reference": (INTROSPECT, {}),
    "revocation of a JWT": (REVOKE, {}),
    "revocation of a reference": (REVOKE, {}),
}


async def _call(app: App, name: str, tokens: dict[str, str]) -> Answer:
    path, form = ENDPOINTS[name]
    if name == "assertion":
        form = {**form, **assertion_params(app.assertion("es256"))}
        return await app.pingfederate.post_form(path, form)
    if name == "token":
        form = {**form, "access_token_manager_id": "reference"}
    else:
        form = {"token": tokens["reference" if name.endswith("reference") else "modern"]}
    client = "rs_client" if path == INTROSPECT else "many"
    return await app.pingfederate.post_form(path, form, basic=(client, secret_of(client)))


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize(
    ("failure", "status"),
    [
        pytest.param(_BrokenError(f"no table {CANARY}"), 500, id="a defect"),
        pytest.param(
            UnavailableError("Try again.", retry_after_seconds=1, store=CANARY), 503, id="down"
        ),
    ],
)
async def test_SEC_241_a_failing_store_is_not_seen_through(
    name: str, failure: Exception, status: int
) -> None:
    broken = False

    def reach(point: str) -> None:
        assert point in FAULT_POINTS
        if broken:
            raise failure

    app = make_app(reach=reach)
    app.failures.are_expected = True
    tokens = {
        manager: await app.token("many", access_token_manager_id=manager)
        for manager in ("modern", "reference")
    }
    broken = True
    answer = await _call(app, name, tokens)
    code = "server_error" if status == 500 else "temporarily_unavailable"
    assert answer.error == (status, code)
    for hidden in (CANARY, "no table", "_BrokenError", "Traceback", ".py"):
        assert hidden.encode() not in answer.body
    assert app.failures.reported == ([failure] if status == 500 else [])
    broken = False
    # Nothing half-done is left behind: the same request goes through now.
    assert (await _call(app, name, tokens)).status == 200


async def test_SEC_241_a_failing_signature_is_not_seen_through() -> None:
    class BrokenSigner:
        async def sign(self, key: SigningKey, signing_input: bytes) -> bytes:
            raise _BrokenError(CANARY)

    app = make_app(signer=BrokenSigner())
    app.failures.are_expected = True
    answer = await app.ask("modern")
    assert answer.error == (500, "server_error")
    assert CANARY.encode() not in answer.body
    assert not app.events.events


async def test_a_jwt_for_a_client_with_a_secret_needs_no_store() -> None:
    """Decision: what needs no store answers while it is down."""

    def reach(point: str) -> None:
        raise UnavailableError("Try again.", retry_after_seconds=1)

    app = make_app(reach=reach)
    assert (await app.ask("modern")).status == 200
    for target in ("/.well-known/openid-configuration", "/pf/JWKS", "/ext/oauth/jwks"):
        assert (await app.pingfederate.get(target)).status == 200


async def test_SEC_244_no_secret_gets_into_events_reports_or_refusals() -> None:
    """Every kind of secret is sent in every place, good and bad, to every endpoint."""
    secret = f"{CANARY}-secret-0123456789-0123456789-0123456789"
    app = make_app(clients=[make_client("canary", token_managers=_every_manager(make_app()))])
    good = secret_of("canary")
    assertion = app.assertion("es256")
    managers = ("modern", "reference")
    tokens = [await app.token("canary", access_token_manager_id=id) for id in managers]
    bodies: list[dict[str, str]] = [
        {**GRANT, "client_id": "canary", "client_secret": good},
        {**GRANT, "client_id": "canary", "client_secret": secret},
        {**GRANT, "client_id": "canary", "client_secret": good, "scope": "nonsense"},
        {**GRANT, "client_secret": secret},
        {**GRANT, **assertion_params(assertion)},
        {**GRANT, **assertion_params(assertion), "client_secret": secret},
        *({"token": token, "client_id": "canary", "client_secret": good} for token in tokens),
        {"token": secret, "client_id": "canary", "client_secret": good},
        {"grant_type": "password", "username": "u", "password": secret, "client_id": "canary"},
        {**GRANT, "code": secret, "refresh_token": secret, "assertion": secret},
    ]
    hidden = (good, secret, assertion, assertion.rpartition(".")[2], *tokens)
    for path, form in itertools.product(BACK_CHANNEL, bodies):
        for basic in (None, ("canary", good), ("canary", secret)):
            answer = await app.pingfederate.post_form(path, form, basic=basic)
            if answer.status != 200:
                for text in hidden:
                    assert text.encode() not in answer.body
            app.clock.advance(7)
    assert len(app.events.events) > 50
    canary_free(app, *hidden)


async def test_SEC_12_a_parameter_twice_is_refused_wherever_it_stands() -> None:
    app = make_app()
    good = {**GRANT, "client_id": "many", "client_secret": secret_of("many"), "scope": "read"}
    for name in (*good, "nonsense", "token"):
        for value in (good.get(name, "x"), "other"):
            form = [*good.items(), (name, value), (name, value)]
            answer = await app.pingfederate.post_form(TOKEN, form)
            assert answer.error == (400, "invalid_request")
    form = [*good.items(), ("resource", "https://api.example.com/orders")]
    form += [("resource", "https://api.example.com/orders/1"), ("audience", "a"), ("audience", "b")]
    assert (await app.pingfederate.post_form(TOKEN, form)).status == 200


async def test_SEC_40_a_secret_in_the_query_is_refused_and_never_kept() -> None:
    app = make_app()
    env = app.environment("customers").id
    for caller, path in (
        *((app.pingfederate, path) for path in BACK_CHANNEL),
        *((app.pingone, f"/{env}/as/{name}") for name in PINGONE_BACK_CHANNEL),
    ):
        target = f"{path}?client_id=many&client_secret={CANARY}"
        answer = await caller.post_form(target, {**GRANT, "token": "x"})
        assert answer.error == (400, "invalid_request")
        assert CANARY.encode() not in answer.body
    canary_free(app, CANARY)


async def test_SEC_95_a_long_assertion_is_refused_unread() -> None:
    app = make_app()
    answer = await app.ask_with_assertion(app.assertion("es256", padding="x" * 20_000))
    assert answer.error == (401, "invalid_client")
    # Not even its subject was read.
    (event,) = app.events.events
    assert isinstance(event, RequestRefused)
    assert event.claimed == ""


def _every_manager(app: App) -> tuple[TokenManagerId, ...]:
    return tuple(app.environment("default").token_managers)

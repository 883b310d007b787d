"""Every way to show credentials, in every combination, for every kind of client."""

import base64
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.adapters.limiter import Allowance
from ostiary.core.model.client import AuthMethod
from tests.support import jose
from tests.support.app import BASE_URL, REVOKE, TOKEN, App, assertion_params, make_app, run_now
from tests.support.asgi import Answer, basic_header
from tests.support.tenants import (
    BASIC,
    KEY_JWT,
    NONE,
    POST,
    SECRET_JWT,
    make_client,
    private_key,
    secret_of,
    verification_key,
)

GRANT = {"grant_type": "client_credentials"}
ENDLESS = {"client": Allowance(10**9, 60), "address": Allowance(10**9, 60)}
METHOD_SETS: list[tuple[AuthMethod, ...]] = [
    (BASIC,), (POST,), (BASIC, POST), (KEY_JWT,), (SECRET_JWT,), (NONE,),
    (BASIC, KEY_JWT), (POST, SECRET_JWT), (BASIC, POST, KEY_JWT, SECRET_JWT),
]  # fmt: skip
HEADERS = ("", "right", "wrong", "empty", "bare", "empty of another", "unreadable")
BODY_SECRETS = ("", "right", "wrong")
ASSERTIONS = ("", "by key", "by secret", "by a stranger")
CLIENT_IDS = ("", "same", "other")
PRESENTATIONS = list(itertools.product(HEADERS, BODY_SECRETS, ASSERTIONS, CLIENT_IDS))


@dataclass(frozen=True)
class Shown:
    """What one request shows."""

    header: str
    body_secret: str
    assertion: str
    client_id: str

    @property
    def methods(self) -> list[str]:
        """Say which methods' credentials are there, by the rules of RFC 6749 §2.3."""
        has_user_only = self.header in {"empty", "bare", "empty of another"}
        return [
            *(["basic"] if self.header in {"right", "wrong"} else []),
            *(["basic"] if has_user_only and self.body_secret else []),
            *(["post"] if self.body_secret else []),
            *(["assertion"] if self.assertion else []),
        ]

    def expected(self, configured: tuple[AuthMethod, ...]) -> int:
        """Return the status that this must get."""
        if self.header == "unreadable":
            return 401
        if len(self.methods) > 1:
            return 400
        return 200 if self._is_proof(configured) and self._names_only_one_client() else 401

    def _is_proof(self, configured: tuple[AuthMethod, ...]) -> bool:
        match self.methods:
            case ["basic"]:
                return self.header == "right" and BASIC in configured
            case ["post"]:
                is_named = self.client_id == "same"
                return self.body_secret == "right" and is_named and POST in configured
            case ["assertion"]:
                needed = {"by key": KEY_JWT, "by secret": SECRET_JWT}.get(self.assertion)
                return needed in configured
            case _:
                is_named = self.header in {"empty", "bare"} or self.client_id == "same"
                return is_named and NONE in configured

    def _names_only_one_client(self) -> bool:
        return self.client_id != "other" and self.header != "empty of another"


@cache
def _shared_app() -> App:
    """Return one server for all examples: no test here depends on what others did to it.

    A fixture would be written out as an argument of every example.
    """
    clients = [
        make_client(
            _id_of(methods),
            *methods,
            jwks=(verification_key("matrix", "ES256"),) if KEY_JWT in methods else (),
        )
        for methods in METHOD_SETS
    ]
    return make_app(clients=clients, allowances=ENDLESS)


@pytest.mark.parametrize("methods", METHOD_SETS, ids="+".join)
def test_SEC_51_SEC_52_one_configured_method_lets_in_and_nothing_else(
    methods: tuple[AuthMethod, ...],
) -> None:
    """All combinations: two methods are 400, a method that is not the client's is 401."""
    app, client, wrong = _shared_app(), _id_of(methods), []
    for number, presentation in enumerate(PRESENTATIONS):
        shown = Shown(*presentation)
        answer = run_now(_send(app, client, shown, number))
        if answer.status != shown.expected(methods):
            wrong.append((shown, answer.status))
    assert not wrong


def _id_of(methods: tuple[AuthMethod, ...]) -> str:
    return "matrix-" + "-".join(methods)


async def _show(app: App, assertion: str) -> Answer:
    """Show an assertion where nothing is signed in return, so that nothing has to wait."""
    form = {"token": "x", **assertion_params(assertion)}
    return await app.pingfederate.post_form(REVOKE, form)


async def _send(app: App, client: str, shown: Shown, number: int) -> Answer:
    secret = secret_of(client)
    form = {"token": "x"}
    if shown.client_id:
        form["client_id"] = client if shown.client_id == "same" else "many"
    if shown.body_secret:
        form["client_secret"] = secret if shown.body_secret == "right" else "wrong"
    if shown.assertion:
        form |= assertion_params(_assertion(app, client, shown.assertion, number))
    headers = {
        "": [],
        "right": [basic_header(client, secret)],
        "wrong": [basic_header(client, "wrong")],
        "empty": [basic_header(client, "")],
        "bare": [("authorization", f"Basic {_b64(client)}")],
        "empty of another": [basic_header("many", "")],
        "unreadable": [("authorization", "Basic !")],
    }[shown.header]
    return await app.pingfederate.post_form(REVOKE, form, headers=headers)


def _assertion(app: App, client: str, kind: str, number: int) -> str:
    claims = app.assertion_claims(client, jti=str(number))
    match kind:
        case "by secret":
            return jose.compact({"alg": "HS256"}, claims, secret_of(client).encode())
        case "by key":
            return jose.compact({"alg": "ES256"}, claims, private_key("matrix", "ES256"))
        case _:
            return jose.compact({"alg": "ES256"}, claims, private_key("stranger", "ES256"))


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


@given(TEXT, TEXT)
def test_SEC_53_no_pair_of_texts_makes_the_server_fail(user: str, secret: str) -> None:
    answer = run_now(_shared_app().pingfederate.post_form(TOKEN, GRANT, basic=(user, secret)))
    assert answer.error == (401, "invalid_client")


@given(st.binary(max_size=60).filter(lambda value: b"\n" not in value and b"\r" not in value))
def test_SEC_53_no_authorization_header_makes_the_server_fail(value: bytes) -> None:
    header = ("authorization", f"Basic {value.decode('latin-1')}")
    answer = run_now(_shared_app().pingfederate.post_form(TOKEN, GRANT, headers=[header]))
    assert answer.error == (401, "invalid_client")


CLAIMS = st.dictionaries(
    st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nbf", "jti"]), JUNK, min_size=1, max_size=4
)


@given(CLAIMS, st.sampled_from(["es256", "hs256"]))
def test_SEC_57_an_assertion_with_one_wrong_claim_is_refused(
    junk: dict[str, Any], client: str
) -> None:
    """Signed by the client itself: whatever stands in a claim must be refused, not fail."""
    app = _shared_app()
    answer = run_now(_show(app, app.assertion(client, **junk)))
    if answer.status == 200:
        # What may be left out was null, what may be any text was text, what has begun long ago.
        assert all(_is_harmless(name, value) for name, value in junk.items())
    else:
        assert answer.error == (401, "invalid_client")


def _is_harmless(name: str, value: Any) -> bool:
    match name:
        case "iat":
            return value is None
        case "nbf":
            return value is None or (isinstance(value, int | float) and value < 1_750_000_011)
        case "jti":
            return isinstance(value, str) and bool(value)
        case _:
            return False


@given(st.text(max_size=20) | st.lists(st.text(max_size=20), max_size=3))
def test_SEC_59_no_other_audience_is_this_server(audience: Any) -> None:
    app = _shared_app()
    answer = run_now(_show(app, app.assertion("es256", aud=audience)))
    assert answer.error == (401, "invalid_client")


def _edits(text: str) -> Iterator[str]:
    for position, character in enumerate(text):
        yield text[:position] + text[position + 1 :]
        yield text[:position] + ("x" if character != "x" else "y") + text[position + 1 :]
        yield text[:position] + "/" + text[position:]
        if character.swapcase() != character:
            yield text[:position] + character.swapcase() + text[position + 1 :]


def test_SEC_59_no_neighbour_of_our_url_is_an_audience() -> None:
    """Every deletion, exchange, insertion and change of case of one character."""
    app, taken = _shared_app(), []
    for url in (BASE_URL, BASE_URL + TOKEN):
        for neighbour in _edits(url):
            answer = run_now(_show(app, app.assertion("es256", aud=neighbour)))
            if answer.status == 200:
                taken.append(neighbour)
    # Only this server names itself so.
    assert taken == []

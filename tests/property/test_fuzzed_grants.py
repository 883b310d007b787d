"""Grants of programs without a browser: whatever they bring is granted or refused."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st

from ostiary.adapters.limiter import DEFAULT_ALLOWANCES
from ostiary.core.base import b64
from ostiary.core.model.device_request import DEVICE_GRANT
from ostiary.core.model.token_exchange import ExchangePolicy
from tests.support import jose
from tests.support.app import BASE_URL, TOKEN, App
from tests.support.asgi import FORM, Answer, basic_header
from tests.support.browsing import Browsing, make_sign_on_app
from tests.support.devices import DEVICE_AUTHORIZATION, DEVICE_PAGE, begun, make_device_client
from tests.support.fuzzing import JSON, TEXT, check_answer, edited, fuzzed, search
from tests.support.partners import JWT_BEARER, PARTNER, make_bringing_client, make_issuer
from tests.support.tenants import private_key, secret_of

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPES = [
    f"urn:ietf:params:oauth:token-type:{kind}"
    for kind in ("access_token", "jwt", "id_token", "refresh_token", "saml2")
]
UNLIMITED = dict.fromkeys(DEFAULT_ALLOWANCES)
BRINGER = basic_header("bringer", secret_of("bringer"))
Result = TypeVar("Result")


class Fuzzed:
    """A server that trusts a partner and lets devices in, in an event loop of its own."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self.app: App = make_sign_on_app(
            clients=(
                make_bringing_client(
                    grant_types=frozenset({JWT_BEARER, EXCHANGE}),
                    exchanges=ExchangePolicy(issuers=frozenset({"partner"})),
                ),
                make_device_client("cli"),
                make_device_client("terminal"),
            ),
            allowances=UNLIMITED,
            trusted_issuers={PARTNER: make_issuer()},
        )

    def wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait for something of a test's own."""
        return self._runner.run(work)

    def ask(self, form: dict[str, str] | list[tuple[str, str]]) -> Answer:
        """Ask for a token as the client that brings assertions."""
        return self.wait(self.app.pingfederate.post_form(TOKEN, form, headers=[BRINGER]))

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(self.app.clock.now())
        usual = {"iss": PARTNER, "sub": "joe", "aud": BASE_URL, "iat": now, "exp": now + 60}
        return {**usual, **changed}


@pytest.fixture(scope="module")
def server() -> Iterator[Fuzzed]:
    with asyncio.Runner() as runner:
        yield Fuzzed(runner)


def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jose.compact(header, claims, private_key("partner", "ES256"))


HEADER = {"alg": "ES256", "kid": "partner"}
HEADERS = st.dictionaries(
    st.sampled_from(["kid", "typ", "crit", "jwk", "x5c", "b64", "zip", "cty", "enc"]) | TEXT, JSON
)
CLAIMS = st.dictionaries(
    st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "auth_time", "act", "scope"]),
    JSON,
    max_size=4,
)


@fuzzed
def test_no_change_to_a_signed_assertion_is_a_failure(server: Fuzzed, examples: int) -> None:
    good = sign(HEADER, server.claims())

    def check(assertion: str) -> None:
        check_answer(server.ask({"grant_type": JWT_BEARER, "assertion": assertion}))

    search(examples, edited(good) | edited(good, st.sampled_from([".", "=", "A", "_", "%"])), check)


@fuzzed
def test_nothing_that_a_partner_signs_is_a_failure(server: Fuzzed, examples: int) -> None:
    def check(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
        header, claims = drawn
        assertion = sign({**HEADER, **header}, server.claims(**claims))
        check_answer(server.ask({"grant_type": JWT_BEARER, "assertion": assertion}))

    search(examples, st.tuples(HEADERS, CLAIMS), check)


@fuzzed
def test_no_parts_of_a_JWT_are_a_failure(server: Fuzzed, examples: int) -> None:
    def check(parts: list[bytes]) -> None:
        assertion = ".".join(b64.encode(part) for part in parts)
        check_answer(server.ask({"grant_type": JWT_BEARER, "assertion": assertion}))

    part = st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode())
    search(examples, st.lists(part, max_size=6), check)


@fuzzed
def test_no_parameters_of_an_exchange_are_a_failure(server: Fuzzed, examples: int) -> None:
    good = sign(HEADER, server.claims())
    names = st.sampled_from(
        [
            *("subject_token", "subject_token_type", "actor_token", "actor_token_type"),
            *("requested_token_type", "audience", "resource", "scope", "assertion"),
        ]
    )
    values = TEXT | st.sampled_from([*TYPES, good, BASE_URL]) | edited(good)

    def check(drawn: list[tuple[str, str]]) -> None:
        check_answer(server.ask([("grant_type", EXCHANGE), *drawn]))
        usual = [("subject_token", good), ("subject_token_type", TYPES[1])]
        rest = [pair for pair in drawn if pair[0] not in dict(usual)]
        check_answer(server.ask([("grant_type", EXCHANGE), *usual, *rest]))

    search(examples, st.lists(st.tuples(names, values), max_size=6), check)


@fuzzed
def test_no_body_of_a_device_is_a_failure(server: Fuzzed, examples: int) -> None:
    device = server.wait(begun(server.app, "cli"))
    form = f"grant_type={DEVICE_GRANT}&device_code={device.code}&scope=openid&client_id=cli"

    def check(drawn: tuple[str, str]) -> None:
        path, body = drawn
        header = basic_header("cli", secret_of("cli"))
        encoded = body.encode()
        caller = server.app.pingfederate
        check_answer(server.wait(caller.request("POST", path, [FORM, header], encoded)))

    paths = st.sampled_from([TOKEN, DEVICE_AUTHORIZATION])
    search(examples, st.tuples(paths, edited(form)), check)


@fuzzed
def test_no_user_code_is_a_failure(server: Fuzzed, examples: int) -> None:
    device = server.wait(begun(server.app, "terminal"))
    person = Browsing(server.app)

    async def sign_on() -> str:
        state = (await person.get(f"{DEVICE_PAGE}?response_mode=pi.flow")).json()
        return str((await person.sign_on_by_api(state["id"])).json()["id"])

    flow = server.wait(sign_on())

    def check(typed: str) -> None:
        answer = server.wait(person.act(flow, "submitUserCode", {"userCode": typed}))
        check_answer(answer)
        assert answer.status == 400 or "userCode" in answer.json()
        if answer.status == 200:
            server.wait(person.act(flow, "clearUserCode", {}))

    search(examples, TEXT | edited(device.user_code), check)

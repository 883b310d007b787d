"""Secrets of clients: who is let in, what a guess costs, and what the answer gives away."""

import base64
import hashlib
import hmac
from typing import Any

import pytest

from ostiary.core.base.secret import Secret
from ostiary.core.crypto.keyed_hash import KeyedHash
from ostiary.core.crypto.secret_digests import DigestKind, SecretDigest, SecretDigester
from tests.support.app import INTROSPECT, REVOKE, TOKEN, App, make_app
from tests.support.asgi import Answer, basic_header, form_encoded
from tests.support.tenants import BASIC, POST, digest_of, make_client, secret_of

GRANT = {"grant_type": "client_credentials"}
GOOD = secret_of("many")
REFUSED = (401, "invalid_client")


async def _ask_by_header(app: App, value: str) -> Answer:
    return await app.pingfederate.post_form(TOKEN, GRANT, headers=[("authorization", value)])


async def _guess(app: App, client: str, *, address: str = "192.0.2.10") -> Answer:
    return await app.pingfederate.post_form(TOKEN, GRANT, basic=(client, "wrong"), address=address)


@pytest.mark.parametrize("scheme", ["BASIC", "Basic", "basic", "bAsIc"])
async def test_SEC_82_the_scheme_is_read_in_any_case(scheme: str) -> None:
    encoded = base64.b64encode(f"many:{GOOD}".encode()).decode()
    assert (await _ask_by_header(make_app(), f"{scheme} {encoded}")).status == 200


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"client_id": "many", "client_secret": GOOD}, id="header and body"),
        pytest.param({"client_secret": GOOD}, id="a secret without an id"),
        pytest.param({"client_id": "many", "client_secret": "wrong"}, id="a wrong one in the body"),
        pytest.param({"client_assertion": "x", "client_assertion_type": "y"}, id="an assertion"),
    ],
)
async def test_SEC_51_two_methods_at_once_are_refused(form: dict[str, str]) -> None:
    app = make_app()
    answer = await app.pingfederate.post_form(TOKEN, {**GRANT, **form}, basic=("many", GOOD))
    assert answer.error == (400, "invalid_request")


@pytest.mark.parametrize("password", ["", "wrong"])
async def test_SEC_51_a_header_beside_a_secret_in_the_body_is_a_second_method(
    password: str,
) -> None:
    """Even without a password: only beside an assertion does an empty one count as nothing."""
    app = make_app()
    form = {**GRANT, "client_id": "many", "client_secret": GOOD}
    answer = await app.pingfederate.post_form(TOKEN, form, basic=("many", password))
    assert answer.error == (400, "invalid_request")


async def test_SEC_51_an_empty_password_beside_an_assertion_is_no_second_method() -> None:
    """A production client library sends `Basic <id>:` with every assertion."""
    app = make_app()
    form = {
        **GRANT,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": app.assertion("es256"),
    }
    answer = await app.pingfederate.post_form(TOKEN, form, basic=("es256", ""))
    assert answer.status == 200
    form["client_assertion"] = app.assertion("es256", jti="2")
    answer = await app.pingfederate.post_form(TOKEN, form, basic=("many", ""))
    assert answer.error == REFUSED


async def test_SEC_51_the_same_client_id_in_the_body_is_no_second_method() -> None:
    app = make_app()
    form = {**GRANT, "client_id": "many"}
    assert (await app.pingfederate.post_form(TOKEN, form, basic=("many", GOOD))).status == 200
    form["client_id"] = "Many"
    answer = await app.pingfederate.post_form(TOKEN, form, basic=("many", GOOD))
    assert answer.error == REFUSED


@pytest.mark.parametrize(
    ("registered", "used"), [(BASIC, POST), (POST, BASIC)], ids=["only header", "only body"]
)
async def test_SEC_52_a_good_secret_by_a_method_that_is_not_the_clients_is_refused(
    registered: Any, used: Any
) -> None:
    app = make_app(clients=[make_client("strict", registered)])
    secret = secret_of("strict")
    if used is BASIC:
        answer = await app.pingfederate.post_form(TOKEN, GRANT, basic=("strict", secret))
    else:
        form = {**GRANT, "client_id": "strict", "client_secret": secret}
        answer = await app.pingfederate.post_form(TOKEN, form)
    assert answer.error == REFUSED


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("Basic", id="nothing"),
        pytest.param("Basic ", id="a space"),
        pytest.param("Basic !!!!", id="no base64"),
        pytest.param("Basic bWFueQ", id="base64 without padding"),
        pytest.param("Basic bWFu eTp4", id="base64 with a space inside"),
        pytest.param("Basic " + base64.b64encode(b"many\xff:x").decode(), id="no UTF-8"),
        pytest.param("Basic " + base64.b64encode(b"many").decode(), id="a bare confidential id"),
        pytest.param("Basic " + base64.b64encode(b"many:").decode(), id="an empty password"),
        pytest.param("Basic " + base64.b64encode(b":" + GOOD.encode()).decode(), id="no user"),
        pytest.param("Basic " + base64.b64encode(b"many:\0" + GOOD.encode()).decode(), id="NUL"),
        pytest.param(
            "Basic " + base64.b64encode(f"many:{GOOD}".encode()).decode().replace("=", "==") + "=",
            id="padding too much",
        ),
        pytest.param(f"Basic many:{GOOD}", id="not encoded"),
        pytest.param("Bearer x", id="another scheme"),
        pytest.param("", id="an empty header"),
    ],
)
async def test_SEC_53_an_unreadable_header_is_an_invalid_client(value: str) -> None:
    answer = await _ask_by_header(make_app(), value)
    assert answer.error == REFUSED
    assert (answer.header("www-authenticate") or "").startswith("Basic ")


async def test_SEC_53_a_bare_public_id_is_its_client_id() -> None:
    app = make_app()
    for user in ("public", "public:"):
        encoded = base64.b64encode(user.encode()).decode()
        answer = await app.pingfederate.post_form(
            REVOKE, {"token": "x"}, headers=[("authorization", f"Basic {encoded}")]
        )
        assert answer.status == 200


@pytest.mark.parametrize("secret", ["a+b", "a%2Bb", "a b", "100%", "%", "%zz", "+", "ü+%"])
async def test_SEC_53_a_secret_is_taken_as_it_stands_or_form_encoded(secret: str) -> None:
    app = make_app(clients=[make_client("odd", secrets=(digest_of(secret),))])
    for sent in (secret, form_encoded(secret)):
        answer = await app.pingfederate.post_form(TOKEN, GRANT, basic=("odd", sent))
        assert answer.status == 200
    answer = await app.pingfederate.post_form(TOKEN, GRANT, basic=("odd", f"{secret}x"))
    assert answer.error == REFUSED


@pytest.mark.parametrize("client_id", ["a:b", "a%b", "a+b", "a b", "a/b?c", "ü"])
async def test_SEC_53_a_client_id_of_any_characters_authenticates_form_encoded(
    client_id: str,
) -> None:
    app = make_app(clients=[make_client(client_id)])
    pair = form_encoded(client_id), form_encoded(secret_of(client_id))
    assert (await app.pingfederate.post_form(TOKEN, GRANT, basic=pair)).status == 200


class _Work:
    """Counts what is digested and compared while a request is answered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self._watch(monkeypatch, hashlib, "sha256")
        self._watch(monkeypatch, hmac, "compare_digest")
        self._watch(monkeypatch, KeyedHash, "digest")

    def _watch(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        function = getattr(module, name)

        def watched(*arguments: Any) -> Any:
            self.done.append(name)
            return function(*arguments)

        monkeypatch.setattr(module, name, watched)


@pytest.mark.parametrize("encoding", [str, form_encoded], ids=["raw", "encoded"])
@pytest.mark.parametrize("path", [TOKEN, INTROSPECT, REVOKE])
async def test_SEC_54_a_wrong_guess_costs_the_same_whoever_is_guessed(
    path: str, encoding: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: the same digests and comparisons for every kind of client."""
    digester = SecretDigester(Secret(bytes(32)))
    keyed = SecretDigest(DigestKind.HMAC_SHA256, digester.digest(DigestKind.HMAC_SHA256, "x"))
    app = make_app(
        clients=[
            make_client("keyed", secrets=(keyed,)),
            make_client("two", secrets=(digest_of("x"), keyed)),
        ]
    )
    work = _Work(monkeypatch)
    costs, answers = {}, set()
    for client in ("many", "keyed", "two", "disabled", "public", "es256", "hs256", "nobody"):
        form = {**GRANT, "token": "x"}
        answer = await app.pingfederate.post_form(path, form, basic=(client, encoding("wrong+%")))
        costs[client] = sorted(work.done)
        answers.add((answer.status, answer.headers, answer.body))
        work.done.clear()
    assert len(answers) == 1
    assert len({tuple(cost) for cost in costs.values()}) == 1, costs
    assert "compare_digest" in costs["nobody"]


async def test_SEC_55_ten_wrong_guesses_and_the_caller_must_wait() -> None:
    app = make_app()
    for _ in range(10):
        assert (await _guess(app, "many")).error == REFUSED
    answer = await _guess(app, "many")
    assert answer.error == (429, "temporarily_unavailable")
    assert answer.header("retry-after") == "60"
    # The right secret must wait as well, or waiting would tell it from a wrong one.
    assert (await app.ask("many")).status == 429
    app.clock.advance(60)
    assert (await app.ask("many")).status == 200


async def test_SEC_55_the_client_is_not_locked_for_other_callers() -> None:
    app = make_app()
    for _ in range(11):
        await _guess(app, "many", address="198.51.100.66")
    assert (await app.ask("many")).status == 200


async def test_SEC_55_one_caller_may_not_try_client_after_client() -> None:
    app = make_app()
    answers = [await _guess(app, f"client-{number}") for number in range(101)]
    assert [answer.status for answer in answers] == [401] * 100 + [429]


async def test_SEC_55_an_unknown_client_locks_like_a_known_one() -> None:
    app = make_app()
    known = [(await _guess(app, "many", address="198.51.100.1")).status for _ in range(12)]
    unknown = [(await _guess(app, "nobody", address="198.51.100.2")).status for _ in range(12)]
    assert known == unknown == [401] * 10 + [429] * 2


async def test_SEC_55_introspection_and_revocation_count_too() -> None:
    app = make_app()
    for number in range(10):
        path = (TOKEN, INTROSPECT, REVOKE)[number % 3]
        form = {**GRANT, "token": "x"}
        await app.pingfederate.post_form(path, form, basic=("many", "wrong"))
    assert (await app.ask("many")).status == 429


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param(lambda n: ("authorization", f"Basic {_b64(_spelled('many', n))}"), id="id"),
        pytest.param(lambda n: ("x-forwarded-for", f"203.0.113.{n}"), id="X-Forwarded-For"),
        pytest.param(lambda n: ("forwarded", f"for=203.0.113.{n}"), id="Forwarded"),
        pytest.param(lambda n: ("x-real-ip", f"203.0.113.{n}"), id="X-Real-IP"),
        pytest.param(lambda n: ("user-agent", f"agent {n}"), id="User-Agent"),
    ],
)
async def test_SEC_256_another_spelling_buys_no_more_guesses(spelling: Any) -> None:
    app = make_app()
    for number in range(10):
        header = spelling(number)
        headers = [header] if header[0] == "authorization" else [header, _wrong("many")]
        await app.pingfederate.post_form(TOKEN, GRANT, headers=headers)
    assert (await app.ask("many")).status == 429


async def test_SEC_256_another_address_of_the_same_network_buys_no_more_guesses() -> None:
    app = make_app()
    for number in range(10):
        await _guess(app, "many", address=f"2001:db8::{number + 1:x}")
    answer = await app.pingfederate.post_form(
        TOKEN, GRANT, basic=("many", GOOD), address="2001:db8::ffff"
    )
    assert answer.status == 429


async def test_SEC_56_an_old_secret_is_good_until_its_end_and_not_longer() -> None:
    app = make_app()
    end = app.clock.now() + 3600
    rotating = make_client("rotating", secrets=(digest_of("new"), digest_of("old", end)))
    app = make_app(clients=[rotating])
    for secret in ("new", "old"):
        assert (await app.ask("rotating", secret=secret)).status == 200
    app.clock.advance(3599)
    assert (await app.ask("rotating", secret="old")).status == 200
    app.clock.advance(1)
    assert (await app.ask("rotating", secret="old")).error == REFUSED
    assert (await app.ask("rotating", secret="new")).status == 200


@pytest.mark.parametrize("secret", ["", " ", "\t"])
async def test_a_client_without_a_secret_has_no_empty_one_either(secret: str) -> None:
    app = make_app(clients=[make_client("bare", secrets=())])
    assert (await app.ask("bare", secret=secret)).error == REFUSED
    form = {**GRANT, "client_id": "bare", "client_secret": secret}
    assert (await app.pingfederate.post_form(TOKEN, form)).error == REFUSED


def _wrong(client: str) -> tuple[str, str]:
    return basic_header(client, "wrong")


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _spelled(client: str, number: int) -> str:
    """Return `client:wrong` with other characters of the id percent-encoded for each number."""
    letters = [
        f"%{ord(letter):02x}" if number >> index & 1 else letter
        for index, letter in enumerate(client)
    ]
    return "".join(letters) + ":wrong"

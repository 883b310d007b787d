"""Who calls the back channel of reference adapters, and what nobody gets there."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ostiary.adapters.limiter import DEFAULT_ALLOWANCES, Allowance
from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.core.model.reference_adapter import AttributeFormat, CallerRules, ReferenceAdapter
from ostiary.core.signon.reference import reference_key
from tests.support.app import TOKEN, App, make_app
from tests.support.asgi import Caller, basic_header
from tests.support.browsing import PASSWORD, WEB, Browsing, make_sign_on_app, returned
from tests.support.certificates import make_authority
from tests.support.reference_adapters import (
    ATTRIBUTES,
    BASIC,
    BEARERS,
    DROP_OFF,
    HEADERS,
    JSON,
    PASS_PHRASE,
    USER,
    at,
    configure,
    configure_sample,
    drop,
    drop_sample,
    pair_rules,
    pick,
)
from tests.support.tenants import secret_of

pytestmark = pytest.mark.anyio
Headers = Sequence[tuple[str, str]]
MANY = {**DEFAULT_ALLOWANCES, "client": None, "address": None}


@pytest.fixture
def app() -> App:
    made = make_app(allowances=MANY)
    configure_sample(made)
    return made


async def bearer(app: App, **params: str) -> tuple[str, str]:
    """Return the header with an access token of the client `sdk-client-id`."""
    return ("Authorization", f"Bearer {await app.token(**{'scope': 'api:read', **params})}")


@pytest.mark.parametrize(
    "headers",
    [
        (BASIC, *HEADERS),
        (BASIC, HEADERS[0]),
        (BASIC, ("ping.pwd", "")),
        (("Authorization", "Bearer x"), *HEADERS),
        (("Authorization", "Negotiate x"), *HEADERS),
    ],
)
async def test_SEC_163_credentials_of_two_kinds_are_refused_though_one_of_them_is_right(
    app: App, headers: Headers
) -> None:
    assert (await drop(app, *headers)).status == 401


@pytest.mark.parametrize(
    "headers", [(BASIC, BASIC), (*HEADERS, HEADERS[1]), (*HEADERS, HEADERS[0])]
)
async def test_SEC_163_a_credential_that_stands_twice_is_refused(
    app: App, headers: Headers
) -> None:
    answer = await drop(app, *headers)

    assert (answer.status, app.store.references.rows) == (400, {})


async def test_SEC_163_an_adapter_that_is_named_twice_is_refused(app: App) -> None:
    assert (await drop(app, BASIC, at("sample"), at("sample"))).status == 400


@pytest.mark.parametrize("mark", ["_", "-"])
async def test_SEC_164_look_alikes_of_the_headers_say_nothing(app: App, mark: str) -> None:
    alike = [(name.replace(".", mark), value) for name, value in HEADERS]
    assert (await drop(app, *alike)).status == 401
    # Nor do they spoil what is right.
    answer = await drop(app, BASIC, *alike, (f"ping{mark}instanceId", "other"))
    assert answer.status == 200


async def test_SEC_164_dashes_are_taken_by_the_adapter_that_takes_them(app: App) -> None:
    configure(
        app,
        ReferenceAdapter("dashed", callers=pair_rules(app), takes_second_spelling=True),
        ReferenceAdapter("sample", callers=pair_rules(app)),
    )
    dashed = [(name.replace(".", "-"), value) for name, value in HEADERS]

    assert (await drop(app, *dashed, ("ping-instanceId", "dashed"))).status == 200
    assert (await drop(app, *dashed, at("dashed"))).status == 200
    assert (await drop(app, *dashed, ("ping-instanceId", "sample"))).status == 401
    assert (await drop(app, *dashed, at("sample"))).status == 401
    assert (await drop(app, BASIC, ("ping-instanceId", "sample"))).status == 401


async def test_SEC_164_a_header_in_both_ways_of_writing_it_is_refused(app: App) -> None:
    configure_sample(app, takes_second_spelling=True)
    for name, value in (*HEADERS, at("sample")):
        both = ((name, value), (name.replace(".", "-"), value))
        assert (await drop(app, BASIC, *both)).status == 400


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (basic_header(USER, "wrong"),),
        (basic_header("wrong", PASS_PHRASE),),
        (basic_header(USER, ""),),
        (basic_header("", ""),),
        (("Authorization", "Basic !"),),
        (("ping.uname", USER),),
        (("ping.pwd", PASS_PHRASE),),
        (("ping.uname", "\xff"), ("ping.pwd", "\xff")),
        (("Authorization", "Bearer x"),),
        (("Authorization", "Bearer \xe4"),),
        (BASIC, at("unknown")),
        (BASIC, at("")),
        (BASIC, at("SAMPLE")),
    ],
    ids=range(14),
)
async def test_SEC_165_every_failed_proof_is_answered_alike(app: App, headers: Headers) -> None:
    usual = await drop(app, basic_header(USER, "wrong"), at("sample"))

    answer = await drop(app, *headers)

    assert answer.status == 401
    assert (answer.headers, answer.body) == (usual.headers, usual.body)
    assert answer.header("content-type") == "text/plain; charset=utf-8"
    assert b"<" not in answer.body


async def test_SEC_165_nobody_is_meant_where_there_are_several_adapters_or_none(app: App) -> None:
    configure(app, *(ReferenceAdapter(key, callers=pair_rules(app)) for key in ("a", "b")))
    assert (await drop(app, BASIC)).status == 401
    configure(app)
    assert (await drop(app, BASIC)).status == 401
    assert (await drop(app, BASIC, at("a"))).status == 401


async def test_an_adapter_without_a_user_name_lets_nobody_in_without_one(app: App) -> None:
    configure(app, ReferenceAdapter("sample"))
    for headers in ((basic_header("", ""),), (BASIC,), HEADERS, ()):
        assert (await drop(app, *headers)).status == 401


async def test_SEC_166_a_reference_of_one_adapter_is_nothing_at_another(app: App) -> None:
    configure(app, *(ReferenceAdapter(key, callers=pair_rules(app)) for key in ("a", "b")))
    reference = (await drop(app, BASIC, at("a"))).json()["REF"]

    assert (await pick(app, reference, BASIC, at("b"))).json() == {}
    assert (await pick(app, reference, BASIC, at("a"))).json() == ATTRIBUTES


async def test_SEC_166_it_is_known_who_dropped_something(app: App) -> None:
    reference = await drop_sample(app)
    env = app.environment("default")

    found = await app.store.references.take(
        env, "sample", reference_key(reference), now=app.clock.now()
    )

    assert found is not None
    assert found.is_from_application


async def test_SEC_167_of_200_pick_ups_at_once_one_gets_the_attributes(app: App) -> None:
    reference = await drop_sample(app)

    answers = await asyncio.gather(*(pick(app, reference, BASIC) for _ in range(200)))

    assert {answer.status for answer in answers} == {200}
    assert [found for answer in answers if (found := answer.json())] == [ATTRIBUTES]


async def test_SEC_168_a_store_holds_hashes_of_references(app: App) -> None:
    reference = await drop_sample(app)

    assert [key for _, key in app.store.references.rows] == [reference_key(reference)]
    assert reference not in repr(app.store.references.rows)


async def test_SEC_168_references_are_random_and_not_taken_in_lower_case(app: App) -> None:
    references = {await drop_sample(app) for _ in range(20)}
    assert len(references) == 20

    shown = next(iter(references))
    assert (await pick(app, shown.lower(), BASIC)).json() == {}
    assert (await pick(app, shown, BASIC)).json() == ATTRIBUTES


async def test_SEC_168_guesses_of_a_pass_phrase_are_limited() -> None:
    app = make_app(allowances={**MANY, "client": Allowance(times=3, window_seconds=60)})
    configure_sample(app)
    for _ in range(3):
        assert (await drop(app, basic_header(USER, "wrong"))).status == 401

    answer = await drop(app, BASIC)

    assert (answer.status, answer.header("content-type")) == (429, "text/plain; charset=utf-8")
    app.clock.advance(60)
    assert (await drop(app, BASIC)).status == 200


async def test_SEC_168_guesses_of_references_are_limited_for_each_adapter() -> None:
    app = make_app(allowances={**MANY, "reference": Allowance(times=3, window_seconds=60)})
    configure(app, *(ReferenceAdapter(key, callers=pair_rules(app)) for key in ("a", "b")))
    kept = [(await drop(app, BASIC, at(key))).json()["REF"] for key in ("a", "b")]
    for guess in ("0" * 60, "", kept[1]):
        assert (await pick(app, guess, BASIC, at("a"))).json() == {}

    refused = await pick(app, "0" * 60, BASIC, at("a"))

    assert (refused.status, int(refused.header("retry-after") or 0)) == (429, 60)
    (event,) = [each for each in app.events.events if isinstance(each, RequestRefused)]
    assert (event.claimed, event.code) == ("a", "temporarily_unavailable")
    assert (await pick(app, kept[1], BASIC, at("b"))).json() == ATTRIBUTES


async def test_SEC_168_junk_closes_the_pick_up_to_no_good_reference() -> None:
    app = make_app(allowances={**MANY, "reference": Allowance(times=1, window_seconds=60)})
    configure_sample(app)
    good = await drop_sample(app)
    statuses = [(await pick(app, "0" * 60, BASIC)).status for _ in range(2)]

    assert statuses == [200, 429]
    assert (await pick(app, good, BASIC)).json() == ATTRIBUTES


async def test_SEC_168_references_that_are_good_use_up_nothing() -> None:
    app = make_app(allowances={**MANY, "reference": Allowance(times=1, window_seconds=60)})
    configure_sample(app)
    for _ in range(3):
        assert (await pick(app, await drop_sample(app), BASIC)).json() == ATTRIBUTES


@pytest.mark.parametrize("seconds", [1, 3])
async def test_SEC_169_a_reference_is_gone_after_its_time(app: App, seconds: int) -> None:
    configure_sample(app, reference_seconds=seconds)
    early, late = await drop_sample(app), await drop_sample(app)

    app.clock.advance(seconds - 0.01)
    assert (await pick(app, early, BASIC)).json() == ATTRIBUTES
    app.clock.advance(0.01)
    assert (await pick(app, late, BASIC)).json() == {}


@pytest.mark.parametrize("name", ["authnCtx", "sub", "iss", "aud", "exp", "REF", "sessionid"])
async def test_SEC_170_names_that_are_the_servers_own_are_refused(app: App, name: str) -> None:
    answer = await drop(app, BASIC, attributes={"subject": "a", name: "b"})

    assert (answer.status, app.store.references.rows) == (400, {})


async def test_SEC_170_parameters_that_stand_twice_are_refused(app: App) -> None:
    configure_sample(app, incoming_format=AttributeFormat.QUERY)
    for query in ("a=1&a=2", "resource=1&resource=2", "sub=x", "a=%00", "a=%ff"):
        answer = await app.pingfederate.request("GET", f"{DROP_OFF}?{query}", (BASIC,))
        assert (answer.status, app.store.references.rows) == (400, {})


async def test_SEC_173_a_token_of_the_client_with_its_scopes_will_do(app: App) -> None:
    configure(app, ReferenceAdapter("sample", callers=BEARERS))

    assert (await drop(app, await bearer(app))).status == 200
    assert (await drop(app, await bearer(app, scope="api:read api:write"))).status == 200


@pytest.mark.parametrize(
    "rules",
    [
        replace(BEARERS, client_ids=frozenset({ClientId("rs_client")})),
        replace(BEARERS, client_ids=frozenset()),
        replace(BEARERS, token_manager=TokenManagerId("reference")),
        replace(BEARERS, token_manager=None),
        replace(BEARERS, required_scopes=frozenset({"api:read", "api:write"})),
    ],
    ids=["another client", "no client", "another manager", "no manager", "a scope is missing"],
)
async def test_SEC_173_any_other_token_is_refused(app: App, rules: object) -> None:
    configure(app, ReferenceAdapter("sample", callers=rules))  # type: ignore[arg-type]

    assert (await drop(app, await bearer(app))).status == 401


async def test_SEC_173_a_token_of_another_environment_is_refused(app: App) -> None:
    configure(app, ReferenceAdapter("sample", callers=BEARERS))
    token = (await app.ask_pingone()).json()["access_token"]

    assert (await drop(app, ("Authorization", f"Bearer {token}"))).status == 401


async def test_SEC_173_a_revoked_or_expired_token_is_refused(app: App) -> None:
    configure(app, ReferenceAdapter("sample", callers=BEARERS))
    header = await bearer(app)
    app.clock.advance(7201)

    assert (await drop(app, header)).status == 401


async def test_SEC_174_nothing_is_taken_without_tls(app: App) -> None:
    plain = replace(app.pingfederate, is_secure=False)
    for headers in ((BASIC,), HEADERS, ()):
        answer = await plain.request("GET", "/ext/ref/pickup?REF=A", headers)
        assert (answer.status, answer.header("content-type")) == (403, "text/plain; charset=utf-8")


@pytest.mark.parametrize("takes", [False, True])
async def test_SEC_173_a_token_for_a_users_data_needs_the_switch(takes: bool) -> None:
    app, client = make_sign_on_app(), frozenset({ClientId("web")})
    browsing = Browsing(app)
    page = await browsing.authorize(WEB, client_id="web", response_type="token", scope="openid")
    token = returned(await browsing.press(page, pf_username="joe", pf_pass=PASSWORD))[
        "access_token"
    ]
    env = app.environment("default")
    (manager,) = env.clients[ClientId("web")].token_managers[:1]
    rules = CallerRules(token_manager=manager, client_ids=client, takes_user_tokens=takes)
    configure(app, ReferenceAdapter("sample", callers=rules))

    answer = await drop(app, ("Authorization", f"Bearer {token}"))

    assert answer.status == (200 if takes else 401)


async def test_SEC_173_a_token_that_is_bound_to_a_certificate_needs_that_certificate(
    app: App, tmp_path: Path
) -> None:
    authority = make_authority(tmp_path / "authority.pem")
    shown, other = (
        certificate_of(authority.issue(tmp_path / name, "app.example.com")) for name in "ab"
    )
    app.change_client("sdk-client-id", binds_tokens=True)
    configure(app, ReferenceAdapter("sample", callers=BEARERS))
    holder, thief = (replace(app.pingfederate, certificate=each) for each in (shown, other))
    basic = ("sdk-client-id", secret_of("sdk-client-id"))
    form = {"grant_type": "client_credentials", "scope": "api:read"}
    token = (await holder.post_form(TOKEN, form, basic=basic)).json()["access_token"]
    headers = (JSON, ("Authorization", f"Bearer {token}"))

    async def status(caller: Caller) -> int:
        return (await caller.request("POST", DROP_OFF, headers, b"{}")).status

    assert await status(holder) == 200
    assert await status(thief) == 401
    assert await status(app.pingfederate) == 401


def certificate_of(path: Path) -> bytes:
    """Return the certificate of a PEM file, DER."""
    return ssl.PEM_cert_to_DER_cert(
        path.read_text()[path.read_text().index("-----BEGIN CERTIFICATE") :].partition(
            "-----END CERTIFICATE-----"
        )[0]
        + "-----END CERTIFICATE-----"
    )

"""The back channel of Reference ID adapters, byte by byte."""

from dataclasses import replace

import pytest

from ostiary.core.model.reference_adapter import AttributeFormat, Direction, ReferenceAdapter
from tests.support.app import App, make_app
from tests.support.asgi import FORM
from tests.support.reference_adapters import (
    ATTRIBUTES,
    BASIC,
    BEARERS,
    DROP_OFF,
    HEADERS,
    JSON,
    PICK_UP,
    at,
    configure,
    configure_sample,
    drop,
    drop_sample,
    pair_rules,
    pick,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def app() -> App:
    made = make_app()
    configure_sample(made)
    return made


async def test_S1_1_a_drop_off_answers_with_a_reference_in_upper_case_hex(app: App) -> None:
    answer = await drop(app, BASIC, at("sample"))

    assert (answer.status, answer.header("content-type")) == (200, "application/json")
    assert answer.header("cache-control") == "no-store"
    assert list(answer.json()) == ["REF"]
    reference = answer.json()["REF"]
    assert len(reference) == 60
    assert set(reference) <= set("0123456789ABCDEF")


async def test_S1_2_a_pick_up_gives_what_was_dropped_once_and_then_nothing(app: App) -> None:
    reference = await drop_sample(app)

    first, second = await pick(app, reference, BASIC), await pick(app, reference, BASIC)

    assert (first.status, first.json()) == (200, ATTRIBUTES)
    assert (second.status, second.json()) == (200, {})


async def test_an_unknown_reference_stands_for_nothing(app: App) -> None:
    for reference in ("", "0" * 60, "%C3%A4", "a" * 5000):
        answer = await pick(app, reference, BASIC)
        assert (answer.status, answer.json()) == (200, {})


async def test_S1_3_the_header_names_the_adapter_and_may_be_missing_where_there_is_one(
    app: App,
) -> None:
    assert (await drop(app, BASIC)).status == 200
    assert (await drop(app, BASIC, at("sample"))).status == 200
    assert (await drop(app, BASIC, at("other"))).status == 401

    configure(app, *(ReferenceAdapter(key, callers=pair_rules(app)) for key in ("sample", "other")))
    assert (await drop(app, BASIC)).status == 401
    assert (await drop(app, BASIC, at("other"))).status == 200


@pytest.mark.parametrize("scheme", ["BASIC", "Basic", "basic"])
async def test_S1_18_the_case_of_the_scheme_does_not_count(app: App, scheme: str) -> None:
    name, value = BASIC
    assert (await drop(app, (name, value.replace("Basic", scheme)))).status == 200


async def test_S1_17_headers_carry_user_name_and_pass_phrase_as_they_are(app: App) -> None:
    assert (await drop(app, *HEADERS)).status == 200


async def test_S1_22_each_adapter_has_its_own_way_to_be_called(app: App) -> None:
    configure(
        app,
        ReferenceAdapter("pairs", callers=pair_rules(app)),
        ReferenceAdapter("tokens", callers=BEARERS),
    )
    bearer = ("Authorization", f"Bearer {await app.token(scope='api:read')}")

    assert (await drop(app, BASIC, at("pairs"))).status == 200
    assert (await drop(app, bearer, at("tokens"))).status == 200
    assert (await drop(app, bearer, at("pairs"))).status == 401
    assert (await drop(app, BASIC, at("tokens"))).status == 401
    assert (await drop(app, *HEADERS, at("tokens"))).status == 401


async def test_S1_21_an_adapter_of_the_service_side_takes_nothing_from_applications(
    app: App,
) -> None:
    configure_sample(app, direction=Direction.SP)

    answer = await drop(app, BASIC)

    assert (answer.status, answer.header("content-type")) == (403, "text/plain; charset=utf-8")
    assert (await pick(app, "0" * 60, BASIC)).json() == {}


async def test_S1_4_attributes_come_as_parameters_where_the_adapter_takes_them_so(
    app: App,
) -> None:
    configure_sample(app, incoming_format=AttributeFormat.QUERY)
    query, caller = "subject=j%20smith&mail=j@example.com", app.pingfederate

    for answer in (
        await caller.request("GET", f"{DROP_OFF}?{query}", (BASIC,)),
        await caller.request("POST", f"{DROP_OFF}?{query}", (BASIC,)),
        await caller.request("POST", DROP_OFF, (BASIC, FORM), query.encode()),
    ):
        assert answer.status == 200, answer.body
        found = await pick(app, answer.json()["REF"], BASIC)
        assert found.json() == {"subject": "j smith", "mail": "j@example.com"}


async def test_attributes_go_out_as_java_reads_them(app: App) -> None:
    configure_sample(app, outgoing_format=AttributeFormat.PROPERTIES)
    attributes = {"subject": " j=1\n", "first name": "Ä𝄞", "groups": ["a", "b"]}
    reference = (await drop(app, BASIC, attributes=attributes)).json()["REF"]

    answer = await pick(app, reference, BASIC)

    assert answer.header("content-type") == "text/plain; charset=utf-8"
    assert answer.body.splitlines() == [
        rb"subject=\ j=1\n",
        rb"first\ name=\u00c4\ud834\udd1e",
        rb'groups=["a", "b"]',
    ]


@pytest.mark.parametrize("includes_null", [False, True])
async def test_attributes_without_a_value_are_left_out_unless_they_are_wanted(
    app: App, includes_null: bool
) -> None:
    configure_sample(app, includes_null=includes_null)
    reference = (await drop(app, BASIC, attributes={"a": None, "b": 1})).json()["REF"]

    found = (await pick(app, reference, BASIC)).json()

    assert found == ({"a": None, "b": 1} if includes_null else {"b": 1})


@pytest.mark.parametrize("characters", [16, 128])
async def test_a_reference_is_as_long_as_its_adapter_says(app: App, characters: int) -> None:
    configure_sample(app, reference_bytes=characters)

    assert len(await drop_sample(app)) == 2 * characters


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"subject"',
        b'{"subject": "a"',
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": 123456789012345678901234567890}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}",
        b'{"a": "' + b"x" * 65536 + b'"}',
    ],
    ids=range(11),
)
async def test_SEC_170_what_is_no_plain_json_object_is_refused_and_not_kept(
    app: App, body: bytes
) -> None:
    answer = await app.pingfederate.request("POST", DROP_OFF, (JSON, BASIC), body)

    assert (answer.status, answer.header("content-type")) == (400, "text/plain; charset=utf-8")
    assert answer.body
    assert app.store.references.rows == {}


async def test_a_body_of_another_type_is_refused(app: App) -> None:
    for headers in ((FORM, BASIC), (BASIC,), (("Content-Type", "text/plain"), BASIC)):
        answer = await app.pingfederate.request("POST", DROP_OFF, headers, b'{"a": "b"}')
        assert answer.status == 400
    assert (await app.pingfederate.get(f"{DROP_OFF}?a=b", (BASIC,))).status == 400


async def test_nothing_is_spent_by_a_request_that_only_looks(app: App) -> None:
    reference = await drop_sample(app)

    answer = await app.pingfederate.request("HEAD", f"{PICK_UP}?REF={reference}", (BASIC,))

    assert answer.status == 405
    assert (await pick(app, reference, BASIC)).json() == ATTRIBUTES


async def test_pages_of_other_origins_may_not_call(app: App) -> None:
    origin = ("Origin", "https://app.example.com")
    answer = await drop(app, BASIC, origin)

    assert not any(name.startswith("access-control") for name, _ in answer.headers)


async def test_the_events_name_the_adapter_and_hold_no_reference_and_no_attribute(
    app: App,
) -> None:
    reference = await drop_sample(app)
    await pick(app, reference, BASIC)
    await pick(app, reference, BASIC)
    await drop(app, at("unknown"))

    kinds = [type(event).__name__ for event in app.events.events]
    picked_up = "AttributesPickedUp"
    assert kinds == ["AttributesDropped", picked_up, picked_up, "RequestRefused"]
    log = "".join(app.events.log)
    assert '"adapter":"sample","is_found":true' in log
    assert '"is_found":false' in log
    for canary in (reference, "jsmith", "sample_id", "q6^"):
        assert canary not in log


async def test_a_disabled_client_calls_no_longer(app: App) -> None:
    configure(app, ReferenceAdapter("sample", callers=BEARERS))
    bearer = ("Authorization", f"Bearer {await app.token(scope='api:read')}")
    assert (await drop(app, bearer)).status == 200
    env = app.environment("default")

    clients = {
        key: replace(client, enabled=False) if key == "sdk-client-id" else client
        for key, client in env.clients.items()
    }
    configure(app, ReferenceAdapter("sample", callers=BEARERS), clients=clients)

    assert (await drop(app, bearer)).status == 401

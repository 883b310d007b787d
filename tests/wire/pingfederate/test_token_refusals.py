"""What PingFederate's token endpoint refuses, and in which words: one golden table."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import jose
from tests.support.app import TOKEN, App, assertion_params, make_app
from tests.support.asgi import FORM, Answer, Headers, basic_header, form_encoded
from tests.support.golden import check_golden, describe
from tests.support.tenants import secret_of

GOLDEN = Path(__file__).parent / "golden"
GRANT = "grant_type=client_credentials"
GOOD = basic_header("many", secret_of("many"))
JSON = ("content-type", "application/json")
MULTIPART = ("content-type", "multipart/form-data; boundary=x")
REQUESTS: dict[str, tuple[Headers, bytes | str]] = {
    "wrong secret": ([basic_header("many", "wrong")], GRANT),
    "unknown client": ([basic_header("nobody", "wrong")], GRANT),
    "disabled client": ([basic_header("disabled", secret_of("disabled"))], GRANT),
    "wrong secret in the body": ([], f"{GRANT}&client_id=many&client_secret=wrong"),
    "client_id without a secret": ([], f"{GRANT}&client_id=many"),
    "secret without a client_id": ([], f"{GRANT}&client_secret=wrong"),
    "no client at all": ([], GRANT),
    "nothing at all": ([], ""),
    "an authorization that is no Basic": ([("authorization", "Bearer x")], GRANT),
    "a Basic that is no base64": ([("authorization", "Basic !!")], GRANT),
    "a Basic without its value": ([("authorization", "Basic")], GRANT),
    "two Authorization headers": ([GOOD, GOOD], GRANT),
    "another client_id in the body": ([GOOD], f"{GRANT}&client_id=modern"),
    "two methods at once": ([GOOD], f"{GRANT}&client_id=many&client_secret={secret_of('many')}"),
    "unknown grant": ([GOOD], "grant_type=nonsense"),
    "the word of seed 2": ([GOOD], "grant_type=authorization"),
    "no grant": ([GOOD], "scope=read"),
    "empty grant": ([GOOD], "grant_type=&scope=read"),
    "grant that is not the client's": (
        [basic_header("no-grants", secret_of("no-grants"))],
        GRANT,
    ),
    "public client": ([], f"{GRANT}&client_id=public"),
    "scope of somebody else": ([GOOD], f"{GRANT}&scope=sso"),
    "unknown scope": ([GOOD], f"{GRANT}&scope=read+nonsense"),
    "malformed scope": ([GOOD], f"{GRANT}&scope=read++write"),
    "parameter twice": ([GOOD], f"{GRANT}&scope=read&scope=read"),
    "JSON body": ([GOOD, JSON], '{"grant_type":"client_credentials"}'),
    "multipart body": ([GOOD, MULTIPART], "--x--"),
    "body without a media type": ([GOOD, ("content-type", "")], GRANT),
    "content coding": ([GOOD, ("content-encoding", "gzip")], GRANT),
    "invalid UTF-8": ([GOOD], GRANT + "&scope=%ff"),
    "raw bytes that are no UTF-8": ([GOOD], GRANT.encode() + b"&scope=\xff"),
    "broken escape": ([GOOD], GRANT + "&scope=%zz"),
    "NUL": ([GOOD], GRANT + "&scope=%00"),
    "64 KiB and one byte": ([GOOD], GRANT + "&x=" + "y" * (65537 - len(GRANT) - 3)),
    "101 parameters": ([GOOD], GRANT + "&x" * 100),
}


async def _send(app: App, name: str) -> Answer:
    headers, body = REQUESTS[name]
    media_type = [] if any(name == "content-type" for name, _ in headers) else [FORM]
    sent = [header for header in (*media_type, *headers) if header[1]]
    body = body.encode() if isinstance(body, str) else body
    return await app.pingfederate.request("POST", TOKEN, sent, body)


async def test_S0_13_refusals_have_these_words() -> None:
    answers = {name: describe(await _send(make_app(), name)) for name in REQUESTS}
    check_golden(GOLDEN / "refusals.json", answers)


@pytest.mark.parametrize("name", REQUESTS)
async def test_S0_13_every_refusal_is_json_with_code_and_text(name: str) -> None:
    answer = await _send(make_app(), name)
    status, code = answer.error
    assert status in {400, 401, 413, 415}
    assert code == ("invalid_client" if status == 401 else code)
    assert answer.json()["error_description"].endswith(".")


async def test_SEC_54_a_wrong_secret_and_an_unknown_client_get_the_same_bytes() -> None:
    app = make_app()
    names = ("wrong secret", "unknown client", "disabled client", "wrong secret in the body")
    answers = [await _send(app, name) for name in names]
    assert len({(answer.status, answer.headers, answer.body) for answer in answers}) == 1


async def test_64_KiB_are_taken() -> None:
    app = make_app()
    body = GRANT + "&x=" + "y" * (65536 - len(GRANT) - 3)
    answer = await app.pingfederate.request("POST", TOKEN, [FORM, GOOD], body.encode())
    assert answer.status == 200


async def test_S2_8_what_is_missing_is_named_unless_it_is_the_client() -> None:
    app = make_app()
    credentials = {"client_id": "app_client", "client_secret": secret_of("app_client")}
    answer = await app.pingfederate.post_form(TOKEN, credentials)
    assert answer.error == (400, "invalid_request")
    assert "grant_type" in answer.json()["error_description"]
    for missing in credentials:
        form = {"grant_type": "client_credentials", **credentials}
        del form[missing]
        answer = await app.pingfederate.post_form(TOKEN, form)
        assert answer.error == (401, "invalid_client")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"])
async def test_S0_6_SEC_40_another_method_is_not_allowed(method: str) -> None:
    target = f"{TOKEN}?{GRANT}&client_id=many&client_secret={form_encoded(secret_of('many'))}"
    answer = await make_app().pingfederate.request(method, target)
    assert answer.status == 405
    assert answer.header("allow") == "OPTIONS, POST"
    assert secret_of("many").encode() not in answer.body


@pytest.mark.parametrize(
    "parameter",
    ["grant_type", "scope", "client_id", "client_secret", "client_assertion", "code", "password"],
)
async def test_SEC_40_a_parameter_in_the_query_is_refused(parameter: str) -> None:
    app = make_app()
    answer = await app.pingfederate.post_form(
        f"{TOKEN}?{parameter}=canary", {"grant_type": "client_credentials"}, headers=[GOOD]
    )
    assert answer.error == (400, "invalid_request")
    assert b"canary" not in answer.body


async def test_another_query_is_passed_over() -> None:
    app = make_app()
    form = {"grant_type": "client_credentials"}
    answer = await app.pingfederate.post_form(f"{TOKEN}?tenant=1", form, headers=[GOOD])
    assert answer.status == 200


async def test_an_unreadable_assertion_is_an_invalid_client() -> None:
    app = make_app()
    for assertion in ("x", "a.b.c", "é", "x" * 20_000, jose.compact({"alg": "none"}, {}, None)):
        params: dict[str, Any] = assertion_params(assertion)
        answer = await app.pingfederate.post_form(
            TOKEN, {"grant_type": "client_credentials", **params}
        )
        assert answer.error == (401, "invalid_client")

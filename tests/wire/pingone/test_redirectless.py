"""PingOne's sign-on without redirects (`response_mode=pi.flow`), and what a flow refuses."""

from collections.abc import Mapping

import pytest

from ostiary.adapters.limiter import Allowance
from ostiary.core.model.audit.tokens import RequestRefused
from tests.support.asgi import Answer
from tests.support.browsing import PASSWORD
from tests.support.pingone_browsing import (
    PAGE_ORIGIN,
    PI_FLOW,
    RIGHT,
    PingOneBrowsing,
    make_pingone_sign_on_app,
)

SPA = {"client_id": "spa", "response_type": "code", "scope": "openid", "response_mode": "pi.flow"}
UNKNOWN_FLOW = "9b1f1a3e-0000-4000-8000-000000000000"


@pytest.fixture
def browsing() -> PingOneBrowsing:
    """Return a page of an application, in a browser in which nobody is signed on."""
    return PingOneBrowsing(make_pingone_sign_on_app(), origin=PAGE_ORIGIN)


def refusal(answer: Answer) -> tuple[int, str]:
    """Return status and code of a refusal in PingOne's shape."""
    members = answer.json()
    assert {"id", "code", "message"} <= set(members)
    return answer.status, members["code"]


def only_detail(answer: Answer) -> Mapping[str, object]:
    """Return the one detail of an error."""
    (detail,) = answer.json()["details"]
    assert isinstance(detail, dict)
    return detail


async def test_the_last_action_carries_the_answer(browsing: PingOneBrowsing) -> None:
    flow = await browsing.begin()
    done = (await browsing.check_password(flow["id"])).json()
    assert done["status"] == "COMPLETED"
    assert set(done["authorizeResponse"]) == {"code", "state", "iss"}
    assert await browsing.tokens(done["authorizeResponse"], "app")


async def test_S4_18_tokens_may_come_at_once(browsing: PingOneBrowsing) -> None:
    flow = await browsing.begin(response_type="token id_token")
    done = (await browsing.check_password(flow["id"])).json()
    assert {"access_token", "id_token"} <= set(done["authorizeResponse"])


async def test_whoever_is_signed_on_gets_the_answer_at_once(browsing: PingOneBrowsing) -> None:
    await browsing.check_password((await browsing.begin())["id"])
    again = await browsing.begin()
    assert again["status"] == "COMPLETED"
    assert "code" in again["authorizeResponse"]


async def test_a_redirect_uri_may_be_left_out(browsing: PingOneBrowsing) -> None:
    flow = await browsing.begin(SPA)
    assert "code" in (await browsing.check_password(flow["id"])).json()["authorizeResponse"]


async def test_SEC_124_the_answer_goes_out_once(browsing: PingOneBrowsing) -> None:
    flow_id = (await browsing.begin())["id"]
    await browsing.check_password(flow_id)
    assert refusal(await browsing.flow(flow_id)) == (404, "NOT_FOUND")
    resumed = await browsing.get(f"{browsing.issuer_path}/resume?flowId={flow_id}")
    assert resumed.status == 404
    assert b"code=" not in resumed.body


async def test_SEC_124_a_completed_flow_with_redirects_is_read_until_it_is_resumed(
    browsing: PingOneBrowsing,
) -> None:
    flow_id = (await browsing.begin(response_mode="pi.flow"))["id"]
    assert (await browsing.flow(flow_id)).json()["status"] == "USERNAME_PASSWORD_REQUIRED"


async def test_nobody_is_asked_where_the_application_forbids_it(browsing: PingOneBrowsing) -> None:
    answer = await browsing.authorize(PI_FLOW, prompt="none")
    assert answer.status == 400
    assert only_detail(answer)["code"] == "LOGIN_REQUIRED"


@pytest.mark.parametrize(
    "changed", [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example.com/"}]
)
async def test_about_an_unknown_application_there_are_no_details(
    browsing: PingOneBrowsing, changed: dict[str, str]
) -> None:
    answer = await browsing.authorize(PI_FLOW, **changed)
    assert refusal(answer) == (400, "INVALID_REQUEST")
    assert "details" not in answer.json()


@pytest.mark.parametrize(
    "inputs", [{"username": "joe", "password": "no"}, {"username": "nobody", "password": PASSWORD}]
)
async def test_a_wrong_password_and_an_unknown_user_are_refused_alike(
    browsing: PingOneBrowsing, inputs: dict[str, str]
) -> None:
    flow = await browsing.begin()
    answer = await browsing.check_password(flow["id"], inputs)
    assert refusal(answer) == (400, "INVALID_DATA")
    assert only_detail(answer) == {
        "code": "INVALID_VALUE",
        "target": "username",
        "message": "Invalid username and/or password.",
    }


@pytest.mark.parametrize(
    ("inputs", "detail"),
    [
        ({"username": "joe"}, ("REQUIRED_VALUE", "password")),
        ({**RIGHT, "password": 7}, ("INVALID_VALUE", "password")),
        ({**RIGHT, "other": "x"}, ("INVALID_VALUE", "other")),
    ],
)
async def test_what_is_wrong_with_an_input_is_said_of_it(
    browsing: PingOneBrowsing, inputs: dict[str, object], detail: tuple[str, str]
) -> None:
    flow = await browsing.begin()
    answer = await browsing.check_password(flow["id"], inputs)
    assert refusal(answer) == (400, "INVALID_DATA")
    found = only_detail(answer)
    assert (found["code"], found["target"]) == detail


@pytest.mark.parametrize("flow_id", [UNKNOWN_FLOW, "x", "A" * 22, "..", "%00"])
async def test_a_missing_flow_is_not_found(browsing: PingOneBrowsing, flow_id: str) -> None:
    assert refusal(await browsing.flow(flow_id)) == (404, "NOT_FOUND")


async def test_SEC_119_a_flow_of_another_browser_is_not_found(browsing: PingOneBrowsing) -> None:
    flow_id = (await browsing.begin())["id"]
    other = PingOneBrowsing(browsing.app)
    theirs, unknown = await other.flow(flow_id), await other.flow(UNKNOWN_FLOW)
    assert {**theirs.json(), "id": ""} == {**unknown.json(), "id": ""}


@pytest.mark.parametrize("action", ["otp.check", "user.register", "usernamePassword.cancel", "no"])
async def test_an_action_that_is_not_offered_is_refused(
    browsing: PingOneBrowsing, action: str
) -> None:
    flow_id = (await browsing.begin())["id"]
    assert refusal(await browsing.act(flow_id, action, {})) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/vnd.example.usernamePassword.check+json", "text/plain", ""],
)
async def test_another_media_type_names_no_action(
    browsing: PingOneBrowsing, media_type: str
) -> None:
    path = browsing.path_of_flow((await browsing.begin())["id"])
    headers = [("content-type", media_type)] if media_type else []
    answer = await browsing.request("POST", path, headers, b"{}")
    assert refusal(answer) == (415, "INVALID_REQUEST")


@pytest.mark.parametrize("ending", ["+json", "", "+json; charset=UTF-8", "+JSON"])
async def test_a_media_type_is_read_as_clients_write_it(
    browsing: PingOneBrowsing, ending: str
) -> None:
    flow_id = (await browsing.begin())["id"]
    answer = await browsing.act(flow_id, "usernamePassword.check", RIGHT, ending=ending)
    assert answer.json()["status"] == "COMPLETED"


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{", b'{"a":1,"a":2}'])
async def test_a_body_is_a_json_object(browsing: PingOneBrowsing, body: bytes) -> None:
    path = browsing.path_of_flow((await browsing.begin())["id"])
    kind = ("content-type", "application/vnd.pingidentity.usernamePassword.check+json")
    assert refusal(await browsing.request("POST", path, [kind], body)) == (400, "INVALID_REQUEST")


async def test_an_authorization_header_is_passed_over(browsing: PingOneBrowsing) -> None:
    flow_id = (await browsing.begin())["id"]
    answer = await browsing.get(
        browsing.path_of_flow(flow_id), [("authorization", "Bearer of-a-worker")]
    )
    assert answer.status == 200


async def test_too_many_flows_of_one_address_are_refused() -> None:
    app = make_pingone_sign_on_app(allowances={"flow": Allowance(1, 60.0)})
    browsing = PingOneBrowsing(app)
    await browsing.begin()
    answer = await browsing.authorize(PI_FLOW)
    assert refusal(answer) == (429, "REQUEST_LIMITED")
    assert isinstance(app.events.events[-1], RequestRefused)


async def test_a_locked_user_is_refused_like_a_wrong_password(browsing: PingOneBrowsing) -> None:
    flow = await browsing.begin()
    wrong = {**RIGHT, "password": "no"}
    answers = [await browsing.check_password(flow["id"], wrong) for _ in range(6)]
    locked = await browsing.check_password(flow["id"])
    assert locked.status == 400
    assert locked.json()["details"] == answers[0].json()["details"]

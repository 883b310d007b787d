"""Letting devices in at the wish of somebody else: forged forms and calls, before both faces."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from ostiary.core.model.audit.devices import UserCodeRefused
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.device_request import DEVICE_GRANT
from ostiary.core.model.environment import Face
from tests.support.app import App, run_now
from tests.support.asgi import Answer, Headers
from tests.support.browsing import PASSWORD, Browsing, make_sign_on_app
from tests.support.devices import DEVICE_AUTHORIZATION, DEVICE_PAGE, TOKEN, make_device_client
from tests.support.html import parse_form
from tests.support.pingone_browsing import PingOneBrowsing, make_pingone_sign_on_app
from tests.support.users import make_user

FACES, PLACES = list(Face), ["the code", "the question"]
CROSS_SITE = ("sec-fetch-site", "cross-site")
Action = tuple[str, dict[str, Any]]
STRANGER = ("origin", "https://stranger.example")
XSRF = ("x-xsrf-header", "PingFederate")
WRONG = "BBBB-BBBB"
USER_FIELDS = {
    Face.PINGFEDERATE: ("pf.username", "pf.pass", "pf.userCode"),
    Face.PINGONE: ("username", "password", "userCode"),
}
ACTIONS: dict[Face, tuple[Action, ...]] = {
    Face.PINGFEDERATE: (
        ("checkUsernamePassword", {"username": "joe", "password": PASSWORD}),
        ("submitUserCode", {"userCode": "{}"}),
        ("confirmUserCode", {"userCode": "{}"}),
    ),
    Face.PINGONE: (
        ("usernamePassword.check", {"username": "joe", "password": PASSWORD}),
        ("deviceAuthGrant.userCode.verify", {"userCode": "{}"}),
        ("deviceAuthGrant.consent", {"accept": True}),
    ),
}


@dataclass
class Stand:
    """A device that waits at a face, and people before its pages."""

    app: App
    face: Face
    codes: dict[str, Any]

    @property
    def user_code(self) -> str:
        return str(self.codes["user_code"])

    @property
    def page(self) -> str:
        env = self.app.environment("customers").id if self.face is Face.PINGONE else ""
        return f"/{env}/device" if env else DEVICE_PAGE

    def browser(self) -> Browsing | PingOneBrowsing:
        return PingOneBrowsing(self.app) if self.face is Face.PINGONE else Browsing(self.app)

    async def outcome(self) -> str:
        form = {
            "grant_type": DEVICE_GRANT,
            "device_code": self.codes["device_code"],
            "client_id": "tv",
        }
        answer = await self.browser().post_form(_target(self.app, self.face, TOKEN), form)
        return "tokens" if answer.status == 200 else str(answer.json()["error"])

    async def come(
        self, browsing: Browsing | PingOneBrowsing, place: str, username: str = "joe"
    ) -> Answer:
        """Sign somebody on, and go on to a place."""
        name, word, _ = USER_FIELDS[self.face]
        page = await follow(browsing, await browsing.get(self.page))
        page = await self.send(browsing, page, {name: username, word: PASSWORD})
        return page if place == "the code" else await self.send(browsing, page, self.filled())

    def filled(self, code: str | None = None) -> dict[str, str]:
        """Return the field of the code, filled in."""
        return {USER_FIELDS[self.face][2]: code or self.user_code}

    async def send(
        self,
        browsing: Browsing | PingOneBrowsing,
        page: Answer,
        typed: dict[str, str],
        headers: Headers = (),
        *,
        action: str | None = None,
    ) -> Answer:
        """Send the form of a page by its first button, and follow where that leads."""
        form = parse_form(page.body)
        sent = {**form.fields, **typed, form.buttons[0][0]: form.buttons[0][1]}
        answer = await browsing.post_form(action or form.action, sent, headers)
        return await follow(browsing, answer)


def _target(app: App, face: Face, path: str) -> str:
    if face is Face.PINGFEDERATE:
        return path
    name = {TOKEN: "token", DEVICE_AUTHORIZATION: "device_authorization"}[path]
    return f"/{app.environment('customers').id}/as/{name}"


async def follow(browsing: Browsing | PingOneBrowsing, answer: Answer) -> Answer:
    while answer.status in {302, 303}:
        answer = await browsing.get(answer.header("location") or "")
    return answer


async def stand_at(face: Face) -> Stand:
    """Have a device wait, and two people who could let it in."""
    client = make_device_client("tv", AuthMethod.NONE)
    if face is Face.PINGONE:
        app = make_pingone_sign_on_app(clients=[client], users=[make_user(2, username="ann")])
    else:
        app = make_sign_on_app(clients=[client])
        ann = make_user(2, username="ann")
        run_now(app.store.users.create(app.environment("default"), [ann]))
    stand = Stand(app, face, {})
    form = {"client_id": "tv", "scope": "openid"}
    answer = await stand.browser().post_form(_target(app, face, DEVICE_AUTHORIZATION), form)
    stand.codes = answer.json()
    return stand


@pytest.mark.parametrize("face", FACES)
async def test_the_way_that_is_attacked_here_lets_the_device_in(face: Face) -> None:
    stand = await stand_at(face)
    browsing = stand.browser()
    end = await stand.send(browsing, await stand.come(browsing, "the question"), {})
    assert "Your device is connected" in end.body.decode()
    assert await stand.outcome() == "tokens"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("place", PLACES)
async def test_SEC_112_a_form_on_another_site_is_not_taken(face: Face, place: str) -> None:
    stand = await stand_at(face)
    browsing = stand.browser()
    page = await stand.come(browsing, place)
    for code in (WRONG, stand.user_code):
        assert (await stand.send(browsing, page, stand.filled(code), [CROSS_SITE])).status == 403
    assert not refused_codes(stand)
    assert await stand.outcome() == "authorization_pending"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("place", PLACES)
async def test_SEC_112_a_form_that_comes_without_the_browser_s_cookies_is_not_taken(
    face: Face, place: str
) -> None:
    stand = await stand_at(face)
    page = await stand.come(stand.browser(), place)
    assert (await stand.send(stand.browser(), page, stand.filled())).status == 404
    assert await stand.outcome() == "authorization_pending"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("place", PLACES)
async def test_SEC_112_a_form_whose_flow_was_guessed_is_not_taken(face: Face, place: str) -> None:
    stand = await stand_at(face)
    browsing = stand.browser()
    page = await stand.come(browsing, place)
    flow_id = flow_of(stand, page)
    guessed = parse_form(page.body).action.replace(flow_id, flow_id[::-1])
    answer = await stand.send(browsing, page, stand.filled(), action=guessed)
    assert answer.status == 404
    assert await stand.outcome() == "authorization_pending"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("place", PLACES)
async def test_SEC_112_what_one_person_began_another_who_is_signed_on_does_not_go_on_with(
    face: Face, place: str
) -> None:
    stand = await stand_at(face)
    joe, ann = stand.browser(), stand.browser()
    page = await stand.come(joe, place)
    await stand.come(ann, "the code", "ann")
    assert (await stand.send(ann, page, stand.filled())).status == 404
    assert await stand.outcome() == "authorization_pending"
    end = await stand.send(joe, page, stand.filled())
    if place == "the code":
        end = await stand.send(joe, end, {})
    assert "Your device is connected" in end.body.decode()


@pytest.mark.parametrize("face", FACES)
async def test_SEC_112_no_form_of_a_stranger_begins_and_decides_in_one(face: Face) -> None:
    stand = await stand_at(face)
    browsing = stand.browser()
    await stand.come(browsing, "the code")
    sent = {"user_code": stand.user_code, "pf.ok": "clicked", "_ok": "1", "accept": "true"}
    page = await follow(browsing, await browsing.post_form(stand.page, sent, [CROSS_SITE]))
    assert "Let Tv in?" in page.body.decode()
    assert await stand.outcome() == "authorization_pending"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("place", PLACES)
async def test_SEC_112_a_page_elsewhere_makes_no_call_for_the_user(face: Face, place: str) -> None:
    stand = await stand_at(face)
    browsing = stand.browser()
    flow_id = await begin_by_calls(stand, browsing)
    check, submit, confirm = ACTIONS[face]
    wanted = [check] if place == "the code" else [check, submit]
    for action in wanted:
        assert (await call(stand, browsing, flow_id, action)).status == 200
    forged = submit if place == "the code" else confirm
    assert (await call(stand, browsing, flow_id, forged, [STRANGER])).status == 403
    if face is Face.PINGFEDERATE:
        bare = await call(stand, browsing, flow_id, forged, marked=False)
        assert 400 <= bare.status < 500
    assert await stand.outcome() == "authorization_pending"
    for action in (forged,) if place == "the question" else (submit, confirm):
        assert (await call(stand, browsing, flow_id, action)).status == 200
    assert await stand.outcome() == "tokens"


@pytest.mark.parametrize("face", FACES)
async def test_SEC_112_what_one_person_is_asked_another_person_s_program_does_not_answer(
    face: Face,
) -> None:
    stand = await stand_at(face)
    joe, ann = stand.browser(), stand.browser()
    flow_id = await begin_by_calls(stand, joe)
    check, submit, confirm = ACTIONS[face]
    for action in (check, submit):
        await call(stand, joe, flow_id, action)
    await stand.come(ann, "the code", "ann")
    assert (await call(stand, ann, flow_id, confirm)).status == 404
    assert await stand.outcome() == "authorization_pending"


async def begin_by_calls(stand: Stand, browsing: Browsing | PingOneBrowsing) -> str:
    """Begin without redirects, and return the flow."""
    answer = await browsing.get(f"{stand.page}?response_mode=pi.flow")
    assert answer.status == 200, answer.body
    return str(answer.json()["id"])


async def call(
    stand: Stand,
    browsing: Browsing | PingOneBrowsing,
    flow_id: str,
    action: Action,
    headers: Headers = (),
    *,
    marked: bool = True,
) -> Answer:
    """Perform an action.

    Args: marked: with the header that pages elsewhere cannot set.
    """
    name, inputs = action
    filled = {key: stand.user_code if value == "{}" else value for key, value in inputs.items()}
    target = (
        f"{stand.page.removesuffix('/device')}/flows/{flow_id}"
        if stand.face is Face.PINGONE
        else f"/pf-ws/authn/flows/{flow_id}"
    )
    media_type = ("content-type", f"application/vnd.pingidentity.{name}+json")
    sent = [media_type, *headers, *([XSRF] if marked and stand.face is Face.PINGFEDERATE else [])]
    return await browsing.request("POST", target, sent, json.dumps(filled).encode())


def flow_of(stand: Stand, page: Answer) -> str:
    """Return the flow that the form of a page names."""
    action = parse_form(page.body).action
    return action.split("flowId=")[1] if stand.face is Face.PINGONE else action.split("/")[2]


def refused_codes(stand: Stand) -> list[object]:
    """Return what was told of codes that are of no device."""
    return [each for each in stand.app.events.events if isinstance(each, UserCodeRefused)]

"""The page behind a link that recovers a password, at both faces' addresses."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from ostiary.core.model.password_policy import PasswordPolicy
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.ports.delivery import Template
from tests.support.app import BASE_URL, App, make_snapshot
from tests.support.asgi import Answer, Caller
from tests.support.browsing import PASSWORD, Browsing, make_sign_on_app
from tests.support.html import Form, check_page, parse_form, visible_text
from tests.support.pingone_browsing import BASE, PingOneBrowsing, make_pingone_sign_on_app
from tests.support.users import make_user

pytestmark = pytest.mark.anyio
NEW = "a much longer password"
EVE = make_user(2, username="eve", attributes={"mail": "eve@example.com"})
SETTINGS = {"recovery": True, "recovery_by": "link"}


@dataclass
class Visit:
    """Somebody who has forgotten a password, and opens the link in a browser without cookies."""

    face: str
    app: App

    @property
    def caller(self) -> Caller:
        return self.app.pingfederate if self.face == "pingfederate" else self.app.pingone

    async def forget(self) -> str:
        """Have a link sent, and return its path and query."""
        if self.face == "pingfederate":
            browsing = Browsing(self.app)
            answer = await browsing.authorize(
                {"client_id": "im_client", "response_type": "token", "response_mode": "pi.flow"}
            )
            flow_id = answer.json()["id"]
            await browsing.act(flow_id, "initiateAccountRecovery", {})
            await browsing.act(flow_id, "checkAccountRecoveryUsername", {"username": "eve"})
            base = BASE_URL
        else:
            other = PingOneBrowsing(self.app)
            flow = await other.begin()
            await other.act(flow["id"], "password.forgot", {"username": "eve"})
            base = BASE
        link = self.app.outbox.last(Template.RECOVERY_LINK).values["link"]
        assert link.startswith(base)
        return link.removeprefix(base)

    async def open(self, link: str) -> Answer:
        return await self.caller.request("GET", link, ())

    async def send(self, form: Form, new: str, *headers: tuple[str, str], **fields: str) -> Answer:
        sent = {**form.fields, "newPassword": new, **fields}
        return await self.caller.post_form(form.action, sent, headers=headers)

    def set_policy(self, policy: PasswordPolicy) -> None:
        """Apply a configuration in which new passwords have other rules."""
        held = self.app.snapshots
        envs = held.current.environments.values()
        held.current = make_snapshot(replace(env, passwords=policy) for env in envs)

    async def is_new(self, password: str) -> bool:
        """Tell whether a password is eve's."""
        env = next(iter(self.app.snapshots.current.environments.values()))
        eve = await self.app.store.users.find(env, EVE.id)
        assert eve is not None
        assert eve.password is not None
        assert EVE.password is not None
        return (eve.password.hash != EVE.password.hash) is (password == NEW)


@pytest.fixture(params=["pingfederate", "pingone"])
def visit(request: pytest.FixtureRequest) -> Visit:
    step = StepInstance("form", "username_password", SETTINGS)
    steps: dict[str, Any] = {"form": step}
    if request.param == "pingfederate":
        return Visit("pingfederate", make_sign_on_app(users=[EVE], steps=steps))
    policy = Policy("Single_Factor", StepNode("form"), "Single_Factor")
    policies = {"Single_Factor": policy}
    app = make_pingone_sign_on_app(users=[EVE], steps=steps, policies=policies)
    return Visit("pingone", app)


async def test_whoever_opens_the_link_elsewhere_chooses_a_password(visit: Visit) -> None:
    page = await visit.open(await visit.forget())
    assert page.status == 200
    check_page(dict(page.headers), page.body)
    form = parse_form(page.body)
    assert form.fields["username"] == "eve"
    weak = await visit.send(form, "short")
    assert "Use at least 15 characters." in visible_text(weak.body)
    assert await visit.is_new(PASSWORD)
    done = await visit.send(form, NEW)
    assert "You can sign on with the new one now." in visible_text(done.body)
    assert await visit.is_new(NEW)


async def test_SEC_123_a_used_link_says_so_on_an_error_page(visit: Visit) -> None:
    link = await visit.forget()
    form = parse_form((await visit.open(link)).body)
    await visit.send(form, NEW)
    for answer in (await visit.open(link), await visit.send(form, "another long password")):
        assert answer.status == 400
        assert "This link is not valid any more" in visible_text(answer.body)
        check_page(dict(answer.headers), answer.body)


async def test_SEC_141_a_look_changes_nothing_and_tells_no_other_site(visit: Visit) -> None:
    link = await visit.forget()
    await visit.open(link)
    page = await visit.open(link)
    assert page.status == 200
    assert page.header("referrer-policy") == "no-referrer"
    assert "no-store" in (page.header("cache-control") or "")
    assert page.header("set-cookie") is None
    assert await visit.is_new(PASSWORD)


async def test_a_form_of_another_site_is_refused(visit: Visit) -> None:
    form = parse_form((await visit.open(await visit.forget())).body)
    answer = await visit.send(form, NEW, ("sec-fetch-site", "cross-site"))
    assert answer.status == 403
    assert await visit.is_new(PASSWORD)


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "%00", "%ff.1.x", "x" * 5000])
async def test_no_other_value_opens_a_form(visit: Visit, value: str) -> None:
    path = urlsplit(await visit.forget()).path
    for target in (f"{path}?link={value}", path, f"{path}?link=a&link=b"):
        assert (await visit.open(target)).status in {400, 414}


async def test_an_empty_password_is_asked_for_again(visit: Visit) -> None:
    form = parse_form((await visit.open(await visit.forget())).body)
    answer = await visit.send(form, "")
    assert "Required field." in visible_text(answer.body)
    assert parse_form(answer.body).fields["link"] == form.fields["link"]


async def test_whoever_tries_former_passwords_is_told_to_wait(visit: Visit) -> None:
    visit.set_policy(PasswordPolicy(min_characters=8, excludes_common=False, history=1))
    form = parse_form((await visit.open(await visit.forget())).body)
    for _ in range(5):
        tried = await visit.send(form, PASSWORD)
        assert "Choose one that you have not used before." in visible_text(tried.body)
    refused = await visit.send(form, PASSWORD)
    assert refused.status == 429
    assert int(refused.header("retry-after") or "0") > 0
    assert "Too many passwords were tried with this link" in visible_text(refused.body)
    check_page(dict(refused.headers), refused.body)


async def test_the_new_password_ends_what_the_old_one_let_in(visit: Visit) -> None:
    form = parse_form((await visit.open(await visit.forget())).body)
    await visit.send(form, NEW)
    told = visit.app.outbox.messages[-1]
    assert (told.template, told.to) == (Template.PASSWORD_CHANGED, "eve@example.com")

"""Users with another password, disabled or deleted: what was theirs is over, and for good."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from ostiary.adapters.password_hashing import PooledHashing
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Stage
from ostiary.core.model.token import Issuance
from ostiary.core.model.user import User
from tests.support.codes import Codes, signed_on
from tests.support.flows import TWO_FORMS, BrowserJar, Flows, offer_of
from tests.support.stored_sign_on import make_consent
from tests.support.user_administration import make_user_administration

NEW = "quite another password"
INVALID = (400, "invalid_grant")
OFFLINE = "openid offline_access"
Change = Callable[[UserAdministration, Environment, User], Awaitable[object]]


async def give_password(users: UserAdministration, env: Environment, user: User) -> None:
    await users.set_password(env, user, NEW, must_change=False)


async def disable_and_enable(users: UserAdministration, env: Environment, user: User) -> None:
    changed = await users.set_enabled(env, user, enabled=False)
    await users.set_enabled(env, changed.user, enabled=True)


async def delete(users: UserAdministration, env: Environment, user: User) -> None:
    await users.delete(env, user)


EVERY_CHANGE = pytest.mark.parametrize("change", [give_password, disable_and_enable])


class SlowHashing(PooledHashing):
    """The real pool; something else happens while it compares the next password."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def check(self, kept: str | None, password: str) -> PasswordCheck:
        checked = await super().check(kept, password)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return checked


async def make_flows() -> tuple[Flows, SlowHashing]:
    hashing = SlowHashing()
    flows = Flows(hashing=hashing)
    await flows.add_joe()
    return flows, hashing


async def change_joe(flows: Flows, change: Change) -> None:
    users = make_user_administration(flows.store, flows.hashing, flows.events, flows.clock)
    await change(users, flows.env, await flows.user("joe"))


@EVERY_CHANGE
async def test_SEC_131_whoever_is_changed_while_its_password_is_compared_is_not_signed_on(
    change: Change,
) -> None:
    flows, hashing = await make_flows()

    async def meanwhile() -> None:
        await change_joe(flows, change)
        flows.clock.advance(1)

    browser = BrowserJar()
    begun = await flows.begin(browser)
    hashing.meanwhile = meanwhile
    turn = await flows.check(browser, begun.flow.id)
    assert turn.flow.failure is not None
    assert not await flows.is_signed_on(browser)


@EVERY_CHANGE
@pytest.mark.parametrize("seconds", [0, 1])
async def test_SEC_131_a_session_that_is_stored_after_its_user_was_changed_holds_for_nobody(
    change: Change, seconds: float
) -> None:
    flows, _ = await make_flows()
    browser = BrowserJar()
    turn = await flows.begin(browser)
    flows.clock.advance(seconds)
    moved = await flows.engine.act(
        flows.env,
        turn,
        offer_of(turn, "usernamePassword.check"),
        {"username": "joe", "password": "Password1"},
        browser.shows(),
    )
    await change_joe(flows, change)
    await flows.engine.keep(flows.env, moved)
    browser.keep(moved)
    assert moved.flow.failure is None
    assert not await flows.is_signed_on(browser)


@EVERY_CHANGE
async def test_SEC_131_a_first_step_from_before_the_change_is_worth_nothing_after_it(
    change: Change,
) -> None:
    flows, _ = await make_flows()
    flows.reconfigure(**TWO_FORMS)
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.check(browser, begun.flow.id)
    await change_joe(flows, change)
    password = NEW if change is give_password else "Password1"
    turn = await flows.check(browser, begun.flow.id, password=password)
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.failure is not None
    assert not await flows.is_signed_on(browser)


async def test_SEC_131_a_stronger_hash_of_the_same_password_ends_nothing() -> None:
    flows, _ = await make_flows()
    browser = BrowserJar()
    await flows.sign_on(browser)
    joe = await flows.user("joe")
    assert joe.password is not None
    stronger = replace(joe.password, hash=await flows.hashing.make_hash("Password1"))
    await flows.directory.save(flows.env, replace(joe, password=stronger))
    assert await flows.is_signed_on(browser)


async def change_user(codes: Codes, change: Change) -> None:
    app, hashing = codes.app, PooledHashing()
    try:
        users = make_user_administration(app.store, hashing, app.events, app.clock)
        await change(users, codes.env, codes.user)
    finally:
        hashing.close()


@pytest.mark.parametrize("change", [give_password, disable_and_enable, delete])
async def test_SEC_131_sessions_grants_and_consents_are_gone_from_the_store(
    change: Change,
) -> None:
    codes = await signed_on()
    store, env, now = codes.app.store, codes.env, codes.app.clock.now()
    consent = make_consent(user_id=codes.user.id)
    await store.commit(env, Issuance(consent=consent), now=now)
    await codes.tokens()
    await change_user(codes, change)
    assert await store.sessions.find_by_id(env, codes.session.id, now=now) is None
    assert await store.consents.find(env, codes.user.id, consent.client_id) is None
    assert await store.user_grants.revoke_of_user(env, codes.user.id) == 0


@pytest.mark.parametrize("scope", ["openid", OFFLINE])
@EVERY_CHANGE
async def test_SEC_73_no_token_comes_back_with_the_user(change: Change, scope: str) -> None:
    codes = await signed_on()
    tokens = await codes.tokens(scope=scope)
    code = await codes.code(scope=scope)
    await change_user(codes, change)
    assert not await codes.is_active(tokens["access_token"])
    assert (await codes.refresh(tokens["refresh_token"])).error == INVALID
    assert (await codes.exchange(code)).error == INVALID


@pytest.mark.parametrize("scope", ["openid", OFFLINE])
@EVERY_CHANGE
async def test_SEC_73_a_code_that_is_stored_after_the_change_is_worth_nothing(
    change: Change, scope: str
) -> None:
    codes = await signed_on()
    await change_user(codes, change)
    # What a sign-on does that had passed the gate just before.
    code = await codes.code(scope=scope)
    assert (await codes.exchange(code)).error == INVALID


@EVERY_CHANGE
async def test_SEC_73_a_token_that_is_stored_after_the_change_is_worth_nothing(
    change: Change,
) -> None:
    codes = await signed_on()
    await change_user(codes, change)
    issued = (await codes.front("token", scope=OFFLINE)).tokens
    assert issued is not None
    assert not await codes.is_active(issued.access_token)

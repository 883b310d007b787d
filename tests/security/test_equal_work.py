"""Attempts that must take the same time do the same work: counted, without a clock."""

from collections.abc import Mapping
from typing import Any

import pytest

from ostiary.core.model.password_policy import LockoutPolicy
from ostiary.core.model.policy import StepInstance
from tests.support.browsing import PI_FLOW, Browsing, make_sign_on_app
from tests.support.users import make_user

Action = tuple[str, Mapping[str, Any]]
NEW = "a good long pass phrase"
STEPS = {
    "form": StepInstance("form", "username_password", {"recovery": True, "registration": True})
}
LOCKS = LockoutPolicy(failures=1, spray_users=0, lock_seconds=(10.0**6,))
PEOPLE = (
    make_user(2, username="known", attributes={"mail": "known@example.com"}),
    make_user(3, username="disab", enabled=False),
    make_user(4, username="locke", attributes={"mail": "locke@example.com"}),
    make_user(5, username="witho", password=None),
)


class Watched:
    """A server that writes down what it asks of its store."""

    def __init__(self) -> None:
        self.work: list[str] = []
        app = make_sign_on_app(users=PEOPLE, steps=STEPS, lockout=LOCKS, reach=self.work.append)
        self.browsing = Browsing(app)

    async def work_of(self, *actions: tuple[str, Mapping[str, Any]]) -> list[str]:
        """Begin a flow, perform actions, and return what the last one cost."""
        self.browsing.cookies.clear()
        flow = (await self.browsing.authorize(PI_FLOW)).json()
        for action, inputs in actions:
            self.work.clear()
            await self.browsing.act(flow["id"], action, dict(inputs))
        return list(self.work)


def _password(username: str) -> Action:
    return "checkUsernamePassword", {"username": username, "password": "wrong"}


def _registration(username: str, email: str) -> Action:
    values = {"username": username, "email": email, "newpassword": NEW}
    return "registerUser", {"password": NEW, "fieldValues": values}


@pytest.mark.parametrize("username", ["disab", "locke", "witho", "nobod"])
async def test_SEC_152_an_attempt_asks_the_store_the_same_whoever_it_is_for(username: str) -> None:
    watched = Watched()
    await watched.work_of(_password("locke"))
    usual = await watched.work_of(_password("known"))
    assert usual
    assert await watched.work_of(_password(username)) == usual


@pytest.mark.parametrize("username", ["nobod", "disab", "witho"])
async def test_SEC_152_a_forgotten_password_asks_the_store_the_same_whoever_forgot_it(
    username: str,
) -> None:
    watched = Watched()
    begin: Action = ("initiateAccountRecovery", {})
    usual = await watched.work_of(begin, ("checkAccountRecoveryUsername", {"username": "known"}))
    assert usual
    named = {"username": username}
    assert await watched.work_of(begin, ("checkAccountRecoveryUsername", named)) == usual


async def test_SEC_152_a_registration_asks_the_store_the_same_whosever_the_address_is() -> None:
    watched = Watched()
    begin: Action = ("initiateRegistration", {})
    usual = await watched.work_of(begin, _registration("ann", "ann@example.com"))
    assert usual
    taken = await watched.work_of(begin, _registration("eve", "known@example.com"))
    assert taken == usual

"""Attempts that must take the same time do the same work: counted, without a clock."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from ostiary.core.model.password_policy import LockoutPolicy
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.reference_adapter import ReferenceAdapter
from tests.support.app import make_app
from tests.support.asgi import basic_header
from tests.support.browsing import PI_FLOW, Browsing, make_sign_on_app
from tests.support.reference_adapters import (
    BASIC,
    BEARERS,
    PASS_PHRASE,
    USER,
    at,
    configure,
    pair_rules,
    pick,
)
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


class WatchedCalls:
    """A back channel of two adapters, of which is written down what a call costs.

    That is what is asked of the store, and each step of a digest or a comparison in constant time.
    """

    def __init__(self) -> None:
        self.work: Counter[str] = Counter()
        self.app = make_app(reach=lambda point: self.work.update([point]))
        pair, others = pair_rules(self.app), BEARERS
        closed = replace(pair, pass_phrase=None, username=None)
        configure(
            self.app,
            ReferenceAdapter("sample", callers=pair),
            ReferenceAdapter("tokens", callers=others),
            ReferenceAdapter("closed", callers=closed),
        )

    async def work_of(self, *headers: tuple[str, str]) -> Mapping[str, int]:
        """Fail to pick something up, and return what that cost."""
        self.work.clear()
        with _counting(self.work):
            answer = await pick(self.app, "0" * 60, *headers)
        assert answer.status == 401
        return dict(self.work)


@contextmanager
def _counting(work: Counter[str]) -> Iterator[None]:
    def count(_: FrameType, event: str, called: Any) -> None:
        name = getattr(called, "__name__", "") if event == "c_call" else ""
        if name in _COSTLY:
            work.update([name])

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)


_COSTLY = frozenset({"compare_digest", "openssl_sha256", "update", "digest", "copy"})
WRONG = basic_header(USER, "wrong")


@pytest.mark.parametrize(
    "headers",
    [
        (WRONG, at("nobody")),
        (WRONG,),
        (WRONG, at("tokens")),
        (WRONG, at("closed")),
        (basic_header("nobody", PASS_PHRASE), at("sample")),
        (basic_header("nobody", "wrong"), at("nobody")),
        (BASIC, at("nobody")),
        (BASIC, at("closed")),
        (("ping.uname", USER), ("ping.pwd", "wrong"), at("nobody")),
    ],
)
async def test_SEC_165_a_wrong_adapter_costs_what_a_wrong_pass_phrase_costs(
    headers: tuple[tuple[str, str], ...],
) -> None:
    watched = WatchedCalls()
    usual = await watched.work_of(WRONG, at("sample"))
    assert usual["compare_digest"] >= 3
    assert await watched.work_of(*headers) == usual


@pytest.mark.parametrize("adapter", ["nobody", "sample", "closed"])
async def test_SEC_165_a_wrong_adapter_costs_what_a_wrong_token_costs(adapter: str) -> None:
    watched = WatchedCalls()
    token = ("Authorization", f"Bearer {await watched.app.token(scope='api:write')}")
    await watched.work_of(token, at("tokens"))  # whoever shows it first pays for its signature
    usual = await watched.work_of(token, at("tokens"))
    assert any(point.startswith("memory.") for point in usual)
    assert await watched.work_of(token, at(adapter)) == usual

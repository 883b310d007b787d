"""Somebody signs off just as an application gets its tokens: none of them outlives the session."""

from dataclasses import dataclass

import pytest

from ostiary.core.model.audit.tokens import ReplayDetected, RequestRefused
from tests.support.app import App, run_now
from tests.support.asgi import Answer
from tests.support.browsing import (
    CALLBACK,
    PASSWORD,
    VERIFIER,
    WEB,
    Browsing,
    make_sign_on_app,
    returned,
)
from tests.support.tenants import secret_of

AFTER_THE_GATE = "memory.users.find"
"""The gate looks for the session first, and for the user then."""
AFTER_THE_CODE = "memory.codes.find"
"""With a code comes its user; whether the session is over, the commit asks."""


@dataclass
class Leaver:
    """Signs off between the look at the session and the commit, once it is told to.

    Args:
        passes: how often there is such a look before.
        moment: the look behind which the person leaves.
    """

    app: App | None = None
    passes: int = 0
    moment: str = AFTER_THE_GATE
    ended: str | None = None

    def __call__(self, point: str) -> None:
        if point != self.moment or self.app is None:
            return
        self.passes -= 1
        if self.passes < 0:
            app, self.app = self.app, None
            env = app.environment("default")
            (session_id,) = [session_id for _, session_id in app.store.sessions.rows]
            assert run_now(app.store.sessions.end(env, session_id))
            self.ended = session_id


def events(app: App, kind: type[object]) -> list[object]:
    return [event for event in app.events.events if isinstance(event, kind)]


async def exchange(app: App, code: str) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return await app.pingfederate.post_form(
        "/as/token.oauth2", form, basic=("web", secret_of("web"))
    )


async def get_code(leaver: Leaver) -> tuple[App, str]:
    """Sign on for a code; the person is about to leave."""
    app = make_sign_on_app(reach=leaver)
    browsing = Browsing(app)
    page = await browsing.authorize(WEB)
    answer = await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    return app, returned(answer)["code"]


async def test_SEC_50_an_exchange_that_crosses_the_sign_off_gets_nothing() -> None:
    leaver = Leaver(moment=AFTER_THE_CODE)
    leaver.app, code = await get_code(leaver)
    app = leaver.app
    answer = await exchange(app, code)
    assert answer.error == (400, "invalid_grant")
    assert app.store.user_grants.rows == {}


async def test_a_crossing_sign_off_is_not_taken_for_a_stolen_code() -> None:
    leaver = Leaver(moment=AFTER_THE_CODE)
    leaver.app, code = await get_code(leaver)
    app = leaver.app
    await exchange(app, code)
    assert events(app, ReplayDetected) == []
    (refused,) = events(app, RequestRefused)
    assert isinstance(refused, RequestRefused)
    assert (refused.endpoint, refused.reason) == ("token", "the session ended meanwhile")


@pytest.mark.parametrize("response_type", ["token", "id_token token", "code id_token token"])
async def test_SEC_50_a_token_from_the_front_channel_that_crosses_the_sign_off_is_not_given(
    response_type: str,
) -> None:
    leaver = Leaver()
    app = make_sign_on_app(reach=leaver)
    browsing = Browsing(app)
    await browsing.press(await browsing.authorize(WEB), pf_username="joe", pf_pass=PASSWORD)
    asked = {
        **WEB,
        "client_id": "asking",
        "response_type": response_type,
        "nonce": "n",
        "prompt": "consent",
    }
    question = await browsing.authorize(asked)
    assert "access_token" in returned(await browsing.press(question, "allow"))
    question = await browsing.authorize(asked)
    # Recognising the browser looks the user up, too.
    leaver.app, leaver.passes = app, 1
    answer = returned(await browsing.press(question, "allow"))
    assert answer["error"] == "access_denied"
    assert app.store.user_grants.rows == {}


@dataclass
class Counter:
    """Counts how often users are looked up."""

    looks: int = 0

    def __call__(self, point: str) -> None:
        self.looks += point == AFTER_THE_GATE


async def sign_on_again(app: App, watch: Counter | Leaver, passes: int = 0) -> Browsing:
    """Sign on, and then prove it again in the same browser."""
    browsing = Browsing(app)
    page = await browsing.authorize(WEB)
    await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    page = await browsing.authorize(WEB, prompt="login")
    match watch:
        case Counter():
            watch.looks = 0
        case Leaver():
            watch.app, watch.passes = app, passes
    await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    return browsing


async def test_SEC_131_proving_it_again_brings_no_session_back_that_was_ended_meanwhile() -> None:
    counter = Counter()
    app = make_sign_on_app(reach=counter)
    await sign_on_again(app, counter)
    assert len(app.store.sessions.rows) == 1
    for passes in range(counter.looks):
        leaver = Leaver()
        crossed = make_sign_on_app(reach=leaver)
        await sign_on_again(crossed, leaver, passes)
        assert leaver.ended is not None, "nobody has left"
        assert leaver.ended not in {session_id for _, session_id in crossed.store.sessions.rows}

"""The page of one's own account: browsers that are remembered, before both faces."""

import pytest

from ostiary.core.model.audit.authenticators import BrowsersForgotten
from ostiary.core.model.policy import StepInstance
from tests.support.account_page import FACES, FaceName, find_button, find_notice, headings, visit
from tests.support.authenticators import make_authenticator
from tests.support.flows import FORM

REMEMBERED, ASK = "Browsers that are remembered", "Ask me everywhere again"


@pytest.mark.parametrize("face", FACES)
async def test_whoever_wishes_it_is_asked_everywhere_again(face: FaceName) -> None:
    more = StepInstance("more", "second_factor", {"remember_minutes": 10})
    joe = visit(face, steps={"form": FORM, "more": more})
    page = await joe.enter()
    assert REMEMBERED in headings(page)
    user = await joe.app.store.users.scan(joe.env)
    mine = next(each for each in user if each.username == "joe")
    kept = make_authenticator(1, user_id=mine.id)
    await joe.app.store.authenticators.add(joe.env, kept)

    page = await joe.press(find_button(page, ASK))

    assert find_notice(page) == "No browser is remembered any more."
    (now,) = await joe.app.store.authenticators.select(joe.env, mine.id)
    assert now.forgotten_at > kept.forgotten_at
    assert BrowsersForgotten(joe.env.id, mine.id, "account") in joe.app.events.events


@pytest.mark.parametrize("face", FACES)
async def test_the_page_says_nothing_of_it_where_that_is_off(face: FaceName) -> None:
    page = await visit(face).enter()
    assert REMEMBERED not in headings(page)

"""Remembered consents: what they cover, and what they do not."""

from dataclasses import dataclass
from typing import Any

import pytest

from ostiary.core.base.ids import ClientId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authorization_request import ClaimsRequest, ClaimWish
from ostiary.core.model.flow import Stage
from tests.support.flows import (
    ONE_FORM,
    BrowserJar,
    Flows,
    make_asking_application,
    make_signon_environment,
)

pytestmark = pytest.mark.anyio


@dataclass
class Approving:
    """A browser in which joe is signed on, and clients that need his approval."""

    flows: Flows
    browser: BrowserJar

    async def begin(self, scope: str, client: str, **request: Any) -> Turn:
        """Begin a flow that needs no signing on."""
        return await self.flows.begin(
            self.browser,
            reuses_session=True,
            client=self.flows.env.clients[ClientId(client)],
            scopes=ScopeSet.parse(scope),
            **request,
        )

    async def is_asked(self, scope: str, client: str = "app", **request: Any) -> bool:
        """Tell whether joe is asked to approve."""
        turn = await self.begin(scope, client, **request)
        return turn.flow.stage is Stage.APPROVAL

    async def allow(self, scope: str, *, is_remembered: bool, **request: Any) -> Turn:
        """Begin a flow and approve."""
        turn = await self.begin(scope, "app", **request)
        return await self.flows.act(
            self.browser, turn.flow.id, "consent.approve", rememberMyDecision=is_remembered
        )


@pytest.fixture
async def approving() -> Approving:
    made = Flows(
        make_signon_environment(
            ONE_FORM, make_asking_application(), make_asking_application("other")
        )
    )
    await made.add_joe()
    browser = BrowserJar()
    await made.sign_on(browser)
    return Approving(made, browser)


async def test_SEC_136_a_remembered_consent_covers_what_it_was_for(approving: Approving) -> None:
    await approving.allow("openid profile", is_remembered=True)
    assert not await approving.is_asked("openid profile")
    assert not await approving.is_asked("openid")


async def test_SEC_136_a_remembered_consent_covers_no_other_scope(approving: Approving) -> None:
    await approving.allow("openid", is_remembered=True)
    assert await approving.is_asked("openid profile")


async def test_SEC_136_a_remembered_consent_covers_no_other_resource(
    approving: Approving,
) -> None:
    await approving.allow("openid", is_remembered=True, resources=("https://a.example.com",))
    assert not await approving.is_asked("openid", resources=("https://a.example.com",))
    assert await approving.is_asked("openid", resources=("https://b.example.com",))


async def test_SEC_136_scopes_of_one_resource_do_not_add_up_with_those_of_another(
    approving: Approving,
) -> None:
    await approving.allow("openid", is_remembered=True, resources=("https://a.example.com",))
    await approving.allow("profile", is_remembered=True, resources=("https://b.example.com",))
    assert await approving.is_asked("openid", resources=("https://b.example.com",))
    assert not await approving.is_asked("profile", resources=("https://b.example.com",))


async def test_SEC_136_a_consent_covers_no_other_client_and_no_other_user(
    approving: Approving,
) -> None:
    await approving.allow("openid", is_remembered=True)
    assert await approving.is_asked("openid", client="other")
    await approving.flows.add_user(1, username="eve")
    await approving.flows.sign_on(approving.browser, "eve")
    assert await approving.is_asked("openid")


async def test_SEC_136_an_approval_that_is_not_to_be_remembered_counts_once(
    approving: Approving,
) -> None:
    finished = await approving.allow("openid", is_remembered=False)
    assert finished.flow.scopes == ("openid",)
    assert await approving.is_asked("openid")


async def test_SEC_136_claims_that_no_scope_gives_are_asked_about(approving: Approving) -> None:
    wished = ClaimsRequest(userinfo={"email": ClaimWish()}, id_token={"given_name": ClaimWish()})
    await approving.allow("openid", is_remembered=True)
    turn = await approving.begin("openid", "app", claims=wished)
    assert turn.view is not None
    assert turn.view.items[-2:] == ("Read about you: email", "Read about you: given name")
    await approving.allow("openid", is_remembered=True, claims=wished)
    assert not await approving.is_asked("openid", claims=wished)


async def test_SEC_136_claims_that_an_allowed_scope_gives_anyway_are_no_question(
    approving: Approving,
) -> None:
    await approving.allow("openid email", is_remembered=True)
    wished = ClaimsRequest(userinfo={"email": ClaimWish(), "email_verified": ClaimWish()})
    assert not await approving.is_asked("openid email", claims=wished)

"""Logout: who is signed off at whose wish, and where the browser goes then."""

from typing import Any

import pytest

from ostiary.adapters.limiter import WindowLimiter
from ostiary.core.base.errors import OAuthError
from ostiary.core.base.params import Params
from ostiary.core.crypto.keys import generate
from ostiary.core.flow.browser import FORGET, NO_CHANGE
from ostiary.core.flow.flow_rate import FlowRate
from ostiary.core.model.audit.sign_on import SignedOff
from ostiary.core.model.session import SessionPolicy
from ostiary.core.oidc.logout import CONFIRMATION, Confirm, Done, Logout
from ostiary.core.signon.logout_rounds import LogoutRounds
from ostiary.core.signon.reference import ReferenceHandover
from tests.support import jose
from tests.support.authorizing import Authorizing, make_authorizing, make_relying_party
from tests.support.flows import BrowserJar

pytestmark = pytest.mark.anyio

LANDING = "https://app.example.com/bye"
LANDING_WITH_QUERY = "https://app.example.com/bye?from=sso"


class LoggingOut:
    """A browser in which `joe` is signed on, and the ID token that his application got."""

    def __init__(self, authorizing: Authorizing, id_token: str) -> None:
        self.authorizing = authorizing
        self.id_token = id_token

    @property
    def logout(self) -> Logout:
        flows = self.authorizing.flows
        return Logout(
            flows.browsers,
            flows.store.sessions,
            flows.store.logout_notices,
            LogoutRounds(ReferenceHandover(flows.store.references, flows.clock), flows.clock),
            FlowRate(WindowLimiter(flows.clock)),
            flows.events,
            flows.clock,
        )

    async def begin(self, *, browser: BrowserJar | None = None, **params: Any) -> Confirm | Done:
        """Send a logout request."""
        jar = browser or self.authorizing.browser
        return await self.logout.begin(self.authorizing.env, Params(params), jar.shows())

    async def confirm(self, **params: Any) -> Confirm | Done:
        """Send the confirmation page's form."""
        shown = self.authorizing.browser.shows()
        return await self.logout.confirm(self.authorizing.env, Params(params), shown)

    async def refuse(self, **params: Any) -> str:
        """Send a logout request that is refused, and return why."""
        with pytest.raises(OAuthError) as caught:
            await self.begin(**params)
        return caught.value.description

    async def is_signed_on(self) -> bool:
        """Tell whether the browser still has a session."""
        flows = self.authorizing.flows
        shown = self.authorizing.browser.shows()
        recognized = await flows.browsers.recognize(flows.env, shown)
        return recognized.session is not None


@pytest.fixture
async def joe() -> LoggingOut:
    return await _signed_on()


async def _signed_on(**fields: Any) -> LoggingOut:
    uris = (LANDING, LANDING_WITH_QUERY)
    authorizing = await make_authorizing(
        make_relying_party(post_logout_redirect_uris=uris),
        make_relying_party("other", post_logout_redirect_uris=("https://other.example.com/bye",)),
        **fields,
    )
    response = await authorizing.sign_on(response_type="code id_token")
    return LoggingOut(authorizing, str(response.members["id_token"]))


async def test_OIDC_63_with_a_hint_the_session_ends_and_the_browser_goes_back(
    joe: LoggingOut,
) -> None:
    done = await joe.begin(
        id_token_hint=joe.id_token, post_logout_redirect_uri=LANDING, state="a b&c"
    )
    assert isinstance(done, Done)
    assert done.redirect == f"{LANDING}?state=a%20b%26c"
    assert done.change.cookie == FORGET
    assert not await joe.is_signed_on()
    refusal = await joe.authorizing.refusal(prompt="none")
    assert refusal.members["error"] == "login_required"


async def test_OIDC_63_without_a_state_none_goes_back(joe: LoggingOut) -> None:
    done = await joe.begin(
        id_token_hint=joe.id_token, post_logout_redirect_uri=LANDING_WITH_QUERY, client_id="app"
    )
    assert isinstance(done, Done)
    assert done.redirect == LANDING_WITH_QUERY


async def test_OIDC_63_the_state_joins_a_query_that_is_there(joe: LoggingOut) -> None:
    done = await joe.begin(
        id_token_hint=joe.id_token, post_logout_redirect_uri=LANDING_WITH_QUERY, state="x"
    )
    assert isinstance(done, Done)
    assert done.redirect == f"{LANDING_WITH_QUERY}&state=x"


async def test_OIDC_64_an_expired_hint_is_as_good(joe: LoggingOut) -> None:
    joe.authorizing.flows.clock.advance(3000)
    done = await joe.begin(id_token_hint=joe.id_token, post_logout_redirect_uri=LANDING)
    assert isinstance(done, Done)
    assert done.redirect == LANDING


@pytest.mark.parametrize(
    "uri",
    [
        f"{LANDING}?a=b",
        f"{LANDING}/",
        "https://evil.com/",
        "https://other.example.com/bye",
        "https://app.example.com/callback",
    ],
)
async def test_SEC_133_OIDC_64_nobody_is_sent_where_nobody_registered(
    joe: LoggingOut, uri: str
) -> None:
    why = await joe.refuse(id_token_hint=joe.id_token, post_logout_redirect_uri=uri)
    assert why == "The post_logout_redirect_uri is not registered for this application."
    assert await joe.is_signed_on()


@pytest.mark.parametrize("client_id", [None, "app"])
async def test_SEC_133_OIDC_64_without_a_hint_the_browser_goes_nowhere(
    joe: LoggingOut, client_id: str | None
) -> None:
    named: dict[str, Any] = {} if client_id is None else {"client_id": client_id}
    asked = await joe.begin(post_logout_redirect_uri=LANDING, **named)
    assert isinstance(asked, Confirm)
    done = await joe.confirm(**dict(asked.fields))
    assert isinstance(done, Done)
    assert done.redirect is None
    assert not await joe.is_signed_on()


def _hints_that_are_not_genuine(joe: LoggingOut) -> list[str]:
    header, claims = jose.parts(joe.id_token)
    stranger = generate("RS256")
    unsigned = jose.signing_input({"alg": "none"}, claims)
    body, signature = joe.id_token.rsplit(".", 1)
    access_token = str(claims["sub"])
    return [
        f"{unsigned}.",
        jose.compact(header, claims, stranger),
        jose.compact({**header, "kid": "other"}, claims, stranger),
        jose.compact({"alg": "HS256", "kid": header["kid"]}, claims, b"x" * 64),
        f"{body}.{signature[::-1]}",
        f"{body}.",
        access_token,
        "x",
        "x" * 20_000,
    ]


@pytest.mark.parametrize("number", range(9))
async def test_SEC_133_OIDC_64_a_hint_that_is_not_genuine_counts_as_none(
    joe: LoggingOut, number: int
) -> None:
    hint = _hints_that_are_not_genuine(joe)[number]
    asked = await joe.begin(id_token_hint=hint, post_logout_redirect_uri=LANDING)
    assert isinstance(asked, Confirm)
    assert await joe.is_signed_on()


@pytest.mark.parametrize(
    "params", [{}, {"state": "x"}, {"client_id": "app"}, {"logout_hint": "joe"}]
)
async def test_OIDC_65_without_anything_the_person_is_asked_and_signed_off(
    joe: LoggingOut, params: dict[str, Any]
) -> None:
    asked = await joe.begin(**params)
    assert isinstance(asked, Confirm)
    assert await joe.is_signed_on()
    done = await joe.confirm(**dict(asked.fields))
    assert isinstance(done, Done)
    assert done.redirect is None
    assert not await joe.is_signed_on()


async def test_OIDC_65_with_a_hint_alone_the_person_is_signed_off_at_once(joe: LoggingOut) -> None:
    done = await joe.begin(id_token_hint=joe.id_token)
    assert isinstance(done, Done)
    assert done.redirect is None
    assert not await joe.is_signed_on()


@pytest.mark.parametrize("token", ["", "x", "AAAA"])
async def test_SEC_133_a_confirmation_of_another_page_is_none(joe: LoggingOut, token: str) -> None:
    asked = await joe.confirm(**{CONFIRMATION: token})
    assert isinstance(asked, Confirm)
    assert await joe.is_signed_on()


async def test_SEC_133_a_confirmation_of_another_browser_is_none(joe: LoggingOut) -> None:
    jane = BrowserJar()
    await joe.authorizing.sign_on("jane", browser=jane)
    of_jane = await joe.begin(browser=jane)
    assert isinstance(of_jane, Confirm)
    assert isinstance(await joe.confirm(**dict(of_jane.fields)), Confirm)
    assert await joe.is_signed_on()


async def test_SEC_133_a_hint_of_another_user_asks_first(joe: LoggingOut) -> None:
    jane = BrowserJar()
    response = await joe.authorizing.sign_on("jane", browser=jane, response_type="id_token")
    hint = str(response.members["id_token"])
    asked = await joe.begin(id_token_hint=hint, post_logout_redirect_uri=LANDING, state="x")
    assert isinstance(asked, Confirm)
    done = await joe.confirm(**dict(asked.fields))
    assert isinstance(done, Done)
    assert done.redirect == f"{LANDING}?state=x"


async def test_a_hint_of_an_earlier_session_of_the_same_user_will_do(joe: LoggingOut) -> None:
    await joe.begin(id_token_hint=joe.id_token)
    await joe.authorizing.sign_on()
    assert isinstance(await joe.begin(id_token_hint=joe.id_token), Done)


async def test_a_hint_of_another_client_contradicts_the_request(joe: LoggingOut) -> None:
    why = await joe.refuse(id_token_hint=joe.id_token, client_id="other")
    assert why == "The id_token_hint is not of this client_id."


async def test_a_disabled_application_gets_nobody_back(joe: LoggingOut) -> None:
    joe.authorizing.change_client(enabled=False)
    assert await joe.refuse(id_token_hint=joe.id_token, post_logout_redirect_uri=LANDING)


async def test_a_state_has_an_end(joe: LoggingOut) -> None:
    good: dict[str, Any] = {"id_token_hint": joe.id_token, "post_logout_redirect_uri": LANDING}
    assert await joe.refuse(**good, state="x" * 2049)
    assert isinstance(await joe.begin(**good, state="x" * 2048), Done)


async def test_where_nobody_is_signed_on_nobody_is_asked(joe: LoggingOut) -> None:
    stranger = BrowserJar()
    assert await joe.begin(browser=stranger) == Done(None, NO_CHANGE)
    back = await joe.begin(
        browser=stranger, id_token_hint=joe.id_token, post_logout_redirect_uri=LANDING
    )
    assert back == Done(LANDING, NO_CHANGE)
    assert joe.authorizing.flows.emitted(SignedOff) == []


async def test_both_cookies_are_forgotten() -> None:
    joe = await _signed_on(sessions=SessionPolicy(is_persistent=True))
    assert joe.authorizing.browser.shows().persistent_cookie
    done = await joe.begin(id_token_hint=joe.id_token)
    assert isinstance(done, Done)
    assert (done.change.cookie, done.change.persistent_cookie) == (FORGET, FORGET)


async def test_a_sign_off_is_told_once(joe: LoggingOut) -> None:
    await joe.begin(id_token_hint=joe.id_token)
    await joe.begin(id_token_hint=joe.id_token)
    (event,) = joe.authorizing.flows.emitted(SignedOff)
    assert isinstance(event, SignedOff)
    assert event.session == jose.parts(joe.id_token)[1]["sid"]


async def test_a_session_of_a_user_who_is_gone_ends_without_a_question(joe: LoggingOut) -> None:
    flows = joe.authorizing.flows
    user = await flows.directory.find_by_username(flows.env, "joe")
    assert user is not None
    await flows.store.users.delete(flows.env, user.id)
    done = await joe.begin()
    assert isinstance(done, Done)
    assert done.change.cookie == FORGET


async def test_what_is_to_be_confirmed_shows_nothing_of_itself(joe: LoggingOut) -> None:
    asked = await joe.begin(id_token_hint="x")
    assert repr(asked) == "Confirm(…)"

"""Signing joe on at a real server: by redirects through its pages, and without a browser."""

from collections.abc import Iterator
from typing import Any

import pytest

from ostiary_client import (
    AccessDeniedError,
    Client,
    Completed,
    ConsentRequiredError,
    FlowError,
    LoginRequiredError,
    OAuthError,
    SignOnRequiredError,
    TokenSet,
    TokenVerifier,
    TrustedIssuer,
    UsernamePasswordRequired,
)
from tests.client.asking import KINDS, ask
from tests.support.server import SEEDS, Server, load_toml, running_server
from tests.support.web_browser import WebBrowser

WEB, CALLBACK = "web-client", "https://localhost:8443/callback"
PASSWORD = "Password1"


@pytest.fixture
def browser(seeds_server: Server) -> Iterator[WebBrowser]:
    opened = WebBrowser(seeds_server.ssl_context())
    yield opened
    opened.close()


def options(server: Server, client_id: str, secret: str | None = None) -> dict[str, Any]:
    return {"client_id": client_id, "client_secret": secret, "verify": server.ca_path}


@pytest.fixture
def web(seeds_server: Server) -> Iterator[Client]:
    """Be the web application of the example configuration."""
    known = options(seeds_server, WEB, "web-client-secret")
    with Client(seeds_server.base_url, **known) as client:
        yield client


def signed_on(web: Client, browser: WebBrowser, **parameters: Any) -> TokenSet:
    """Sign joe on by redirects."""
    request = web.authorization_url("openid profile email", redirect_uri=CALLBACK, **parameters)
    return web.exchange(request, browser.sign_on(request.url, CALLBACK))


# --- by redirects ------------------------------------------------------------


def test_joe_signs_on_is_known_is_renewed_and_signs_off(web: Client, browser: WebBrowser) -> None:
    tokens = signed_on(web, browser)
    said = web.userinfo(tokens)
    new = web.refresh(tokens)

    assert tokens.claims["iss"] == web.metadata().issuer
    assert (said["sub"], said["given_name"]) == (tokens.subject, "Joe")
    assert (new.subject, new.refresh_token != tokens.refresh_token) == (tokens.subject, True)
    assert web.userinfo(new)["email"] == "joe@example.com"
    left = browser.get(web.logout_url(new))
    assert left.status_code in {200, 302, 303}


def test_a_page_that_prompt_none_forbids_is_told_by_its_kind(
    web: Client, browser: WebBrowser
) -> None:
    tokens = signed_on(web, browser)
    asked = {"redirect_uri": CALLBACK, "prompt": "none"}
    silent = web.authorization_url("openid", **asked)
    with pytest.raises(ConsentRequiredError) as refused:
        web.exchange(silent, browser.sign_on(silent.url, CALLBACK))
    assert refused.value.errorCode == "consent_required"

    browser.get(web.logout_url(tokens))
    silent = web.authorization_url("openid", **asked)
    with pytest.raises(LoginRequiredError):
        web.exchange(silent, browser.sign_on(silent.url, CALLBACK))


def test_who_is_signed_on_at_the_server_is_not_asked_for_the_password_again(
    web: Client, browser: WebBrowser
) -> None:
    first = signed_on(web, browser)
    browser.password = "forgotten"

    assert signed_on(web, browser).subject == first.subject


def test_whoever_has_just_signed_on_satisfies_max_age(web: Client, browser: WebBrowser) -> None:
    assert signed_on(web, browser, max_age=60).claims["auth_time"] > 0


def test_SEC_39_a_code_that_is_put_into_another_persons_session_is_refused(
    web: Client, browser: WebBrowser
) -> None:
    stolen = web.authorization_url("openid", redirect_uri=CALLBACK)
    back = browser.sign_on(stolen.url, CALLBACK)
    victim = web.authorization_url("openid", redirect_uri=CALLBACK)
    injected = back.replace(stolen.state, victim.state)

    with pytest.raises(OAuthError) as refused:
        web.exchange(victim, injected)
    assert refused.value.error == "invalid_grant"


def test_a_code_is_good_once_and_a_second_use_ends_what_the_first_gave(
    web: Client, browser: WebBrowser
) -> None:
    request = web.authorization_url("openid", redirect_uri=CALLBACK)
    back = browser.sign_on(request.url, CALLBACK)
    tokens = web.exchange(request, back)

    with pytest.raises(OAuthError):
        web.exchange(request, back)
    with pytest.raises(SignOnRequiredError):
        web.refresh(tokens)


def test_a_session_ends_when_its_refresh_token_is_revoked(web: Client, browser: WebBrowser) -> None:
    tokens = signed_on(web, browser)
    session = web.session(tokens)
    session.forget(tokens.access_token)
    assert session.token().value != tokens.access_token

    web.revoke(session.tokens.refresh_token or "", hint="refresh_token")
    session.forget()
    with pytest.raises(SignOnRequiredError):
        session.token()


# --- without a browser -------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_joe_signs_on_in_one_call(kind: str, seeds_server: Server) -> None:
    known = options(seeds_server, "im_client")
    tokens = ask(
        kind,
        seeds_server.base_url,
        lambda client: client.sign_on("joe", PASSWORD, "openid profile"),
        **known,
    )

    assert tokens.subject
    assert tokens.scopes == ("openid", "profile")


@pytest.fixture
def mobile(seeds_server: Server) -> Iterator[Client]:
    """Be the program that signs people on without a browser."""
    with Client(seeds_server.base_url, **options(seeds_server, "im_client")) as client:
        yield client


def test_a_wrong_password_leaves_the_flow_where_it_is(mobile: Client) -> None:
    flow = mobile.start_flow("openid")
    assert isinstance(flow.state, UsernamePasswordRequired)
    assert "checkUsernamePassword" in flow.actions

    with pytest.raises(FlowError) as refused:
        flow.act("checkUsernamePassword", username="joe", password="wrong")
    assert refused.value.code == "VALIDATION_ERROR"
    assert [detail.code for detail in refused.value.details] == ["CREDENTIAL_VALIDATION_FAILED"]

    done = flow.act("checkUsernamePassword", username="joe", password=PASSWORD)
    assert isinstance(done, Completed)
    tokens = flow.tokens()
    assert mobile.userinfo(tokens)["sub"] == tokens.subject


def test_who_signed_on_in_an_earlier_flow_is_not_asked_again(mobile: Client) -> None:
    first = mobile.start_flow("openid")
    first.act("checkUsernamePassword", username="joe", password=PASSWORD)

    second = mobile.start_flow("openid", after=first)
    assert second.status == "COMPLETED"
    assert second.tokens().subject == first.tokens().subject
    assert mobile.start_flow("openid").status == "USERNAME_PASSWORD_REQUIRED"


def test_a_flow_without_cookies_is_driven_in_the_same_way(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    configuration = load_toml(SEEDS)
    del configuration["server"]["public_url"]
    configuration["environments"]["default"]["clients"]["im_client"]["cookieless"] = True
    with (
        running_server(tmp_path_factory.mktemp("cookieless"), configuration) as server,
        Client(server.base_url, **options(server, "im_client")) as client,
    ):
        flow = client.start_flow("openid")
        with pytest.raises(FlowError):
            flow.act("checkUsernamePassword", username="joe", password="wrong")
        flow.view()
        flow.act("checkUsernamePassword", username="joe", password=PASSWORD)

        assert flow.tokens().subject
        assert flow.memory.cookies.header() == {}


def test_tokens_can_come_at_once(mobile: Client) -> None:
    flow = mobile.start_flow("openid", response_type="id_token token")
    flow.act("checkUsernamePassword", username="joe", password=PASSWORD)

    tokens = flow.tokens()
    assert tokens.subject
    assert tokens.refresh_token is None


def test_a_client_that_may_not_is_told_before_anything_begins(
    seeds_server: Server,
) -> None:
    known = options(seeds_server, WEB, "web-client-secret")
    with (
        Client(seeds_server.base_url, **known) as client,
        pytest.raises((FlowError, OAuthError)),
    ):
        client.start_flow("openid", redirect_uri=CALLBACK)


def test_an_id_token_verifies_for_services_too(seeds_server: Server, mobile: Client) -> None:
    tokens = mobile.sign_on("joe", PASSWORD, "openid")
    issuer = TrustedIssuer(seeds_server.base_url, audience=None, client_id="im_client")
    verifier = TokenVerifier(issuer, verify=seeds_server.ca_path)

    assert verifier.verify_id_token(tokens.id_token or "").subject == tokens.subject


def test_a_person_who_says_no_is_told_as_such(web: Client, browser: WebBrowser) -> None:
    request = web.authorization_url("openid", redirect_uri=CALLBACK)
    page = browser.get(request.url)

    with pytest.raises(AccessDeniedError):
        web.exchange(request, browser.cancel(page, CALLBACK))

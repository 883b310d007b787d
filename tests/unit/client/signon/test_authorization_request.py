"""The URL that a person is sent to, and what is kept for the way back."""

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest

from ostiary_client.errors import ConfigurationError, DiscoveryError
from ostiary_client.signon.authorization_request import AuthorizationRequest
from tests.support.conversation import Conversation
from tests.support.sign_on_play import ISSUER, REDIRECT_URI, begin, metadata, people, query_of


def test_a_browser_is_sent_to_the_authorization_endpoint_with_all_that_binds_its_way_back() -> None:
    request = begin(people(), scopes="openid profile")
    digest = hashlib.sha256(request.code_verifier.encode()).digest()

    assert request.url.startswith(f"{ISSUER}/as/authorization.oauth2?")
    assert query_of(request.url) == {
        "client_id": "app",
        "response_type": "code",
        "scope": "openid profile",
        "redirect_uri": REDIRECT_URI,
        "state": request.state,
        "nonce": request.nonce,
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }


def test_a_verifier_is_as_rfc_7636_wants_it_and_new_each_time() -> None:
    requests = [begin(people()) for _ in range(20)]
    secrets = {s for r in requests for s in (r.code_verifier, r.state, r.nonce)}

    assert len(secrets) == 60
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43,128}", r.code_verifier) for r in requests)


def test_further_parameters_go_along() -> None:
    request = begin(people(), prompt="login", max_age=60, login_hint="joe", acr_values=None)

    assert query_of(request.url)["prompt"] == "login"
    assert query_of(request.url)["max_age"] == "60"
    assert "acr_values" not in query_of(request.url)
    assert request.max_age_seconds == 60


@pytest.mark.parametrize(
    "name",
    [
        *("state", "nonce", "client_id", "response_type"),
        *("code_challenge", "code_challenge_method", "scope"),
    ],
)
def test_what_binds_a_sign_on_cannot_be_given(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Conversation().hold(
            people().authorization_request("openid", REDIRECT_URI, {name: "chosen"})
        )


@pytest.mark.parametrize("age", ["-1", "soon", "1.5", "9" * 13])
def test_a_max_age_is_a_number_of_seconds(age: str) -> None:
    with pytest.raises(ConfigurationError, match="max_age"):
        begin(people(), max_age=age)


def test_scopes_are_the_clients_own_when_a_call_names_none_and_openid_without_those() -> None:
    assert begin(people(scope="openid email"), scopes=None).scopes == ("email", "openid")
    assert begin(people(), scopes=None).scopes == ("openid",)


def test_an_endpoint_with_a_query_keeps_it() -> None:
    known = replace(metadata(), authorization_endpoint=f"{ISSUER}/authorize?tenant=a#x")
    request = begin(people(known))

    assert query_of(request.url)["tenant"] == "a"
    assert "#" not in request.url


def test_a_server_without_authorization_endpoint_signs_nobody_on() -> None:
    with pytest.raises(DiscoveryError, match="authorization_endpoint"):
        begin(people(replace(metadata(), authorization_endpoint=None)))


def test_a_client_without_id_signs_nobody_on() -> None:
    with pytest.raises(ConfigurationError, match="no id"):
        begin(people(client_id=None))


def test_a_request_survives_a_browsers_session() -> None:
    request = begin(people(), max_age=5)
    kept = json.loads(json.dumps(request.to_document()))

    assert AuthorizationRequest.from_document(kept) == request


@pytest.mark.parametrize(
    "document", [{}, {"scopes": None}, {"scopes": [], "url": "u"}, {"scopes": [], "other": 1}]
)
def test_what_is_no_request_becomes_none(document: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="no sign-on"):
        AuthorizationRequest.from_document(document)


def test_SEC_276_a_request_shows_nothing_of_itself() -> None:
    request = begin(people())

    for secret in (request.state, request.nonce, request.code_verifier):
        assert secret not in repr(request)

"""Authorization requests: whatever is sent, it is settled, refused or not trusted."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.params import Params
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.oauth.authorization_request import check_request
from ostiary.core.oauth.authorization_response import RedirectableError, UntrustedRequestError
from ostiary.core.oauth.checks.asked import RequestExtensions
from ostiary.core.tokens.targets import TokenTarget
from tests.support.authorization_requests import make_reading_environment
from tests.support.authorizing import CHALLENGE
from tests.support.flows import REDIRECT_URI

ENV = make_reading_environment(is_redirectless=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
LIKELY = {
    "client_id": ["app", "nobody"],
    "redirect_uri": [REDIRECT_URI, f"{REDIRECT_URI}/", "https://evil.com/"],
    "response_type": ["code", "token", "id_token", "code id_token token", "none", "code token"],
    "response_mode": ["query", "fragment", "form_post", "pi.flow"],
    "scope": ["openid", "openid profile", "profile", "admin"],
    "state": ["s"],
    "nonce": ["n"],
    "code_challenge": [CHALLENGE, "x"],
    "code_challenge_method": ["S256", "plain", ""],
    "prompt": ["none", "login", "consent", "none login"],
    "max_age": ["0", "60", "-1"],
    "claims": ["{}", '{"id_token": {"acr": null}}', '{"userinfo": {"name": {"value": "\\ud800"}}}'],
    "acr_values": ["a b"],
    "ui_locales": ["de fr"],
    "login_hint": ["joe"],
    "id_token_hint": ["a.b.c"],
    "resource": ["https://api.example.com"],
    "request": ["x"],
}
GOOD = {
    "client_id": "app",
    "redirect_uri": REDIRECT_URI,
    "response_type": "code",
    "scope": "openid",
    "state": "s",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(values) | st.sampled_from(values) | TEXT
        for name, values in LIKELY.items()
    },
)
REQUESTS = st.builds(
    lambda names, changes: {**GOOD, **{n: v for n, v in changes.items() if n in names}},
    st.sets(st.sampled_from(sorted(LIKELY)), max_size=5),
    CHANGES,
)
EXTENSIONS = st.builds(
    RequestExtensions,
    target=st.builds(TokenTarget, st.none() | st.sampled_from(["default", "x"])),
    step=st.none() | st.sampled_from(["form", "x"]),
    names_partner=st.booleans(),
)


def _outcome(
    sent: dict[str, str], extensions: RequestExtensions
) -> AuthorizationRequest | RedirectableError | UntrustedRequestError:
    try:
        return check_request(ENV, Params.from_pairs(sent.items()), extensions)
    except (RedirectableError, UntrustedRequestError) as error:
        return error


@given(REQUESTS, EXTENSIONS)
def test_a_request_is_settled_refused_or_not_trusted(
    sent: dict[str, str], extensions: RequestExtensions
) -> None:
    outcome = _outcome(sent, extensions)
    match outcome:
        case UntrustedRequestError():
            assert outcome.is_redirectless is (sent.get("response_mode") == "pi.flow")
        case RedirectableError():
            response = outcome.response
            assert response.redirect_uri == REDIRECT_URI or response.mode is ResponseMode.PI_FLOW
            assert response.members.get("state") == (sent.get("state") or None)
        case AuthorizationRequest():
            _check_settled(outcome)


def _check_settled(request: AuthorizationRequest) -> None:
    assert request.redirect_uri == REDIRECT_URI or request.is_redirectless
    if {"token", "id_token"} & set(request.response_types):
        assert request.response_mode is not ResponseMode.QUERY
    if "code" in request.response_types:
        assert request.code_challenge == CHALLENGE
        assert request.code_challenge_method == "S256"
    if "id_token" in request.response_types:
        assert request.nonce
        assert "openid" in request.scopes
    stored = msgspec.json.encode(request)
    assert msgspec.json.decode(stored, type=AuthorizationRequest) is not None

"""URLs of answers: where the members stand in them."""

import pytest

from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.oauth.authorization_response import AuthorizationResponse
from ostiary.core.oauth.response_modes import answer_url


def _url(mode: ResponseMode, uri: str | None) -> str:
    return answer_url(AuthorizationResponse(mode, uri, {"code": "a b", "expires_in": 7}))


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("https://a.example/cb", "https://a.example/cb?code=a%20b&expires_in=7"),
        ("https://a.example/cb?x=y", "https://a.example/cb?x=y&code=a%20b&expires_in=7"),
        ("https://a.example/cb?", "https://a.example/cb?code=a%20b&expires_in=7"),
        ("myinteract://ssosignedin", "myinteract://ssosignedin?code=a%20b&expires_in=7"),
    ],
)
def test_a_query_joins_the_one_that_is_there(uri: str, url: str) -> None:
    assert _url(ResponseMode.QUERY, uri) == url


def test_a_fragment_leaves_the_query_alone() -> None:
    url = _url(ResponseMode.FRAGMENT, "https://a.example/cb?x=y")
    assert url == "https://a.example/cb?x=y#code=a%20b&expires_in=7"


@pytest.mark.parametrize(
    ("mode", "uri"),
    [
        (ResponseMode.PI_FLOW, None),
        (ResponseMode.PI_FLOW, "https://a.example/cb"),
        (ResponseMode.FORM_POST, "https://a.example/cb"),
        (ResponseMode.QUERY, None),
    ],
)
def test_what_no_url_carries_has_none(mode: ResponseMode, uri: str | None) -> None:
    with pytest.raises(ValueError, match="no URL carries"):
        _url(mode, uri)

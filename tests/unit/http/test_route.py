"""The route table finds a path exactly, or not at all."""

import pytest

from ostiary.http.message import Request, Response, empty_response
from ostiary.http.oauth_json import render_error
from ostiary.http.route import CorsPolicy, Route, RouteTable


async def answer(request: Request) -> Response:
    return empty_response()


def make_route(path: str, *methods: str) -> Route:
    return Route(path, dict.fromkeys(methods or ("POST",), answer), render_error)


EXACT = make_route("/as/token.oauth2")
BELOW_VARIABLE = make_route("/{environmentId}/as/token", "GET", "POST")
BELOW_NAME = make_route("/ext/*", "GET")
TABLE = RouteTable([EXACT, BELOW_VARIABLE, BELOW_NAME])


def test_an_exact_path_is_found() -> None:
    assert TABLE.find("/as/token.oauth2") == (EXACT, {})


def test_the_first_segment_may_be_variable() -> None:
    assert TABLE.find("/0e3b/as/token") == (BELOW_VARIABLE, {"environmentId": "0e3b"})


def test_everything_below_a_name_may_be_one_route() -> None:
    assert TABLE.find("/ext/oauth/jwks") == (BELOW_NAME, {})


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//as/token.oauth2",
        "/as/token.oauth2/",
        "/as//token.oauth2",
        "/as/token.oauth2;x=1",
        "/as/token%2eoauth2",
        "/as%2ftoken.oauth2",
        "/as/token.oauth2%00",
        "/AS/token.oauth2",
        "/x/../as/token.oauth2",
        "as/token.oauth2",
        "//as/token",
        "/a/b/as/token",
        "/0e3b/as/token/",
        "/ext",
        "/ext/",
        "/Ext/x",
    ],
)
def test_SEC_236_no_other_spelling_of_a_path_is_served(path: str) -> None:
    assert TABLE.find(path) is None


def test_a_path_is_served_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        RouteTable([EXACT, make_route("/as/token.oauth2")])
    with pytest.raises(ValueError, match="twice"):
        RouteTable([BELOW_VARIABLE, make_route("/{other}/as/token")])


@pytest.mark.parametrize("path", ["as", "/as/{id}", "/{a}", "/{a}/{b}", "/a/b/*", "/*", "/{a}/*"])
def test_a_path_that_the_table_cannot_find_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        make_route(path)


def test_head_and_options_are_answered_without_a_handler() -> None:
    assert BELOW_VARIABLE.allow == b"GET, HEAD, OPTIONS, POST"
    assert EXACT.allow == b"OPTIONS, POST"
    assert BELOW_VARIABLE.find_handler("HEAD") is answer
    assert EXACT.find_handler("HEAD") is None
    with pytest.raises(ValueError, match="by the edge"):
        make_route("/x", "OPTIONS")


def test_configured_origins_must_come_from_somewhere() -> None:
    with pytest.raises(ValueError, match="origins"):
        Route("/x", {}, render_error, cors=CorsPolicy.CONFIGURED)
    with pytest.raises(ValueError, match="origins"):
        Route("/x", {}, render_error, origins=lambda request: frozenset())

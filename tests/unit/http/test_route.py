"""The route table finds a path exactly, or not at all."""

from itertools import permutations

import pytest

from ostiary.core.base.errors import ProtocolError
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
INNER = make_route("/as/{id}/resume/as/authorization.ping", "GET", "POST")
LAST = make_route("/pf-ws/authn/flows/{flowId}", "GET", "POST")
SLASHED = make_route("/{environmentId}/signon/", "GET", "POST")
SEVERAL = make_route("/{environmentId}/flows/{flowId}", "GET", "POST")
DEEP = make_route("/v1/environments/{environmentId}/users/{userId}/sessions/{sessionId}", "GET")
TABLE = RouteTable([EXACT, BELOW_VARIABLE, BELOW_NAME, INNER, LAST, SLASHED, SEVERAL, DEEP])


def test_an_exact_path_is_found() -> None:
    assert TABLE.find("/as/token.oauth2") == (EXACT, {})


def test_the_first_segment_may_be_variable() -> None:
    assert TABLE.find("/0e3b/as/token") == (BELOW_VARIABLE, {"environmentId": "0e3b"})


def test_a_segment_in_between_may_be_variable() -> None:
    found = TABLE.find("/as/PyH5g/resume/as/authorization.ping")
    assert found == (INNER, {"id": "PyH5g"})


def test_the_last_segment_may_be_variable() -> None:
    assert TABLE.find("/pf-ws/authn/flows/PyH5g") == (LAST, {"flowId": "PyH5g"})


def test_a_path_may_end_with_a_slash() -> None:
    assert TABLE.find("/0e3b/signon/") == (SLASHED, {"environmentId": "0e3b"})


def test_several_segments_may_be_variable() -> None:
    assert TABLE.find("/0e3b/flows/77aa") == (SEVERAL, {"environmentId": "0e3b", "flowId": "77aa"})
    values = {"environmentId": "0e3b", "userId": "joe", "sessionId": "s1"}
    assert TABLE.find("/v1/environments/0e3b/users/joe/sessions/s1") == (DEEP, values)


@pytest.mark.parametrize("paths", list(permutations(["/{a}/x/{b}", "/{a}/{b}/y", "/x/{a}/{b}"])))
@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/1/x/2", "/{a}/x/{b}"),
        ("/1/2/y", "/{a}/{b}/y"),
        ("/1/x/y", "/{a}/x/{b}"),
        ("/x/x/y", "/x/{a}/{b}"),
    ],
)
def test_of_several_variables_the_first_literal_segment_wins(
    paths: tuple[str, ...], path: str, pattern: str
) -> None:
    found = RouteTable(map(make_route, paths)).find(path)
    assert found is not None
    assert found[0].path == pattern


def test_a_value_is_as_sent() -> None:
    assert TABLE.find("/pf-ws/authn/flows/%2e.") == (LAST, {"flowId": "%2e."})


@pytest.mark.parametrize("paths", list(permutations(["/as/{id}/a", "/as/x/{id}", "/as/x/{id}/b"])))
@pytest.mark.parametrize(
    ("path", "pattern", "value"),
    [
        ("/as/x/a", "/as/x/{id}", "a"),
        ("/as/y/a", "/as/{id}/a", "y"),
        ("/as/x/y/b", "/as/x/{id}/b", "y"),
    ],
)
def test_routes_below_one_name_do_not_hide_each_other(
    paths: tuple[str, ...], path: str, pattern: str, value: str
) -> None:
    found = RouteTable(map(make_route, paths)).find(path)
    assert found is not None
    assert (found[0].path, found[1]) == (pattern, {"id": value})


@pytest.mark.parametrize("is_reversed", [False, True])
def test_what_a_path_says_literally_comes_first(is_reversed: bool) -> None:
    routes = [
        make_route("/{environmentId}/as/token"),
        make_route("/as/*"),
        make_route("/as/{id}/token"),
        make_route("/as/as/token"),
    ]
    expected = [route.path for route in reversed(routes)]
    table = RouteTable(reversed(routes) if is_reversed else routes)
    asked = ["/as/as/token", "/as/x/token", "/as/x/y", "/x/as/token"]
    assert [found[0].path for found in map(table.find, asked) if found] == expected


def test_everything_below_a_name_may_be_one_route() -> None:
    assert TABLE.find("/ext/oauth/jwks") == (BELOW_NAME, {})


def test_what_is_not_there_is_refused_in_the_shape_of_its_neighbours() -> None:
    def render(error: ProtocolError, request: Request | None) -> Response:
        return empty_response()

    table = RouteTable([DEEP], {"v1": render})
    path = "/v1/environments/e/nothing"

    assert table.find(path) is None
    assert table.missing(path).errors is table.missing("/v1").errors is render
    assert table.missing("/v2/environments").errors is table.missing("/").errors is render_error


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
        "xext/x",
        "x0e3b/as/token",
        "/as//resume/as/authorization.ping",
        "/as/x/resume/as/authorization.ping/",
        "/as/x/y/resume/as/authorization.ping",
        "/as/x/resume/as%2fauthorization.ping",
        "/as/x/Resume/as/authorization.ping",
        "/as/x",
        "/as/x/",
        "/pf-ws/authn/flows/",
        "/pf-ws/authn/flows",
        "/pf-ws/authn/flows/x/",
        "/pf-ws/authn/flows/x/y",
        "/pf-ws/authn//flows/x",
        "//pf-ws/authn/flows/x",
        "pf-ws/authn/flows/x",
        "/0e3b/signon",
        "/0e3b/signon//",
        "/0e3b/flows/",
        "/0e3b/flows/77aa/",
        "/0e3b/Flows/77aa",
        "/0e3b//flows/77aa",
        "//flows/77aa",
        "/v1/environments/0e3b/users//sessions/s1",
        "/v1/environments/0e3b/users/joe/sessions",
        "/v1/environments/0e3b/users/joe/sessions/s1/x",
    ],
)
def test_SEC_236_no_other_spelling_of_a_path_is_served(path: str) -> None:
    assert TABLE.find(path) is None


def test_a_path_is_served_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        RouteTable([EXACT, make_route("/as/token.oauth2")])
    with pytest.raises(ValueError, match="twice"):
        RouteTable([BELOW_VARIABLE, make_route("/{other}/as/token")])
    with pytest.raises(ValueError, match="twice"):
        RouteTable([INNER, make_route("/as/{other}/resume/as/authorization.ping")])
    with pytest.raises(ValueError, match="twice"):
        RouteTable([BELOW_NAME, make_route("/ext/*")])
    with pytest.raises(ValueError, match="twice"):
        RouteTable([SEVERAL, make_route("/{other}/flows/{id}")])


@pytest.mark.parametrize(
    "path",
    [
        "",
        "as",
        "as/{a}",
        "/{a}",
        "/{a}/",
        "/{a}/{b}",
        "/{a}/{b}/",
        "/a/{b}/{b}",
        "/{a}/b/{c}/",
        "/{a}/b/{c}/*",
        "/{a}/b/x{c}",
        "/a/{b}/",
        "/a//{b}",
        "/a/{}",
        "/a/x{b}",
        "/a/{b}x/c",
        "/a/{b}/*",
        "/a/b/*",
        "/*",
        "/{a}/*",
    ],
)
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


def test_SEC_141_nobody_uses_anything_up_by_looking_with_head() -> None:
    route = Route("/used/up", {"GET": answer, "POST": answer}, render_error, spends=True)
    assert route.allow == b"GET, OPTIONS, POST"
    assert route.find_handler("HEAD") is None
    assert route.find_handler("GET") is answer

"""What a browser is sent, through the whole edge: pages, redirects and cookies."""

import pytest

from ostiary.core.base.errors import ProtocolError
from ostiary.http.application import Application
from ostiary.http.cookies import Cookie, find_cookie, has_duplicate_cookie, set_cookie
from ostiary.http.errors import HTTPError
from ostiary.http.message import NO_STORE, Request, Response, json_response
from ostiary.http.redirects import redirect
from ostiary.http.route import BodyKind, Handler, Route, RouteTable
from ostiary.http.same_site import check_same_site
from ostiary.web.pages import AutoSubmitPage, Button, ErrorPage, Field, FormPage
from ostiary.web.rendering import Pages
from tests.support.asgi import Answer, Caller
from tests.support.html import parse_form

PAGES = Pages()
HOST = "id.example.com"
ATTACK = "\"'><script>alert(1)</script>\r\nset-cookie: PF=evil"


def render_page(error: ProtocolError, request: Request | None) -> Response:
    """Show a refusal as a person sees it."""
    status = error.status if isinstance(error, HTTPError) else 400
    return PAGES.render(ErrorPage("Error", "Error", lines=(error.description,)), status)


async def show_form(request: Request) -> Response:
    """Ask for a name, which was asked for before."""
    fields = (Field("name", "Name", value=request.query_params().get("name") or ""),)
    page = FormPage("Who?", "Who?", request.path, fields=fields, buttons=(Button("ok", "1", "OK"),))
    cookie = Cookie("PF", "abc")
    return PAGES.render(page, headers=(set_cookie(cookie, 0), set_cookie(Cookie("ST", "d"), 0)))


async def post_form(request: Request) -> Response:
    """Lead back to the client with what was typed."""
    check_same_site(request)
    return redirect(request, f"https://app.example.com/cb?state={request.form().get('name')}")


async def post_back(request: Request) -> Response:
    """Hand the client what was asked for, by way of the browser."""
    fields = (("state", request.query_params().get("name") or ""),)
    return PAGES.render(AutoSubmitPage("https://app.example.com/cb", fields))


async def show_cookie(request: Request) -> Response:
    """Tell which cookie is believed."""
    members = {"PF": find_cookie(request, "PF"), "twice": has_duplicate_cookie(request, "PF")}
    return json_response(members, headers=NO_STORE)


def report(error_id: str, error: BaseException) -> None:
    raise error


@pytest.fixture
def caller() -> Caller:
    both: dict[str, Handler] = {"GET": show_form, "POST": post_form}
    routes = (
        Route("/as/{id}/resume", both, render_page, body=BodyKind.FORM),
        Route("/back", {"GET": post_back}, render_page),
        Route("/cookie", {"GET": show_cookie}, render_page),
    )
    return Caller(
        Application(RouteTable(routes), allowed_hosts=lambda: frozenset({HOST}), report=report),
        HOST,
    )


async def shown(caller: Caller, path: str, name: str = ATTACK) -> Answer:
    query = "".join(f"%{octet:02x}" for octet in name.encode())
    return await caller.get(f"{path}?name={query}")


async def test_SEC_139_SEC_140_a_page_is_kept_by_nobody_and_named_to_nobody(caller: Caller) -> None:
    answer = await shown(caller, "/as/abc/resume")
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize("path", ["/as/abc/resume", "/back", "/as/abc/resume?a=1&a=2"])
async def test_SEC_27_no_page_is_framed_not_even_one_of_an_error(caller: Caller, path: str) -> None:
    answer = await caller.get(path)
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert answer.header("x-frame-options") == "DENY"
    assert "frame-ancestors 'none'" in (answer.header("content-security-policy") or "")


async def test_SEC_137_what_was_typed_comes_back_as_text(caller: Caller) -> None:
    answer = await shown(caller, "/as/abc/resume")
    assert parse_form(answer.body).fields == {"name": ATTACK}
    assert b"<script" not in answer.body


async def test_SEC_18_what_is_handed_to_a_client_is_what_it_asked_for(caller: Caller) -> None:
    form = parse_form((await shown(caller, "/back")).body)
    assert (form.action, form.fields) == ("https://app.example.com/cb", {"state": ATTACK})


async def test_SEC_19_what_was_typed_does_not_end_a_redirect(caller: Caller) -> None:
    answer = await caller.post_form("/as/abc/resume", {"name": ATTACK})
    assert answer.status == 303
    assert (answer.header("location") or "").endswith("%0D%0Aset-cookie:%20PF=evil")
    assert answer.header("set-cookie") is None


async def test_SEC_139_a_form_of_another_web_site_does_nothing(caller: Caller) -> None:
    sent = (("sec-fetch-site", "cross-site"), ("origin", "null"))
    answer = await caller.post_form("/as/abc/resume", {"name": "x"}, headers=sent)
    assert answer.status == 403
    assert answer.header("location") is None


async def test_SEC_127_two_cookies_go_out_as_two_headers(caller: Caller) -> None:
    answer = await shown(caller, "/as/abc/resume")
    sent = [value for name, value in answer.headers if name == "set-cookie"]
    assert sent == [
        f"{pair}; Path=/; Secure; HttpOnly; SameSite=Lax" for pair in ("PF=abc", "ST=d")
    ]


@pytest.mark.parametrize("lines", [("PF=ours; PF=tossed",), ("PF=tossed", "PF=ours")])
async def test_SEC_128_a_tossed_cookie_is_not_believed(
    caller: Caller, lines: tuple[str, ...]
) -> None:
    answer = await caller.get("/cookie", [("cookie", line) for line in lines])
    assert answer.json() == {"PF": None, "twice": True}


async def test_a_cookie_is_believed_whichever_header_it_stands_in(caller: Caller) -> None:
    answer = await caller.get("/cookie", [("cookie", "a=1"), ("cookie", "PF=ours")])
    assert answer.json() == {"PF": "ours", "twice": False}

r"""An application that knows people, and tells the server who somebody is. With FastAPI.

Run it with

    SERVER=https://localhost:9031 SSL_CERT_FILE=.ostiary/tls/ca.pem \
    DESK_PASS_PHRASE=... uvicorn --app-dir examples/agentless --port 5001 desk_fastapi:app
"""

import hmac
import os
import secrets
from html import escape
from urllib.parse import parse_qsl

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from ostiary_client import AsyncReferenceId, ReferencedAttributes, UnknownReferenceError

USERS = {
    "joe": {
        "password": "2Federate!",
        "mail": "joe@example.com",
        "groups": ["staff", "night"],
        "name": {"given": "Joe", "family": "Sample"},
    },
    "ann": {
        "password": "3Federate!",
        "mail": "ann@example.com",
        "groups": ["staff"],
        "name": {"given": "Ann", "family": "Sample"},
    },
}
# A real list keeps hashes of passwords.
FORM = """<!doctype html><html lang="en"><title>The desk</title>
<h1>The desk</h1>
<form method="post" action="/sign-on">
<p role="alert">{problem}</p>
<label>User name <input name="username" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button name="do" value="sign-on">Sign on</button>
<button name="do" value="cancel">Cancel</button>
</form></html>"""

references = AsyncReferenceId(
    os.environ["SERVER"],
    instance_id="desk",
    username="desk",
    pass_phrase=os.environ["DESK_PASS_PHRASE"],
)
app = FastAPI()
# A service of several processes keeps both where all of them look.
waiting: dict[str, str] = {}
signed_on: dict[str, str] = {}


def with_cookie(answer: Response, session: str) -> Response:
    """Bind what comes next to this browser; with https, add secure=True."""
    answer.set_cookie("desk", session, httponly=True, samesite="lax")
    return answer


def show_form(problem: str = "", status: int = 200) -> Response:
    """Ask for user name and password."""
    return HTMLResponse(FORM.format(problem=escape(problem)), status)


async def values_of(request: Request) -> dict[str, str]:
    """Return the parameters of a request, in its URL or its body."""
    body = (await request.body()).decode()
    return dict(request.query_params) | dict(parse_qsl(body))


async def pick_up(values: dict[str, str]) -> ReferencedAttributes:
    """Return what the server wants; only it can have dropped what REF stands for."""
    try:
        return await references.pick_up(values.get("REF", ""))
    except UnknownReferenceError:
        raise HTTPException(400, "This page was opened too late, or a second time.") from None


async def vouch_for(username: str, resume_path: str) -> Response:
    """Tell the server who it is, and send the browser back."""
    known = {name: value for name, value in USERS[username].items() if name != "password"}
    reference = await references.drop_off({"subject": username, **known}, resume_path=resume_path)
    return RedirectResponse(references.return_url(resume_path, reference), 303)


async def receive(request: Request, values: dict[str, str]) -> Response:
    """Take a browser that the server sends."""
    asked = await pick_up(values)
    if asked.resume_path is None:
        raise HTTPException(400, "The server has asked for nothing.")
    username = signed_on.get(request.cookies.get("desk", ""))
    if username is not None and not asked.is_fresh_wanted:
        return await vouch_for(username, asked.resume_path)
    session = secrets.token_urlsafe()
    waiting[session] = asked.resume_path
    return with_cookie(show_form(), session)


@app.api_route("/sign-on", methods=["GET", "POST"])
async def sign_on(request: Request) -> Response:
    """Check the password of whoever is waited for in this browser."""
    values = await values_of(request)
    if "REF" in values:
        return await receive(request, values)
    session = request.cookies.get("desk", "")
    resume_path = waiting.get(session)
    if resume_path is None or request.method != "POST":
        raise HTTPException(400, "Begin at the application that you want to use.")
    if values.get("do") == "cancel":
        del waiting[session]
        reference = await references.decline("Signing on was canceled.", resume_path=resume_path)
        return RedirectResponse(references.return_url(resume_path, reference), 303)
    username = values.get("username", "")
    expected = str(USERS.get(username, {}).get("password", secrets.token_urlsafe()))
    if not hmac.compare_digest(expected.encode(), values.get("password", "").encode()):
        return show_form("That is not right.", 403)
    del waiting[session]
    session = secrets.token_urlsafe()
    signed_on[session] = username
    return with_cookie(await vouch_for(username, resume_path), session)


@app.api_route("/signed-off", methods=["GET", "POST"])
async def signed_off(request: Request) -> Response:
    """Sign off whom the server names: in this browser, if there is one."""
    left = await pick_up(await values_of(request))
    if left.resume_path is None:
        # A call of the server comes without a browser: whoever is meant is signed off everywhere.
        for each in [each for each, username in signed_on.items() if username == left.subject]:
            del signed_on[each]
        return PlainTextResponse("OK")
    session = request.cookies.get("desk", "")
    if signed_on.get(session) == left.subject:
        del signed_on[session]
    return RedirectResponse(references.return_url(left.resume_path), 303)

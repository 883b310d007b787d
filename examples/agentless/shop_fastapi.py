r"""An application that the server brings people to, and tells who they are. With FastAPI.

Run it with

    SERVER=https://localhost:9031 SSL_CERT_FILE=.ostiary/tls/ca.pem \
    SHOP_PASS_PHRASE=... uvicorn --app-dir examples/agentless --port 5002 shop_fastapi:app
"""

import os
import secrets
from html import escape
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from ostiary_client import AsyncReferenceId, ReferencedAttributes, UnknownReferenceError

SERVER = os.environ["SERVER"]
HOME = """<!doctype html><html lang="en"><title>The shop</title>
<h1>Welcome, {subject}</h1><dl>{facts}</dl>
<form method="post" action="/logout"><button>Sign off</button></form></html>"""
GOODBYE = """<!doctype html><html lang="en"><title>The shop</title>
<h1>You are signed off</h1><a href="/">Sign on again</a></html>"""

references = AsyncReferenceId(
    SERVER, instance_id="shop", username="shop", pass_phrase=os.environ["SHOP_PASS_PHRASE"]
)
app = FastAPI()
# A service of several processes keeps this where all of them look.
signed_on: dict[str, ReferencedAttributes] = {}


def with_cookie(answer: Response, session: str) -> Response:
    """Bind what comes next to this browser; with https, add secure=True."""
    answer.set_cookie("shop", session, httponly=True, samesite="lax")
    return answer


async def pick_up(values: dict[str, str]) -> ReferencedAttributes:
    """Return what the server says; only it can have dropped what REF stands for."""
    try:
        return await references.pick_up(values.get("REF", ""))
    except UnknownReferenceError:
        raise HTTPException(400, "This page was opened too late, or a second time.") from None


@app.get("/")
async def home(request: Request) -> Response:
    """Say who is signed on, or have the server find out; its answer is for this browser alone."""
    person = signed_on.get(request.cookies.get("shop", ""))
    if person is not None:
        facts = "".join(f"<dt>{escape(n)}<dd>{escape(str(v))}" for n, v in person.items())
        return HTMLResponse(HOME.format(subject=escape(str(person.subject)), facts=facts))
    begun = secrets.token_urlsafe()
    asked = {
        "IdpAdapterId": "desk",
        "SpSessionAuthnAdapterId": "shop",
        "TargetResource": f"{request.base_url}arrive/{begun}",
    }
    url = f"{SERVER}/pf/adapter2adapter.ping?{urlencode(asked)}"
    return with_cookie(RedirectResponse(url, 302), begun)


@app.get("/arrive/{begun}")
async def arrive(request: Request, begun: str) -> Response:
    """Take a browser that the server sends; one that did not begin here begins anew."""
    if not secrets.compare_digest(begun.encode(), request.cookies.get("shop", "").encode()):
        return RedirectResponse("/", 302)
    person = await pick_up(dict(request.query_params))
    session = secrets.token_urlsafe()
    signed_on[session] = person
    return with_cookie(RedirectResponse("/", 303), session)


@app.post("/logout")
async def logout(request: Request) -> Response:
    """Have the server sign off, which then tells everybody who took part: this shop as well."""
    target = urlencode({"TargetResource": f"{request.base_url}goodbye"})
    return RedirectResponse(f"{SERVER}/sp/startSLO.ping?{target}", 303)


@app.api_route("/signed-off", methods=["GET", "POST"])
async def signed_off(request: Request) -> Response:
    """Sign off whom the server names."""
    sent = dict(request.query_params) | dict(parse_qsl((await request.body()).decode()))
    left = await pick_up(sent)
    ended = left.subject, left.session_id
    for session, person in list(signed_on.items()):
        if (person.subject, person.session_id) == ended:
            del signed_on[session]
    if left.resume_path is None:
        return PlainTextResponse("OK")
    return RedirectResponse(references.return_url(left.resume_path), 303)


@app.get("/goodbye")
async def goodbye() -> Response:
    """Be the last page."""
    return HTMLResponse(GOODBYE)

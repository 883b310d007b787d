r"""A web application that signs people on, by authorization code and PKCE.

Run it with

    ISSUER=https://localhost:9031 CLIENT_ID=web-client CLIENT_SECRET=web-client-secret \
    SSL_CERT_FILE=.ostiary/tls/ca.pem uvicorn --app-dir examples sign_on:app

and open http://127.0.0.1:8000/ in a browser.
"""

import os
import secrets

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from ostiary_client import (
    AsyncClient,
    AuthorizationError,
    AuthorizationRequest,
    CallbackMismatchError,
    TokenSet,
)

client = AsyncClient(
    os.environ["ISSUER"],
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
)
app = FastAPI()
# A service of several processes keeps both where all of them look: request.to_document() is JSON.
begun: dict[str, AuthorizationRequest] = {}
signed_on: dict[str, TokenSet] = {}


def with_cookie(answer: Response, session: str) -> Response:
    """Bind what comes next to this browser; with https, add secure=True."""
    answer.set_cookie("session", session, httponly=True, samesite="lax")
    return answer


@app.get("/")
async def home(request: Request) -> Response:
    """Say who is signed on, or send them to sign on."""
    tokens = signed_on.get(request.cookies.get("session", ""))
    if tokens is not None:
        return JSONResponse(dict(await client.userinfo(tokens)))
    session = secrets.token_urlsafe()
    begun[session] = await client.authorization_url(
        "openid profile email", redirect_uri=str(request.url_for("callback"))
    )
    return with_cookie(RedirectResponse(begun[session].url), session)


@app.get("/callback")
async def callback(request: Request) -> Response:
    """Take the browser back, with a session of a new name."""
    asked = begun.pop(request.cookies.get("session", ""), None)
    if asked is None:
        return RedirectResponse("/")
    try:
        tokens = await client.exchange(asked, str(request.url))
    except (AuthorizationError, CallbackMismatchError) as error:
        return JSONResponse({"problem": error.problem}, 403)
    session = secrets.token_urlsafe()
    signed_on[session] = tokens
    return with_cookie(RedirectResponse("/"), session)


@app.get("/logout")
async def logout(request: Request) -> Response:
    """Sign off here, then at the server."""
    tokens = signed_on.pop(request.cookies.get("session", ""), None)
    return RedirectResponse(await client.logout_url(tokens))

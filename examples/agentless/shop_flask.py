r"""An application that the server brings people to, and tells who they are. With Flask.

Run it with

    SERVER=https://localhost:9031 SSL_CERT_FILE=.ostiary/tls/ca.pem \
    SHOP_PASS_PHRASE=... flask --app examples/agentless/shop_flask.py run --port 5002
"""

import os
import secrets
from urllib.parse import urlencode

from flask import (
    Flask,
    Response,
    abort,
    make_response,
    redirect,
    render_template_string,
    request,
)
from flask.typing import ResponseReturnValue

from ostiary_client import ReferencedAttributes, ReferenceId, UnknownReferenceError

SERVER = os.environ["SERVER"]
HOME = """<!doctype html><html lang="en"><title>The shop</title>
<h1>Welcome, {{ person.subject }}</h1>
<dl>{% for name, value in person.items() %}<dt>{{ name }}<dd>{{ value }}{% endfor %}</dl>
<form method="post" action="/logout"><button>Sign off</button></form></html>"""
GOODBYE = """<!doctype html><html lang="en"><title>The shop</title>
<h1>You are signed off</h1><a href="/">Sign on again</a></html>"""

references = ReferenceId(
    SERVER, instance_id="shop", username="shop", pass_phrase=os.environ["SHOP_PASS_PHRASE"]
)
app = Flask(__name__)
# A service of several processes keeps this where all of them look.
signed_on: dict[str, ReferencedAttributes] = {}


def with_cookie(answer: ResponseReturnValue, session: str) -> Response:
    """Bind what comes next to this browser; with https, add secure=True."""
    response = make_response(answer)
    response.set_cookie("shop", session, httponly=True, samesite="Lax")
    return response


@app.get("/")
def home() -> ResponseReturnValue:
    """Say who is signed on, or have the server find out; its answer is for this browser alone."""
    person = signed_on.get(request.cookies.get("shop", ""))
    if person is not None:
        return render_template_string(HOME, person=person)
    begun = secrets.token_urlsafe()
    asked = {
        "IdpAdapterId": "desk",
        "SpSessionAuthnAdapterId": "shop",
        "TargetResource": f"{request.host_url}arrive/{begun}",
    }
    return with_cookie(redirect(f"{SERVER}/pf/adapter2adapter.ping?{urlencode(asked)}"), begun)


@app.get("/arrive/<begun>")
def arrive(begun: str) -> ResponseReturnValue:
    """Take a browser that the server sends; one that did not begin here begins anew."""
    if not secrets.compare_digest(begun.encode(), request.cookies.get("shop", "").encode()):
        return redirect("/")
    try:
        person = references.pick_up(request.args.get("REF", ""))
    except UnknownReferenceError:
        abort(400, "This page was opened too late, or a second time.")
    session = secrets.token_urlsafe()
    signed_on[session] = person
    return with_cookie(redirect("/", 303), session)


@app.post("/logout")
def logout() -> ResponseReturnValue:
    """Have the server sign off, which then tells everybody who took part: this shop as well."""
    target = urlencode({"TargetResource": f"{request.host_url}goodbye"})
    return redirect(f"{SERVER}/sp/startSLO.ping?{target}", 303)


@app.route("/signed-off", methods=["GET", "POST"])
def signed_off() -> ResponseReturnValue:
    """Sign off whom the server names; only it can have dropped what REF stands for."""
    try:
        left = references.pick_up(request.values.get("REF", ""))
    except UnknownReferenceError:
        abort(400, "This page was opened too late, or a second time.")
    ended = left.subject, left.session_id
    for session, person in list(signed_on.items()):
        if (person.subject, person.session_id) == ended:
            del signed_on[session]
    if left.resume_path is None:
        return Response("OK", mimetype="text/plain")
    return redirect(references.return_url(left.resume_path), 303)


@app.get("/goodbye")
def goodbye() -> ResponseReturnValue:
    """Be the last page."""
    return GOODBYE

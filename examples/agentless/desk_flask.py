r"""An application that knows people, and tells the server who somebody is. With Flask.

Run it with

    SERVER=https://localhost:9031 SSL_CERT_FILE=.ostiary/tls/ca.pem \
    DESK_PASS_PHRASE=... flask --app examples/agentless/desk_flask.py run --port 5001
"""

import hmac
import os
import secrets

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

from ostiary_client import ReferenceId, UnknownReferenceError

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
<p role="alert">{{ problem }}</p>
<label>User name <input name="username" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button name="do" value="sign-on">Sign on</button>
<button name="do" value="cancel">Cancel</button>
</form></html>"""

references = ReferenceId(
    os.environ["SERVER"],
    instance_id="desk",
    username="desk",
    pass_phrase=os.environ["DESK_PASS_PHRASE"],
)
app = Flask(__name__)
# A service of several processes keeps both where all of them look.
waiting: dict[str, str] = {}
signed_on: dict[str, str] = {}


def with_cookie(answer: ResponseReturnValue, session: str) -> Response:
    """Bind what comes next to this browser; with https, add secure=True."""
    response = make_response(answer)
    response.set_cookie("desk", session, httponly=True, samesite="Lax")
    return response


def vouch_for(username: str, resume_path: str) -> ResponseReturnValue:
    """Tell the server who it is, and send the browser back."""
    known = {name: value for name, value in USERS[username].items() if name != "password"}
    reference = references.drop_off({"subject": username, **known}, resume_path=resume_path)
    return redirect(references.return_url(resume_path, reference), 303)


@app.before_request
def receive() -> ResponseReturnValue | None:
    """Take a browser that the server sends: REF says what for, and that the server did."""
    if request.path != "/sign-on" or "REF" not in request.values:
        return None
    try:
        asked = references.pick_up(request.values["REF"])
    except UnknownReferenceError:
        abort(400, "This page was opened too late, or a second time.")
    if asked.resume_path is None:
        abort(400, "The server has asked for nothing.")
    username = signed_on.get(request.cookies.get("desk", ""))
    if username is not None and not asked.is_fresh_wanted:
        return vouch_for(username, asked.resume_path)
    session = secrets.token_urlsafe()
    waiting[session] = asked.resume_path
    return with_cookie(render_template_string(FORM), session)


@app.post("/sign-on")
def sign_on() -> ResponseReturnValue:
    """Check the password of whoever is waited for in this browser."""
    session = request.cookies.get("desk", "")
    resume_path = waiting.get(session)
    if resume_path is None:
        abort(400, "Begin at the application that you want to use.")
    if request.form.get("do") == "cancel":
        del waiting[session]
        reference = references.decline("Signing on was canceled.", resume_path=resume_path)
        return redirect(references.return_url(resume_path, reference), 303)
    username = request.form.get("username", "")
    expected = str(USERS.get(username, {}).get("password", secrets.token_urlsafe()))
    if not hmac.compare_digest(expected.encode(), request.form.get("password", "").encode()):
        return render_template_string(FORM, problem="That is not right."), 403
    del waiting[session]
    session = secrets.token_urlsafe()
    signed_on[session] = username
    return with_cookie(vouch_for(username, resume_path), session)


@app.route("/signed-off", methods=["GET", "POST"])
def signed_off() -> ResponseReturnValue:
    """Sign off whom the server names: in this browser, if there is one."""
    try:
        left = references.pick_up(request.values.get("REF", ""))
    except UnknownReferenceError:
        abort(400, "This page was opened too late, or a second time.")
    if left.resume_path is None:
        # A call of the server comes without a browser: whoever is meant is signed off everywhere.
        for each in [each for each, username in signed_on.items() if username == left.subject]:
            del signed_on[each]
        return Response("OK", mimetype="text/plain")
    session = request.cookies.get("desk", "")
    if signed_on.get(session) == left.subject:
        del signed_on[session]
    return redirect(references.return_url(left.resume_path), 303)

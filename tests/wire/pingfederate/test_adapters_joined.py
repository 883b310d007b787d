"""Both sides on one server: somebody is known at one application, and arrives at another."""

import json
from urllib.parse import urlencode

import pytest

from ostiary.core.model.audit.sign_on import SignedOn
from ostiary.core.model.environment import SubjectKind
from ostiary.core.model.reference_adapter import Transport
from tests.support.app import App
from tests.support.browsing import Browsing, make_sign_on_app, returned
from tests.support.html import parse_form
from tests.support.receivers import START, make_receiver
from tests.support.reference_adapters import BASIC, DROP_OFF, JSON, at, configure, pick
from tests.support.vouching import STEPS, make_voucher

pytestmark = pytest.mark.anyio
SERVICE = "https://service.example/app"
PERSON = {"subject": "jsmith", "groups": ["staff", {"de": "Ärzte"}], "email": "joe@portal.example"}


def make_joined_app(*, takes_unasked: bool = False, transport: Transport = Transport.QUERY) -> App:
    """Start a server with an application on either side."""
    app = make_sign_on_app(**STEPS)
    contract = ("groups", "email")
    configure(
        app,
        make_voucher(app, takes_unasked=takes_unasked, transport=transport),
        make_receiver(
            app, key="service", endpoint=SERVICE, attributes=contract, transport=transport
        ),
        subject=SubjectKind.USERNAME,
    )
    return app


async def drop(app: App) -> str:
    """Let the application that knows somebody drop it off."""
    sent = (JSON, BASIC, at("portal"))
    answer = await app.pingfederate.request("POST", DROP_OFF, sent, json.dumps(PERSON).encode())
    return str(answer.json()["REF"])


async def test_a_person_goes_from_one_application_to_the_other() -> None:
    app = make_joined_app()
    browser = Browsing(app)
    left = returned(await browser.get(f"{START}?IdpAdapterId=portal"))
    answer = await browser.get(f"{left['resumePath']}?{urlencode({'REF': await drop(app)})}")

    assert (answer.header("location") or "").startswith(f"{SERVICE}?REF=")
    picked = (await pick(app, returned(answer)["REF"], BASIC, at("service"))).json()
    assert picked.items() >= PERSON.items()
    (signed_on,) = [each for each in app.events.events if isinstance(each, SignedOn)]
    assert picked["sessionid"] == signed_on.session


async def test_by_forms_it_is_the_same_way() -> None:
    app = make_joined_app(transport=Transport.FORM_POST)
    browser = Browsing(app)
    left = parse_form((await browser.get(START)).body)
    elsewhere = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
    answer = await browser.post_form(left.fields["resumePath"], {"REF": await drop(app)}, elsewhere)

    form = parse_form(answer.body)
    assert (form.action, list(form.fields)) == (SERVICE, ["REF"])
    picked = (await pick(app, form.fields["REF"], BASIC, at("service"))).json()
    assert picked["subject"] == "jsmith"


async def test_an_application_that_begins_brings_the_person_along() -> None:
    app = make_joined_app(takes_unasked=True)
    asked = urlencode({"IdpAdapterId": "portal", "REF": await drop(app)})
    answer = await Browsing(app).get(f"{START}?{asked}")

    picked = (await pick(app, returned(answer)["REF"], BASIC, at("service"))).json()
    assert picked["subject"] == "jsmith"

"""The whole way: one application knows somebody, and another one gets to know who it is."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.reference_adapter import Direction, ReferenceAdapter, Transport
from tests.support.asgi import Answer
from tests.support.browsing import returned
from tests.support.html import parse_form
from tests.support.receivers import PORTAL, PROBLEM, Person, make_receiver, make_receiving_app
from tests.support.reference_adapters import BASIC, at, configure, drop, pair_rules

pytestmark = pytest.mark.anyio
DESK = "https://desk.example/sign-on"
FAILURE = "com.pingidentity.adapter.refid.external.application.failure.message"
KNOWN = {
    "subject": "jsmith",
    "department": "Ärzte",
    "groups": ["staff", "night"],
    "name": {"localized": {"en_US": "Joe"}},
    "salary": 1,
}


@dataclass
class Traveller(Person):
    """Somebody whom the application of `desk` knows, and that of `portal` wants to know."""

    desk: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.arrange()

    def arrange(self, **desk: Any) -> None:
        """Configure both adapters."""
        contract = ("department", "groups", "name")
        usual: dict[str, Any] = {"endpoint": DESK, "attributes": contract}
        source = ReferenceAdapter(
            "desk", Direction.IDP, pair_rules(self.app), **{**usual, **self.desk, **desk}
        )
        receiver = make_receiver(self.app, attributes=contract, policies=("desk",))
        configure(self.app, source, receiver)

    async def vouch(self, leaving: Answer, **said: Any) -> str:
        """Let the application vouch for its user, and return the reference."""
        attributes = {**KNOWN, "resumePath": way_back(leaving), **said}
        dropped = await drop(self.app, BASIC, at("desk"), attributes=attributes)
        assert dropped.status == 200, dropped.body
        reference: str = dropped.json()["REF"]
        return reference

    async def come_back(self, leaving: Answer, reference: str) -> Answer:
        """Return from the application, as a link or a redirect does."""
        return await self.browser.get(f"{way_back(leaving)}?{urlencode({'REF': reference})}")


@pytest.fixture
def joe() -> Traveller:
    return make_traveller()


def make_traveller(**desk: Any) -> Traveller:
    app = make_receiving_app(
        steps={
            "form": StepInstance("form", "username_password"),
            "desk-step": StepInstance("desk-step", "reference_id", {"adapter": "desk"}),
        },
        policies={
            "default": Policy("default", StepNode("form")),
            "desk": Policy("desk", StepNode("desk-step")),
        },
    )
    return Traveller(app, desk)


def way_back(leaving: Answer) -> str:
    """Return the path that a browser takes along to the application."""
    if leaving.status == 200:
        return parse_form(leaving.body).fields["resumePath"]
    return returned(leaving)["resumePath"]


async def test_what_one_application_knows_another_gets_to_know(joe: Traveller) -> None:
    leaving = await joe.start(IdpAdapterId="desk")
    assert (leaving.header("location") or "").startswith(f"{DESK}?REF=")
    asked = await joe.pick(returned(leaving)["REF"], "desk")
    assert (asked["resumePath"], asked["TargetResource"]) == (way_back(leaving), PORTAL)

    arriving = await joe.come_back(leaving, await joe.vouch(leaving))

    assert (arriving.header("location") or "").startswith(f"{PORTAL}?REF=")
    found = await joe.pick(returned(arriving)["REF"])
    assert {name: found.get(name) for name in KNOWN} == {**KNOWN, "salary": None}


async def test_both_ways_go_by_forms_where_the_adapters_have_it_so() -> None:
    joe = make_traveller(transport=Transport.FORM_POST)
    leaving = await joe.start()
    form = parse_form(leaving.body)
    assert (form.action, set(form.fields)) == (DESK, {"REF", "resumePath"})

    arriving = await joe.browser.post_form(
        way_back(leaving), {"REF": await joe.vouch(leaving), "submit": "OK"}
    )

    assert (await joe.pick(returned(arriving)["REF"]))["subject"] == "jsmith"


async def test_an_application_that_declines_has_nobody_handed_over(joe: Traveller) -> None:
    leaving = await joe.start(InErrorResource=PROBLEM)
    reference = await joe.vouch(leaving, **{FAILURE: "Not today."})

    answer = await joe.come_back(leaving, reference)

    assert (answer.header("location") or "").startswith(PROBLEM)
    assert (returned(answer)["error"], "REF" in returned(answer)) == ("access_denied", False)


@pytest.mark.parametrize("brought", ["0" * 60, "", "x"])
async def test_a_reference_of_nobody_ends_in_a_failure(joe: Traveller, brought: str) -> None:
    leaving = await joe.start(InErrorResource=PROBLEM)
    answer = await joe.come_back(leaving, brought or "unknown")
    assert returned(answer)["error"] == "access_denied"


async def test_SEC_166_what_was_handed_to_an_application_signs_nobody_on(joe: Traveller) -> None:
    leaving = await joe.start()
    arriving = await joe.come_back(leaving, await joe.vouch(leaving))
    handed = returned(arriving)["REF"]

    again = await joe.start(ForceAuthn="true", InErrorResource=PROBLEM)
    answer = await joe.come_back(again, handed)

    assert returned(answer)["error"] == "access_denied"
    assert (await joe.pick(handed))["subject"] == "jsmith"


async def test_an_application_that_begins_brings_the_reference_along() -> None:
    joe = make_traveller(takes_unasked=True)
    dropped = await drop(joe.app, BASIC, at("desk"), attributes=KNOWN)
    arriving = await joe.start(IdpAdapterId="desk", REF=dropped.json()["REF"])
    assert (await joe.pick(returned(arriving)["REF"]))["subject"] == "jsmith"


async def test_nobody_is_signed_on_unasked_where_the_adapter_does_not_say_so(
    joe: Traveller,
) -> None:
    dropped = await drop(joe.app, BASIC, at("desk"), attributes=KNOWN)
    leaving = await joe.start(IdpAdapterId="desk", REF=dropped.json()["REF"])
    assert urlsplit(leaving.header("location") or "").netloc == "desk.example"


async def test_whoever_the_first_application_says_now_is_handed_over() -> None:
    """A session of somebody else in the same browser is not taken for the one who comes."""
    joe = make_traveller(takes_unasked=True)
    for subject in ("jsmith", "ann"):
        said = {**KNOWN, "subject": subject}
        dropped = await drop(joe.app, BASIC, at("desk"), attributes=said)
        arriving = await joe.start(REF=dropped.json()["REF"])
        assert (await joe.pick(returned(arriving)["REF"]))["subject"] == subject

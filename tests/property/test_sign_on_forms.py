"""Whatever a step asks becomes a form, and what a person does with it becomes the step's action."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.ids import BrowserKey, FlowId
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.flow import Flow
from ostiary.core.model.policy import StepInstance
from ostiary.core.steps.contract import Action, Input, InputKind, Offer, State, View
from ostiary.dialects.pingfederate.authn_wire import action_id, actions_of, find_offer, status_of
from ostiary.dialects.pingfederate.forms_wire import FORMS as PINGFEDERATE
from ostiary.dialects.pingone.forms_wire import FORMS as PINGONE
from ostiary.web.rendering import Pages
from ostiary.web.sign_on_forms import SignOnForms
from tests.support.html import parse_form
from tests.support.tenants import make_client

RESERVED = frozenset({"ok", "cancel", "action", "adapterId", "pass", "identifier", "accept"})
FACES = pytest.mark.parametrize("forms", [PINGFEDERATE, PINGONE], ids=["pingfederate", "pingone"])
PAGES = Pages()
CLIENT = make_client("web")
FLOW = Flow(
    id=FlowId("A" * 22),
    binding=BrowserKey(b""),
    request=AuthorizationRequest(
        CLIENT.client_id, "https://app.example.com", ("code",), ResponseMode.QUERY, ScopeSet()
    ),
    policy="default",
    created_at=0.0,
    expires_at=1.0,
)
words = st.from_regex(r"[a-z][a-zA-Z]{0,11}", fullmatch=True).filter(
    lambda word: word not in RESERVED
)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=20)
inputs = st.builds(
    Input,
    words,
    texts,
    st.sampled_from(InputKind),
    is_required=st.booleans(),
    is_read_only=st.booleans(),
)
offers = st.builds(
    Offer,
    st.builds(Action, words, words.filter(lambda verb: verb != "cancel")),
    texts,
    st.lists(inputs, max_size=4, unique_by=lambda each: each.name).map(tuple),
)
views = st.lists(
    offers, min_size=1, max_size=3, unique_by=lambda each: action_id(each.action).lower()
)


def turn_of(asked: list[Offer]) -> tuple[Turn, View]:
    """Return the turn in which a step asks that; its first action is what the page is for."""
    first, *others = asked
    primary = Offer(first.action, first.label, first.inputs, is_primary=True)
    view = View(State("question", "required"), (primary, *others))
    return Turn(FLOW, CLIENT, view, StepInstance("question", "question"), "A" * 22), view


@FACES
@given(asked=views, data=st.data())
def test_a_pressed_button_is_the_action_with_what_was_typed(
    forms: SignOnForms, asked: list[Offer], data: st.DataObject
) -> None:
    turn, view = turn_of(asked)
    form = parse_form(PAGES.render(forms.make_page(turn, view, "/resume")).body)
    chosen = data.draw(st.sampled_from(view.offers))
    labelled = sorted(view.offers, key=lambda offer: not offer.is_primary)
    name, value = form.buttons[labelled.index(chosen)]
    typed = {field: data.draw(texts) for field in form.fields if field != forms.names.step}
    sent = {**form.fields, **typed, name: value}
    read = forms.read(turn, view, Params.from_pairs(sent.items()))
    assert read is not None
    offer, values = read
    assert offer == chosen
    known = {each.name: each for each in chosen.inputs}
    assert values.keys() <= known.keys()
    assert all(
        isinstance(value, bool) is (known[each].kind is InputKind.BOOLEAN)
        for each, value in values.items()
    )
    assert not any(known[each].is_read_only for each in values)


@FACES
@given(asked=views)
def test_a_form_of_another_step_is_nothing(forms: SignOnForms, asked: list[Offer]) -> None:
    turn, view = turn_of(asked)
    form = parse_form(PAGES.render(forms.make_page(turn, view, "/resume")).body)
    sent = {**form.fields, **dict(form.buttons), forms.names.step: "another"}
    assert forms.read(turn, view, Params.from_pairs(sent.items())) is None


@given(views, st.booleans())
def test_every_action_is_found_by_its_id_in_any_case(
    asked: list[Offer], is_redirectless: bool
) -> None:
    _, view = turn_of(asked)
    actions = actions_of(view, is_redirectless=is_redirectless)
    for name, offer in actions.items():
        assert name.isalpha()
        assert find_offer(actions, name.upper()) == offer
    assert find_offer(actions, "") is None


@given(words, words)
def test_a_status_is_upper_case_with_underscores(noun: str, condition: str) -> None:
    status = status_of(State(noun, condition))
    assert status.replace("_", "").lower() == (noun + condition).lower()
    assert status.upper() == status

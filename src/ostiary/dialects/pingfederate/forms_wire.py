"""Our own sign-on pages: a view as a form with PingFederate's names, and what comes back of it."""

from collections.abc import Iterable, Iterator, Mapping

from ostiary.core.base.params import Params
from ostiary.core.flow.turn import Turn
from ostiary.core.model.client import Client
from ostiary.core.steps.contract import Action, Input, InputKind, Offer, Problem, View
from ostiary.dialects.pingfederate.authn_wire import action_id, resume_path
from ostiary.web.links import Link
from ostiary.web.pages import Button, Field, FormPage, Kind

STEP_FIELD = "pf.adapterId"
_CLICKED = "clicked"
_CANCEL = "cancel"
_CHECKED = "true"

_FIELDS: Mapping[str, str] = {
    "password": "pf.pass",
    "rememberMyUsername": "pf.rememberUsername",
    "identifier": "subject",
}
"""Inputs whose fields are not called `pf.` and the input's name."""

_BUTTONS: Mapping[Action, tuple[str, str]] = {
    Action("consent", "approve"): ("pf.oauth.authz.consent", "allow"),
    Action("consent", "deny"): ("pf.oauth.authz.consent", "deny"),
}
"""Actions whose buttons are neither `pf.ok`, `pf.cancel` nor named by the action."""

_KINDS: Mapping[InputKind, Kind] = {
    InputKind.TEXT: "text",
    InputKind.PASSWORD: "password",
    InputKind.BOOLEAN: "checkbox",
}


def make_page(turn: Turn, view: View, sent: Params | None = None) -> FormPage:
    """Return the page on which a person does what the view asks.

    The form needs no token of its own: the flow's id in its address is one, 130 random bits that
    open nothing without the browser's cookie.

    Spec: PingFederate "HTML Form Adapter" (names of the fields).
    Args: sent is what was just sent and not taken; it is filled in again, but for passwords.
    """
    offers = [offer for offer in view.offers if offer.label]
    inputs = {asked.name: asked for offer in _primary_first(offers) for asked in offer.inputs}
    problems = {problem.target: problem for problem in turn.problems}
    fields = [_field(asked, sent, problems.get(asked.name)) for asked in inputs.values()]
    return FormPage(
        view.title,
        view.title,
        resume_path(turn.flow.id),
        fields=[*_hidden_fields(turn), *fields],
        buttons=[_button(offer) for offer in offers],
        problems=[each.user_message for each in turn.problems if each.target not in inputs],
        lines=view.lines or (f"to go on to {turn.client.name}",),
        items=view.items,
        links=tuple(_links(turn.client)),
        logo=turn.client.logo_uri,
    )


def read_form(turn: Turn, view: View, sent: Params) -> tuple[Offer, dict[str, object]] | None:
    """Return what a form asks for, or None when it is of another page than the one that is due.

    Spec: PingFederate "HTML Form Adapter" (`pf.ok`, `pf.cancel`, `pf.adapterId`).
    """
    step = sent.find(STEP_FIELD)
    if step is not None and (turn.step is None or step != turn.step.key):
        return None
    offers = [offer for offer in view.offers if offer.label]
    pressed = (offer for offer in offers if sent.find(_button_of(offer)[0]) == _button_of(offer)[1])
    offer = next(pressed, None) or _filled_in(offers, sent)
    return None if offer is None else (offer, dict(_read_inputs(offer, sent)))


def _filled_in(offers: Iterable[Offer], sent: Params) -> Offer | None:
    """Return the primary action if its fields are there: scripts leave its button out."""
    for offer in offers:
        if offer.is_primary and any(
            asked.is_required and _field_name(asked) in sent for asked in offer.inputs
        ):
            return offer
    return None


def _read_inputs(offer: Offer, sent: Params) -> Iterator[tuple[str, object]]:
    for asked in offer.inputs:
        value = sent.find(_field_name(asked))
        if asked.is_read_only:
            continue  # it is settled, and browsers leave such check boxes out
        if asked.kind is InputKind.BOOLEAN:
            yield asked.name, value is not None  # an empty check box is not sent at all
        elif value is not None:
            yield asked.name, value


def _primary_first(offers: Iterable[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda offer: not offer.is_primary)


def _field(asked: Input, sent: Params | None, problem: Problem | None) -> Field:
    is_box = asked.kind is InputKind.BOOLEAN
    typed = None if sent is None or asked.is_read_only else sent.find(_field_name(asked))
    first = asked.value if isinstance(asked.value, str) else ""
    return Field(
        _field_name(asked),
        asked.label,
        _KINDS[asked.kind],
        value=_CHECKED if is_box else typed or first,
        checked=is_box and (asked.value is True if sent is None else typed is not None),
        required=asked.is_required,
        read_only=asked.is_read_only,
        autocomplete=asked.autocomplete,
        problem=None if problem is None else problem.user_message,
    )


def _hidden_fields(turn: Turn) -> list[Field]:
    return [] if turn.step is None else [Field(STEP_FIELD, "", "hidden", value=turn.step.key)]


def _button(offer: Offer) -> Button:
    name, value = _button_of(offer)
    return Button(name, value, offer.label, is_primary=offer.is_primary)


def _button_of(offer: Offer) -> tuple[str, str]:
    named = _BUTTONS.get(offer.action)
    if named is not None:
        return named
    if offer.is_primary:
        return "pf.ok", _CLICKED
    if offer.action.verb == _CANCEL:
        return "pf.cancel", _CLICKED
    return "pf.action", action_id(offer.action)


def _field_name(asked: Input) -> str:
    return _FIELDS.get(asked.name) or f"pf.{asked.name}"


def _links(client: Client) -> Iterator[Link]:
    """Yield what the client says of itself elsewhere."""
    for url, label in ((client.policy_uri, "Privacy policy"), (client.tos_uri, "Terms of service")):
        if url is not None:
            yield Link(url, f"{label} of {client.name}")

"""Our own sign-on pages: a view as a form, and what comes back of it, with the names of a face."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ostiary.core.base.params import Params
from ostiary.core.base.phrases import Phrase
from ostiary.core.flow.turn import Turn
from ostiary.core.model.client import Client
from ostiary.core.steps.contract import Action, Input, InputKind, Offer, Problem, View
from ostiary.web.links import Link
from ostiary.web.pages import Button, Choice, Field, FormPage, Kind

_CANCEL = "cancel"
_CHECKED = "true"
_KINDS: Mapping[InputKind, Kind] = {
    InputKind.TEXT: "text",
    InputKind.PASSWORD: "password",
    InputKind.NEW_PASSWORD: "password",
    InputKind.BOOLEAN: "checkbox",
    InputKind.EMAIL: "email",
    InputKind.PHONE: "tel",
    InputKind.CODE: "code",
    InputKind.CHOICE: "choice",
}


@dataclass(frozen=True, slots=True)
class FormNames:
    """What a face calls the fields and buttons of its forms.

    Args:
        step: the hidden field that says of which step a page is.
        prefix: before the names of inputs and of `action`.
        fields: inputs whose fields are not called by the prefix and the input's name.
        pressed: the value of the buttons `primary` and `cancel`.
        action_id: what the face calls an action: the value of any other button.
        buttons: actions whose buttons have a name and value of their own.
    """

    action_id: Callable[[Action], str]
    step: str
    prefix: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    primary: str = "ok"
    cancel: str = "cancel"
    action: str = "action"
    pressed: str = "clicked"
    buttons: Mapping[Action, tuple[str, str]] = field(default_factory=dict)

    def of_field(self, asked: Input) -> str:
        """Return the name of the field of an input."""
        return self.fields.get(asked.name) or f"{self.prefix}{asked.name}"

    def of_button(self, offer: Offer) -> tuple[str, str]:
        """Return name and value of the button of an action."""
        named = self.buttons.get(offer.action)
        if named is not None:
            return named
        if offer.is_primary:
            return self.primary, self.pressed
        if offer.action.verb == _CANCEL:
            return self.cancel, self.pressed
        return self.action, self.action_id(offer.action)


@dataclass(frozen=True, slots=True)
class SignOnForms:
    """Turns views into pages, and the forms that come back into actions."""

    names: FormNames

    def make_page(self, turn: Turn, view: View, path: str, sent: Params | None = None) -> FormPage:
        """Return the page on which a person does what the view asks.

        The form needs no token of its own: the flow's id in its address is one, so many random
        bits that open nothing without the browser's cookie.

        Args:
            path: where the form goes.
            sent: what was just sent and not taken; it is filled in again, but for passwords.
        """
        offers = [offer for offer in view.offers if offer.label]
        inputs = {asked.name: asked for asked in _shown(offers)}
        problems = {problem.target: problem for problem in turn.problems}
        fields = [self._field(asked, sent, problems.get(asked.name)) for asked in inputs.values()]
        return FormPage(
            view.title,
            view.title,
            path,
            fields=[*self._hidden_fields(turn), *fields],
            buttons=[self._button(offer) for offer in offers],
            problems=[each.user_message for each in turn.problems if each.target not in inputs],
            lines=view.lines or (Phrase("to go on to {client}", client=turn.client.name),),
            items=view.items,
            figure=view.figure,
            links=tuple(_links(turn.client)),
            logo=turn.client.logo_uri,
        )

    def read(self, turn: Turn, view: View, sent: Params) -> tuple[Offer, dict[str, object]] | None:
        """Return what a form asks for, or None when it is of another page than the one due."""
        step = sent.find(self.names.step)
        if step is not None and (turn.step is None or step != turn.step.key):
            return None
        offers = [offer for offer in view.offers if offer.label]
        pressed = (offer for offer in offers if self._is_pressed(offer, sent))
        offer = next(pressed, None) or self._filled_in(offers, sent)
        return None if offer is None else (offer, dict(self._read_inputs(offer, sent)))

    def _is_pressed(self, offer: Offer, sent: Params) -> bool:
        name, value = self.names.of_button(offer)
        return sent.find(name) == value

    def _filled_in(self, offers: Iterable[Offer], sent: Params) -> Offer | None:
        """Return the primary action if its fields are there: scripts leave its button out."""
        for offer in offers:
            if offer.is_primary and any(
                asked.is_required and self.names.of_field(asked) in sent for asked in offer.inputs
            ):
                return offer
        return None

    def _read_inputs(self, offer: Offer, sent: Params) -> Iterator[tuple[str, object]]:
        for asked in offer.inputs:
            value = sent.find(self.names.of_field(asked))
            if asked.is_read_only:
                continue  # it is settled, and browsers leave such check boxes out
            if asked.kind is InputKind.BOOLEAN:
                yield asked.name, value is not None  # an empty check box is not sent at all
            elif value is not None:
                yield asked.name, value

    def _field(self, asked: Input, sent: Params | None, problem: Problem | None) -> Field:
        name = self.names.of_field(asked)
        is_box = asked.kind is InputKind.BOOLEAN
        # A code that was not right is typed anew, and what was settled stays.
        is_kept = asked.is_read_only or asked.kind is InputKind.CODE
        typed = None if sent is None or is_kept else sent.find(name)
        first = asked.value if isinstance(asked.value, str) else ""
        return Field(
            name,
            asked.label,
            _kind_of(asked),
            value=_CHECKED if is_box else typed or first,
            checked=is_box and (asked.value is True if sent is None else typed is not None),
            required=asked.is_required,
            read_only=asked.is_read_only,
            autocomplete=asked.autocomplete,
            problem=None if problem is None else problem.user_message,
            choices=[Choice(option.value, option.label) for option in asked.options],
            has_digits_only=asked.has_digits_only,
        )

    def _hidden_fields(self, turn: Turn) -> list[Field]:
        return (
            [] if turn.step is None else [Field(self.names.step, "", "hidden", value=turn.step.key)]
        )

    def _button(self, offer: Offer) -> Button:
        name, value = self.names.of_button(offer)
        return Button(name, value, offer.label, is_primary=offer.is_primary)


def _shown(offers: Iterable[Offer]) -> Iterator[Input]:
    """Yield the inputs of a page, once each: what has no label is for programs, or for a script."""
    seen: set[str] = set()
    for offer in _primary_first(offers):
        for asked in offer.inputs:
            is_for_page = bool(asked.label) or asked.kind is InputKind.JSON
            if is_for_page and asked.name not in seen:
                seen.add(asked.name)
                yield asked


def _kind_of(asked: Input) -> Kind:
    if asked.kind is InputKind.JSON:
        return "make_passkey" if '"pubKeyCredParams"' in str(asked.value) else "use_passkey"
    return _KINDS[asked.kind]


def _primary_first(offers: Iterable[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda offer: not offer.is_primary)


def _links(client: Client) -> Iterator[Link]:
    """Yield what the client says of itself elsewhere."""
    if client.policy_uri is not None:
        yield Link(client.policy_uri, Phrase("Privacy policy of {client}", client=client.name))
    if client.tos_uri is not None:
        yield Link(client.tos_uri, Phrase("Terms of service of {client}", client=client.name))

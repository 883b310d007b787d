"""Events cannot carry a secret: each field has a type made for it, or is text from a short list."""

import dataclasses
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from ostiary.core.base.ids import (
    AuthenticatorId,
    ClientId,
    EnvironmentId,
    GrantId,
    SessionId,
    TargetId,
    TokenId,
    TokenManagerId,
    UserId,
    UsernameDigest,
)
from ostiary.core.model.audit.event import Event
from ostiary.core.model.flow_entry import FlowEntry, FlowMark, FlowOutcome

IDENTIFIERS = {
    AuthenticatorId,
    EnvironmentId,
    ClientId,
    FlowMark,
    GrantId,
    SessionId,
    TargetId,
    TokenId,
    TokenManagerId,
    UserId,
    UsernameDigest,
}
COUNTS = {bool, int}
WORDS = {FlowOutcome}
KINDS = (*get_args(Event), FlowEntry)
TEXTS = {
    "action",
    "adapter",
    "address",
    "channel",
    "code",
    "directory",
    "begun_at",
    "endpoint",
    "entrance",
    "grant_type",
    "host",
    "kind",
    "members",
    "methods",
    "outcome",
    "path",
    "policy",
    "problems",
    "purpose",
    "reason",
    "response_type",
    "scope",
    "server",
    "source",
    "state",
    "step",
    "template",
}
"""Fields of plain text, each judged: a caller's address, or words that the code or the
configuration chose. What a stranger wrote comes in `claimed` alone, which is cut short, and in
`host`, which can be nothing but the name of a host."""


def _types(hint: Any) -> set[Any]:
    is_union = get_origin(hint) in {Union, UnionType}
    return set(get_args(hint)) - {type(None)} if is_union else {hint}


@pytest.mark.parametrize("event", KINDS, ids=lambda event: event.__name__)
def test_SEC_244_every_field_of_an_event_was_judged(event: type) -> None:
    hints = get_type_hints(event)
    assert hints
    for name, hint in hints.items():
        assert _types(hint) <= IDENTIFIERS | COUNTS | WORDS or (
            name in TEXTS and _types(hint) == {str}
        ), name


@pytest.mark.parametrize("event", KINDS, ids=lambda event: event.__name__)
def test_an_event_cannot_be_changed_once_it_is_made(event: type) -> None:
    made = event(**dict.fromkeys(get_type_hints(event), "x"))
    name = next(iter(get_type_hints(event)))
    with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
        setattr(made, name, "y")

"""Authentication policies: trees of steps, with a branch for success and one for failure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import msgspec

_DIGEST_LENGTH = 16


@dataclass(frozen=True)
class StepInstance:
    """One configured step (PingFederate: adapter instance).

    Args:
        type: which kind of step, as its file names it.
        settings: what the kind lets one choose, by name.
    """

    key: str
    type: str
    settings: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def mark(self) -> str:
        """What stands for the step as it is set now: its key, and a digest of kind and settings.

        Settings that are only written in another order are the same.
        """
        kind_and_settings = msgspec.json.encode((self.type, self.settings), order="sorted")
        return f"{self.key} {hashlib.sha256(kind_and_settings).hexdigest()[:_DIGEST_LENGTH]}"


class End(StrEnum):
    """How a branch ends."""

    DONE = "done"
    FAIL = "fail"


class Criterion(StrEnum):
    """What a selector looks at.

    `attribute:` and a name stand for a user's attribute, once a step has found the user.
    """

    CLIENT = "client"
    SCOPE = "scope"
    ACR = "acr"
    POPULATION = "population"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class StepNode:
    """Ask one step, then go on by what comes of it."""

    step: str
    success: "Node" = End.DONE
    failure: "Node" = End.FAIL


@dataclass(frozen=True, slots=True)
class Selector:
    """Choose a branch without asking anybody.

    Args:
        attribute: which one, for `Criterion.ATTRIBUTE`.
        cases: by the value that is looked at; the first that holds.
    """

    criterion: Criterion
    cases: Mapping[str, "Node"]
    otherwise: "Node" = End.FAIL
    attribute: str = ""


Node = StepNode | Selector | End


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy (PingOne: sign-on policy).

    Args:
        context: what `acr` says of whoever satisfied it, and by which `acr_values` asks for it.
    """

    key: str
    root: Node
    context: str | None = None

"""What a reference stands for, and what one is to stand for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary_client.protocol.answers import text_member

FAILURE = "com.pingidentity.adapter.refid.external.application.failure.message"
_RESUME_PATH = "resumePath"


def dropped(attributes: Mapping[str, object], resume_path: str | None) -> Mapping[str, object]:
    """Return attributes for a drop-off, for one way back if that is given."""
    return attributes if resume_path is None else {**attributes, _RESUME_PATH: resume_path}


@dataclass(frozen=True, slots=True)
class ReferencedAttributes(Mapping[str, Any]):
    """What is said of a person, by its names; no repr shows any of it.

    An application that signs people on finds what is asked of it; one that people are brought to
    finds who they are.
    """

    values_by_name: Mapping[str, Any] = field(repr=False)

    @property
    def subject(self) -> str | None:
        """Who the person is, if that is known by now."""
        return text_member(self, "subject")

    @property
    def resume_path(self) -> str | None:
        """Where the browser has to go back to at the server: for `return_url`."""
        return text_member(self, _RESUME_PATH)

    @property
    def session_id(self) -> str | None:
        """The person's session at the server, which a logout names again."""
        return text_member(self, "sessionid")

    @property
    def target(self) -> str | None:
        """Where the person wants to end up."""
        return text_member(self, "TargetResource")

    @property
    def is_fresh_wanted(self) -> bool:
        """Whether even somebody who is signed on has to prove it once more."""
        wanted = self.values_by_name.get("forceAuthn", False)
        return wanted is True or str(wanted).lower() == "true"

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

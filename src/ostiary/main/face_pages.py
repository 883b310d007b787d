"""Where each face has the pages that mails lead to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ostiary.core.model.environment import Environment, Face

Locate = Callable[[Environment, str], str]


@dataclass(frozen=True, slots=True)
class FacePages:
    """Implements the `PageAddresses` port by what the faces say."""

    recovery_links: Mapping[Face, Locate]

    def recovery_link(self, env: Environment, value: str) -> str:
        return self.recovery_links[env.face](env, value)

"""A step that does what a test tells it, so that policies can be walked at no cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary.core.base.ids import UserId
from ostiary.core.model.environment import Environment
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Begun,
    Failed,
    Input,
    Offer,
    Outcome,
    Passed,
    Restart,
    Situation,
    State,
    View,
)
from tests.support.users import make_user

VERBS = ("prove", "pass", "fail", "ask", "restart")


@dataclass
class ScriptedStep:
    """Offers every outcome that there is; what it was asked is remembered.

    Args:
        taken: the steps' keys and what was chosen in them, in order.
        credential: of whomever it proves, as `make_user` makes them.
    """

    type: str = "scripted"
    plugin_id: str = "scriptedscriptedscript"
    taken: list[tuple[str, str]] = field(default_factory=list)
    credential: float = make_user().credential

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        begins = situation.instance.settings.get("begins", "ask")
        return self._outcome(str(begins), None)

    def view(self, env: Environment, situation: Situation) -> View:
        user = Input("user", "User")
        offers = (Offer(Action("script", verb), inputs=(user,)) for verb in VERBS)
        return View(State("script", "required"), tuple(offers))

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        self.taken.append((situation.instance.key, action.verb))
        if action.verb == "restart":
            return Restart()
        return self._outcome(action.verb, inputs["user"])

    def _outcome(self, verb: str, user: str | None) -> Ask | Passed | Failed:
        match verb:
            case "prove":
                proved = UserId(user or "")
                return Passed(proved, ("scripted",), identifier=user, credential=self.credential)
            case "pass":
                return Passed()
            case "fail":
                return Failed()
            case _:
                return Ask({"asked": True})

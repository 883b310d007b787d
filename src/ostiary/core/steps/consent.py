"""The step consent: whether a client may have what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from ostiary.core.base.phrases import Phrase
from ostiary.core.model.environment import Environment
from ostiary.core.model.user_grant import Consent as KeptConsent
from ostiary.core.ports.user_grants import Consents
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Begun,
    Failed,
    Input,
    InputKind,
    Offer,
    Outcome,
    Passed,
    Situation,
    State,
    View,
)
from ostiary.core.tokens.user_claims import claims_beyond

APPROVE = Action("consent", "approve")
DENY = Action("consent", "deny")
DENIED = Failed("access_denied", "The user did not allow it.")
REMEMBER = Input("rememberMyDecision", "Do not ask me again", InputKind.BOOLEAN, value=False)


@dataclass(frozen=True, slots=True)
class Consent:
    """Asks the user; passes at once where the operator, or the user before, has settled it."""

    consents: Consents
    type: ClassVar[str] = "consent"
    plugin_id: ClassVar[str] = "nB8dTzR2vKqXj5GmWf0YsA"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        """Ask, unless the answer is known.

        Spec: OpenID Connect Core §3.1.2.1 (`prompt`), §3.1.2.4.
        """
        client, request = situation.client, situation.flow.request
        if client.bypasses_approval or request.is_redirectless:
            return Passed(scopes=request.scopes.names)
        if "consent" in request.prompts or _must_see_somebody(situation):
            return Ask()
        user_id = situation.flow.user_id
        kept = None if user_id is None else await self.consents.find(env, user_id, client.client_id)
        is_known = kept is not None and _covers(kept, env, situation)
        return Passed(scopes=request.scopes.names) if is_known else Ask()

    def view(self, env: Environment, situation: Situation) -> View:
        request, name = situation.flow.request, situation.client.name
        described = (env.scope_descriptions.get(scope, scope) for scope in request.scopes)
        return View(
            State("consent", "required"),
            offers=(
                Offer(APPROVE, "Allow", (REMEMBER,), is_primary=True),
                Offer(DENY, "Do not allow"),
            ),
            title=Phrase("Allow access to {client}?", client=name),
            lines=(Phrase("{client} asks for access on your behalf:", client=name),),
            items=(
                *described,
                *(
                    Phrase("Read about you: {claim}", claim=claim.replace("_", " "))
                    for claim in _claims(env, situation)
                ),
                *(Phrase("for {resource}", resource=resource) for resource in request.resources),
            ),
        )

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        if action == DENY:
            return DENIED
        is_remembered = bool(inputs["rememberMyDecision"])
        return Passed(scopes=situation.flow.request.scopes.names, is_remembered=is_remembered)


def _covers(kept: KeptConsent, env: Environment, situation: Situation) -> bool:
    request = situation.flow.request
    is_covered = request.scopes.is_subset_of(kept.scopes)
    return (
        is_covered
        and kept.resources.issuperset(request.resources)
        and kept.claims.issuperset(_claims(env, situation))
    )


def _claims(env: Environment, situation: Situation) -> tuple[str, ...]:
    request = situation.flow.request
    return claims_beyond(env, situation.client, request.claims, request.scopes)


def _must_see_somebody(situation: Situation) -> bool:
    """Tell whether any program on the user's machine could have come here as this client.

    Where a client has no secret and its redirect URI is open to every program there, an answer
    without a person would go to whichever asked. Who has just signed on is a person; where a
    session stood in for that, the question is the interaction.

    Spec: RFC 8252 §8.6.
    """
    redirect_uri = situation.flow.request.redirect_uri
    if not situation.client.is_public or redirect_uri is None:
        return False
    is_anybodys = urlsplit(redirect_uri).scheme != "https"
    return is_anybodys and not situation.flow.methods

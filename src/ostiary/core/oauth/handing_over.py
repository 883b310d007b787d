"""Handing over: at the end of a receiver's flow its application gets attributes of the person."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.model.audit.references import AttributesHandedOver
from ostiary.core.model.authorization import Person
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import SUBJECT, ReferenceAdapter
from ostiary.core.model.reference_context import ReferenceContext
from ostiary.core.model.reference_targets import is_target
from ostiary.core.oauth.authorization_response import AuthorizationResponse
from ostiary.core.signon.reference import ReferenceHandover
from ostiary.core.tokens.user_claims import claim_of


@dataclass(frozen=True, slots=True)
class HandingOver:
    """Drops attributes for applications to pick up."""

    handover: ReferenceHandover

    async def drop(
        self,
        env: Environment,
        adapter: ReferenceAdapter,
        request: AuthorizationRequest,
        person: Person,
    ) -> AuthorizationResponse:
        """Drop what an adapter's application is to know of a person, and return where it is told.

        Spec: PingFederate "Reference ID adapter" (SP adapter).
        Stores: the attributes; nobody knows of them before the answer has gone out.
        Raises: UnavailableError.
        """
        context = ReferenceContext(
            target=request.redirect_uri,
            session_id=person.session_id,
            authenticated_at=person.authentication.at,
            acr=person.authentication.context,
        )
        reference = await self.handover.drop(
            env,
            adapter,
            attributes_for(env, adapter, person),
            is_from_application=False,
            context=context,
        )
        return AuthorizationResponse(request.response_mode, request.redirect_uri, {}, reference)


def as_receivers_know(person: Person) -> Person:
    """Return a person whose subject is the username, whatever tokens say.

    An application that vouched for somebody said that name; the one that is handed attributes
    expects to hear it again.
    Spec: PingFederate "Reference ID adapter" (core attribute `subject`).
    """
    return replace(person, subject=person.user.username)


def attributes_for(
    env: Environment, adapter: ReferenceAdapter, person: Person
) -> Mapping[str, object]:
    """Return the attributes of an adapter's contract; those that a person does not have are None.

    Spec: PingFederate "Reference ID adapter" (attribute contract, `Include Null Attributes`).
    """
    user = person.user
    names = (name for name in adapter.attributes if name != SUBJECT)
    said = {name: claim_of(env, user, name) for name in names}
    return {SUBJECT: person.subject, **said}


def handed_over(
    env: Environment, adapter: ReferenceAdapter, person: Person, address: str
) -> AttributesHandedOver:
    """Return the event of it."""
    return AttributesHandedOver(env.id, adapter.key, person.user.id, person.session_id, address)


def may_end_at_target(client: Client, request: AuthorizationRequest) -> bool:
    """Tell whether a receiver's flow may still end where it was to, as it is configured now."""
    adapter, target = client.receives_at, request.redirect_uri
    return adapter is not None and target is not None and is_target(adapter, target)


def refuse_receiver(
    adapter: ReferenceAdapter, request: AuthorizationRequest, members: Mapping[str, str | int]
) -> AuthorizationResponse:
    """Return a refusal: it goes where the request has it go, if it may go there, else nowhere.

    Spec: PingFederate "System-services endpoints" (`InErrorResource`).
    """
    place = request.error_uri
    if place is not None and not is_target(adapter, place):
        place = None
    return AuthorizationResponse(ResponseMode.QUERY, place, members)

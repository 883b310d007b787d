"""What the core does otherwise in environments of either face, as values."""

from ostiary.core.model.environment import STANDARD_POLICY, Face
from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.model.traits import Traits

SINGLE_FACTOR = Policy("Single_Factor", StepNode("form"), "Single_Factor")
REGION = "NA"
"""What tokens and resources say of where an environment is: an installation is its own region."""


def find_traits(face: Face, environment_id: str, organization_id: str) -> Traits:
    """Return the traits of an environment.

    Spec: PingFederate "OpenID Connect policies" (`pi.sri`); PingOne "ID tokens", "Flows".
    """
    if face is Face.PINGFEDERATE:
        return Traits(session_claims=("pi.sri",))
    return Traits(
        has_uuid_ids=True,
        tenant_claims={"env": environment_id, "org": organization_id, "p1.region": REGION},
        refreshes_on_request=True,
    )


def standard_policy(face: Face) -> Policy:
    """Return the policy of an environment in which none is configured."""
    return SINGLE_FACTOR if face is Face.PINGONE else STANDARD_POLICY


def context_of(face: Face, policy: str, acr: str | None) -> str | None:
    """Return what `acr` says of whoever has satisfied a policy.

    Spec: PingOne "Sign-on policies" (they are asked for by their names).
    """
    return acr or (policy if face is Face.PINGONE else None)

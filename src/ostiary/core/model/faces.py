"""Faces: what goes without saying in environments that speak one vendor's protocols.

The core goes by these values and never asks for a vendor itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ostiary.core.model.environment import Face
from ostiary.core.model.traits import Traits

FORM, SECOND_FACTOR = "form", "second_factor"
REGION = "NA"
"""What tokens and resources say of where an environment is: an installation is its own region."""


@dataclass(frozen=True, slots=True)
class FaceDefaults:
    """What environments of a face are like, as far as their configuration does not say it.

    Spec: PingOne "Sign-on policies" (two are predefined, and asked for by their names).

    Args:
        find_traits: of an environment by its id and its organization's.
        policies: each as the keys of its steps in order; the first counts for whoever names none.
        steps: kinds of the steps in them, by key.
        names_contexts: a policy is asked for by its name (`acr`) where it has no other.
        management_audience: what tokens for its management API name as their audience.
        keeps_readable_secrets: clients' secrets are sealed, for the management API shows them.
        has_cookieless: its flows can go on without cookies.
        has_reference_adapters: applications may hand over attributes, and take them.
    """

    find_traits: Callable[[str, str], Traits]
    policies: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, str] = field(default_factory=lambda: {FORM: "username_password"})
    names_contexts: bool = False
    management_audience: str | None = None
    keeps_readable_secrets: bool = False
    has_cookieless: bool = True
    has_reference_adapters: bool = True

    @property
    def policy(self) -> str:
        """Return the key of the policy that counts."""
        return next(iter(self.policies))


def _with_short_ids(_environment_id: str, _organization_id: str) -> Traits:
    """Spec: PingFederate "OpenID Connect policies" (`pi.sri`)."""
    return Traits(session_claims=("pi.sri",))


def _with_uuids(environment_id: str, organization_id: str) -> Traits:
    """Spec: PingOne "ID tokens", "Flows"."""
    return Traits(
        has_uuid_ids=True,
        tenant_claims={"env": environment_id, "org": organization_id, "p1.region": REGION},
        refreshes_on_request=True,
    )


FACES: Mapping[Face, FaceDefaults] = {
    Face.PINGFEDERATE: FaceDefaults(_with_short_ids, {"default": (FORM,)}),
    Face.PINGONE: FaceDefaults(
        _with_uuids,
        {"Single_Factor": (FORM,), "Multi_Factor": (FORM, SECOND_FACTOR)},
        steps={FORM: "username_password", SECOND_FACTOR: "second_factor"},
        names_contexts=True,
        management_audience="https://api.pingone.com",
        keeps_readable_secrets=True,
        has_cookieless=False,
        has_reference_adapters=False,
    ),
}

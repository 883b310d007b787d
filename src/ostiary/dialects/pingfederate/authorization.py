"""`/as/authorization.oauth2`: what PingFederate's own parameters say there."""

from ostiary.core.base.params import Params
from ostiary.core.oauth.checks.asked import RequestExtensions
from ostiary.dialects.pingfederate.oauth import read_target
from ostiary.dialects.pingfederate.reference_wire import REFERENCE

AUTHORIZATION_PATH = "/as/authorization.oauth2"


def read_extensions(params: Params) -> RequestExtensions:
    """Return what the product's own parameters say.

    Spec: PingFederate "Authorization endpoint" (`pfidpadapterid` or `IdpAdapterId`, `idp` or
    `PartnerIdpId`, `access_token_manager_id`, `aud`), "Mobile application authentication through
    REST APIs".
    """
    return RequestExtensions(
        target=read_target(params),
        step=params.find("pfidpadapterid") or params.find("IdpAdapterId"),
        names_partner="idp" in params or "PartnerIdpId" in params,
        reference=params.find(REFERENCE),
    )

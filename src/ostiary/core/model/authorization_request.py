"""An authorization request: what an application asks of a user, checked and settled."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from ostiary.core.base.ids import ClientId
from ostiary.core.base.scopes import ScopeSet

ASKING_PROMPTS = frozenset({"login", "select_account"})
"""Values of `prompt` by which no earlier sign-on will do."""


class ResponseMode(StrEnum):
    """How the answer gets to the application.

    Spec: OAuth 2.0 Multiple Response Type Encoding Practices §2.1; OAuth 2.0 Form Post Response
    Mode; PingFederate "Mobile application authentication through REST APIs" (`pi.flow`).
    """

    QUERY = "query"
    FRAGMENT = "fragment"
    FORM_POST = "form_post"
    PI_FLOW = "pi.flow"


class ClaimWish(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the `claims` parameter says of one claim.

    Spec: OpenID Connect Core §5.5.1.
    Args: values are those that would do; empty when any does.
    """

    essential: bool = False
    values: tuple[object, ...] = ()


class ClaimsRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """The `claims` parameter: what is wanted beyond the scopes, by place and name.

    Spec: OpenID Connect Core §5.5.
    """

    userinfo: Mapping[str, ClaimWish] = {}
    id_token: Mapping[str, ClaimWish] = {}


class DeviceWish(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which device somebody is about to let in.

    Args:
        user_code: as it was typed, or came along; "" while there is none.
        client_id, scopes: what the device is and asks for, once its code was found.
        only: whose devices alone are let in where somebody came to; None for any client's.
    """

    user_code: str = ""
    client_id: ClientId | None = None
    scopes: ScopeSet = ScopeSet()
    only: ClientId | None = None


class AuthorizationRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request after every check; nothing of it is read from the wire again.

    Args:
        redirect_uri: where the answer goes; None with `pi.flow`, and for a question that asks for
            nothing but yes or no.
        is_redirect_uri_sent: it stood in the request, so the exchange must repeat it.
        response_types: the parts of `response_type`, sorted; ("none",) for none.
        prompts: of `prompt`, at most one of each.
        max_age: seconds; None when the request does not say.
        hinted_subject: the `sub` of a genuine `id_token_hint`.
        acr_values, ui_locales: in the order of preference.
        manager_id: the token manager that the request names.
        resources: audiences that it names, known to the environment.
        step: the step to authenticate with (PingFederate: `pfidpadapterid`).
        error_uri: where a receiver's refusal goes; None for no further than the browser.
        device: which device somebody is about to let in; None where it is about none.
    """

    client_id: ClientId
    redirect_uri: str | None
    response_types: tuple[str, ...]
    response_mode: ResponseMode
    scopes: ScopeSet
    is_redirect_uri_sent: bool = True
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    prompts: tuple[str, ...] = ()
    max_age: int | None = None
    login_hint: str | None = None
    hinted_subject: str | None = None
    acr_values: tuple[str, ...] = ()
    claims: ClaimsRequest = ClaimsRequest()
    ui_locales: tuple[str, ...] = ()
    manager_id: str | None = None
    resources: tuple[str, ...] = ()
    step: str | None = None
    error_uri: str | None = None
    device: DeviceWish | None = None

    @property
    def chosen_for(self) -> "AuthorizationRequest":
        """Return what policies choose by: the device's own request, where it is known."""
        device = self.device
        if device is None or device.client_id is None:
            return self
        return msgspec.structs.replace(self, client_id=device.client_id, scopes=device.scopes)

    @property
    def wants_fresh_proof(self) -> bool:
        """Tell whether whoever signs on is to prove it anew, or not long ago.

        Spec: OpenID Connect Core §3.1.2.1 (`prompt`, `max_age`).
        """
        return self.max_age is not None or not ASKING_PROMPTS.isdisjoint(self.prompts)

    @property
    def is_redirectless(self) -> bool:
        """Tell whether the answer is the JSON of the authentication API."""
        return self.response_mode is ResponseMode.PI_FLOW

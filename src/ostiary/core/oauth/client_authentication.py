"""Finding out which client calls: exactly one method, one answer to every failure."""

from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.errors import (
    InvalidClientError,
    OAuthCode,
    OAuthError,
    TooManyAttemptsError,
)
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.assertion import read_assertion
from ostiary.core.clientauth.contract import ClientAuthenticator, Presented, Rejected
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment
from ostiary.core.ports.limiter import Limiter
from ostiary.core.tokens.gate import is_client_open


@dataclass(frozen=True, slots=True)
class ClientAuthentication:
    """Authenticates the client of a request to an OAuth endpoint."""

    authenticators: tuple[ClientAuthenticator, ...]
    limiter: Limiter

    async def authenticate(
        self,
        env: Environment,
        params: Params,
        presented: Presented,
        *,
        may_be_open: bool = False,
    ) -> Client:
        """Return the client that proved itself by one of its configured methods.

        Spec: RFC 6749 §2.3 (one method a request), §5.2 (`invalid_client`).
        Args: may_be_open: nothing but codes for a device is asked for, which a client may let
            anybody have in its name.
        Raises: InvalidClientError, the same for every reason; OAuthError invalid_request for two
            methods at once; TooManyAttemptsError.
        """
        if "client_assertion" in params:
            presented = replace(presented, assertion=read_assertion(params))
        authenticator, claimed = self._choose(env, params, presented)
        subjects = (("client", claimed, presented.address), ("address", presented.address))
        try:
            self.limiter.check(env, *subjects)
        except TooManyAttemptsError as error:
            error.detail["claimed"] = claimed
            raise
        outcome = await authenticator.verify(env, claimed, params, presented)
        if isinstance(outcome, Client):
            is_open = may_be_open and outcome.device.is_open
            outcome = _check_usable(env, outcome, authenticator, params, presented, is_open=is_open)
        if isinstance(outcome, Client):
            return outcome
        self.limiter.count(env, *subjects)
        reason = f"{authenticator.method}: {outcome.reason}"
        raise InvalidClientError(reason=reason, claimed=claimed)

    def _choose(
        self, env: Environment, params: Params, presented: Presented
    ) -> tuple[ClientAuthenticator, str]:
        """Return the one method whose credentials the request carries, and the id it claims."""
        if presented.is_unreadable:
            raise InvalidClientError(reason="unreadable Authorization header")
        found: tuple[ClientAuthenticator, str] | None = None
        for authenticator in self.authenticators:
            claimed = authenticator.find_claimed(params, presented)
            if claimed is None:
                continue
            if found is not None and authenticator.is_silent and found[0].is_silent:
                client = env.clients.get(ClientId(claimed))
                if client is None or authenticator.method not in client.auth_methods:
                    continue
            elif found is not None:
                raise OAuthError(
                    OAuthCode.INVALID_REQUEST,
                    "Authenticate the client by one method only.",
                )
            found = authenticator, claimed
        if found is None:
            raise InvalidClientError(reason="no credentials")
        return found


def _check_usable(  # noqa: PLR0913 - what is shown, and what it may be
    env: Environment,
    client: Client,
    authenticator: ClientAuthenticator,
    params: Params,
    presented: Presented,
    *,
    is_open: bool,
) -> Client | Rejected:
    """Return the client, or why it is refused although its proof is good.

    Args: is_open: it need not prove itself; what it shows nevertheless has to be right.
    """
    needs_no_proof = is_open and authenticator.method is AuthMethod.NONE
    if authenticator.method not in client.auth_methods and not needs_no_proof:
        return Rejected("method not configured for the client")
    if params.find("client_id") not in (None, client.client_id):
        return Rejected("client_id names another client")
    basic = presented.basic
    if basic is not None and not basic.password and basic.user != client.client_id:
        return Rejected("the Authorization header names another client")
    if not is_client_open(env, client.client_id):
        return Rejected("client is disabled")
    return client

"""authorization_code: a client exchanges the code that came through the browser."""

from dataclasses import dataclass
from typing import ClassVar

from ostiary.core.base.clock import Clock
from ostiary.core.base.params import Params
from ostiary.core.grants.contract import Sender
from ostiary.core.grants.narrowing import narrow_scopes
from ostiary.core.grants.pkce import check_verifier
from ostiary.core.grants.refusals import invalid_grant
from ostiary.core.model.authorization import Authorization, Granted, Person
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import AuthorizationCode
from ostiary.core.ports.stores import AlreadyRedeemedError, Issuances
from ostiary.core.ports.user_grants import AuthorizationCodes
from ostiary.core.tokens.codes import key_of_code, redemption_of
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.granting import is_refreshable, is_transient
from ostiary.core.tokens.revoke import Revoker


@dataclass(frozen=True, slots=True)
class AuthorizationCodeGrant:
    """Spec: RFC 6749 §4.1.3; OpenID Connect Core §3.1.3."""

    codes: AuthorizationCodes
    issuances: Issuances
    gate: Gate
    revoker: Revoker
    clock: Clock
    grant_type: ClassVar[str] = "authorization_code"

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Grant what the user agreed to, if this client may redeem the code now.

        Stores: that a code is spent which another client presents; that what came of a code ends
            which is presented after its time.
        Raises: OAuthError invalid_grant, invalid_scope; UnavailableError.
        """
        code, read = await self._find(env, params)
        if code.client_id != client.client_id:
            await self._burn(env, code)
            raise invalid_grant("the code is another client's")
        if code.expires_at <= self.clock.now():
            await self.revoker.end_replayed_code(env, code)
            raise invalid_grant("the code is expired")
        check_redirect_uri(code, params.find("redirect_uri"))
        check_verifier(code, params.find("code_verifier"))
        scopes = narrow_scopes(client, code.scopes, params)
        user = await self._find_user(env, code, read)
        return Authorization(
            grant_type=self.grant_type,
            client=client,
            scopes=scopes,
            subject=code.subject,
            resources=code.resources,
            redeems=(redemption_of(code),),
            manager_id=code.manager_id,
            person=Person(
                user, code.subject, code.authentication, code.session_id, code.nonce, code.claims
            ),
            grant_id=code.grant_id,
            wants_refresh=not is_transient(code.grant_id)
            and is_refreshable(env, client, code.scopes),
            granted=Granted(code.scopes, code.resources),
        )

    async def after_losing(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """End what came of the code: somebody else has redeemed it, so one of both stole it.

        Stores: the revocation. Raises: OAuthError invalid_grant always; UnavailableError.
        """
        code, _ = await self._find(env, params)
        await self.revoker.end_replayed_code(env, code)
        raise invalid_grant("the code was used before")

    async def _find(
        self, env: Environment, params: Params
    ) -> tuple[AuthorizationCode, User | None]:
        """Return the code, and its user if the store has it."""
        key = key_of_code(params.get("code"))
        found = await self.codes.find(env, key, now=self.clock.now()) if key else None
        if found is None:
            raise invalid_grant("the code is unknown")
        return found

    async def _burn(self, env: Environment, code: AuthorizationCode) -> None:
        """Spend a code that has got into wrong hands: nobody gets anything for it any more."""
        try:
            spent = Issuance(redeems=(redemption_of(code),))
            await self.issuances.commit(env, spent, now=self.clock.now())
        except AlreadyRedeemedError:
            await self.revoker.end_replayed_code(env, code)

    async def _find_user(
        self, env: Environment, code: AuthorizationCode, read: User | None
    ) -> User:
        """Return the user; whether the session is over is asked by what commits the exchange."""
        user = await self.gate.find_user_of(env, code, read)
        if user is None:
            raise invalid_grant("the user is no longer there")
        return user


def check_redirect_uri(code: AuthorizationCode, presented: str | None) -> None:
    """Refuse another redirect URI than the code was sent to; it must be said where it was before.

    Spec: RFC 6749 §4.1.3.
    """
    if presented is None and not code.is_redirect_uri_sent:
        return
    if presented != code.redirect_uri or presented is None:
        raise invalid_grant("another redirect_uri than in the authorization request")

"""password: a client brings the name and the password that a user has typed into it.

Spec: RFC 6749 §4.3; RFC 9700 §2.4 (it must not be used; some programs still know nothing else).
"""

from dataclasses import dataclass
from typing import ClassVar

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.params import Params
from ostiary.core.grants.contract import Sender
from ostiary.core.model.authorization import Authorization, Person
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.signon.password import Entrance, PresentedPassword
from ostiary.core.signon.unattended import NotProved, Proved, UnattendedSignOn
from ostiary.core.tokens.granting import is_refreshable, mint_persistent_id
from ostiary.core.tokens.requested_scopes import resolve_scopes
from ostiary.core.tokens.user_claims import subject_of

ENTRANCE = Entrance("password_grant")


@dataclass(frozen=True, slots=True)
class PasswordGrant:
    """Grants what the user's own sign-on would, where the policy is content with a password.

    Spec: RFC 6749 §4.3.
    """

    unattended: UnattendedSignOn
    clock: Clock
    grant_type: ClassVar[str] = "password"

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Grant what is asked for, if the name and the password are all that the policy asks.

        Stores: the attempt.
        Raises: OAuthError unauthorized_client, invalid_request, invalid_scope, invalid_grant;
            UnavailableError.
        """
        check_proven(client)
        username, password = params.get("username"), params.get("password")
        scopes = resolve_scopes(client, params)
        presented = PresentedPassword(username, password, ENTRANCE, sender.address)
        came = await self.unattended.sign_on(env, client, scopes, presented)
        if isinstance(came, NotProved):
            raise not_proved(came.reason)
        person = _person(env, came)
        wants_refresh = is_refreshable(env, client, scopes)
        return Authorization(
            grant_type=self.grant_type,
            client=client,
            scopes=scopes,
            subject=person.subject,
            person=person,
            grant_id=mint_persistent_id(self.clock.now()) if wants_refresh else None,
            wants_refresh=wants_refresh,
            is_deprecated=True,
        )


def check_proven(client: Client) -> None:
    """Refuse a client that proves nothing, unless a switch of its own lets it guess passwords.

    Raises: OAuthError unauthorized_client.
    """
    if client.is_public and not client.brings_passwords_unproved:
        raise OAuthError(
            OAuthCode.UNAUTHORIZED_CLIENT,
            "A client without authentication cannot use this grant_type.",
        )


def not_proved(reason: str) -> OAuthError:
    """Refuse a name and a password, whatever it is that is wrong with them.

    Spec: RFC 6749 §5.2.
    """
    return OAuthError(
        OAuthCode.INVALID_GRANT,
        "The username or the password is not right, or they alone are not enough.",
        reason=reason,
    )


def _person(env: Environment, proved: Proved) -> Person:
    return Person(proved.user, subject_of(env, proved.user), proved.authentication)

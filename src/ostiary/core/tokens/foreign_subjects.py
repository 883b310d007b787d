"""Whom the token of a trusted issuer is about, here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import msgspec

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import UserId, is_uuid
from ostiary.core.formats import jwt
from ostiary.core.model.authorization import Person
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication
from ostiary.core.model.trusted_issuer import SubjectRule
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.tokens.foreign_tokens import ForeignToken, ForeignTokenRefusedError
from ostiary.core.tokens.user_claims import subject_of

SEPARATOR = "|"
"""Between an issuer's name here and what it calls somebody; no user's id holds it."""


class Represented(msgspec.Struct, frozen=True):
    """Whom a new token is for.

    Args:
        subject: its `sub`; None for the client that gets it.
        person: a user of ours, where it is one.
    """

    subject: str | None = None
    person: Person | None = None

    @property
    def claims(self) -> Mapping[str, object]:
        """Return what says so in tokens whose style has no `sub` of its own.

        Whom nobody here knows could not be found out by its grant later.
        """
        return {} if self.subject is None or self.person is not None else {"sub": self.subject}


@dataclass(frozen=True, slots=True)
class ForeignSubjects:
    """Finds them, by the rule that the issuer has."""

    directory: Directory
    clock: Clock

    async def find(self, env: Environment, token: ForeignToken) -> Represented:
        """Return whom a token represents now.

        Raises: ForeignTokenRefusedError for a user who is not there or may not sign on;
            UnavailableError.
        """
        rule, user = token.issuer.subject, None
        match rule:
            case SubjectRule.CLIENT:
                return Represented()
            case SubjectRule.FOREIGN:
                return Represented(f"{token.issuer.key}{SEPARATOR}{token.subject}")
            case SubjectRule.USERNAME:
                user = await self.directory.find_by_username(env, token.subject)
            case SubjectRule.ID:
                if is_uuid(token.subject):
                    user = await self.directory.find(env, UserId(token.subject))
            case never:
                assert_never(never)
        if user is None or not user.may_sign_on:
            raise ForeignTokenRefusedError("the user is not there, or may not sign on")
        person = self._person(env, token, user)
        return Represented(person.subject, person)

    def _person(self, env: Environment, token: ForeignToken, user: User) -> Person:
        """Return the user as one whom somebody else has authenticated, and when."""
        now = self.clock.now()
        said = [_time(token, name) for name in ("auth_time", "iat")]
        at = next((moment for moment in said if moment is not None), now)
        proof = Authentication(
            user.id, min(at, now), credential=user.credential, directory=user.directory
        )
        return Person(user, subject_of(env, user), proof)


def _time(token: ForeignToken, name: str) -> float | None:
    try:
        return jwt.read_time(token.claims, name)
    except jwt.InvalidClaimsError as error:
        raise ForeignTokenRefusedError(str(error)) from error

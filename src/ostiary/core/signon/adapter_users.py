"""Users for whom an application vouches: made by its word, or known already."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import UserId, stable_uuid
from ostiary.core.base.new_usernames import check_new_username
from ostiary.core.base.usernames import UsernameRefusedError
from ostiary.core.model.audit.accounts import UserAdded, UserChanged
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import SUBJECT, ReferenceAdapter, UserSource
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.events import Events
from ostiary.core.ports.users import UserChangedError, UsernameTakenError

SOURCE = "reference adapter"
_ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "mail"),
    "phone_number": ("phone_number", "telephoneNumber"),
}
"""Claims that have a mark beside them, and the attributes that may hold them."""
ATTEMPTS = 4
"""The first try, and three more for changes that lost a race."""


class Unknown(StrEnum):
    """Why an application's word makes nobody of a person."""

    NAMELESS = "nameless"
    """It says nothing of who it is."""
    UNFIT = "unfit"
    """Nobody can have such a username."""
    TAKEN = "taken"
    """Another user has that username."""
    ABSENT = "absent"
    """No user has that username, and the adapter makes none."""
    OTHER = "other"
    """It is not the user whom an earlier step has proved."""


def adapter_user_id(env: Environment, adapter: ReferenceAdapter, subject: str) -> UserId:
    """Return the id of a user of an adapter's own: the same each time for the same person."""
    return UserId(stable_uuid(env.id, "reference adapter", adapter.key, subject))


def read_subject(attributes: Mapping[str, Any]) -> str | None:
    """Return who it is, or None."""
    value = attributes.get(SUBJECT)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class AdapterUsers:
    """Finds whom an application means, makes users of its own, and keeps them up to date."""

    directory: Directory
    events: Events
    clock: Clock

    async def find_or_make(
        self,
        env: Environment,
        adapter: ReferenceAdapter,
        attributes: Mapping[str, Any],
        named: UserId | None = None,
    ) -> User | Unknown:
        """Return the user that attributes are about; whether it may sign on is another question.

        Args: named: whom they must be about; for anybody else nothing is stored.
        Stores: a user for whom the application vouches the first time, and what it says anew.
        Raises: UnavailableError.
        """
        subject = read_subject(attributes)
        if subject is None:
            return Unknown.NAMELESS
        if adapter.users is UserSource.KNOWN:
            known = await self.directory.find_by_username(env, subject)
            is_other = known is not None and named not in {None, known.id}
            return Unknown.OTHER if is_other else known or Unknown.ABSENT
        user_id = adapter_user_id(env, adapter, subject)
        if named not in {None, user_id}:
            return Unknown.OTHER
        user = await self.directory.find(env, user_id)
        said = {name: attributes.get(name) for name in adapter.attributes if name != SUBJECT}
        if user is None:
            return await self._make(env, adapter, subject, said)
        return await self._bring_up_to_date(env, user, said)

    async def _make(
        self, env: Environment, adapter: ReferenceAdapter, subject: str, said: Mapping[str, Any]
    ) -> User | Unknown:
        now = self.clock.now()
        user = User(
            id=adapter_user_id(env, adapter, subject),
            username=subject,
            population=adapter.population,
            attributes=_merged({}, said),
            created_at=now,
            updated_at=now,
        )
        try:
            check_new_username(subject)
            await self.directory.create(env, [user])
        except UsernameRefusedError:
            return Unknown.UNFIT
        except UsernameTakenError:
            # Perhaps by the same person, who came at the same time in another browser.
            return await self.directory.find(env, user.id) or Unknown.TAKEN
        self.events.emit(UserAdded(env.id, user.id, SOURCE))
        return user

    async def _bring_up_to_date(
        self, env: Environment, user: User, said: Mapping[str, Any]
    ) -> User | Unknown:
        """Return a user with what was said last; attributes that nobody agreed on stay."""
        found: User | None = user
        for _ in range(ATTEMPTS):
            if found is None:
                return Unknown.ABSENT
            user = found
            attributes = _without_old_marks(env, user, _merged(user.attributes, said), said)
            if not user.may_sign_on or attributes == user.attributes:
                return user
            changed = replace(user, attributes=attributes, updated_at=self.clock.now())
            try:
                saved = await self.directory.save(env, changed)
            except UserChangedError:
                found = await self.directory.find(env, user.id)
            else:
                self.events.emit(UserChanged(env.id, saved.id, saved.enabled, SOURCE))
                return saved
        return user


def _merged(attributes: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    others = {name: value for name, value in attributes.items() if name not in said}
    return others | {name: value for name, value in said.items() if value is not None}


def _without_old_marks(
    env: Environment, user: User, attributes: Mapping[str, Any], said: Mapping[str, Any]
) -> dict[str, Any]:
    """Return attributes without what says that an address was verified which is another one now."""
    marks = {
        mark
        for claim, names in _ADDRESSES.items()
        for mark in (f"{claim}_verified", env.claim_attributes.get(f"{claim}_verified"))
        if _values(env, user.attributes, claim, names) != _values(env, attributes, claim, names)
    }
    is_kept = ((name, name not in marks or name in said) for name in attributes)
    return {name: attributes[name] for name, stays in is_kept if stays}


def _values(
    env: Environment, attributes: Mapping[str, Any], claim: str, names: tuple[str, ...]
) -> tuple[Any, ...]:
    configured = env.claim_attributes.get(claim, claim)
    return tuple(attributes.get(name) for name in (*names, configured))

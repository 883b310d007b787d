"""Entries of a directory, read as users."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ostiary.adapters.directories.ldap.identifiers import read_id
from ostiary.core.base.usernames import UsernameRefusedError, check_username
from ostiary.core.model.ldap_directory import LDAPDirectory
from ostiary.core.model.user import User, UserPassword

Values = Mapping[str, list[bytes]]
_DISABLED_BIT = 2
_LOCKED_FOR_GOOD = "000001010000Z"
_NEVER = frozenset({0, 0x7FFFFFFFFFFFFFFF})
_EPOCH_OF_WINDOWS = datetime(1601, 1, 1, tzinfo=UTC)
_CREATED = ("createTimestamp", "whenCreated")
_MODIFIED = ("modifyTimestamp", "whenChanged")
_STANDING = ("nsAccountLock", "loginDisabled", "pwdAccountLockedTime", "accountExpires")
_CONTROL = "userAccountControl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its name, and the values of its attributes by their names in lower case."""

    dn: str
    values: Values

    def first(self, *names: str) -> str:
        """Return the first value of the first of those attributes that has any; "" for none."""
        for name in names:
            for value in self.texts(name):
                return value
        return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the values of an attribute that are text."""
        return tuple(_texts(self.values.get(name.lower(), ())))


def wanted_attributes(directory: LDAPDirectory) -> list[str]:
    """Return the attributes that are asked for."""
    names = [directory.id_attribute, directory.username_attribute, directory.changed_attribute]
    if directory.must_change is not None:
        names.append(directory.must_change[0])
    names += [*directory.attributes.values(), *_CREATED, *_MODIFIED, *_STANDING, _CONTROL]
    return list(dict.fromkeys(names))


def read_user(
    directory: LDAPDirectory, entry: Entry, groups: tuple[str, ...], *, now: float
) -> User | None:
    """Return the user that an entry describes; None for one without a usable id or name."""
    ids = entry.values.get(directory.id_attribute.lower(), [])
    user_id = read_id(directory.id_attribute, ids[0]) if len(ids) == 1 else None
    username = entry.first(directory.username_attribute)
    try:
        check_username(username)
    except UsernameRefusedError:
        return None
    if user_id is None:
        return None
    attributes = dict(_attributes(directory, entry))
    if directory.groups is not None:
        attributes[directory.groups.attribute] = list(groups)
    return User(
        id=user_id,
        username=username,
        attributes=attributes,
        enabled=not _is_disabled(entry, now),
        password=_password(directory, entry),
        created_at=_moment(entry.first(*_CREATED)),
        updated_at=_moment(entry.first(*_MODIFIED)),
        locked_at=0.0 if entry.first("pwdAccountLockedTime") == _LOCKED_FOR_GOOD else None,
        directory=directory.key,
    )


def _attributes(directory: LDAPDirectory, entry: Entry) -> Iterator[tuple[str, object]]:
    for ours, theirs in directory.attributes.items():
        values = entry.texts(theirs)
        if values:
            yield ours, values[0] if len(values) == 1 else list(values)


def _password(directory: LDAPDirectory, entry: Entry) -> UserPassword:
    """Return what is known of a password.

    When the entry was changed says nothing of it: OpenLDAP notes each failed attempt there, so that
    anybody could sign people off by guessing.
    """
    changed = entry.first(directory.changed_attribute)
    must_change = False
    if directory.must_change is not None:
        attribute, value = directory.must_change
        must_change = entry.first(attribute).lower() == value.lower()
    return UserPassword("", changed_at=_moment(changed), must_change=must_change)


def _is_disabled(entry: Entry, now: float) -> bool:
    if "true" in (entry.first("nsAccountLock").lower(), entry.first("loginDisabled").lower()):
        return True
    control, expires = entry.first(_CONTROL), entry.first("accountExpires")
    if control.isdecimal() and int(control) & _DISABLED_BIT:
        return True
    has_end = expires.isdecimal() and int(expires) not in _NEVER
    return has_end and _moment(expires) <= now


def _moment(text: str) -> float:
    """Return the seconds since the epoch of a time as directories write it; 0 for none.

    Active Directory counts hundreds of nanoseconds since 1601, and writes 0 for a password that is
    to be changed.

    Spec: RFC 4517 §3.3.13 (GeneralizedTime).
    """
    try:
        if text.isdecimal() and int(text):
            return (_EPOCH_OF_WINDOWS + timedelta(microseconds=int(text) // 10)).timestamp()
        whole, _, fraction = text.removesuffix("Z").replace(",", ".").partition(".")
        moment = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return moment.timestamp() + float(f"0.{fraction or 0}")
    except (ValueError, OverflowError):
        return 0.0


def _texts(values: Iterable[bytes]) -> Iterator[str]:
    for value in values:
        try:
            yield value.decode()
        except UnicodeDecodeError:
            continue

"""What one thread does with a directory, from beginning to end; it waits for the network."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary.adapters.directories.ldap import filters
from ostiary.adapters.directories.ldap.deadline import Deadline
from ostiary.adapters.directories.ldap.entries import Entry, read_user, wanted_attributes
from ostiary.adapters.directories.ldap.failures import TooManyError
from ostiary.adapters.directories.ldap.identifiers import write_id
from ostiary.adapters.directories.ldap.password_setting import PasswordSetting
from ostiary.adapters.directories.ldap.sessions import Sessions
from ostiary.adapters.directories.lookups import NOBODY
from ostiary.core.base.ids import UserId
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.ldap_directory import LDAPDirectory, PasswordChange
from ostiary.core.model.user import User

_WRONG = PasswordCheck(is_right=False)


@dataclass(frozen=True, slots=True)
class Work:
    """Looks users up, tries passwords and sets them; for one thread.

    Args: now: seconds since the epoch.
    """

    directory: LDAPDirectory
    sessions: Sessions
    now: Callable[[], float]

    def find_by_username(self, username: str, deadline: Deadline) -> User | None:
        """Return the user of that name, if there is exactly one.

        Groups are looked for in any case: nobody's take as long.

        Raises: ServerFailedError, AskedWrongError.
        """
        return self._read(
            self._find(filters.by_username(self.directory, username), deadline), deadline
        )

    def find(self, user_id: UserId, deadline: Deadline) -> User | None:
        """Return the user of that id.

        Raises: ServerFailedError, AskedWrongError.
        """
        return self._read(self._find_entry(user_id, deadline), deadline)

    def check_password(
        self, user_id: UserId | None, password: str, deadline: Deadline
    ) -> PasswordCheck:
        """Try a password; for nobody the same is asked, and tried at a name that nobody has.

        The name of the entry is the directory's own: nothing that anybody typed is part of it.
        Raises: ServerFailedError, AskedWrongError.
        """
        found = self._find_entry(NOBODY if user_id is None else user_id, deadline)
        entry = None if user_id is None else found
        dn = self._nobody if entry is None else entry.dn
        may_choose = self.directory.password_change in _CHECKS_CURRENT
        check = self.sessions.as_anybody(
            lambda session, until: session.bind(dn, password, until, may_choose=may_choose),
            deadline,
        )
        return _WRONG if entry is None else check

    def set_password(
        self,
        user_id: UserId,
        current: str | None,
        password: str,
        deadline: Deadline,
        *,
        must_change: bool,
    ) -> User | None:
        """Give a user another password, and return the user as it is then; None for nobody.

        Raises: ServerFailedError, AskedWrongError, NewPasswordRefusedError.
        """
        entry = self._find_entry(user_id, deadline)
        if entry is None:
            return None
        setting = PasswordSetting(self.directory, self.sessions)
        setting.set(entry.dn, current, password, deadline, must_change=must_change)
        return self.find(user_id, deadline)

    def _find_entry(self, user_id: UserId, deadline: Deadline) -> Entry | None:
        value = write_id(self.directory.id_attribute, user_id)
        return None if value is None else self._find(filters.by_id(self.directory, value), deadline)

    def _find(self, filter_text: str, deadline: Deadline) -> Entry | None:
        """Return the one entry that matches; several are as good as none."""
        attributes = wanted_attributes(self.directory)
        try:
            found = self.sessions.as_service(
                lambda session, until: session.search(
                    self.directory.base_dn, filter_text, attributes, until
                ),
                deadline,
            )
        except TooManyError:
            return None
        return found[0] if len(found) == 1 else None

    def _read(self, entry: Entry | None, deadline: Deadline) -> User | None:
        groups = self._find_groups(self._nobody if entry is None else entry.dn, deadline)
        return None if entry is None else read_user(self.directory, entry, groups, now=self.now())

    @property
    def _nobody(self) -> str:
        return f"cn=nobody,{self.directory.base_dn}"

    def _find_groups(self, dn: str, deadline: Deadline) -> tuple[str, ...]:
        groups = self.directory.groups
        if groups is None:
            return ()
        filter_text = filters.fill(groups.filter, "dn", dn)
        return self.sessions.as_service(
            lambda session, until: session.search_groups(
                groups.base_dn, filter_text, groups.name, until
            ),
            deadline,
        )


_CHECKS_CURRENT = frozenset({PasswordChange.EXTENDED, PasswordChange.UNICODE})
"""Ways by which the directory itself sees whether the current password is right."""

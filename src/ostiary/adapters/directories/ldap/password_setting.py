"""Another password for a user of a directory, by whichever way the directory takes one."""

from dataclasses import dataclass

import ldap

from ostiary.adapters.directories.ldap.deadline import Deadline
from ostiary.adapters.directories.ldap.failures import AskedWrongError, PasswordNotTakenError
from ostiary.adapters.directories.ldap.session import Session
from ostiary.adapters.directories.ldap.sessions import Sessions
from ostiary.core.model.ldap_directory import LDAPDirectory, PasswordChange
from ostiary.core.model.password_policy import PasswordRule
from ostiary.core.ports.directory import NewPasswordRefusedError

_RULES = {
    5: PasswordRule.DIRECTORY,
    6: PasswordRule.LENGTH,
    7: PasswordRule.DIRECTORY,
    8: PasswordRule.HISTORY,
    9: PasswordRule.LENGTH,
}
"""By the number of a password policy's error (draft-behera-ldap-password-policy-10 §6.2).
"""
_NOT_ALLOWED = 3
_NO_RIGHT = ldap.INSUFFICIENT_ACCESS.__name__.lower()


@dataclass(frozen=True, slots=True)
class PasswordSetting:
    """Sets passwords: as their user, who has proved to know the one before, or as the service.

    A directory holds whoever changes the own password against its policy, and lets more pass from
    whoever resets another's; so the user comes first.
    """

    directory: LDAPDirectory
    sessions: Sessions

    def set(
        self, dn: str, current: str | None, new: str, deadline: Deadline, *, must_change: bool
    ) -> None:
        """Give the user of that name another password.

        Args: current: given, it is the directory that says whether it is right.
        Raises: NewPasswordRefusedError, ServerFailedError.
        """
        if self.directory.password_change is PasswordChange.OFF:
            raise NewPasswordRefusedError(None)
        if must_change and self.directory.must_change is None:
            raise NewPasswordRefusedError(None)
        try:
            if current is None or not self._as_user(dn, current, new, deadline):
                self.sessions.as_service(
                    lambda session, until: self._change(session, dn, current, new, until),
                    deadline,
                    once=True,
                )
            if must_change:
                self._demand_another(dn, deadline)
        except PasswordNotTakenError as refusal:
            raise NewPasswordRefusedError(_rule(refusal)) from refusal
        except AskedWrongError as refusal:
            raise NewPasswordRefusedError(PasswordRule.DIRECTORY) from refusal

    def _as_user(self, dn: str, current: str, new: str, deadline: Deadline) -> bool:
        """Change it as its user; False for one who cannot sign on there, with an expired one."""

        def change(session: Session, until: Deadline) -> bool:
            if not session.bind(dn, current, until, may_choose=False).is_right:
                return False
            self._change(session, dn, current, new, until)
            return True

        return self.sessions.as_anybody(change, deadline, once=True)

    def _change(
        self, session: Session, dn: str, current: str | None, new: str, deadline: Deadline
    ) -> None:
        match self.directory.password_change:
            case PasswordChange.EXTENDED:
                session.change_password(dn, current, new, deadline)
            case PasswordChange.UNICODE if current is not None:
                # Both at once is a change, which the directory holds against its history.
                removed = (ldap.MOD_DELETE, "unicodePwd", [_quoted(current)])
                added = (ldap.MOD_ADD, "unicodePwd", [_quoted(new)])
                session.modify(dn, [removed, added], deadline)
            case PasswordChange.UNICODE:
                replaced = (ldap.MOD_REPLACE, "unicodePwd", [_quoted(new)])
                session.modify(dn, [replaced], deadline)
            case _:
                replaced = (ldap.MOD_REPLACE, "userPassword", [new.encode()])
                session.modify(dn, [replaced], deadline)

    def _demand_another(self, dn: str, deadline: Deadline) -> None:
        if self.directory.must_change is None:
            raise NewPasswordRefusedError(None)
        attribute, value = self.directory.must_change
        mark = (ldap.MOD_REPLACE, attribute, [value.encode()])
        self.sessions.as_service(lambda session, until: session.modify(dn, [mark], until), deadline)


def _quoted(password: str) -> bytes:
    """Return a password as Active Directory takes it."""
    return f'"{password}"'.encode("utf-16-le")


def _rule(refusal: PasswordNotTakenError) -> PasswordRule | None:
    """Return the rule that is broken; None where no other password would do better."""
    if refusal.error == _NOT_ALLOWED or refusal.reason == _NO_RIGHT:
        return None
    return _RULES.get(refusal.error or 0, PasswordRule.DIRECTORY)

"""One connection to a directory's server, as python-ldap speaks on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from math import ceil
from typing import Any

import ldap
from ldap.controls import RequestControl, ResponseControl
from ldap.ldapobject import SimpleLDAPObject

from ostiary.adapters.directories.ldap import bind_answers
from ostiary.adapters.directories.ldap.bind_answers import POLICY_CONTROL, PolicyAnswer, read_policy
from ostiary.adapters.directories.ldap.deadline import Deadline
from ostiary.adapters.directories.ldap.entries import Entry
from ostiary.adapters.directories.ldap.failures import (
    AskedWrongError,
    PasswordNotTakenError,
    ServerFailedError,
    TooManyError,
)
from ostiary.core.crypto.passwords import PasswordCheck

_NOWHERE = "ldapi://%2Fnonexistent"
"""Where libldap would go by itself when the connection ends: it must never, without protection."""
_MAX_ENTRIES = 2
"""More than one is refused; which ones they are does not matter."""
_MAX_GROUPS = 1000
_MORE_SECONDS = 1
"""So much longer than anybody waits a server may search. It counts whole seconds, and Samba the one
that has begun, too: told the time that is left, it would give up as a second ends."""
_WRONG = (
    *(ldap.INVALID_CREDENTIALS, ldap.NO_SUCH_OBJECT, ldap.INAPPROPRIATE_AUTH),
    *(ldap.INVALID_DN_SYNTAX, ldap.CONSTRAINT_VIOLATION, ldap.UNWILLING_TO_PERFORM),
    *(ldap.INSUFFICIENT_ACCESS, ldap.REFERRAL),
)
"""Refusals of a bind that are about whom it is for, and not about the server."""
_FAILED = {
    ldap.TIMEOUT: "slow",
    ldap.TIMELIMIT_EXCEEDED: "slow",
    ldap.BUSY: "busy",
    ldap.UNAVAILABLE: "unavailable",
}
_LOST = (ldap.SERVER_DOWN, ldap.CONNECT_ERROR)


class _PolicyResponse(ResponseControl):  # type: ignore[misc] # python-ldap has no types
    """Keeps the control's value as it came."""

    controlType = POLICY_CONTROL  # noqa: N815 - python-ldap's own name

    def decodeControlValue(self, encodedControlValue: bytes | None) -> None:  # noqa: N802, N803
        self.value = encodedControlValue


class _PolicyRequest(RequestControl):  # type: ignore[misc] # as above
    def encodeControlValue(self) -> None:  # noqa: N802 - python-ldap's own name
        return None


def _policy_request() -> RequestControl:
    return _PolicyRequest(POLICY_CONTROL, criticality=False)


class Session:
    """Asks one server, one thing after the other; broken by any failure of the server.

    Args: descriptor: of an open socket, which belongs to the session from now on.
    """

    def __init__(self, descriptor: int) -> None:
        self._connection: SimpleLDAPObject = ldap.initialize(_NOWHERE, fileno=descriptor)
        for option, value in (
            (ldap.OPT_PROTOCOL_VERSION, 3),
            (ldap.OPT_REFERRALS, 0),
            (ldap.OPT_DEREF, ldap.DEREF_NEVER),
            (ldap.OPT_RESTART, 1),
        ):
            self._connection.set_option(option, value)

    def bind(
        self, dn: str, password: str, deadline: Deadline, *, may_choose: bool
    ) -> PasswordCheck:
        """Say who is speaking, and return what the server thinks of the password.

        Spec: RFC 4513 §5.1.2 (without a password a bind succeeds and proves nothing).
        Args: may_choose: see `bind_answers.refused`.
        Raises: ServerFailedError; ValueError for a bind that would prove nothing.
        """
        if not dn or not password or "\0" in password:
            raise ValueError("a bind needs a name and a password")
        try:
            with self._translated(deadline):
                controls = self._bind(dn, password, deadline)
        except AskedWrongError as refusal:
            if not isinstance(refusal.__cause__, _WRONG):
                raise ServerFailedError(refusal.reason) from refusal
            policy, message = _answer_of(refusal)
            return bind_answers.refused(policy, message, may_choose=may_choose)
        return bind_answers.accepted(read_policy(_value_of(controls)))

    def _bind(self, dn: str, password: str, deadline: Deadline) -> Sequence[Any]:
        message = self._connection.simple_bind(dn, password, serverctrls=[_policy_request()])
        answer = self._connection.result3(
            message, timeout=deadline.left(), resp_ctrl_classes={POLICY_CONTROL: _PolicyResponse}
        )
        return list(answer[3])

    def search(
        self,
        base_dn: str,
        filter_text: str,
        attributes: Sequence[str],
        deadline: Deadline,
        *,
        limit: int = _MAX_ENTRIES,
    ) -> tuple[Entry, ...]:
        """Return the entries that match; a pointer to another server is no entry.

        Raises: ServerFailedError, AskedWrongError.
        """
        found: list[Any] = []
        with self._translated(deadline):
            try:
                message = self._connection.search_ext(
                    base_dn,
                    ldap.SCOPE_SUBTREE,
                    filter_text,
                    list(attributes),
                    timeout=ceil(deadline.left()) + _MORE_SECONDS,
                    sizelimit=limit,
                )
                _, found = self._connection.result(message, timeout=deadline.left())
            except ldap.NO_SUCH_OBJECT as error:
                raise AskedWrongError("no_such_base") from error
            except ldap.SIZELIMIT_EXCEEDED as error:
                raise TooManyError from error
        return tuple(
            Entry(str(dn), {name.lower(): values for name, values in members.items()})
            for dn, members, *_ in found
            if dn
        )

    def search_groups(
        self, base_dn: str, filter_text: str, name: str, deadline: Deadline
    ) -> tuple[str, ...]:
        """Return the names of the groups that match, in order.

        Raises: ServerFailedError, AskedWrongError.
        """
        found = self.search(base_dn, filter_text, [name], deadline, limit=_MAX_GROUPS)
        return tuple(sorted({text for entry in found for text in entry.texts(name)[:1]}))

    def change_password(
        self, dn: str, current: str | None, password: str, deadline: Deadline
    ) -> None:
        """Give somebody another password; the server checks the current one, if it is given.

        Spec: RFC 3062 §2.
        Raises: ServerFailedError, PasswordNotTakenError.
        """
        with self._changing(deadline):
            self._connection.passwd_s(dn, current, password, serverctrls=[_policy_request()])

    def modify(
        self, dn: str, changes: Sequence[tuple[int, str, list[bytes] | None]], deadline: Deadline
    ) -> None:
        """Change attributes of an entry, all of them or none.

        Raises: ServerFailedError, PasswordNotTakenError.
        """
        with self._changing(deadline):
            self._connection.modify_ext_s(
                dn,
                list(changes),
                serverctrls=[_policy_request()],
            )

    def close(self) -> None:
        """End the connection."""
        with suppress(ldap.LDAPError):
            self._connection.unbind_ext_s()

    @contextmanager
    def _changing(self, deadline: Deadline) -> Iterator[None]:
        try:
            with self._translated(deadline):
                yield
        except AskedWrongError as refusal:
            policy, _ = _answer_of(refusal)
            raise PasswordNotTakenError(refusal.reason, policy.error) from refusal

    @contextmanager
    def _translated(self, deadline: Deadline) -> Iterator[None]:
        """Let what goes wrong be an error of ours; how long it may take is for every operation."""
        self._connection.timeout = deadline.left()
        self._connection.set_option(ldap.OPT_TIMEOUT, deadline.left())
        try:
            yield
        except _LOST as error:
            raise ServerFailedError("lost") from error
        except ldap.LDAPError as error:
            for kind, reason in _FAILED.items():
                if isinstance(error, kind):
                    raise ServerFailedError(reason) from error
            raise AskedWrongError(type(error).__name__.lower()) from error


def _answer_of(refusal: AskedWrongError) -> tuple[PolicyAnswer, str]:
    """Return what a refusal says beside its code."""
    args = refusal.__cause__.args if refusal.__cause__ is not None else ()
    said = args[0] if args and isinstance(args[0], dict) else {}
    controls = {control[0]: control[2] for control in said.get("ctrls", ())}
    return read_policy(controls.get(POLICY_CONTROL)), str(said.get("info", ""))


def _value_of(controls: Sequence[Any]) -> bytes | None:
    for control in controls:
        if isinstance(control, _PolicyResponse):
            return control.value
    return None

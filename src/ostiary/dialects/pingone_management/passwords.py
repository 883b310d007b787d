"""`/users/{userId}/password`: shown, set, replaced by its user, checked, unlocked, recovered."""

from dataclasses import dataclass

from ostiary.core.admin.recovery_codes import NoAddressError, RecoveryCodes
from ostiary.core.admin.user_editing import UserEditing
from ostiary.core.admin.user_passwords import UserPasswords
from ostiary.core.model.permission import Permission
from ostiary.core.signon.new_passwords import WeakPasswordError
from ostiary.dialects.pingone_management.access import races_told
from ostiary.dialects.pingone_management.bodies import (
    Body,
    action_type,
    read_body,
    read_media_type,
)
from ostiary.dialects.pingone_management.errors import DataError, invalid
from ostiary.dialects.pingone_management.hal import environment_url, render_one
from ostiary.dialects.pingone_management.known_users import Found, KnownUsers
from ostiary.dialects.pingone_management.password_wire import (
    render_state,
    weak_password,
    wrong_password,
)
from ostiary.dialects.pingone_management.user_bodies import MAX_PASSWORD_CHARACTERS
from ostiary.http.message import Request, Response

SET, RESET = action_type("password.set"), action_type("password.reset")
CHECK, UNLOCK = action_type("password.check"), action_type("password.unlock")
FORCE_CHANGE = action_type("password.forceChange")
SEND_CODE, RECOVER = action_type("password.sendRecoveryCode"), action_type("password.recover")


@dataclass(frozen=True, slots=True)
class PasswordsEndpoint:
    """The password of a user."""

    known: KnownUsers
    passwords: UserPasswords
    editing: UserEditing
    codes: RecoveryCodes

    async def get(self, request: Request) -> Response:
        """Tell how things stand with a password. Spec: PingOne "User passwords"."""
        return await self._answer(request, await self.known.find(request, Permission.READ_USERS))

    async def put(self, request: Request) -> Response:
        """Set a password, or replace the one so far. Spec: PingOne "User passwords"."""
        if read_media_type(request, (SET, RESET)) == RESET:
            return await self._replace(request)
        found = await self.known.find(request, Permission.SET_PASSWORDS)
        body = read_body(request)
        body.refuse_unknown({"value", "forceChange", "bypassPolicy"})
        password, must_change = _read_password(body, "value"), body.flag("forceChange")
        if body.flag("bypassPolicy"):
            body.refuse("bypassPolicy", "Is not supported.", allowedValues=[False])
        body.check()
        try:
            with races_told():
                await self.passwords.set(
                    found.env, found.user, password, must_change=must_change is True
                )
        except WeakPasswordError as weak:
            raise DataError([weak_password("value", weak.unmet)]) from weak
        self._record(found, "passwords.set")
        return await self._answer(request, found)

    async def post(self, request: Request) -> Response:
        """Check, unlock or recover a password, or demand another one.

        Spec: PingOne "User passwords".
        """
        match read_media_type(request, (CHECK, UNLOCK, FORCE_CHANGE, SEND_CODE, RECOVER)):
            case "application/vnd.pingidentity.password.check+json":
                return await self._check(request)
            case "application/vnd.pingidentity.password.recover+json":
                return await self._recover(request)
            case "application/vnd.pingidentity.password.sendRecoveryCode+json":
                found = await self.known.find(
                    request, Permission.RESET_PASSWORDS, Permission.SET_PASSWORDS
                )
                await self._send_code(found)
            case "application/vnd.pingidentity.password.unlock+json":
                found = await self.known.find(request, Permission.SET_PASSWORDS)
                await self.passwords.unlock(found.env, found.user)
                self._record(found, "passwords.unlock")
            case _:
                found = await self.known.find(request, Permission.SET_PASSWORDS)
                with races_told():
                    await self.editing.demand_new_password(found.env, found.user)
                self._record(found, "passwords.force_change")
        return await self._answer(request, found)

    async def _check(self, request: Request) -> Response:
        found = await self.known.find(request, Permission.CHECK_PASSWORDS)
        body = read_body(request)
        body.refuse_unknown({"password"})
        password = _read_password(body, "password")
        body.check()
        refused = await self.passwords.check(
            found.env, found.user, password, address=request.address
        )
        if refused is not None:
            now = self.passwords.users.clock.now()
            raise DataError([wrong_password("password", refused, now)])
        return await self._answer(request, found)

    async def _replace(self, request: Request) -> Response:
        found = await self.known.find(request, Permission.RESET_PASSWORDS, Permission.SET_PASSWORDS)
        body = read_body(request)
        body.refuse_unknown({"currentPassword", "newPassword"})
        current, wanted = (
            _read_password(body, "currentPassword"),
            _read_password(body, "newPassword"),
        )
        body.check()
        try:
            with races_told():
                refused = await self.passwords.replace(
                    found.env, found.user, current, wanted, address=request.address
                )
        except WeakPasswordError as weak:
            raise DataError([weak_password("newPassword", weak.unmet)]) from weak
        if refused is not None:
            now = self.passwords.users.clock.now()
            raise DataError([wrong_password("currentPassword", refused, now)])
        self._record(found, "passwords.reset")
        return await self._answer(request, found)

    async def _send_code(self, found: Found) -> None:
        try:
            with races_told():
                await self.codes.send(found.env, found.user)
        except NoAddressError as error:
            raise DataError([invalid("email", "The user has no e-mail address.")]) from error
        self._record(found, "passwords.send_recovery_code")

    async def _recover(self, request: Request) -> Response:
        found = await self.known.find(request, Permission.RESET_PASSWORDS, Permission.SET_PASSWORDS)
        body = read_body(request)
        body.refuse_unknown({"recoveryCode", "newPassword"})
        code, wanted = _read_password(body, "recoveryCode"), _read_password(body, "newPassword")
        body.check()
        try:
            with races_told():
                refused = await self.codes.recover(found.env, found.user, code, wanted)
        except WeakPasswordError as weak:
            raise DataError([weak_password("newPassword", weak.unmet)]) from weak
        if refused is not None:
            left, message = refused.remaining, "The recovery code is not valid."
            raise DataError([invalid("recoveryCode", message, failuresRemaining=left)])
        self._record(found, "passwords.recover")
        return await self._answer(request, found)

    def _record(self, found: Found, done: str) -> None:
        self.known.access.callers.record(found.env, found.caller, done, found.user.id)

    async def _answer(self, request: Request, found: Found) -> Response:
        """Tell how things stand now."""
        env, user = found.env, found.user
        user = await self.known.users.directory.find(env, user.id) or user
        state = await self.passwords.describe(env, user)
        return render_one(render_state(env, user, state, environment_url(env, request)))


def _read_password(body: Body, name: str) -> str:
    return body.text(name, is_required=True, max_characters=MAX_PASSWORD_CHARACTERS) or ""

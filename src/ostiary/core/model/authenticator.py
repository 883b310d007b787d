"""Authenticators: what a user proves itself with beside a password."""

from enum import StrEnum

import msgspec

from ostiary.core.base.ids import AuthenticatorId, UserId

_SHOWN_DIGITS = 4
_MASK = "***"


class AuthenticatorKind(StrEnum):
    """What kind of thing it is."""

    TOTP = "totp"
    EMAIL = "email"
    SMS = "sms"
    PASSKEY = "passkey"
    RECOVERY_CODES = "recovery_codes"


class Authenticator(msgspec.Struct, frozen=True, omit_defaults=True):
    """One authenticator of a user. Times are seconds since the epoch.

    Args:
        nickname: what the user calls it.
        is_active: False while it waits for the user to show that it works.
        target: the e-mail address or telephone number that codes go to.
        secret: TOTP: the seed, sealed for this authenticator alone.
        codes: recovery codes: keyed digests of those that are left.
        credential_id, public_key, transports, rp_id: of a passkey; the key is COSE, `rp_id` the
            domain that it works on.
        sign_count: of a passkey, as it said the last time; 0 for one that does not count.
        is_synced: a passkey that its owner's devices share, and that is not bound to one of them.
        used_step: TOTP: the time step of the last code taken; no code of it or before is again.
        used_at: when it was last used; 0 for never.
        is_default: the user is asked for this one, where there are several.
        forgotten_at: browsers that were remembered before then are so no longer.
        version: grows with each change; a change names the one that it started from.
    """

    id: AuthenticatorId
    user_id: UserId
    kind: AuthenticatorKind
    created_at: float
    nickname: str = ""
    is_active: bool = False
    target: str = ""
    secret: str | None = None
    codes: tuple[bytes, ...] = ()
    credential_id: bytes | None = None
    public_key: bytes | None = None
    transports: tuple[str, ...] = ()
    rp_id: str = ""
    sign_count: int = 0
    is_synced: bool = False
    used_step: int = 0
    used_at: float = 0.0
    is_default: bool = False
    forgotten_at: float = 0.0
    version: int = 1

    def __repr__(self) -> str:
        """Name it without its secrets, and without what identifies a person."""
        return f"Authenticator({self.id}, {self.kind})"

    @property
    def masked_target(self) -> str:
        """Return where codes go, so that its owner knows it again and nobody else learns it."""
        name, at, domain = self.target.rpartition("@")
        if at:
            return f"{name[:1]}{_MASK}@{domain}"
        return f"{_MASK}{self.target[-_SHOWN_DIGITS:]}" if self.target else ""

    @property
    def methods(self) -> tuple[str, ...]:
        """Return how somebody who used it has proved who they are.

        Spec: RFC 8176 §2; a recovery code is a one-time password in its words, too.
        """
        match self.kind:
            case AuthenticatorKind.TOTP | AuthenticatorKind.RECOVERY_CODES:
                return ("otp",)
            case AuthenticatorKind.EMAIL:
                return ("otp",)
            case AuthenticatorKind.SMS:
                return ("sms", "otp")
            case AuthenticatorKind.PASSKEY:
                return ("swk",) if self.is_synced else ("hwk",)

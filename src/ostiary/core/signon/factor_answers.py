"""Answers held against authenticators: what each becomes by a right one, or nothing."""

from dataclasses import dataclass
from typing import assert_never

from msgspec.structs import replace

from ostiary.core.crypto import otp, recovery_codes, webauthn
from ostiary.core.crypto.webauthn_options import KnownPasskey
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.signon import factor_secrets
from ostiary.core.signon.factor_sending import bound_to, purpose_of
from ostiary.core.signon.factor_words import Challenge, FactorContext
from ostiary.core.signon.one_time_codes import (
    MAX_FAILURES,
    OneTimeCodes,
    OverCode,
    RightCode,
    WrongCode,
)
from ostiary.core.signon.passkey_places import is_page_of


@dataclass(frozen=True, slots=True)
class Right:
    """The authenticator as it is by that answer."""

    authenticator: Authenticator


@dataclass(frozen=True, slots=True)
class Wrong:
    """Args: challenge is what is to be kept instead."""

    challenge: Challenge


@dataclass(frozen=True, slots=True)
class Over:
    """The challenge is too old, or was guessed at too often."""


Result = Right | Wrong | Over


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers, and where it belongs.

    Args: now is seconds since the epoch.
    """

    user: User
    challenge: Challenge
    text: str
    context: FactorContext
    now: float

    def wrong(self) -> Wrong:
        """Return that it is wrong, and counted in the challenge."""
        return Wrong(replace(self.challenge, failures=self.challenge.failures + 1))

    @property
    def is_late(self) -> bool:
        """Tell whether nothing is right any more, or the challenge is another flow's.

        That is no guess, and not counted as one.
        """
        kept, code = self.challenge, self.challenge.code
        is_old = code is not None and self.now >= code.expires_at
        return is_old or kept.flow_id != self.context.flow_id or kept.failures >= MAX_FAILURES


def compare(
    env: Environment, authenticator: Authenticator, answer: Answer, codes: OneTimeCodes
) -> Result:
    """Compare an answer with an authenticator that is in use."""
    match authenticator.kind:
        case AuthenticatorKind.TOTP:
            return compare_totp(env, authenticator, answer)
        case AuthenticatorKind.EMAIL | AuthenticatorKind.SMS:
            return compare_code(env, authenticator, answer, codes)
        case AuthenticatorKind.RECOVERY_CODES:
            return _compare_recovery_code(env, authenticator, answer)
        case AuthenticatorKind.PASSKEY:
            return _compare_passkey(env, authenticator, answer)
        case never:
            assert_never(never)


def compare_totp(env: Environment, authenticator: Authenticator, answer: Answer) -> Result:
    """Compare what an application shows; a code is taken once."""
    seed = factor_secrets.reveal(env, authenticator)
    used = authenticator.used_step
    step = otp.matched_step(seed, answer.text, now=answer.now, used_step=used)
    if step is None:
        return answer.wrong()
    return Right(replace(authenticator, used_step=step, used_at=answer.now))


def compare_code(
    env: Environment, authenticator: Authenticator, answer: Answer, codes: OneTimeCodes
) -> Result:
    """Compare a code that was sent; what is written next, the flow's next version, spends it."""
    kept = answer.challenge.code
    if kept is None:
        return Over()
    whose = bound_to(answer.user, answer.context)
    match codes.check(env, purpose_of(authenticator), whose, kept, answer.text):
        case RightCode():
            return Right(replace(authenticator, used_at=answer.now))
        case WrongCode(counted):
            return Wrong(replace(answer.wrong().challenge, code=counted))
        case OverCode():
            return Over()
        case never:
            assert_never(never)


def digest_recovery_code(env: Environment, authenticator: Authenticator, code: str) -> bytes:
    """Return what is kept of a recovery code."""
    return recovery_codes.digest_code(env.client_secrets, authenticator.id, code)


def known_passkey(authenticator: Authenticator) -> KnownPasskey:
    """Return a passkey as it is verified."""
    return KnownPasskey(
        credential_id=authenticator.credential_id or b"",
        public_key=authenticator.public_key or b"",
        sign_count=authenticator.sign_count,
        transports=authenticator.transports,
    )


def handle_of(user: User) -> bytes:
    """Return by which a passkey names its owner. Spec: W3C WebAuthn §14.6.1 (nothing personal)."""
    return user.id.encode()


def _compare_recovery_code(
    env: Environment, authenticator: Authenticator, answer: Answer
) -> Result:
    digest = digest_recovery_code(env, authenticator, answer.text)
    left = recovery_codes.without_code(authenticator.codes, digest)
    if left is None:
        return answer.wrong()
    return Right(replace(authenticator, codes=left, used_at=answer.now))


def _compare_passkey(env: Environment, authenticator: Authenticator, answer: Answer) -> Result:
    if not answer.challenge.options:
        return Over()
    try:
        used = webauthn.verify_use(
            answer.text,
            answer.challenge.options,
            known_passkey(authenticator),
            owner_handle=handle_of(answer.user),
            accepts_origin=lambda origin: is_page_of(env, origin),
        )
    except webauthn.PasskeyRefusedError:
        return answer.wrong()
    return Right(
        replace(
            authenticator,
            sign_count=used.sign_count,
            is_synced=used.is_synced,
            used_at=answer.now,
        )
    )

"""New authenticators: as they begin, what their user gets to see, and as they are at last."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from ostiary.core.base.ids import AuthenticatorId, mint_uuid
from ostiary.core.crypto import otp, recovery_codes, webauthn
from ostiary.core.crypto.webauthn_options import Owner, creation_options
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.signon import factor_secrets
from ostiary.core.signon.factor_answers import (
    Answer,
    Over,
    Result,
    Right,
    compare_code,
    compare_totp,
    digest_recovery_code,
    handle_of,
    known_passkey,
)
from ostiary.core.signon.factor_words import Challenge, Enrolment, Exhibit, FactorContext
from ostiary.core.signon.one_time_codes import OneTimeCodes
from ostiary.core.signon.passkey_places import find_rp_id, is_page_of


def draft(
    env: Environment, user: User, kind: AuthenticatorKind, *, target: str, now: float
) -> Authenticator:
    """Return an authenticator as it begins: with its secret, if its kind has one of ours."""
    begun = Authenticator(
        id=AuthenticatorId(mint_uuid()), user_id=user.id, kind=kind, created_at=now, target=target
    )
    match kind:
        case AuthenticatorKind.TOTP:
            return replace(begun, secret=factor_secrets.seal(env, begun, otp.mint_seed()))
        case AuthenticatorKind.RECOVERY_CODES:
            codes = " ".join(recovery_codes.mint_codes()).encode()
            return replace(begun, secret=factor_secrets.seal(env, begun, codes))
        case AuthenticatorKind.PASSKEY:
            return replace(begun, rp_id=find_rp_id(env) or "")
        case AuthenticatorKind.EMAIL | AuthenticatorKind.SMS:
            return begun
        case never:
            assert_never(never)


def begin_passkey(
    env: Environment,
    user: User,
    authenticator: Authenticator,
    enrolled: Sequence[Authenticator],
    context: FactorContext,
) -> Challenge:
    """Return what a browser is given to make a passkey; not on a device that has one already."""
    known = [
        known_passkey(each)
        for each in enrolled
        if each.kind is AuthenticatorKind.PASSKEY and each.rp_id == authenticator.rp_id
    ]
    owner = Owner(handle_of(user), user.username)
    options = creation_options(
        rp_id=authenticator.rp_id, rp_name=env.name, owner=owner, known=known
    )
    return Challenge(context.flow_id, options=options)


def exhibit(env: Environment, enrolment: Enrolment) -> Exhibit:
    """Return what whoever enrols gets to see: the same for the same enrolment.

    Raises: SealBrokenError.
    """
    authenticator = enrolment.authenticator
    match authenticator.kind:
        case AuthenticatorKind.TOTP:
            seed = factor_secrets.reveal(env, authenticator)
            uri = otp.key_uri(seed, issuer=env.name, account=enrolment.account)
            return Exhibit(key=otp.key_text(seed), key_uri=uri)
        case AuthenticatorKind.RECOVERY_CODES:
            return Exhibit(recovery_codes=_codes_of(env, authenticator))
        case AuthenticatorKind.PASSKEY:
            return Exhibit(creation_options=enrolment.challenge.options)
        case AuthenticatorKind.EMAIL | AuthenticatorKind.SMS:
            return Exhibit()
        case never:
            assert_never(never)


def complete(
    env: Environment, authenticator: Authenticator, answer: Answer, codes: OneTimeCodes
) -> Result:
    """Hold the answer of whoever enrols against what it was given."""
    match authenticator.kind:
        case AuthenticatorKind.TOTP:
            # Its first code is used with that.
            return compare_totp(env, authenticator, answer)
        case AuthenticatorKind.EMAIL | AuthenticatorKind.SMS:
            return compare_code(env, authenticator, answer, codes)
        case AuthenticatorKind.RECOVERY_CODES:
            digests = tuple(
                digest_recovery_code(env, authenticator, code)
                for code in _codes_of(env, authenticator)
            )
            return Right(replace(authenticator, secret=None, codes=digests))
        case AuthenticatorKind.PASSKEY:
            return _complete_passkey(env, authenticator, answer)
        case never:
            assert_never(never)


def takes_place_of(new: Authenticator, old: Authenticator) -> bool:
    """Tell whether an authenticator makes an older one needless."""
    if new.kind in {AuthenticatorKind.TOTP, AuthenticatorKind.PASSKEY} or new.id == old.id:
        return False
    return new.kind is old.kind and new.target.casefold() == old.target.casefold()


def _codes_of(env: Environment, authenticator: Authenticator) -> tuple[str, ...]:
    return tuple(factor_secrets.reveal(env, authenticator).decode().split())


def _complete_passkey(env: Environment, authenticator: Authenticator, answer: Answer) -> Result:
    if not answer.challenge.options:
        return Over()
    try:
        made = webauthn.verify_creation(
            answer.text,
            answer.challenge.options,
            accepts_origin=lambda origin: is_page_of(env, origin),
        )
    except webauthn.PasskeyRefusedError:
        return answer.wrong()
    return Right(
        replace(
            authenticator,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            is_synced=made.is_synced,
            transports=made.transports,
        )
    )

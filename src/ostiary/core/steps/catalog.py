"""Every kind of authentication step of this server."""

from ostiary.core.steps.consent import Consent
from ostiary.core.steps.contract import Step
from ostiary.core.steps.identifier_first import IdentifierFirst
from ostiary.core.steps.pairing import Pairing
from ostiary.core.steps.password_change import PasswordChange
from ostiary.core.steps.password_recovery import PasswordRecovery
from ostiary.core.steps.reference_id import ReferenceID
from ostiary.core.steps.registration import Registration
from ostiary.core.steps.second_factor import SecondFactor
from ostiary.core.steps.user_code import UserCode
from ostiary.core.steps.username_password import UsernamePassword
from ostiary.core.steps.username_recovery import UsernameRecovery

DETOURS: tuple[type[Step], ...] = (
    Pairing,
    PasswordChange,
    PasswordRecovery,
    Registration,
    UsernameRecovery,
)
"""Kinds that no policy asks: other steps lead there."""
ALL: tuple[type[Step], ...] = (
    Consent,
    IdentifierFirst,
    ReferenceID,
    SecondFactor,
    UserCode,
    UsernamePassword,
    *DETOURS,
)

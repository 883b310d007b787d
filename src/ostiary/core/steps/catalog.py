"""Every kind of authentication step of this server."""

from ostiary.core.steps.consent import Consent
from ostiary.core.steps.contract import Step
from ostiary.core.steps.identifier_first import IdentifierFirst
from ostiary.core.steps.username_password import UsernamePassword

ALL: tuple[type[Step], ...] = (Consent, IdentifierFirst, UsernamePassword)

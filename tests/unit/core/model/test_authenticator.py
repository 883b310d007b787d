"""What is shown of authenticators, and what using one says."""

import pytest

from ostiary.core.model.authenticator import AuthenticatorKind
from tests.support.authenticators import make_authenticator


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("joe@example.com", "j***@example.com"),
        ("j@example.com", "j***@example.com"),
        ("+4915112345678", "***5678"),
        ("", ""),
    ],
)
def test_an_address_is_shown_so_that_its_owner_knows_it_again(target: str, shown: str) -> None:
    assert make_authenticator(target=target).masked_target == shown


@pytest.mark.parametrize(
    ("kind", "is_synced", "methods"),
    [
        (AuthenticatorKind.TOTP, False, ("otp",)),
        (AuthenticatorKind.EMAIL, False, ("otp",)),
        (AuthenticatorKind.SMS, False, ("sms", "otp")),
        (AuthenticatorKind.RECOVERY_CODES, False, ("otp",)),
        (AuthenticatorKind.PASSKEY, False, ("hwk",)),
        (AuthenticatorKind.PASSKEY, True, ("swk",)),
    ],
)
def test_what_is_used_says_how_somebody_has_proved_who_they_are(
    kind: AuthenticatorKind, is_synced: bool, methods: tuple[str, ...]
) -> None:
    assert make_authenticator(kind=kind, is_synced=is_synced).methods == methods


def test_an_authenticator_shows_neither_its_secrets_nor_an_address() -> None:
    shown = repr(make_authenticator(secret="canary", target="canary@example.com"))

    assert "canary" not in shown

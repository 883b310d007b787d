"""The stored form of an authenticator: what lies in databases must stay readable."""

import pytest

from ostiary.adapters.stores.authenticator_records import from_body, to_row
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import AuthenticatorId, UserId
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from tests.support.authenticators import make_authenticator
from tests.support.environments import make_environment

STORED = (
    '{"id":"a","user_id":"u","kind":"passkey","created_at":1750000000.0,'
    '"nickname":"Schlüssel","is_active":true,"target":"joe@example.com","secret":"sealed",'
    '"codes":["AP8=","Mg=="],"credential_id":"AP8=","public_key":"pQA=",'
    '"transports":["usb","nfc"],"rp_id":"home.example.com","sign_count":7,"is_synced":true,'
    '"used_step":58333333,"used_at":1750000000.0}'
).encode()
KEPT = make_authenticator(id=AuthenticatorId("a"), user_id=UserId("u"), credential_id=b"\0\xff")


def test_the_stored_form_has_not_changed() -> None:
    assert to_row(make_environment(), KEPT)[-1] == STORED
    assert from_body(STORED) == KEPT


def test_members_of_a_newer_version_are_passed_over() -> None:
    assert from_body(STORED[:-1] + b',"new":{"member":1}}') == KEPT


def test_absent_members_have_their_defaults() -> None:
    read = from_body(b'{"id":"a","user_id":"u","kind":"totp","created_at":1}')

    bare = Authenticator(AuthenticatorId("a"), UserId("u"), AuthenticatorKind.TOTP, 1.0)
    assert read == bare
    assert (read.is_active, read.version, read.codes) == (False, 1, ())


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", STORED[:-5], b"null"])
def test_what_is_no_record_makes_the_store_unavailable(body: bytes) -> None:
    with pytest.raises(UnavailableError):
        from_body(body)

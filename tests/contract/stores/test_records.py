"""The stored form of an access token: what lies in databases must stay readable."""

from types import MappingProxyType

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.records import decode, encode
from ostiary.core.base.errors import UnavailableError
from tests.support.stores import make_access_token

STORED = (
    '{"token_id":"token-0","client_id":"client","manager_id":"manager",'
    '"scopes":{"names":["read","write"]},"expires_at":1750000300.0,"issued_at":1750000000.0,'
    '"subject":"someone","audiences":["https://api.example.com"],'
    '"attributes":{"department":"Ärzte","levels":[1,2.5,null,true],"nested":{"a":"b"}}}'
).encode()


def test_the_stored_form_has_not_changed() -> None:
    assert encode(make_access_token()) == STORED
    assert decode(STORED) == make_access_token()


def test_members_of_a_newer_version_are_passed_over() -> None:
    assert decode(STORED[:-1] + b',"new":{"member":1}}') == make_access_token()


def test_absent_members_have_their_defaults() -> None:
    token = decode(
        b'{"token_id":"t","client_id":"c","manager_id":"m","scopes":{"names":[]},"expires_at":1}'
    )

    assert (token.issued_at, token.subject, token.audiences) == (None, None, ())


def test_attributes_may_be_any_mapping() -> None:
    token = replace(make_access_token(), attributes=MappingProxyType({"a": 1}))

    assert decode(encode(token)).attributes == {"a": 1}


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", STORED[:-5], b"null"])
def test_what_is_no_record_makes_the_store_unavailable(body: bytes) -> None:
    with pytest.raises(UnavailableError):
        decode(body)


def test_an_attribute_that_json_lacks_is_an_error_of_the_caller() -> None:
    token = replace(make_access_token(), attributes={"a": object()})

    with pytest.raises(TypeError, match="object"):
        encode(token)

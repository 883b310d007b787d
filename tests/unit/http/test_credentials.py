"""Basic credentials are read exactly as they stand, or not at all."""

import base64

import pytest

from ostiary.core.clientauth.contract import BasicCredentials, Presented
from ostiary.http.credentials import present
from ostiary.http.errors import HTTPError
from ostiary.http.message import Request


def present_header(*values: bytes) -> Presented:
    headers = [(b"authorization", value) for value in values]
    return present(Request("POST", "/x", headers=headers, address="192.0.2.1"), "/x", "/token")


def basic(text: str) -> bytes:
    return b"Basic " + base64.b64encode(text.encode())


def test_without_a_header_only_the_caller_is_known() -> None:
    assert present_header() == Presented("192.0.2.1", ("/x", "/token"))


def test_user_and_password_are_parted_at_the_first_colon() -> None:
    assert present_header(basic("app:se:cret")).basic == BasicCredentials("app", "se:cret")


def test_nothing_is_form_decoded() -> None:
    assert present_header(basic("a+b:c%20d")).basic == BasicCredentials("a+b", "c%20d")


def test_an_empty_password_is_told_from_a_missing_colon() -> None:
    assert present_header(basic("app:")).basic == BasicCredentials("app", "", has_colon=True)
    assert present_header(basic("app")).basic == BasicCredentials("app", "", has_colon=False)


def test_credentials_may_hold_any_printable_character() -> None:
    assert present_header(basic("é:ß€ 😀")).basic == BasicCredentials("é", "ß€ 😀")


@pytest.mark.parametrize("scheme", [b"Basic", b"basic", b"BASIC", b"bAsIc"])
def test_SEC_82_the_case_of_the_scheme_does_not_matter(scheme: bytes) -> None:
    assert present_header(scheme + b" YTpi").basic == BasicCredentials("a", "b")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"Basic",
        b"Basic ",
        b"Bearer YTpi",
        b"Basi YTpi",
        b"Basic:YTpi",
        b"Basic YTpi=",
        b"Basic YTpi====",
        b"Basic YTp",
        b"Basic YTq=",
        b"Basic YTp=",
        b"Basic YT pi",
        b"Basic YT-_",
        b"Basic =YTpi",
        b"Basic YTpiYQ==YQ==",
        b"Basic " + base64.b64encode(b"\xff:b"),
        b"Basic " + base64.b64encode(b"a:b\n"),
        b"Basic " + base64.b64encode(b"a\0:b"),
        b"Basic " + base64.b64encode(b"a:b\x7f"),
    ],
)
def test_anything_but_readable_basic_is_unreadable(value: bytes) -> None:
    presented = present_header(value)
    assert presented.is_unreadable
    assert presented.basic is None


@pytest.mark.parametrize("second", [b"Basic YTpi", b"Bearer x", b""])
def test_SEC_163_two_authorization_headers_are_refused(second: bytes) -> None:
    with pytest.raises(HTTPError) as refused:
        present_header(b"Basic YTpi", second)
    assert refused.value.status == 400

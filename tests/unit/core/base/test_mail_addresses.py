"""E-mail addresses and telephone numbers: plain ones, and nothing else beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.mail_addresses import (
    Mailbox,
    is_mail_address,
    is_phone_number,
    read_mailbox,
    read_phone_number,
)


@pytest.mark.parametrize(
    "text",
    ["joe@example.com", "joe.doe+tag@mail.example.co.uk", "o'hara@xn--mnchen-3ya.de", "a@b"],
)
def test_what_people_have_is_an_address(text: str) -> None:
    assert is_mail_address(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "joe", "@example.com", "joe@", "joe@@example.com", "joe@example.com."),
        *(".joe@example.com", "joe.@example.com", "j..oe@example.com", "joe@-example.com"),
        *('"joe"@example.com', "joe@[127.0.0.1]", "joe@example.com\n", " joe@example.com"),
        *("j\u00f6e@example.com", "joe@m\u00fcnchen.de", "joe@exa mple.com", "joe@example,com"),
        *("a" * 65 + "@example.com", "a@" + ".".join(["b" * 60] * 5)),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_mail_address(text)


@given(st.text(), st.sampled_from('\r\n\0\t ,;:<>()[]\\"'), st.text())
def test_SEC_239_no_address_holds_what_ends_a_header(before: str, ends: str, after: str) -> None:
    assert not is_mail_address(f"{before}{ends}{after}")
    assert not is_phone_number(f"{before}{ends}{after}")


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("joe@example.com", Mailbox("", "joe@example.com")),
        ("Joe <joe@example.com>", Mailbox("Joe", "joe@example.com")),
        ('"Joe & Co." <joe@example.com>', Mailbox("Joe & Co.", "joe@example.com")),
        ("M\u00fcller <joe@example.com>", Mailbox("M\u00fcller", "joe@example.com")),
    ],
)
def test_a_sender_has_a_name_and_an_address(text: str, mailbox: Mailbox) -> None:
    assert read_mailbox(text) == mailbox


@pytest.mark.parametrize(
    "text",
    [
        *("", "Joe", "Joe <joe>", "Joe <joe@example.com", "Joe\n <joe@example.com>"),
        *("a <b> <joe@example.com>", "Joe <joe@example.com> x", 'J"oe <joe@example.com>'),
    ],
)
def test_SEC_239_anything_else_is_no_sender(text: str) -> None:
    with pytest.raises(ValueError, match="must be an e-mail address"):
        read_mailbox(text)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+49 171 1234567", "+491711234567"),
        ("0049-171/1234567", "+491711234567"),
        ("+1 (555) 010-9999", "+15550109999"),
        ("0171 1234567", None),
        ("+49 171 12345x7", None),
        ("+1234", None),
        ("+1234567890123456", None),
        ("", None),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, number: str | None) -> None:
    assert read_phone_number(typed) == number

"""Pages know where typing begins and what the key Enter does, and go nowhere else."""

import pytest

from ostiary.web.pages import AutoSubmitPage, Button, Field, FormPage

TYPED = Field("a", "A", value="typed")
EMPTY = Field("b", "B")
WRONG = Field("c", "C", value="typed", problem="No.")


def focused(*fields: Field) -> Field | None:
    return FormPage("T", "H", "/x", fields=fields).focused


def test_typing_begins_at_the_first_wrong_field() -> None:
    assert focused(TYPED, EMPTY, WRONG, Field("d", "D", problem="No.")) is WRONG


def test_typing_begins_at_the_first_empty_field_when_none_is_wrong() -> None:
    assert focused(TYPED, EMPTY, Field("d", "D")) is EMPTY


def test_a_password_is_always_typed() -> None:
    password = Field("d", "D", "password", value="typed")
    assert focused(TYPED, password) is password


@pytest.mark.parametrize(
    "field",
    [
        TYPED,
        Field("d", "D", "hidden"),
        Field("d", "D", "hidden", problem="No."),
        Field("d", "D", "checkbox"),
        Field("d", "D", read_only=True),
    ],
)
def test_typing_begins_nowhere_when_nothing_is_to_be_typed(field: Field) -> None:
    assert focused(field) is None


def test_enter_presses_the_primary_button() -> None:
    cancel, ok, more = (
        Button("c", "1", "C"),
        Button("o", "1", "O", is_primary=True),
        Button("", "", ""),
    )
    page = FormPage("T", "H", "/x", buttons=(cancel, ok, more))
    assert page.ordered_buttons == [ok, cancel, more]


@pytest.mark.parametrize("action", ["", "x", "//evil.example", "/\\evil.example", "https://a/"])
def test_a_form_goes_to_this_host(action: str) -> None:
    with pytest.raises(ValueError, match="this host"):
        FormPage("T", "H", action)


@pytest.mark.parametrize(
    "action", ["", "/cb", "javascript:alert(1)", " https://a/", "data:,", "app:/cb"]
)
def test_SEC_18_what_is_posted_elsewhere_goes_to_a_web_site(action: str) -> None:
    with pytest.raises(ValueError, match="posted"):
        AutoSubmitPage(action, ())

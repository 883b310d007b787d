"""Pages know where typing begins and what the key Enter does, and go nowhere else."""

import pytest

from ostiary.web.pages import (
    AutoSubmitPage,
    Button,
    Choice,
    Field,
    FormPage,
    Kind,
    SignedOffPage,
)

TYPED = Field("a", "A", value="typed")
EMPTY = Field("b", "B")
WRONG = Field("c", "C", value="typed", problem="No.")


def focused(*fields: Field) -> Field | None:
    return FormPage("T", "H", "/x", fields=fields).focused


def test_typing_begins_at_the_first_wrong_field() -> None:
    assert focused(TYPED, EMPTY, WRONG, Field("d", "D", problem="No.")) is WRONG


def test_typing_begins_at_the_first_empty_field_when_none_is_wrong() -> None:
    assert focused(TYPED, EMPTY, Field("d", "D")) is EMPTY


def test_a_choice_that_must_be_made_is_where_a_page_begins() -> None:
    choices = (Choice("a", "A"), Choice("b", "B"))
    required = Field("d", "D", "choice", choices=choices, required=True)
    assert focused(TYPED, required, EMPTY) is required
    assert focused(Field("d", "D", "choice", choices=choices), EMPTY) is EMPTY


@pytest.mark.parametrize(("value", "chosen"), [("a", 1), ("b", 2), ("c", 0), ("", 0)])
def test_a_choice_counts_what_is_chosen_at_first(value: str, chosen: int) -> None:
    choices = (Choice("a", "A"), Choice("b", "B"))
    assert Field("d", "D", "choice", value=value, choices=choices).chosen == chosen


@pytest.mark.parametrize("kind", ["make_passkey", "use_passkey"])
def test_with_a_passkey_nothing_is_typed_but_a_button_is_pressed(kind: Kind) -> None:
    assert focused(Field("d", "", kind, value="{}", problem="No."), EMPTY) is None


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


@pytest.mark.parametrize("onward", ["javascript:alert(1)", "JavaScript:x", "data:text/html,x"])
def test_SEC_9_nobody_is_taken_to_where_something_runs(onward: str) -> None:
    with pytest.raises(ValueError, match="something runs"):
        SignedOffPage("T", "H", (), onward=onward)


@pytest.mark.parametrize(
    ("onward", "leads_on"),
    [(None, False), ("https://a.example/", True), ("com.example.app:/bye", False)],
)
def test_only_a_web_address_is_a_link_onward(onward: str | None, *, leads_on: bool) -> None:
    assert SignedOffPage("T", "H", (), onward=onward).leads_on is leads_on

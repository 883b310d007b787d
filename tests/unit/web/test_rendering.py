"""Pages become HTML that a person can use with any browser, screen reader or keyboard."""

import pytest

from ostiary.http.message import Response
from ostiary.http.security_headers import security_headers
from ostiary.web.links import Link
from ostiary.web.pages import (
    AutoSubmitPage,
    Button,
    Choice,
    ErrorPage,
    Field,
    FormPage,
    MessagePage,
    Page,
    SignedOffPage,
)
from ostiary.web.rendering import Pages
from tests.support.html import Element, check_page, parse_elements, parse_form, visible_text

PAGES = Pages()
SIGN_ON = FormPage(
    "Sign on",
    "Sign on to Shop",
    "/as/abc/resume",
    fields=(
        Field("state", "", "hidden", value="s"),
        Field("pf.username", "Username", value="joe", required=True, autocomplete="username"),
        Field("pf.pass", "Password", "password", value="canary", problem="Too short."),
        Field("pf.remember", "Remember me", "checkbox", checked=True),
        Field("pf.news", "News", "checkbox", value="yes"),
    ),
    buttons=(
        Button("pf.cancel", "clicked", "Cancel"),
        Button("pf.ok", "clicked", "Sign on", is_primary=True),
    ),
    problems=("Try again.",),
    lines=("Shop asks who you are.",),
    items=("read orders",),
    links=(Link("https://example.com/help?a&b", "Help"), Link("javascript:x", "Bad")),
    logo="https://logos.example.com/shop.png",
)
BARE = FormPage("T", "H", "/x")
CODE = FormPage(
    "Confirm it is you",
    "Confirm it is you",
    "/as/abc/resume",
    fields=(
        Field("pf.otp", "Code", "code", required=True, has_digits_only=True),
        Field(
            "pf.device",
            "Ways",
            "choice",
            value="2",
            choices=(Choice("1", "By mail"), Choice("2", "By phone")),
            problem="No.",
        ),
    ),
    buttons=(Button("pf.ok", "clicked", "Continue", is_primary=True),),
    items=("JBSWY3DP",),
    figure="otpauth://totp/Shop:joe?secret=JBSWY3DP",
)
PASSKEY = FormPage(
    "Use a passkey",
    "Confirm it is you",
    "/as/abc/resume",
    fields=(Field("pf.assertion", "", "use_passkey", value='{"challenge":"<&>"}'),),
    buttons=(
        Button("pf.ok", "clicked", "Use your passkey", is_primary=True),
        Button("pf.cancel", "clicked", "Cancel"),
    ),
)
EVERY_KIND: list[Page] = [
    SIGN_ON,
    CODE,
    PASSKEY,
    MessagePage("T", "H", lines=("L",), links=(Link("https://example.com", "Help"),)),
    ErrorPage("T", "H", detail="D", lines=("L",), code="C-1"),
    SignedOffPage("T", "H", ("https://a.example/x", "http://localhost:81/?sid=1"), lines=("L",)),
    AutoSubmitPage("https://app.example.com/cb", (("code", "c"), ("state", "s"))),
]


def name_of(page: Page) -> str:
    return f"{type(page).__name__} {page.title if isinstance(page, FormPage) else ''}".strip()


def elements(page: Page, tag: str) -> list[Element]:
    return [each for each in parse_elements(PAGES.render(page).body) if each.tag == tag]


def inputs(page: Page) -> dict[str, Element]:
    return {each.attributes["name"]: each for each in elements(page, "input")}


def headers_of(response: Response) -> dict[str, str]:
    assert response.policy is not None
    sent = {**dict(security_headers(is_dev=False)), **dict(response.headers)}
    sent[b"content-security-policy"] = response.policy
    return {name.decode(): value.decode() for name, value in sent.items()}


@pytest.mark.parametrize("page", EVERY_KIND, ids=name_of)
def test_SEC_137_every_page_is_safe_and_accessible(page: Page) -> None:
    response = PAGES.render(page)
    check_page(headers_of(response), response.body)


@pytest.mark.parametrize("page", EVERY_KIND, ids=name_of)
def test_SEC_151_two_answers_to_the_same_are_the_same_bytes(page: Page) -> None:
    first, second = PAGES.render(page), Pages().render(page)
    assert (first.body, first.policy) == (second.body, second.policy)


def test_a_page_has_its_status_and_the_headers_of_its_caller() -> None:
    response = PAGES.render(BARE, 400, headers=((b"set-cookie", b"a=1"),))
    assert response.status == 400
    assert (b"set-cookie", b"a=1") in response.headers


def test_a_form_sends_what_it_shows() -> None:
    form = parse_form(PAGES.render(SIGN_ON).body)
    assert form.action == "/as/abc/resume"
    assert form.fields == {"state": "s", "pf.username": "joe", "pf.pass": "", "pf.remember": "on"}
    assert form.buttons == (("pf.ok", "clicked"), ("pf.cancel", "clicked"))


def test_a_form_is_filled_by_name() -> None:
    form = parse_form(PAGES.render(SIGN_ON).body).filled({"pf.pass": "x"}, button="pf.ok")
    assert form.fields == {
        "state": "s",
        "pf.username": "joe",
        "pf.pass": "x",
        "pf.remember": "on",
        "pf.ok": "clicked",
    }


def test_everything_that_a_page_says_is_read() -> None:
    text = visible_text(PAGES.render(SIGN_ON).body)
    said = ["Sign on to Shop", "Shop asks who you are.", "read orders", "Try again.", "Too short."]
    labels = ["Username", "Password", "Remember me", "News", "Cancel", "Sign on", "Help"]
    assert [words for words in (*said, *labels) if words not in text] == []


def test_an_error_page_says_its_code() -> None:
    assert [each.text for each in elements(ErrorPage("T", "H", code="C-1"), "code")] == ["C-1"]
    assert elements(ErrorPage("T", "H"), "code") == []


def test_SEC_244_a_password_is_never_written_into_a_page() -> None:
    assert b"canary" not in PAGES.render(SIGN_ON).body


def test_a_checkbox_sends_its_own_value() -> None:
    assert inputs(SIGN_ON)["pf.news"].attributes["value"] == "yes"
    assert "checked" not in inputs(SIGN_ON)["pf.news"].attributes


def test_a_problem_is_told_where_it_is() -> None:
    wrong = inputs(SIGN_ON)["pf.pass"].attributes
    assert wrong["aria-invalid"] == "true"
    told = [each for each in elements(SIGN_ON, "p") if each.attributes.get("role") == "alert"]
    assert [(each.attributes["id"], each.text) for each in told] == [
        (wrong["aria-describedby"].split()[0], "Too short.")
    ]
    assert "aria-invalid" not in inputs(SIGN_ON)["pf.username"].attributes


def test_the_problems_of_a_form_are_told_where_typing_begins() -> None:
    page = FormPage("T", "H", "/x", fields=(Field("a", "A"), Field("b", "B")), problems=("No.",))
    assert inputs(page)["a"].attributes["aria-describedby"] == "problems"
    assert "aria-describedby" not in inputs(page)["b"].attributes
    (told,) = [each for each in elements(page, "div") if each.attributes.get("id") == "problems"]
    assert told.attributes["role"] == "alert"


def test_typing_begins_in_one_place() -> None:
    focused = [name for name, each in inputs(SIGN_ON).items() if "autofocus" in each.attributes]
    assert focused == ["pf.pass"]


def test_fields_say_what_a_browser_may_fill_in_and_what_must_be() -> None:
    username = inputs(SIGN_ON)["pf.username"].attributes
    assert (username["autocomplete"], username["required"]) == ("username", "")
    assert not {"autocomplete", "required"} & inputs(SIGN_ON)["pf.pass"].attributes.keys()


def test_only_the_primary_button_insists_on_required_fields() -> None:
    novalidate = [
        each.attributes["name"]
        for each in elements(SIGN_ON, "button")
        if "formnovalidate" in each.attributes
    ]
    assert novalidate == ["pf.cancel"]


def test_a_code_of_digits_is_typed_on_a_keyboard_of_digits() -> None:
    code = inputs(CODE)["pf.otp"]
    assert (code.attributes["type"], code.attributes["inputmode"]) == ("text", "numeric")


def test_what_may_be_chosen_is_chosen_by_its_label() -> None:
    buttons = [each for each in elements(CODE, "input") if each.attributes["type"] == "radio"]
    assert ["checked" in each.attributes for each in buttons] == [False, True]
    assert "By phone" in visible_text(PAGES.render(CODE).body)


def test_a_passkey_begins_at_its_button_and_stays_out_of_the_form() -> None:
    field = inputs(PASSKEY)["pf.assertion"]
    assert (field.attributes["value"], field.attributes["data-options"]) == (
        "",
        '{"challenge":"<&>"}',
    )
    focused = [each for each in elements(PASSKEY, "button") if "autofocus" in each.attributes]
    assert [each.attributes["name"] for each in focused] == ["pf.ok"]


def test_what_is_read_only_cannot_be_changed() -> None:
    fields = (Field("a", "A", read_only=True), Field("b", "B", "checkbox", read_only=True))
    shown = inputs(FormPage("T", "H", "/x", fields=fields))
    assert "readonly" in shown["a"].attributes
    assert "disabled" in shown["b"].attributes


def test_SEC_138_a_link_that_is_not_safe_is_left_out() -> None:
    shown = [(each.attributes["href"], each.text) for each in elements(SIGN_ON, "a")]
    assert shown == [("https://example.com/help?a&b", "Help")]


@pytest.mark.parametrize("logo", ["javascript:x", "/logo.png", "https://a;script-src b/", "data:,"])
def test_SEC_138_a_logo_that_is_not_safe_is_left_out(logo: str) -> None:
    response = PAGES.render(FormPage("T", "H", "/x", logo=logo))
    check_page(headers_of(response), response.body)
    assert elements(FormPage("T", "H", "/x", logo=logo), "img") == []


def test_SEC_18_fields_are_posted_by_a_script_and_by_a_button() -> None:
    page = EVERY_KIND[-1]
    form = parse_form(PAGES.render(page).body)
    assert (form.action, form.fields) == ("https://app.example.com/cb", {"code": "c", "state": "s"})
    (script,) = elements(page, "script")
    assert "document.forms[0]" in script.text
    (button,) = elements(page, "button")
    assert button.attributes["type"] == "submit"


@pytest.mark.parametrize(
    "page", [each for each in EVERY_KIND[:-1] if each is not PASSKEY], ids=name_of
)
def test_SEC_137_no_other_page_may_run_a_script(page: Page) -> None:
    assert elements(page, "script") == []
    assert b"script-src" not in (PAGES.render(page).policy or b"")


def test_SEC_137_a_page_with_frames_shows_those_that_are_safe() -> None:
    framed = ("https://a.example/x?y=1&z", "javascript:x", "https://u@evil.example/", "data:,x")
    page = SignedOffPage("T", "H", framed, onward="https://b.example/?a&b")
    check_page(headers_of(PAGES.render(page)), PAGES.render(page).body)
    assert [frame.attributes["src"] for frame in elements(page, "iframe")] == [framed[0]]
    assert [link.attributes["href"] for link in elements(page, "a")] == ["https://b.example/?a&b"]
    assert len(elements(page, "script")) == 1

"""What was sent with an action, held against what the action takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.flow.inputs import LEFTOVERS, MAX_PROBLEMS, check_inputs
from ostiary.core.steps.contract import Action, Input, InputKind, Offer, ProblemKind

NAME = Input("username", "Username", is_required=True, max_characters=8)
WORD = Input("password", "Password", InputKind.PASSWORD)
BOX = Input("box", "Box", InputKind.BOOLEAN)
SETTLED = Input("username", "Username", value="joe", is_read_only=True, is_required=True)


def _offer(*inputs: Input) -> Offer:
    return Offer(Action("some", "do"), "Do", inputs)


def _problems(offer: Offer, **sent: object) -> list[tuple[ProblemKind, str | None]]:
    return [(problem.kind, problem.target) for problem in check_inputs(offer, sent)[1]]


def test_inputs_of_the_offer_are_read() -> None:
    values, problems = check_inputs(
        _offer(NAME, WORD, BOX), {"username": "joe", "password": "x", "box": True}
    )
    assert values == {"username": "joe", "password": "x", "box": True}
    assert problems == ()


def test_what_is_not_required_need_not_be_sent() -> None:
    values, problems = check_inputs(_offer(WORD, BOX), {})
    assert values == {"password": "", "box": False}
    assert problems == ()


@pytest.mark.parametrize("sent", [{}, {"username": ""}, {"username": None}])
def test_SEC_121_a_required_input_must_be_there(sent: dict[str, object]) -> None:
    assert _problems(_offer(NAME), **sent) == [(ProblemKind.REQUIRED, "username")]


@pytest.mark.parametrize("value", [1, 1.5, True, [], {}, ["joe"]])
def test_SEC_121_a_text_must_be_a_text(value: object) -> None:
    assert _problems(_offer(NAME), username=value) == [(ProblemKind.FORMAT, "username")]


@pytest.mark.parametrize("value", ["yes", "", "TRUE", 1, 0, [], {}, [True]])
def test_SEC_121_a_boolean_must_be_true_or_false(value: object) -> None:
    assert _problems(_offer(BOX), box=value) == [(ProblemKind.FORMAT, "box")]


@pytest.mark.parametrize(
    ("value", "read"), [(True, True), (False, False), ("true", True), ("false", False)]
)
def test_a_boolean_may_come_as_a_word(value: object, read: bool) -> None:
    assert check_inputs(_offer(BOX), {"box": value}) == ({"box": read}, ())


@pytest.mark.parametrize("sent", ["joe", "JOE", " Joe "])
def test_any_spelling_of_a_settled_name_is_the_settled_one(sent: str) -> None:
    name = Input("username", "Username", value="joe", is_read_only=True, autocomplete="username")
    assert check_inputs(_offer(name), {"username": sent}) == ({"username": "joe"}, ())


@pytest.mark.parametrize("sent", ["jo", "", "joe\n", "eve"])
def test_another_name_is_not_the_settled_one(sent: str) -> None:
    name = Input("username", "Username", value="joe", is_read_only=True, autocomplete="username")
    assert _problems(_offer(name), username=sent) == [(ProblemKind.VALUE, "username")]


def test_spellings_of_what_is_no_name_differ() -> None:
    assert _problems(_offer(SETTLED), username="JOE") == [(ProblemKind.VALUE, "username")]


def test_a_check_box_of_a_form_is_on() -> None:
    assert check_inputs(_offer(BOX), {"box": "on"}) == ({"box": True}, ())


def test_SEC_121_an_unknown_member_is_refused_by_its_name() -> None:
    assert _problems(_offer(WORD), role="admin") == [(ProblemKind.UNKNOWN, "role")]


@pytest.mark.parametrize("name", ["a" * 65, "line\nbreak", "\ud800", "\0"])
def test_SEC_121_a_name_that_is_not_fit_to_be_shown_is_not_repeated(name: str) -> None:
    assert _problems(_offer(WORD), **{name: ""}) == [(ProblemKind.UNKNOWN, None)]


def test_problems_are_bounded_in_number() -> None:
    sent = {f"member{number}": "" for number in range(1000)}
    assert len(_problems(_offer(WORD), **sent)) == MAX_PROBLEMS


@pytest.mark.parametrize("name", sorted(LEFTOVERS))
def test_what_real_clients_send_along_is_dropped(name: str) -> None:
    assert check_inputs(_offer(WORD), {name: "true"}) == ({"password": ""}, ())


@pytest.mark.parametrize("value", ["123456789", "a\0b", "\ud800", "\udfff x"])
def test_SEC_121_a_text_that_no_store_takes_is_refused(value: str) -> None:
    assert _problems(_offer(NAME), username=value) == [(ProblemKind.FORMAT, "username")]


def test_a_text_may_be_as_long_as_it_may() -> None:
    assert check_inputs(_offer(NAME), {"username": "12345678"})[1] == ()


def test_SEC_122_what_is_settled_cannot_be_changed() -> None:
    assert _problems(_offer(SETTLED), username="eve") == [(ProblemKind.VALUE, "username")]


@pytest.mark.parametrize("sent", [{}, {"username": None}, {"username": "joe"}])
def test_what_is_settled_need_not_be_repeated(sent: dict[str, object]) -> None:
    assert check_inputs(_offer(SETTLED), sent) == ({"username": "joe"}, ())


def test_no_problem_repeats_a_value() -> None:
    sent = {"username": "canary-value", "password": 17, "box": "canary"}
    for problem in check_inputs(_offer(NAME, WORD, BOX), sent)[1]:
        assert "canary" not in problem.message + problem.user_message


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(("username", "password", "box", "submit")) | st.text()


@given(st.dictionaries(NAMES, JSON, max_size=6))
def test_SEC_121_whatever_is_sent_is_read_or_refused(sent: dict[str, object]) -> None:
    values, problems = check_inputs(_offer(NAME, WORD, BOX), sent)
    assert problems or values.keys() == {"username", "password", "box"}
    assert all(isinstance(values.get(name, ""), str) for name in ("username", "password"))
    assert isinstance(values.get("box", False), bool)

"""Files of users: read line by line, every fault found and placed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.admin.user_file import read_user_file
from tests.support.users import HASH

ID = "11111111-1111-4111-8111-111111111111"


def jsonl(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def problems_in(text: str, form: Any = "jsonl") -> list[tuple[int, str]]:
    return [(found.line, found.message) for found in read_user_file(text, form).problems]


def test_json_lines_say_everything_of_a_user() -> None:
    row = {
        "username": " Joe ",
        "id": ID,
        "population": "staff",
        "enabled": False,
        "password_hash": HASH,
        "must_change_password": True,
        "attributes": {"mail": "joe@example.com", "groups": ["a", {"b": 1}], "none": None},
    }

    read = read_user_file("\n" + jsonl(row, {"username": "ann"}), "jsonl")

    assert read.problems == ()
    joe, ann = read.entries
    assert (joe.line, joe.key, joe.new.username) == (2, "joe", "Joe")
    assert (joe.new.id, joe.new.population, joe.new.enabled) == (ID, "staff", False)
    assert joe.new.password_hash is not None
    assert joe.new.password_hash.reveal() == HASH
    assert joe.new.must_change_password
    assert joe.new.attributes == row["attributes"]
    assert (ann.line, ann.new.id, ann.new.population, ann.new.enabled) == (3, None, "default", True)
    assert ann.new.password_hash is ann.new.password is None


def test_csv_says_it_in_columns_and_other_columns_are_attributes() -> None:
    read = read_user_file(
        "username,enabled,password_hash,mail,given name\r\n"
        f'joe,No,"{HASH}",joe@example.com,"J, ""Joe"""\r\n'
        "ann,,,,\r\n",
        "csv",
    )

    assert read.problems == ()
    joe, ann = read.entries
    assert not joe.new.enabled
    assert joe.new.attributes == {"mail": "joe@example.com", "given name": 'J, "Joe"'}
    assert (ann.line, ann.new.enabled, ann.new.attributes) == (3, True, {})


def test_a_password_in_plain_text_is_kept_out_of_sight() -> None:
    read = read_user_file(jsonl({"username": "joe", "password": "canary"}), "jsonl")

    assert read.entries[0].new.password is not None
    assert "canary" not in repr(read)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({}, "has no username"),
        ({"username": 5}, "has no username"),
        ({"username": " "}, "username: is empty"),
        ({"username": "jo\u200be"}, "username: has a character that cannot be seen"),
        ({"username": "j", "id": "5"}, "id: must be a UUID in lower case"),
        ({"username": "j", "enabled": "yes"}, "enabled: must be true or false"),
        ({"username": "j", "population": "a b"}, "population: must be 1 to 64 letters"),
        ({"username": "j", "password_hash": "x"}, "password_hash: is in no known form"),
        ({"username": "j", "password_hash": HASH, "password": "x"}, "password: cannot stand"),
        ({"username": "j", "password": {"env": "HOME"}}, "password: must be text"),
        ({"username": "j", "password": "x" * 1025}, "password: must be text"),
        ({"username": "j", "mail": "x"}, "mail: is not a known field"),
        ({"username": "j", "attributes": []}, "attributes: must be a table"),
        ([], "is no JSON object"),
        ("joe", "is no JSON object"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(row: Any, problem: str) -> None:
    ((line, message),) = problems_in(jsonl({"username": "ann"}, row))

    assert line == 2
    assert message.startswith(problem)


def test_every_fault_of_a_file_is_found_at_once_and_no_password_is_repeated() -> None:
    text = '{"username": "a", "username": "b"}\n{"username": "c"}\nnothing\n' + jsonl(
        {"username": "d", "password_hash": "canary"}
    )

    found = problems_in(text)

    assert [line for line, _ in found] == [1, 3, 4]
    assert "canary" not in str(found)


@pytest.mark.parametrize("second", [{"username": "JOE"}, {"username": "x", "id": ID}])
def test_SEC_147_one_user_in_two_lines_is_refused(second: dict[str, str]) -> None:
    text = jsonl({"username": "joe", "id": ID}, second)

    assert problems_in(text) == [(2, "is the same user as in line 1")]


@pytest.mark.parametrize("text", ['username\n"joe\n', 'username\n"joe"x\n'])
def test_what_is_no_csv_is_refused(text: str) -> None:
    ((_, message),) = problems_in(text, "csv")

    assert message.startswith("is no CSV")


def test_a_line_of_csv_with_too_many_cells_is_refused() -> None:
    assert problems_in("username\njoe,surplus\n", "csv") == [
        (2, "has more cells than there are headings")
    ]


@given(st.text(max_size=200), st.sampled_from(["csv", "jsonl"]))
def test_any_text_is_read_or_refused(text: str, form: Any) -> None:
    read_user_file(text, form)
    read_user_file(f"username,id\n{text}", form)

"""How problems are told."""

import pytest

from ostiary.core.configuration.problems import Path, did_you_mean, error, render_path, warning


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("server", "mode"), "server.mode"),
        (("a", "scopes", 1), "a.scopes[1]"),
        (("a", "api:read"), 'a."api:read"'),
        (("a.b", "c"), '"a.b".c'),
        (('say "hi"\\',), '"say \\"hi\\"\\\\"'),
        (("two\nlines",), '"two\\u000alines"'),
        (("",), '""'),
    ],
    ids=repr,
)
def test_a_path_is_written_as_toml_writes_it(path: Path, text: str) -> None:
    assert render_path(path) == text


def test_a_problem_is_one_line_with_its_hint() -> None:
    assert error(("a",), "is wrong").text == "is wrong"
    assert error(("a",), "is wrong", "mend it").text == "is wrong; mend it"
    assert warning(("a",), "is odd", "mend it").text == "is odd; mend it"


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("defualt", 'did you mean "default"?'),
        ("DEFAULT", 'did you mean "default"?'),
        ("reference_tokens", 'did you mean "Reference"?'),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_the_closest_known_word_is_suggested_if_there_is_one(word: str, hint: str) -> None:
    assert did_you_mean(word, ["default", "Reference", "app"]) == hint

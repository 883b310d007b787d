"""Commands whose standard input, output or error is closed."""

import pytest

from tests.support.server import OSTIARY
from tests.support.terminal import Ran, Terminal


def _run(terminal: Terminal, command: str) -> Ran:
    return terminal.run_words(["bash", "-c", f"{' '.join(OSTIARY[:1])} {command}"])


def test_a_closed_input_is_an_empty_one(terminal: Terminal) -> None:
    ran = _run(terminal, "decode <&-")

    assert ran.code == 2
    assert "there is no token in it" in ran.err


@pytest.mark.parametrize("command", ["profiles list --json", "--version", "--help"])
def test_an_answer_for_a_closed_output_is_a_failure(terminal: Terminal, command: str) -> None:
    ran = _run(terminal, f"{command} >&-")

    assert (ran.code, ran.err) == (1, "The answer cannot be written: Bad file descriptor.\n")


def test_a_message_for_a_closed_error_stream_is_no_answer(terminal: Terminal) -> None:
    ran = _run(terminal, "token 2>&-")

    assert (ran.code, ran.out) == (5, "")


def test_all_three_may_be_closed(terminal: Terminal) -> None:
    ran = _run(terminal, "token --client-secret-stdin -u https://a.example <&- >&- 2>&-")

    assert ran.code == 2

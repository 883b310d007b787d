"""The question of `ostiary apply`, asked of a person at a terminal."""

import fcntl
import os
import termios
from pathlib import Path

from tests.support.terminal import Terminal

CONFIGURATION = '[server]\nmode = "dev"\n[environments.main]\nalgorithms = ["ES256"]\n'


def test_one_interrupt_at_the_question_ends_apply_and_changes_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "ostiary.toml").write_text(CONFIGURATION)
    ours, theirs = os.openpty()
    process = terminal.start(
        "apply",
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_control_terminal,
    )
    os.close(theirs)
    try:
        said = _read_until(ours, "[y/N] ")
        os.write(ours, b"\x03")
        code = process.wait(20)
        said = _read_until(ours, None)
    finally:
        process.kill()
        process.wait()
        os.close(ours)

    assert code == 130
    assert said.replace("^C", "").split("\r\n") == ["", "nothing was changed", ""]
    assert terminal.run("diff").code == 2


def _control_terminal() -> None:
    """Let the keyboard's interrupt reach the process: its terminal is its standard input."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read_until(terminal: int, words: str | None) -> str:
    """Return what a terminal shows up to some words, or to its end."""
    shown = b""
    while words is None or words.encode() not in shown:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the last one who had it open is gone
            break
        if not piece:
            break
        shown += piece
    return shown.decode()

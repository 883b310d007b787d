"""Completion, as a real bash asks for it."""

import shutil
from pathlib import Path

import pytest

from tests.support.server import OSTIARY
from tests.support.terminal import Terminal

_ASK = """
source <(ostiary completion bash)
COMP_WORDS=({words}); COMP_CWORD={position}
_ostiary_completion ostiary
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def _complete(terminal: Terminal, line: str) -> list[str]:
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    script = _ASK.format(words=quoted, position=len(words) - 1)
    path = f"{Path(OSTIARY[0]).parent}:{terminal.variables['PATH']}"
    ran = terminal.run_words(["bash", "-c", script], environ={"PATH": path})
    assert (ran.code, ran.err) == (0, "")
    return ran.out.split()


@pytest.mark.skipif(len(OSTIARY) > 1, reason="the command is not installed as a script")
@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("ostiary in", ["introspect", "init"]),
        ("ostiary profiles s", ["show", "set"]),
        ("ostiary token --client-s", ["--client-secret-stdin", "--client-secret-file"]),
        ("ostiary token --auth-method private", ["private_key_jwt"]),
        ("ostiary token -p s", ["shop", "stage"]),
        ("ostiary completion ", ["bash", "zsh", "fish"]),
    ],
)
def test_bash_completes_commands_options_and_profiles(
    terminal: Terminal, line: str, completed: list[str]
) -> None:
    terminal.write_config("[profiles.shop]\n[profiles.stage]\n[profiles.other]\n")

    found = _complete(terminal, line)

    assert [word for word in found if word in completed] == completed
    assert all(word.startswith(line.rpartition(" ")[2]) for word in found)


def test_a_broken_file_of_profiles_completes_nothing(terminal: Terminal) -> None:
    terminal.write_config("not toml")

    assert _complete(terminal, "ostiary token -p s") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(terminal: Terminal, shell: str) -> None:
    ran = terminal.invoke("completion", shell)

    assert ran.code == 0
    assert "_OSTIARY_COMPLETE" in ran.out
    if shutil.which(shell):
        assert terminal.run_words([shell, "-n"], stdin=ran.out).code == 0


def test_an_unknown_shell_is_refused(terminal: Terminal) -> None:
    assert terminal.invoke("completion", "csh").code == 2

"""The command `ostiary` as a person runs it: a process of its own, with a home of its own."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from ostiary_cli import app
from tests.support.server import OSTIARY

_SOURCE = Path(__file__).parents[2] / "src"
_SECONDS = 60


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return its answer, which is one JSON document."""
        return json.loads(self.out)

    def error(self) -> dict[str, Any]:
        """Return the one error that it told as JSON."""
        (line,) = self.err.splitlines()
        error: dict[str, Any] = json.loads(line)["error"]
        return error


@dataclass
class Terminal:
    """A shell of somebody whose home is `home`; `environ` is what they exported."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def config_file(self) -> Path:
        return self.home / ".config" / "ostiary" / "config.toml"

    @property
    def token_folder(self) -> Path:
        return self.home / ".cache" / "ostiary" / "tokens"

    @property
    def variables(self) -> dict[str, str]:
        """All that is exported there."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHONPATH": str(_SOURCE),
            "LANG": "C.UTF-8",
            **self.environ,
        }

    def invoke(self, *arguments: str, stdin: str = "") -> Ran:
        """Run `ostiary` in the test's own process, which is quicker."""
        kept = dict.fromkeys(name for name in os.environ if name.startswith(("OSTIARY_", "XDG_")))
        result = CliRunner().invoke(
            app.build(), arguments, input=stdin, env={**kept, **self.variables}
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def run(
        self, *arguments: str, stdin: str = "", environ: Mapping[str, str] | None = None
    ) -> Ran:
        """Run `ostiary` to its end."""
        return self.run_words([*OSTIARY, *arguments], stdin=stdin, environ=environ)

    def run_words(
        self, words: list[str], *, stdin: str = "", environ: Mapping[str, str] | None = None
    ) -> Ran:
        """Run any program to its end."""
        done = subprocess.run(
            words,
            input=stdin.encode(),
            env={**self.variables, **(environ or {})},
            cwd=self.home,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str, **how: Any) -> "subprocess.Popen[bytes]":
        """Start `ostiary` without waiting for it."""
        return subprocess.Popen([*OSTIARY, *arguments], env=self.variables, cwd=self.home, **how)

    def write_config(self, text: str, *, mode: int = 0o600) -> None:
        """Write the file of profiles."""
        self.config_file.parent.mkdir(parents=True, exist_ok=True)
        self.config_file.write_text(text)
        self.config_file.chmod(mode)

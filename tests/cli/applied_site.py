"""Where an administrator works: a directory with a configuration that has been applied."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from ostiary_cli import app
from tests.support.server import OSTIARY

CONFIGURATION = """
[server]
mode = "dev"
data_directory = "data"
[environments.main]
algorithms = ["ES256"]
[environments.main.token_managers.default]
style = "pingfederate"
algorithm = "ES256"
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A directory with a configuration that has been applied."""

    directory: Path

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*OSTIARY, *arguments],
            cwd=self.directory,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def answer(self, *arguments: str, stdin: str = "") -> Any:
        """Return what a command answers; it runs in this process, which is quicker."""
        done = CliRunner().invoke(app.build(), [*arguments, "--json"], input=stdin)
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def names(self) -> list[str]:
        return [user["username"] for user in self.answer("user", "list")["users"]]

    def audited(self) -> list[str]:
        lines = (self.directory / "data" / "audit.jsonl").read_text().splitlines()
        return [json.loads(line)["event"] for line in lines]

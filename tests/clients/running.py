"""Finding the programs of this folder, running one, and reading its report."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
_ROOT = HERE.parents[1]
_CANNOT = re.compile(r"^(?:// )?Cannot: (.+)$", re.MULTILINE)
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """A file that drives one client that is not ours.

    Args: cannot names the checks for which the client has nothing, as the file itself says.
    """

    path: Path
    cannot: frozenset[str]

    @property
    def name(self) -> str:
        return self.path.stem.replace("_", "-")

    @property
    def command(self) -> tuple[str, ...]:
        if self.path.suffix == ".mjs":
            return (str(_ROOT / "scripts" / "node.sh"), str(self.path))
        module = ".".join(self.path.relative_to(_ROOT).with_suffix("").parts)
        return (sys.executable, "-W", "error", "-m", module)


@dataclass(frozen=True, slots=True)
class Case:
    """One program against one face."""

    program: Program
    face: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a program saw: facts or a failure for each check."""

    settings: Mapping[str, Any]
    lines: Mapping[str, Mapping[str, Any]]
    ending: str

    def facts(self, check: str) -> Mapping[str, Any]:
        """Return what a check saw, or fail with what the client said."""
        line = self.lines.get(check)
        if line is None:
            pytest.fail(f"{check} was not reported:\n{self.ending}", pytrace=False)
        if "failure" in line:
            pytest.fail(f"{check} failed in the client:\n{line['failure']}", pytrace=False)
        facts: Mapping[str, Any] = line["facts"]
        return facts


def find_programs(folder: str = "programs") -> tuple[Program, ...]:
    """Return every program of a folder beside this file."""
    return tuple(
        Program(path, _read_cannot(path.read_text()))
        for path in sorted((HERE / folder).iterdir())
        if path.suffix in {".py", ".mjs"}
    )


def run(program: Program, settings: Mapping[str, Any], told: Path, ca_path: Path) -> Report:
    """Run a program; the development authority is handed over as each language wants it.

    Args: told is the file that the settings are written to for it.
    """
    told.write_text(json.dumps(settings))
    trust = dict.fromkeys(("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), ca_path)
    done = subprocess.run(
        [*program.command, str(told)],
        check=False,
        capture_output=True,
        text=True,
        cwd=_ROOT,
        env={**os.environ, "NO_PROXY": "localhost", **{name: str(trust[name]) for name in trust}},
        timeout=_SECONDS,
    )
    written = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    lines = {line["check"]: line for line in written}
    ending = f"reported: {', '.join(lines)}\nexit code {done.returncode}\n{done.stderr}"
    return Report(settings, lines, ending)


def _read_cannot(source: str) -> frozenset[str]:
    names = ",".join(_CANNOT.findall(source)).split(",")
    return frozenset(name.strip() for name in names if name.strip())

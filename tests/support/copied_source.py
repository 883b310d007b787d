"""A copy of the source in which an extension is invented, and a process that runs on it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import ostiary

_SOURCE = Path(ostiary.__file__).parent
_PROJECT = _SOURCE.parents[1]


def copy_source(place: Path) -> Path:
    """Copy the server's package below `place`, and return the copy."""
    copy = place / "ostiary"
    shutil.copytree(_SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def run_on(place: Path, script: str) -> dict[str, Any]:
    """Run a script on the copy below `place`, and return the JSON object that it prints.

    Its member `source` says which source it ran on: the copy's.
    """
    environment = {**os.environ, "PYTHONPATH": f"{place}{os.pathsep}{_PROJECT}"}
    finished = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout)
    assert Path(found["source"]).is_relative_to(place)
    return found

"""JavaScript packages come from any registry, unchanged, and run nothing when installed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.markdown import ROOT

LOCKS = sorted(
    path
    for folder in ("*", "*/*", "*/*/*")
    for path in ROOT.glob(f"{folder}/package-lock.json")
    if "node_modules" not in path.parts
)
locks = pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))


def packages(lock: Path) -> dict[str, dict[str, Any]]:
    """Return the packages that a lock file pins, by where they are installed."""
    pinned: dict[str, dict[str, Any]] = json.loads(lock.read_text())["packages"]
    return {place: package for place, package in pinned.items() if place}


@locks
def test_a_lock_file_names_no_registry(lock: Path) -> None:
    assert [place for place, package in packages(lock).items() if "resolved" in package] == []


@locks
def test_every_locked_package_has_its_digest(lock: Path) -> None:
    assert packages(lock)
    assert [place for place, package in packages(lock).items() if "integrity" not in package] == []


@locks
def test_npm_is_told_to_run_no_scripts_and_to_name_no_registry(lock: Path) -> None:
    told = lock.with_name(".npmrc").read_text().split()
    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true"} <= set(told)

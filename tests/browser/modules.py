"""JavaScript packages as browsers load them without a bundler: every file as it was published."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).parents[1] / "clients" / "node_modules"
_CONDITIONS = ("browser", "import", "module", "default")
_IMPORT = re.compile(
    r"""(?m)(?:^|;)\s*(?:import\s*(?:[\w$*{}\s,]+?\bfrom\s*)?|export\s*(?:\*[\w\s$]*|\{[^}]*\})\s*from\s*)"""
    r"""["']([^"'\s]+)["']"""
)


def published_modules(name: str) -> tuple[dict[str, bytes], str]:
    """Return every file that a package comes to, by its path, and the import map that finds them.

    Spec: WHATWG HTML §8.1.5.2 (import maps); Node.js "Packages" (`exports`).
    """
    named: dict[str, str] = {}
    files: dict[str, bytes] = {}
    waiting = [_find(name)]
    named[name] = _path(waiting[0])
    while waiting:
        file = waiting.pop()
        if _path(file) in files:
            continue
        source = file.read_text()
        files[_path(file)] = source.encode()
        for wanted in _imports(source):
            found = (file.parent / wanted).resolve() if wanted[0] == "." else _find(wanted)
            if wanted[0] != ".":
                named[wanted] = _path(found)
            waiting.append(found)
    return files, json.dumps({"imports": named})


def _imports(source: str) -> Iterator[str]:
    yield from _IMPORT.findall(source)


def _path(file: Path) -> str:
    return f"/node_modules/{file.relative_to(PACKAGES)}"


def _find(wanted: str) -> Path:
    """Return the file that a bare name means."""
    parts = wanted.split("/")
    count = 2 if wanted.startswith("@") else 1
    package, rest = "/".join(parts[:count]), "/".join(parts[count:])
    described = json.loads((PACKAGES / package / "package.json").read_text())
    exports = described.get("exports") or described.get("module") or described["main"]
    if isinstance(exports, Mapping) and any(key.startswith(".") for key in exports):
        exports = exports[f"./{rest}" if rest else "."]
    return (PACKAGES / package / _choose(exports)).resolve()


def _choose(exports: Any) -> str:
    """Return the file for a browser among those for each condition."""
    while not isinstance(exports, str):
        exports = next(exports[name] for name in _CONDITIONS if name in exports)
    return exports

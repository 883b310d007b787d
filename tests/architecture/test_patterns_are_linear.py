"""No regular expression of the server takes long over hostile text, whatever that text is."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ostiary

SOURCE = Path(ostiary.__file__).parent
ROOMS = ("core", "dialects", "http", "web")
SIZE = 64 * 1024
HOSTILE = (
    "a", "A", "0", " ", "\t", "%", "%2", "%2e", "/", "//", ".", "..", "-", "_", ":", "[", "]", "{",
    "\\", '"', "'", "=", "&", "a.", "a/", "a-", "aA", "0.", "\0", "é", "\x7f",
)  # fmt: skip
LIMIT_SECONDS = 0.05
"""The longest that one pattern may take over 64 KiB. A linear one takes a millisecond or two; one
that tries again from every place takes seconds."""


def _uses() -> Iterator[object]:
    """Yield every pattern with the methods by which the source uses it."""
    sources = [path.read_text() for room in ROOMS for path in (SOURCE / room).rglob("*.py")]
    text, seen = "\n".join(sources), set()
    for module in pkgutil.walk_packages(ostiary.__path__, "ostiary."):
        if module.name.split(".")[1] not in ROOMS:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern) and value not in seen:
                seen.add(value)
                methods = sorted(
                    set(re.findall(rf"\b{name}\.(search|match|fullmatch|findall|sub)\(", text))
                )
                yield pytest.param(value, methods, id=f"{module.name}.{name}")


@pytest.mark.parametrize(("pattern", "methods"), list(_uses()))
def test_SEC_255_a_pattern_is_done_with_64_KiB_at_once(
    pattern: re.Pattern[Any], methods: list[str]
) -> None:
    assert methods, "nobody uses it"
    for piece in HOSTILE:
        text = piece * (SIZE // len(piece))
        for ending in ("", "!", "\n"):
            for method in methods:
                assert _seconds(pattern, method, text + ending) < LIMIT_SECONDS, (piece, ending)


def _seconds(pattern: re.Pattern[Any], method: str, text: str) -> float:
    """Return the time of the quickest of three runs: a busy machine makes none quicker."""
    subject = text.encode() if isinstance(pattern.pattern, bytes) else text
    arguments = ("", subject) if method == "sub" else (subject,)
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        getattr(pattern, method)(*_fitting(arguments, pattern))
        best = min(best, time.perf_counter() - started)
        if best < LIMIT_SECONDS:
            break
    return best


def _fitting(arguments: tuple[Any, ...], pattern: re.Pattern[Any]) -> tuple[Any, ...]:
    if isinstance(pattern.pattern, bytes):
        return tuple(text.encode() if isinstance(text, str) else text for text in arguments)
    return arguments

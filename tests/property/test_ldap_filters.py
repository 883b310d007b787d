"""LDAP filters and controls: whatever is typed or answered means nothing else."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.adapters.directories.ldap import filters
from ostiary.adapters.directories.ldap.bind_answers import read_policy
from ostiary.adapters.directories.ldap.directory import RemoteDirectory
from ostiary.core.base.ids import EnvironmentId
from tests.support.app import RecordedEvents
from tests.support.slapd import Slapd, person

NAMES = [f"person.{number}" for number in range(20)]
TYPED = st.text(alphabet=st.sampled_from("*()\\&|!=<>~:, person.019\x01é\u2028"), max_size=24)


@given(st.binary(max_size=64))
def test_SEC_156_an_escaped_value_reads_back_and_has_no_grammar(value: bytes) -> None:
    escaped = filters.escape(value)

    assert not set(escaped) & set("*()\0")
    parts = re.findall(r"\\([0-9a-f]{2})|(.)", escaped, re.DOTALL)
    assert bytes(int(number, 16) if number else ord(plain) for number, plain in parts) == value


@given(st.binary(max_size=48))
def test_no_answer_makes_the_reader_of_controls_fail(encoded: bytes) -> None:
    answer = read_policy(encoded)

    assert answer.error is None or answer.error >= 0


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    running = Slapd(person(name) for name in NAMES)
    yield running
    running.close()


@pytest.fixture(scope="module")
def find(slapd: Slapd) -> Iterator["Finder"]:
    with asyncio.Runner() as runner:
        directory = RemoteDirectory(
            EnvironmentId("e"), slapd.configured(timeout_seconds=30.0), RecordedEvents()
        )
        yield Finder(runner, directory)
        directory.retire()


class Finder:
    """Asks a real directory, one question after the other."""

    def __init__(self, runner: asyncio.Runner, directory: RemoteDirectory) -> None:
        self._runner, self._directory = runner, directory

    def name_of(self, typed: str) -> str | None:
        """Return whom the directory takes a name for."""
        found = self._runner.run(self._directory.find_by_username(typed))
        return None if found is None else found.username


@given(typed=TYPED)
def test_SEC_156_a_real_directory_finds_whom_was_meant_or_nobody(find: Finder, typed: str) -> None:
    found = find.name_of(typed)

    # Directories fold spaces, and so do names: nothing else stands for anything.
    meant = " ".join(typed.split()).lower()
    assert found is None or meant in (found, f"{found}@example.com")


@pytest.mark.parametrize("name", NAMES[:3])
def test_who_is_meant_is_found(find: Finder, name: str) -> None:
    assert find.name_of(name) == name

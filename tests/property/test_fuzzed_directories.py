"""Names of directories, of entries in them and in certificates: read, or refused in one way."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from ostiary.adapters.directories.ldap import filters
from ostiary.adapters.directories.ldap.directory import RemoteDirectory
from ostiary.core.base.ids import EnvironmentId
from ostiary.core.configuration.schema_directories import (
    DirectoryName,
    DirectorySettings,
    GroupSearchSettings,
    ServerName,
    split_server,
)
from ostiary.core.crypto.distinguished_names import NamePattern, parse_name
from tests.support.app import RecordedEvents
from tests.support.fuzzing import TEXT, edited, fuzzed, search
from tests.support.slapd import Slapd, person

PIECES = st.lists(
    st.sampled_from(["(", ")", "&", "|", "!", "=", "*", "\\", "\\2a", "{username}", "{dn}", "cn"])
    | TEXT,
    max_size=12,
).map("".join)


class Written(BaseModel):
    """What a configuration says of a directory, as far as it is text with a grammar."""

    server: ServerName = "ldap.example.com"
    base_dn: DirectoryName = "dc=example,dc=com"


def is_refused_only(read: Callable[[str], object], text: str) -> None:
    """Claim that a text is taken, or refused by a `ValueError`, which is what Pydantic raises."""
    try:
        read(text)
    except ValueError:
        return


@fuzzed
def test_no_server_name_is_a_failure(examples: int) -> None:
    def check(text: str) -> None:
        try:
            server = Written(server=text).server
        except ValidationError:
            return
        host, port = split_server(server)
        assert host
        assert port is None or 0 < port < 65536
        # It becomes a part of a URL: nothing in it may mean anything else there.
        assert not set(server) & set("/?#@% \\")
        assert server.isascii()

    names = edited("ldap.example.com:636") | edited("[2001:db8::1]:636") | edited("10.0.0.1")
    search(examples, TEXT | names, check)


@fuzzed
def test_no_name_of_an_entry_is_a_failure(examples: int) -> None:
    name = "uid=joe+cn=a\\,b,ou=people,dc=example,dc=com"
    search(
        examples,
        TEXT | edited(name),
        lambda text: is_refused_only(lambda each: Written(base_dn=each), text),
    )


@fuzzed
def test_no_filter_is_a_failure(examples: int) -> None:
    def check(text: str) -> None:
        is_refused_only(
            lambda each: DirectorySettings.model_validate(
                {"servers": ["localhost"], "base_dn": "dc=x", "username_filter": each}
            ),
            text,
        )
        is_refused_only(
            lambda each: GroupSearchSettings.model_validate({"base_dn": "dc=x", "filter": each}),
            text,
        )

    search(examples, PIECES | edited("(&(objectClass=person)(uid={username}))"), check)


@fuzzed
def test_no_pattern_of_names_in_certificates_is_a_failure(examples: int) -> None:
    pieces = st.sampled_from(
        ["*", "CN=", "O=", ",", "+", "\\", "\\2C", "#0403", '"', "=", " ", "é"]
    )
    texts = st.lists(pieces | TEXT, max_size=12).map("".join)
    name = parse_name("CN=a.b, O=Example+OU=*, C=DE")

    def check(text: str) -> None:
        is_refused_only(lambda each: NamePattern.parse(each).fits(name), text)

    search(examples, texts | edited("CN=*.example.com, O=Exa*ple, C=DE"), check)


@fuzzed
def test_stars_cost_no_more_than_their_number(examples: int) -> None:
    def check(drawn: tuple[int, int, str]) -> None:
        stars, letters, end = drawn
        pattern = NamePattern.parse(f"STREET={'*a' * stars}{end}")
        assert pattern.fits(parse_name(f"STREET={'a' * letters}")) is (letters >= stars and not end)

    search(
        examples,
        st.tuples(st.integers(1, 2000), st.integers(1, 5000), st.sampled_from(["", "b"])),
        check,
    )


@pytest.fixture(scope="module")
def directory() -> Iterator[tuple[asyncio.Runner, RemoteDirectory]]:
    slapd = Slapd(person(name) for name in ("joe", "ann"))
    with asyncio.Runner() as runner:
        made = RemoteDirectory(
            EnvironmentId("e"), slapd.configured(timeout_seconds=30.0), RecordedEvents()
        )
        yield runner, made
        made.retire()
    slapd.close()


@fuzzed
def test_a_real_directory_understands_every_filter_that_is_made_of_a_name(
    directory: tuple[asyncio.Runner, RemoteDirectory], examples: int
) -> None:
    runner, asked = directory

    def check(typed: str) -> None:
        found = runner.run(asked.find_by_username(typed))
        assert found is None or found.username in {"joe", "ann"}

    search(examples, TEXT | edited("joe") | st.binary(max_size=20).map(filters.escape), check)

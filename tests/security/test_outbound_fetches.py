"""What the server itself fetches: nowhere but where it may, and never more than it can bear.

Traps are real listeners on loopback: what connects to one is counted.
"""

import asyncio
import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ostiary.adapters.outbound import exchanging, https
from ostiary.core.base.ids import EnvironmentId
from ostiary.core.model.audit.outbound import FetchFailed
from ostiary.core.ports.fetcher import FetchFailedError, FetchFailure, FetchRequest
from tests.support.certificates import Authority, make_authority
from tests.support.odd_server import OddServer, is_silent, never_ends, odd_server, plays_bytes, says
from tests.support.outbound import ENV, Fetching, PlayedResolver, make_fetching
from tests.support.server import free_port

LOOPBACK = ("127.0.0.1",)
NAME = "rp.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority") / "ca.pem")


@pytest.fixture
def trap() -> Iterator[OddServer]:
    """A listener that nothing may reach."""
    with odd_server() as server:
        server.on("/", says({"internal": "secret"}))
        yield server


@pytest.fixture
def rp(authority: Authority, tmp_path: Path) -> Iterator[OddServer]:
    """A listener with a certificate for `rp.example`."""
    with odd_server(authority.issue(tmp_path / "rp.pem", NAME)) as server:
        server.on("/", says({"hello": 1}))
        yield server


def port_of(server: OddServer) -> int:
    return int(server.url.rpartition(":")[2])


def url_of(server: OddServer, host: str = NAME, path: str = "/") -> str:
    scheme = server.url.partition(":")[0]
    return f"{scheme}://{host}:{port_of(server)}{path}"


def fetching_from(server: OddServer, authority: Authority | None = None) -> Fetching:
    """Make a fetcher that is allowed to reach a listener by the name `rp.example`."""
    return make_fetching(
        resolver=PlayedResolver({NAME: [LOOPBACK]}),
        allow=[NAME],
        ports=[port_of(server)],
        ca_file=None if authority is None else authority.path,
    )


HOSTS = (
    *("127.0.0.1", "127.1.2.3", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"),
    *("0.0.0.0", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "[::]", "localhost"),  # noqa: S104
)


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", HOSTS)
async def test_SEC_212_no_spelling_of_this_machine_reaches_its_listener(
    trap: OddServer, host: str, scheme: str
) -> None:
    resolver = PlayedResolver({"localhost": [("::1", "127.0.0.1")]})
    fetching = make_fetching(resolver=resolver, ports=[port_of(trap)])

    await fetching.refusal(f"{scheme}://{host}:{port_of(trap)}/")

    assert trap.connections == 0


@pytest.mark.parametrize(
    "addresses",
    [
        ("10.1.2.3",),
        ("169.254.169.254",),
        ("8.8.8.8", "127.0.0.1"),
        ("2606:4700::1111", "::ffff:192.168.0.1"),
        ("::ffff:127.0.0.1",),
        ("fe80::1",),
    ],
    ids=", ".join,
)
async def test_SEC_213_a_name_is_refused_for_any_one_of_its_addresses(
    trap: OddServer, addresses: tuple[str, ...]
) -> None:
    resolver = PlayedResolver({NAME: [addresses]})
    fetching = make_fetching(resolver=resolver, ports=[port_of(trap)])

    assert await fetching.refusal(f"https://{NAME}:{port_of(trap)}/") is FetchFailure.ADDRESS
    assert trap.connections == 0


async def test_SEC_213_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(
    rp: OddServer, authority: Authority
) -> None:
    with odd_server() as trap:
        # The second answer would be checked by nobody.
        resolver = PlayedResolver({NAME: [("127.0.0.1",), ("127.0.0.2",)]})
        fetching = make_fetching(
            resolver=resolver,
            allow=["127.0.0.1"],
            ports=[port_of(rp)],
            ca_file=authority.path,
        )

        assert await fetching.get(url_of(rp)) == (200, b'{"hello": 1}')

        assert resolver.asked == [NAME]
        assert trap.connections == 0


async def test_SEC_213_the_next_look_up_is_checked_anew(
    rp: OddServer, authority: Authority
) -> None:
    resolver = PlayedResolver({NAME: [("127.0.0.1",), ("127.0.0.2",)]})
    fetching = make_fetching(
        resolver=resolver, allow=["127.0.0.1"], ports=[port_of(rp)], ca_file=authority.path
    )
    await fetching.get(url_of(rp))

    assert await fetching.refusal(url_of(rp)) is FetchFailure.ADDRESS
    assert rp.connections == 1


async def test_SEC_213_name_and_host_stay_those_of_the_url(
    rp: OddServer, authority: Authority
) -> None:
    # The certificate is for the name, so the handshake shows which one was asked for.
    await fetching_from(rp, authority).get(url_of(rp))

    assert rp.requests[0].headers["host"] == f"{NAME}:{port_of(rp)}"


async def test_an_address_that_does_not_answer_gives_way_to_the_next(
    rp: OddServer, authority: Authority
) -> None:
    fetching = make_fetching(
        resolver=PlayedResolver({NAME: [("127.0.0.9", "127.0.0.1")]}),
        allow=[NAME],
        ports=[port_of(rp)],
        ca_file=authority.path,
    )
    assert (await fetching.get(url_of(rp)))[0] == 200


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
async def test_SEC_214_a_redirect_is_not_followed(
    rp: OddServer, authority: Authority, trap: OddServer, status: int
) -> None:
    rp.on("/", says(b"", status, {"location": url_of(trap, "127.0.0.1")}))

    assert await fetching_from(rp, authority).refusal(url_of(rp)) is FetchFailure.REDIRECT
    assert trap.connections == 0


HEAD = b"HTTP/1.1 200 OK\r\n"
ENDLESS = {
    "a long body": (says(b"x" * 1025), FetchFailure.SIZE),
    "a body without a length": (
        never_ends(HEAD + b"connection: close\r\n\r\n", b"x" * 512),
        FetchFailure.SIZE,
    ),
    "a body in pieces": (
        never_ends(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        FetchFailure.SIZE,
    ),
    "a bomb": (
        says(gzip.compress(b"x" * 100_000), 200, {"content-encoding": "gzip"}),
        FetchFailure.ENCODING,
    ),
    "ten thousand headers": (
        plays_bytes(HEAD + b"".join(b"h%d: x\r\n" % n for n in range(10_000)) + b"\r\n"),
        FetchFailure.HEADERS,
    ),
    "a long header": (
        plays_bytes(HEAD + b"h: " + b"x" * 20_000 + b"\r\ncontent-length: 0\r\n\r\n"),
        FetchFailure.HEADERS,
    ),
    "headers without an end": (never_ends(HEAD, b"h: x\r\n"), FetchFailure.PROTOCOL),
    "no HTTP": (plays_bytes(b"220 smtp.example ESMTP\r\n"), FetchFailure.PROTOCOL),
    "half an answer": (
        plays_bytes(HEAD + b"content-length: 10\r\n\r\nhalf"),
        FetchFailure.PROTOCOL,
    ),
    "nothing": (plays_bytes(b""), FetchFailure.PROTOCOL),
}


@pytest.mark.parametrize("trouble", ENDLESS)
async def test_SEC_216_what_is_too_much_or_broken_is_no_answer(
    rp: OddServer, authority: Authority, trouble: str
) -> None:
    play, reason = ENDLESS[trouble]
    rp.on("/", play)

    assert await fetching_from(rp, authority).refusal(url_of(rp), max_bytes=1024) is reason


async def test_SEC_216_a_body_of_just_the_most_is_an_answer(
    rp: OddServer, authority: Authority
) -> None:
    rp.on("/", says(b"x" * 1024))

    body = (await fetching_from(rp, authority).get(url_of(rp), max_bytes=1024))[1]
    assert body == b"x" * 1024


async def test_SEC_216_nothing_is_asked_for_packed(rp: OddServer, authority: Authority) -> None:
    await fetching_from(rp, authority).get(url_of(rp))
    assert rp.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("play", ["silence", "drops"])
async def test_SEC_216_a_slow_answer_is_given_up_in_time(
    rp: OddServer, authority: Authority, monkeypatch: pytest.MonkeyPatch, play: str
) -> None:
    monkeypatch.setattr(https, "TOTAL_SECONDS", 0.3)
    drops = never_ends(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.02)
    rp.on("/", is_silent if play == "silence" else drops)

    assert await fetching_from(rp, authority).refusal(url_of(rp)) is FetchFailure.TIME


async def test_SEC_216_a_handshake_that_never_ends_is_given_up_and_hung_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(https, "TOTAL_SECONDS", 0.3)
    hung_up = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass  # a client hello, and no answer to it
        hung_up.set()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        fetching = make_fetching(
            resolver=PlayedResolver({NAME: [LOOPBACK]}), allow=[NAME], ports=[port]
        )
        assert await fetching.refusal(f"https://{NAME}:{port}/") is FetchFailure.TIME
        await asyncio.wait_for(hung_up.wait(), 5)


def test_SEC_216_the_times_and_sizes_are_those_that_are_promised() -> None:
    assert (exchanging.CONNECT_SECONDS, https.TOTAL_SECONDS) == (2.0, 5.0)
    assert FetchRequest("test", "").max_bytes == 256 * 1024


INTERNAL_ANSWER = "root:x:0:0:an-internal-secret"


@pytest.mark.parametrize("status", [200, 302, 500])
async def test_SEC_218_nothing_of_an_answer_is_in_an_error_or_an_event(
    rp: OddServer, authority: Authority, status: int
) -> None:
    headers = {"location": f"https://{INTERNAL_ANSWER}/", "content-encoding": INTERNAL_ANSWER}
    path = "/?code=of-the-caller"
    rp.on(path, says(INTERNAL_ANSWER.encode(), status, headers))
    fetching = fetching_from(rp, authority)

    with pytest.raises(FetchFailedError) as failed:
        await fetching.get(url_of(rp, path=path))

    told = "".join(map(repr, (failed.value, failed.value.args, *fetching.events.log)))
    assert "internal" not in told
    assert "of-the-caller" not in told
    assert failed.value.__cause__ is None


async def test_SEC_218_an_answer_does_not_show_itself(rp: OddServer, authority: Authority) -> None:
    rp.on("/", says(INTERNAL_ANSWER.encode(), 500))
    request = FetchRequest("test", url_of(rp), "POST", body=b"logout_token=secret")

    answer = await fetching_from(rp, authority).fetcher.fetch(ENV, request)

    assert answer.status == 500
    assert INTERNAL_ANSWER not in repr(answer)
    assert "secret" not in repr(request)


async def test_every_failure_is_an_event_and_an_answer_is_none(
    rp: OddServer, authority: Authority
) -> None:
    fetching = fetching_from(rp, authority)
    await fetching.get(url_of(rp))
    assert fetching.events.events == []

    await fetching.refusal(url_of(rp, "other.example"))

    env_id = EnvironmentId(ENV.id)
    assert fetching.events.events == [FetchFailed(env_id, "test", "other.example", "resolve")]


TROUBLES = {"is over": (NAME, -3), "has not begun": (NAME, 1), "is another's": ("x.example", -1)}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_SEC_219_a_certificate_that_is_not_the_hosts_now_gets_no_request(
    authority: Authority, tmp_path: Path, trouble: str
) -> None:
    host, from_day = TROUBLES[trouble]
    with odd_server(authority.issue(tmp_path / "rp.pem", host, from_day=from_day)) as server:
        assert await fetching_from(server, authority).refusal(url_of(server)) is FetchFailure.TLS
        assert server.requests == []


async def test_SEC_219_another_hosts_certificate_will_do_where_a_request_says_so_and_no_further(
    authority: Authority, tmp_path: Path
) -> None:
    with odd_server(authority.issue(tmp_path / "rp.pem", "x.example")) as server:
        server.on("/", says({}))
        fetching = fetching_from(server, authority)
        assert (await fetching.get(url_of(server), skips_host_name_check=True))[0] == 200
        assert await fetching.refusal(url_of(server)) is FetchFailure.TLS
        with pytest.raises(FetchFailedError, match=FetchFailure.TLS):
            await fetching_from(server).get(url_of(server), skips_host_name_check=True)


async def test_SEC_219_an_authority_is_believed_only_where_it_is_configured(rp: OddServer) -> None:
    assert await fetching_from(rp).refusal(url_of(rp)) is FetchFailure.TLS
    assert rp.requests == []


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_SEC_219_nothing_is_fetched_while_the_authorities_cannot_be_read(
    rp: OddServer, authority: Authority, tmp_path: Path, content: str | None
) -> None:
    ca_file = tmp_path / "lost.pem"
    if content is not None:
        ca_file.write_text(content)
    resolver = PlayedResolver({NAME: [LOOPBACK]})
    fetching = make_fetching(resolver=resolver, allow=[NAME], ports=[port_of(rp)], ca_file=ca_file)
    assert await fetching.refusal(url_of(rp)) is FetchFailure.TLS
    assert rp.connections == 0

    ca_file.write_bytes(authority.path.read_bytes())
    assert (await fetching.get(url_of(rp)))[0] == 200


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a password for the host where clients look for one."""
    path = tmp_path / "netrc"
    path.write_text(f"machine {NAME} login joe password secret\n")
    monkeypatch.setitem(os.environ, "NETRC", str(path))


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"])
async def test_SEC_220_a_proxy_of_the_surroundings_is_not_used(
    rp: OddServer,
    trap: OddServer,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setitem(os.environ, name, trap.url)

    await fetching_from(rp, authority).get(url_of(rp))

    assert trap.connections == 0
    assert "authorization" not in rp.requests[0].headers


async def test_a_host_that_refuses_the_connection_is_told_from_one_that_is_not_there(
    rp: OddServer,
) -> None:
    port = free_port()
    resolver = PlayedResolver({NAME: [LOOPBACK], "gone.example": [()]})
    fetching = make_fetching(resolver=resolver, allow=[NAME], ports=[port])

    assert await fetching.refusal(f"https://{NAME}:{port}/") is FetchFailure.CONNECT
    assert await fetching.refusal(f"https://gone.example:{port}/") is FetchFailure.RESOLVE


async def test_the_systems_resolver_is_asked_where_no_other_is_given(trap: OddServer) -> None:
    fetching = make_fetching(is_dev=True)

    assert (await fetching.get(trap.url))[0] == 200
    assert trap.requests[0].path == "/"

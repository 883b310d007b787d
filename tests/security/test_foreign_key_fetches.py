"""Where a trusted issuer's keys are read: what its host, its DNS and its callers can bring about.

The whole way is real, from the token endpoint to sockets; traps are listeners that count.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ostiary.adapters.outbound import https
from ostiary.adapters.outbound.foreign_keys import FRESH_SECONDS, MAX_BYTES, PAUSE_SECONDS
from ostiary.core.model.audit.outbound import FetchFailed
from tests.support.asgi import Answer
from tests.support.certificates import Authority, make_authority
from tests.support.odd_server import OddServer, is_silent, never_ends, odd_server, plays_bytes, says
from tests.support.outbound import Fetching, PlayedResolver, make_fetching
from tests.support.partners import Partnership, make_issuer, make_partnership
from tests.support.played_issuer import jwk_of
from tests.support.server import wait_for
from tests.support.tenants import private_key

HOST = "keys.partner.example"
PATH = "/keys"
KEY_SET = {"keys": [jwk_of(private_key("partner", "ES256"), "partner", alg="ES256")]}
UNAVAILABLE = (503, "temporarily_unavailable")
REFUSED = (400, "invalid_grant")
STORM = 50


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority") / "ca.pem")


@pytest.fixture
def host(authority: Authority, tmp_path: Path) -> Iterator[OddServer]:
    """The host of the issuer's keys."""
    with odd_server(authority.issue(tmp_path / "host.pem", HOST)) as server:
        server.on(PATH, says(KEY_SET))
        yield server


@pytest.fixture
def trap(authority: Authority, tmp_path: Path) -> Iterator[OddServer]:
    """A host inside, which would hand out the same keys, if it were asked."""
    with odd_server(authority.issue(tmp_path / "trap.pem", HOST)) as server:
        server.on(PATH, says(KEY_SET))
        yield server


def port_of(server: OddServer) -> int:
    return int(server.url.rpartition(":")[2])


def fetching_from(
    server: OddServer,
    authority: Authority,
    *,
    turns: Sequence[Sequence[str]] = (("127.0.0.1",),),
    allow: Sequence[str] = (HOST,),
) -> Fetching:
    resolver = PlayedResolver({HOST: turns})
    return make_fetching(
        resolver=resolver, allow=allow, ports=[port_of(server)], ca_file=authority.path
    )


async def partnership_at(url: str, fetching: Fetching) -> Partnership:
    issuer = make_issuer(keys=(), jwks_url=url)
    return await make_partnership(issuer, fetcher=fetching.fetcher)


async def partnership_with(
    server: OddServer, authority: Authority, **how: Any
) -> tuple[Partnership, Fetching]:
    fetching = fetching_from(server, authority, **how)
    url = f"https://{HOST}:{port_of(server)}{PATH}"
    return await partnership_at(url, fetching), fetching


def reasons(fetching: Fetching) -> list[str]:
    """Return what became of what was tried to be fetched."""
    return [event.reason for event in fetching.events.events if isinstance(event, FetchFailed)]


def asked(server: OddServer) -> int:
    return len(server.asked(PATH))


def check_says_nothing(answer: Answer) -> None:
    """See that the caller learns neither where keys are read nor what was found there."""
    told = json.dumps([answer.body.decode(), sorted(dict(answer.headers).items())])
    assert HOST not in told
    assert "127.0.0" not in told
    assert "internal" not in told


async def test_S0_5_keys_are_read_over_tls_and_kept(host: OddServer, authority: Authority) -> None:
    partnership, _ = await partnership_with(host, authority)
    for number in range(3):
        assert (await partnership.bring(partnership.assertion(jti=str(number)))).status == 200
    assert asked(host) == 1


INSIDE = (
    *("127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "0.0.0.0"),  # noqa: S104
    *("10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"),
    *("169.254.169.254", "169.254.170.2", "fe80::1", "fd00:ec2::254", "64:ff9b::a9fe:a9fe"),
)


@pytest.mark.parametrize("address", INSIDE)
async def test_SEC_212_keys_at_a_name_that_leads_inside_are_not_read(
    trap: OddServer, authority: Authority, address: str
) -> None:
    partnership, fetching = await partnership_with(trap, authority, turns=[[address]], allow=())

    answer = await partnership.bring(partnership.assertion())

    assert answer.error == UNAVAILABLE
    check_says_nothing(answer)
    assert reasons(fetching) == ["address"]
    assert trap.connections == 0


@pytest.mark.parametrize("address", INSIDE)
async def test_SEC_212_keys_at_an_address_inside_are_not_read(
    trap: OddServer, authority: Authority, address: str
) -> None:
    literal = f"[{address}]" if ":" in address else address
    fetching = fetching_from(trap, authority, allow=())
    partnership = await partnership_at(f"https://{literal}:{port_of(trap)}{PATH}", fetching)

    assert (await partnership.bring(partnership.assertion())).error == UNAVAILABLE
    assert trap.connections == 0


async def test_SEC_215_keys_without_tls_are_not_read(authority: Authority) -> None:
    with odd_server() as plain:
        plain.on(PATH, says(KEY_SET))
        fetching = fetching_from(plain, authority)
        partnership = await partnership_at(f"http://{HOST}:{port_of(plain)}{PATH}", fetching)

        assert (await partnership.bring(partnership.assertion())).error == UNAVAILABLE
        assert plain.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_SEC_214_a_redirect_to_keys_inside_is_not_followed(
    host: OddServer, trap: OddServer, authority: Authority, status: int
) -> None:
    inside = f"https://127.0.0.1:{port_of(trap)}{PATH}"
    host.on(PATH, says(KEY_SET, status, {"location": inside}))
    partnership, _ = await partnership_with(host, authority)

    answer = await partnership.bring(partnership.assertion())

    assert answer.error == UNAVAILABLE
    check_says_nothing(answer)
    assert trap.connections == 0


async def test_SEC_213_a_name_that_leads_inside_later_brings_no_keys_from_there(
    host: OddServer, authority: Authority
) -> None:
    # Both listen where the name leads in turn; the second place is not allowed.
    turns = [["127.0.0.1"], ["127.0.0.2"]]
    partnership, fetching = await partnership_with(
        host, authority, turns=turns, allow=["127.0.0.1"]
    )
    assert (await partnership.bring(partnership.assertion())).status == 200
    partnership.app.clock.advance(FRESH_SECONDS)

    again = await partnership.bring(partnership.assertion(jti="again"))

    assert again.status == 200  # by the keys that are known
    assert asked(host) == 1
    assert reasons(fetching) == ["address"]


async def test_SEC_213_one_address_inside_among_others_is_enough_to_refuse(
    trap: OddServer, authority: Authority
) -> None:
    turns = [["93.184.215.14", "127.0.0.1"]]
    partnership, _ = await partnership_with(trap, authority, turns=turns, allow=())
    assert (await partnership.bring(partnership.assertion())).error == UNAVAILABLE
    assert trap.connections == 0


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
PADDED = json.dumps({**KEY_SET, "padding": "x" * MAX_BYTES}).encode()
TROUBLES = {
    "a giant": says(PADDED),
    "a giant that does not say so": plays_bytes(HEAD + b"connection: close\r\n\r\n" + PADDED),
    "without an end": never_ends(HEAD + b"connection: close\r\n\r\n", b'{"keys":' * 512),
    "a page": says(b"<html>internal</html>", 200, {"content-type": "text/html"}),
    "nothing": says(b""),
    "no object": says([KEY_SET]),
    "no keys": says({"keys": {"internal": 1}}),
    "twice": says(b'{"keys":[],"keys":[]}'),
    "deep": says(b'{"keys":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "an error": says(KEY_SET, 500),
    "not there": says(KEY_SET, 404),
    "created": says(KEY_SET, 201),
    "packed": says(KEY_SET, 200, {"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_SEC_216_what_is_no_key_set_of_a_decent_size_is_none(
    host: OddServer, authority: Authority, trouble: str
) -> None:
    host.on(PATH, TROUBLES[trouble])
    partnership, _ = await partnership_with(host, authority)

    answer = await partnership.bring(partnership.assertion())

    assert answer.error == UNAVAILABLE
    assert answer.header("retry-after") == str(int(PAUSE_SECONDS))
    check_says_nothing(answer)


@pytest.mark.parametrize("play", ["silence", "drops"])
async def test_SEC_216_a_slow_host_is_given_up(
    host: OddServer, authority: Authority, monkeypatch: pytest.MonkeyPatch, play: str
) -> None:
    monkeypatch.setattr(https, "TOTAL_SECONDS", 0.3)
    drops = never_ends(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.02)
    host.on(PATH, is_silent if play == "silence" else drops)
    partnership, _ = await partnership_with(host, authority)

    assert (await partnership.bring(partnership.assertion())).error == UNAVAILABLE


def strangers(partnership: Partnership, begin: int = 0) -> list[str]:
    """Return assertions by keys that the issuer never had."""
    numbers = range(begin, begin + STORM)
    return [
        partnership.assertion(key="other", header={"kid": f"kid-{number}"}, jti=str(number))
        for number in numbers
    ]


async def test_SEC_217_many_unknown_keys_at_once_and_in_turn_are_one_fetch_a_minute(
    host: OddServer, authority: Authority
) -> None:
    partnership, _ = await partnership_with(host, authority)
    assert (await partnership.bring(partnership.assertion(jti="first"))).status == 200
    for minute in range(1, 4):
        partnership.app.clock.advance(PAUSE_SECONDS)
        answers = await asyncio.gather(*map(partnership.bring, strangers(partnership)))
        answers += [await partnership.bring(each) for each in strangers(partnership, STORM)]
        assert {answer.error for answer in answers} == {REFUSED}
        assert asked(host) == 1 + minute
        good = await partnership.bring(partnership.assertion(jti=f"good-{minute}"))
        assert good.status == 200


async def test_SEC_217_a_host_that_is_down_is_asked_once_a_minute_whatever_is_brought(
    host: OddServer, authority: Authority
) -> None:
    host.on(PATH, says({}, 500))
    partnership, _ = await partnership_with(host, authority)
    for minute in range(1, 4):
        answers = await asyncio.gather(*map(partnership.bring, strangers(partnership)))
        assert {answer.error for answer in answers} == {UNAVAILABLE}
        assert asked(host) == minute
        partnership.app.clock.advance(PAUSE_SECONDS)


async def test_SEC_217_a_storm_while_the_host_is_slow_holds_up_no_token_whose_key_is_known(
    host: OddServer, authority: Authority
) -> None:
    partnership, _ = await partnership_with(host, authority)
    assert (await partnership.bring(partnership.assertion(jti="first"))).status == 200
    partnership.app.clock.advance(PAUSE_SECONDS)
    host.on(PATH, is_silent)
    storm = [asyncio.ensure_future(partnership.bring(each)) for each in strangers(partnership)]
    await asyncio.to_thread(wait_for, lambda: asked(host) == 2)

    good = await partnership.bring(partnership.assertion(jti="meanwhile"))

    assert good.status == 200
    assert not any(each.done() for each in storm)
    host.over.set()
    assert {(await each).error for each in storm} == {REFUSED}
    assert asked(host) == 2

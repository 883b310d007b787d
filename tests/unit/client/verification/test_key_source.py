"""When an issuer's keys are fetched anew, and what holds while they cannot be."""

import json
from collections.abc import Iterator

import pytest

from ostiary_client.errors import KeysUnavailableError, ServerUnreachableError
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.verification.key_source import (
    MISS_SECONDS,
    PAUSE_SECONDS,
    STALE_PAUSE_SECONDS,
    STALE_SECONDS,
    KeySource,
)
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from tests.support.played_issuer import Clock, jwk_of, private_key

ISSUER = "https://issuer.example"
USUAL_SECONDS = 600


def key_set(*kids: str, **headers: str) -> Response:
    keys = [jwk_of(private_key(kid), kid) for kid in kids]
    shown = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(200, shown, json.dumps({"keys": keys}).encode())


class Drive:
    """Hands prepared answers to a key source; None is an issuer that cannot be reached."""

    def __init__(self, jwks_uri: str | tuple[str, ...] | None = f"{ISSUER}/keys") -> None:
        self.clock = Clock()
        issuer = TrustedIssuer(ISSUER, audience="me", jwks_uri=jwks_uri)
        self.source = KeySource(issuer, self.clock)
        self.urls: list[str] = []

    def refresh(self, *answers: Response | None) -> None:
        exchange, prepared = self.source.refresh(), iter(answers)
        with pytest.raises(StopIteration):
            self._hold(exchange, prepared)

    def _hold(self, exchange: Exchange[None], prepared: Iterator[Response | None]) -> None:
        request: Request = next(exchange)
        while True:
            self.urls.append(request.url)
            answer = next(prepared, None)
            if answer is None:
                request = exchange.throw(ServerUnreachableError("Nobody listens"))
            else:
                request = exchange.send(answer)

    def wants_refresh(self, kid: str = "k1") -> bool:
        return self.source.wants_refresh(kid, "ES256")

    def knows(self, kid: str = "k1") -> bool:
        return bool(self.source.keys_for(kid, "ES256"))


def test_keys_are_fetched_for_the_first_token() -> None:
    drive = Drive()
    assert drive.wants_refresh()
    drive.refresh(key_set("k1"))
    assert drive.knows()
    assert not drive.wants_refresh()


@pytest.mark.parametrize(
    ("headers", "fresh_seconds"),
    [
        ({}, 600),
        ({"cache_control": "public, max-age=300"}, 300),
        ({"cache_control": "MAX-AGE=300"}, 300),
        ({"cache_control": 'max-age="300"'}, 300),
        ({"cache_control": "max-age=1"}, 60),
        ({"cache_control": "max-age=999999"}, 86_400),
        ({"cache_control": "max-age=99999999999999999999"}, 600),
        ({"cache_control": "no-store, max-age=300"}, 60),
        ({"cache_control": "no-cache"}, 60),
        ({"cache_control": "max-age=-1"}, 600),
    ],
    ids=str,
)
def test_keys_are_as_fresh_as_the_answer_says_within_bounds(
    headers: dict[str, str], fresh_seconds: int
) -> None:
    drive = Drive()
    drive.refresh(key_set("k1", **headers))
    drive.clock.pass_by(fresh_seconds - 1)
    assert not drive.wants_refresh()
    drive.clock.pass_by(1)
    assert drive.wants_refresh()


def test_SEC_268_unknown_key_is_looked_for_once_a_minute() -> None:
    drive = Drive()
    drive.refresh(key_set("k1"))
    assert drive.wants_refresh("k2")
    drive.refresh(key_set("k1"))
    assert not drive.wants_refresh("k2")
    assert not drive.wants_refresh("k3")
    assert not drive.knows("k2")
    drive.clock.pass_by(MISS_SECONDS)
    assert drive.wants_refresh("k2")
    drive.refresh(key_set("k1", "k2"))
    assert drive.knows("k2")


def test_SEC_268_old_keys_do_for_an_hour_without_the_issuer() -> None:
    drive = Drive()
    drive.refresh(key_set("k1"))
    drive.clock.pass_by(USUAL_SECONDS)
    drive.refresh(None, None)
    assert drive.knows()
    drive.clock.pass_by(STALE_SECONDS - 1)
    assert drive.knows()
    drive.clock.pass_by(1)
    with pytest.raises(KeysUnavailableError, match="Nobody listens"):
        drive.knows()


def test_SEC_268_key_that_is_withdrawn_does_no_more() -> None:
    drive = Drive()
    drive.refresh(key_set("k1", "k2"))
    drive.clock.pass_by(USUAL_SECONDS)
    drive.refresh(key_set("k2"))
    assert not drive.knows("k1")


def test_failure_is_not_repeated_at_once() -> None:
    drive = Drive()
    drive.refresh(None, None)
    assert not drive.wants_refresh()
    with pytest.raises(KeysUnavailableError):
        drive.knows()
    drive.clock.pass_by(PAUSE_SECONDS)
    assert drive.wants_refresh()


def test_failure_is_repeated_less_often_while_old_keys_do() -> None:
    drive = Drive()
    drive.refresh(key_set("k1"))
    drive.clock.pass_by(USUAL_SECONDS)
    drive.refresh(None, None)
    drive.clock.pass_by(STALE_PAUSE_SECONDS - 1)
    assert not drive.wants_refresh()
    drive.clock.pass_by(1)
    assert drive.wants_refresh()


def test_token_of_an_unknown_key_cannot_be_judged_while_the_issuer_is_away() -> None:
    drive = Drive()
    drive.refresh(key_set("k1"))
    drive.refresh(None, None)
    with pytest.raises(KeysUnavailableError):
        drive.knows("k2")
    assert drive.knows("k1")


def test_others_go_on_with_old_keys_while_one_fetches_new_ones() -> None:
    drive = Drive()
    drive.refresh(key_set("k1"))
    drive.clock.pass_by(USUAL_SECONDS)
    exchange = drive.source.refresh()
    next(exchange)
    assert not drive.wants_refresh()
    assert drive.knows()
    exchange.close()


def test_token_of_an_unknown_key_waits_for_whoever_fetches_new_ones() -> None:
    drive = Drive()
    drive.refresh(key_set("k1"))
    exchange = drive.source.refresh()
    next(exchange)
    assert drive.wants_refresh("k2")
    exchange.close()
    assert not drive.wants_refresh("k2")


def test_fetch_that_is_broken_off_counts_as_a_failure() -> None:
    drive = Drive()
    exchange = drive.source.refresh()
    next(exchange)
    exchange.close()
    assert not drive.wants_refresh()
    with pytest.raises(KeysUnavailableError, match="broken off"):
        drive.knows()


def test_clock_that_is_set_back_does_not_keep_keys_alive() -> None:
    drive = Drive()
    drive.refresh(key_set("k1"))
    drive.clock.pass_by(-100_000)
    assert drive.wants_refresh()


def test_metadata_is_asked_once_and_again_after_a_failure() -> None:
    drive = Drive(jwks_uri=None)
    metadata = Response(
        200, {}, json.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/here"}).encode()
    )
    drive.refresh(metadata, key_set("k1"))
    drive.clock.pass_by(USUAL_SECONDS)
    drive.refresh(key_set("k1"))
    drive.clock.pass_by(USUAL_SECONDS)
    drive.refresh(Response(404))
    drive.clock.pass_by(STALE_PAUSE_SECONDS)
    drive.refresh(metadata, key_set("k1"))
    paths = [url.removeprefix(ISSUER) for url in drive.urls]
    discovered = ["/.well-known/openid-configuration", "/here"]
    assert paths == [*discovered, "/here", "/here", *discovered]


def test_SEC_264_metadata_of_another_issuer_gives_no_keys() -> None:
    drive = Drive(jwks_uri=None)
    document = {"issuer": "https://evil.example", "jwks_uri": f"{ISSUER}/here"}
    drive.refresh(Response(200, {}, json.dumps(document).encode()))
    with pytest.raises(KeysUnavailableError, match=r"evil\.example"):
        drive.knows()
    assert len(drive.urls) == 1


def test_keys_of_several_addresses_count_together_and_grow_old_with_the_first() -> None:
    drive = Drive(jwks_uri=(f"{ISSUER}/one", f"{ISSUER}/two"))
    drive.refresh(key_set("k1"), key_set("k2", cache_control="max-age=60"))
    assert drive.knows("k1")
    assert drive.knows("k2")
    drive.clock.pass_by(60)
    assert drive.wants_refresh()


def test_keys_of_one_address_do_not_do_without_the_others() -> None:
    drive = Drive(jwks_uri=(f"{ISSUER}/one", f"{ISSUER}/two"))
    drive.refresh(key_set("k1"), Response(404))
    with pytest.raises(KeysUnavailableError):
        drive.knows("k1")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Response(200, {}, b"<html>Sign on</html>"), id="HTML"),
        pytest.param(Response(302, {"location": "https://evil.example"}), id="a redirect"),
        pytest.param(Response(200, {}, b'{"keys":[' + b" " * 600_000 + b"]}"), id="600 KB"),
        pytest.param(Response(200, {}, b'{"keys":{}}'), id="no list of keys"),
        pytest.param(Response(200, {}, b'{"keys":[],"keys":[]}'), id="keys twice"),
        pytest.param(Response(200, {}, b"[" * 100_000), id="deep nesting"),
        pytest.param(Response(404, {}, b'{"keys":[]}'), id="not found"),
        pytest.param(Response(500, {}, b""), id="a failure"),
    ],
)
def test_SEC_268_bad_answer_leaves_the_old_keys(answer: Response) -> None:
    drive = Drive()
    drive.refresh(key_set("k1"))
    drive.clock.pass_by(USUAL_SECONDS)
    drive.refresh(answer)
    assert drive.knows()
    assert len(drive.urls) == 2

"""An issuer's keys over time, as an API that uses the SDK sees them over HTTP."""

import threading
from collections.abc import Iterator

import anyio
import pytest
from anyio.to_thread import run_sync

from ostiary_client.errors import (
    InvalidTokenError,
    KeysUnavailableError,
)
from ostiary_client.verification.async_verifier import AsyncTokenVerifier
from ostiary_client.verification.refusals import FORGED
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from tests.support.played_issuer import (
    AUDIENCE,
    KEYS,
    METADATA,
    NOW,
    Answer,
    Clock,
    PlayedIssuer,
    jwk_of,
    played_issuer,
    private_key,
)
from tests.support.sdk_verification import refused, verifier_of

both_loops = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])


@pytest.fixture
def issuer() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


@pytest.fixture
def other() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


def test_SEC_268_key_that_came_by_rotation_is_fetched(issuer: PlayedIssuer) -> None:
    verifier = verifier_of(issuer)
    verifier.verify(issuer.token())
    issuer.publish_key("k2")
    assert verifier.verify(issuer.token("k2")).subject == "joe"
    assert refused(verifier, issuer.token("k1")) == FORGED


def test_SEC_217_flood_of_unknown_keys_fetches_once_a_minute(issuer: PlayedIssuer) -> None:
    clock = Clock()
    verifier = verifier_of(issuer, now=clock)
    verifier.verify(issuer.token())
    for minute in range(1, 4):
        for number in range(50):
            refused(verifier, issuer.token(f"unknown {number % 3}"))
        assert issuer.asked_for_keys() == 1 + minute
        clock.pass_by(60)


def test_SEC_217_threads_that_come_together_fetch_once(issuer: PlayedIssuer) -> None:
    verifier, token, subjects = verifier_of(issuer), issuer.token(), []
    gate = threading.Barrier(8)

    def come() -> None:
        gate.wait()
        subjects.append(verifier.verify(token).subject)

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert subjects == ["joe"] * 8
    assert issuer.asked_for_keys() == 1


@both_loops
async def test_SEC_217_tasks_that_come_together_fetch_once(issuer: PlayedIssuer) -> None:
    verifier = AsyncTokenVerifier(TrustedIssuer(issuer.url, audience=AUDIENCE), now=Clock())
    token, subjects = issuer.token(), []

    async def come() -> None:
        subjects.append((await verifier.verify(token)).subject)

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(come)
    assert subjects == ["joe"] * 20
    assert issuer.asked_for_keys() == 1


@both_loops
async def test_SEC_217_one_who_hangs_up_does_not_undo_the_fetch(issuer: PlayedIssuer) -> None:
    verifier = AsyncTokenVerifier(TrustedIssuer(issuer.url, audience=AUDIENCE), now=Clock())
    token, asked, go_on = issuer.token(), threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        go_on.wait(10)

    issuer.before_answer = hold
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(verifier.verify, token)
        await run_sync(asked.wait, 10)
        tasks.cancel_scope.cancel()
        go_on.set()
    assert (await verifier.verify(token)).subject == "joe"
    assert issuer.asked_for_keys() == 1


def test_SEC_268_outage_is_bridged_for_an_hour(issuer: PlayedIssuer) -> None:
    clock = Clock()
    verifier = verifier_of(issuer, now=clock)
    token = issuer.token(exp=NOW + 100_000)
    verifier.verify(token)
    issuer.answers[KEYS] = Answer(500)
    clock.pass_by(600 + 3599)
    assert verifier.verify(token).subject == "joe"
    clock.pass_by(1)
    with pytest.raises(KeysUnavailableError, match=issuer.url):
        verifier.verify(token)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="hangs up"),
        pytest.param(Answer(200, b"<html>Sign on</html>"), id="HTML"),
        pytest.param(Answer(200, b'{"keys":' + b" " * 2_000_000 + b"[]}"), id="2 MB"),
        pytest.param(Answer(200, b'{"keys":[{}' + b",{}" * 10_000 + b"]}"), id="10001 keys"),
        pytest.param(Answer(200, b"[" * 100_000), id="deep nesting"),
        pytest.param(Answer(404), id="not found"),
        pytest.param(Answer(500), id="fails"),
    ],
)
def test_SEC_268_issuer_without_keys_accepts_and_refuses_nothing(
    issuer: PlayedIssuer, answer: Answer | None
) -> None:
    issuer.answers[KEYS] = answer
    with pytest.raises(KeysUnavailableError):
        verifier_of(issuer).verify(issuer.token())


def test_SEC_268_redirect_to_keys_is_not_followed(
    issuer: PlayedIssuer, other: PlayedIssuer
) -> None:
    issuer.answers[KEYS] = Answer(302, b"", {"location": other.url + KEYS})
    with pytest.raises(KeysUnavailableError, match="redirect"):
        verifier_of(issuer).verify(issuer.token())
    assert other.requests == []


def test_SEC_264_metadata_of_another_issuer_gives_no_keys(issuer: PlayedIssuer) -> None:
    issuer.serve(METADATA, {"issuer": "https://evil.example", "jwks_uri": issuer.url + KEYS})
    with pytest.raises(KeysUnavailableError, match=r"evil\.example"):
        verifier_of(issuer).verify(issuer.token())
    assert issuer.asked_for_keys() == 0


def test_SEC_264_keys_are_not_fetched_without_tls(issuer: PlayedIssuer) -> None:
    issuer.serve(METADATA, {"issuer": issuer.url, "jwks_uri": "http://keys.example/keys"})
    with pytest.raises(KeysUnavailableError, match="TLS"):
        verifier_of(issuer).verify(issuer.token())


def test_SEC_102_key_published_with_its_private_part_does_not_verify(issuer: PlayedIssuer) -> None:
    issuer.publish(jwk_of(private_key(f"{issuer.url} k1"), "k1", d="AAAA"))
    with pytest.raises(InvalidTokenError, match="private part"):
        verifier_of(issuer).verify(issuer.token())

"""The signer: quick algorithms at once, RSA beside the event loop, never without a limit."""

import asyncio
import threading
from typing import get_args

import pytest

from ostiary.adapters import signing
from ostiary.adapters.signing import PooledSigner
from ostiary.core.base.errors import UnavailableError
from ostiary.core.crypto import jws
from ostiary.core.crypto.keys import Algorithm, SigningKey
from tests.support.app import run_now
from tests.support.jose import encode, signing_input
from tests.support.tenants import signing_key


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
async def test_the_signature_holds(algorithm: Algorithm) -> None:
    key = signing_key("pool", algorithm)
    signed = signing_input({"alg": algorithm}, {})
    signature = await PooledSigner().sign(key, signed.encode())
    token = f"{signed}.{encode(signature)}"
    assert jws.verify(key.public_key, algorithm, jws.parse(token)) == b"{}"


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_quick_signature_does_not_leave_the_event_loop(algorithm: Algorithm) -> None:
    assert run_now(PooledSigner().sign(signing_key("pool", algorithm), b"x"))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
async def test_a_slow_signature_is_made_by_another_thread(
    algorithm: Algorithm, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers: list[str] = []

    def sign(key: SigningKey, data: bytes) -> bytes:
        makers.append(threading.current_thread().name)
        return jws.sign(key, data)

    monkeypatch.setattr(signing, "jws", type("Watched", (), {"sign": staticmethod(sign)}))
    await PooledSigner().sign(signing_key("pool", algorithm), b"x")
    assert len(makers) == 1
    assert makers[0].startswith("signing")


async def test_a_full_queue_is_a_reason_to_come_back_later(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def sign(key: SigningKey, data: bytes) -> bytes:
        gate.wait(10)
        return b"signature"

    monkeypatch.setattr(signing, "jws", type("Slow", (), {"sign": staticmethod(sign)}))
    signer, key = PooledSigner(threads=1), signing_key("pool", "RS256")
    waiting = [asyncio.create_task(signer.sign(key, b"x")) for _ in range(signing.MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError) as refused:
        await signer.sign(key, b"x")
    assert refused.value.retry_after_seconds == 1
    gate.set()
    assert set(await asyncio.gather(*waiting)) == {b"signature"}
    assert await signer.sign(key, b"x") == b"signature"

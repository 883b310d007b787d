"""Wrong guesses take the same time, measured: whether a client exists cannot be told by a clock."""

import time

import pytest

from ostiary.adapters.limiter import Allowance
from tests.support.app import TOKEN, make_app
from tests.support.tenants import digest_of, make_client
from tests.support.timing import LIMIT_T, compare, in_turn, quiet

pytestmark = pytest.mark.prove

SAMPLES = 20_000
ENDLESS = {"client": Allowance(10**9, 60), "address": Allowance(10**9, 60)}
GUESSED = {
    "a generated secret": "many",
    "two secrets": "two",
    "a disabled client": "disabled",
    "a client without a secret": "es256",
    "a public client": "public",
}


@pytest.mark.parametrize("guessed", GUESSED.values(), ids=GUESSED)
@pytest.mark.parametrize("method", ["basic", "post"])
async def test_SEC_54_a_guess_at_a_client_takes_as_long_as_one_at_nobody(
    guessed: str, method: str
) -> None:
    """Welch's t over 20 000 interleaved requests each, without a network; the slow tenth is noise.

    Names have one length, so that nothing but existence differs.
    """
    samples = await _measure(method, (guessed, "x" * len(guessed)))
    assert abs(compare(*samples.values()).t) < LIMIT_T


async def _measure(method: str, names: tuple[str, str]) -> dict[str, list[int]]:
    two = make_client("two", secrets=(digest_of("a"), digest_of("b")))
    app = make_app(clients=[two], allowances=ENDLESS)
    samples: dict[str, list[int]] = {name: [] for name in names}
    with quiet():
        for name in in_turn(names, SAMPLES):
            form, basic = {"grant_type": "client_credentials"}, (name, "wrong")
            if method == "post":
                form |= {"client_id": name, "client_secret": "wrong"}
            started = time.perf_counter_ns()
            answer = await app.pingfederate.post_form(
                TOKEN, form, basic=basic if method == "basic" else None
            )
            samples[name].append(time.perf_counter_ns() - started)
            assert answer.status == 401
            app.events.events.clear()
            app.events.log.clear()
    return samples

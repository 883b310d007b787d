"""Codes that an application computes from a shared key and the time."""

import pytest

from ostiary.core.crypto import otp

SEED = b"12345678901234567890"
NOW = 1_750_000_020.0
STEP = int(NOW) // otp.STEP_SECONDS


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(now: int, code: str) -> None:
    assert otp.code_at(SEED, now) == code
    assert otp.matched_step(SEED, code, now=now) == now // 30


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_SEC_162_a_code_of_one_step_before_or_after_is_taken(steps: int) -> None:
    code = otp.code_at(SEED, NOW + 30 * steps)

    assert otp.matched_step(SEED, code, now=NOW) == STEP + steps


@pytest.mark.parametrize("steps", [-20, -2, 2, 20])
def test_SEC_162_a_code_of_any_other_step_is_not(steps: int) -> None:
    assert otp.matched_step(SEED, otp.code_at(SEED, NOW + 30 * steps), now=NOW) is None


def test_SEC_162_neither_a_step_that_was_used_nor_one_before_is_taken_again() -> None:
    before, present, after = (otp.code_at(SEED, NOW + 30 * steps) for steps in (-1, 0, 1))

    assert otp.matched_step(SEED, present, now=NOW, used_step=STEP) is None
    assert otp.matched_step(SEED, before, now=NOW, used_step=STEP) is None
    assert otp.matched_step(SEED, after, now=NOW, used_step=STEP) == STEP + 1


@pytest.mark.parametrize(
    "presented",
    ["", "0", "00000", "0000000", "abcdef", "٠٥٠٤٧١", "\ud800", "-12345", "1e5", "\0" * 6],
)
def test_what_is_no_code_is_not_taken(presented: str) -> None:
    assert otp.matched_step(SEED, presented, now=NOW) is None


def test_people_may_write_a_code_in_groups() -> None:
    code = otp.code_at(SEED, NOW)

    assert otp.matched_step(SEED, f" {code[:3]} {code[3:]}\n", now=NOW) == STEP


def test_seeds_differ_and_are_as_long_as_a_digest() -> None:
    seeds = {otp.mint_seed() for _ in range(50)}

    assert len(seeds) == 50
    assert {len(seed) for seed in seeds} == {20}


def test_a_key_is_read_again_however_it_is_typed() -> None:
    text = otp.key_text(SEED)

    assert text == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert otp.seed_of(" ".join((text[:8], text[8:].lower()))) == SEED
    assert otp.seed_of(otp.key_text(b"12")) == b"12"


def test_a_key_uri_says_all_that_an_application_needs() -> None:
    uri = otp.key_uri(SEED, issuer="Acme: Home & Co", account="jörg@example.com")

    assert uri.startswith("otpauth://totp/Acme%20%20Home%20%26%20Co:j%C3%B6rg%40example.com?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in uri
    assert "issuer=Acme%20%20Home%20%26%20Co" in uri, "applications show a plus sign as it stands"
    for part in ("digits=6", "period=30", "algorithm=SHA1"):
        assert part in uri

"""Codes as they are minted, kept and spent."""

from collections import Counter

import pytest

from ostiary.core.base.ids import ALPHABET
from ostiary.core.model.user_grant import AuthorizationCode
from ostiary.core.tokens.codes import CHARACTERS, key_of_code, mint_code, redemption_of
from ostiary.core.tokens.granting import is_transient
from ostiary.core.tokens.occasion import Occasion
from tests.support.app import NOW
from tests.support.codes import REDIRECT_URI, signed_on


async def _mint(client: str = "web", *, now: float = NOW) -> tuple[str, AuthorizationCode]:
    codes = await signed_on()
    occasion, request = codes.occasion(client, now=now), codes.request(client)
    return mint_code(occasion, request)


async def test_a_code_is_kept_with_all_that_its_exchange_must_match() -> None:
    codes = await signed_on()
    code, kept = mint_code(codes.occasion("web"), codes.request("web"))
    assert kept.key == key_of_code(code)
    assert (kept.client_id, kept.redirect_uri) == ("web", REDIRECT_URI)
    assert kept.code_challenge_method == "S256"
    assert (kept.user_id, kept.session_id) == (codes.user.id, codes.session.id)
    assert kept.expires_at == NOW + codes.env.code_lifetime_seconds
    assert kept.nonce == "n-0S6_WzA2Mj"


async def test_SEC_29_a_code_stays_spent_for_as_long_as_it_is_known() -> None:
    _, kept = await _mint()
    spent = redemption_of(kept)
    assert spent.expires_at == kept.kept_until >= kept.expires_at + 50 * 60


async def test_the_grant_of_a_client_that_may_refresh_has_a_lasting_id() -> None:
    lasting, passing = (await _mint())[1].grant_id, (await _mint("transient"))[1].grant_id
    assert (len(lasting), is_transient(lasting)) == (32, False)
    assert is_transient(passing)
    assert len(passing) % 4 == 1  # no base64url text has such a length


async def test_SEC_47_codes_do_not_repeat_and_use_their_whole_alphabet() -> None:
    codes = await signed_on()
    occasion, request = codes.occasion("web"), codes.request("web")
    minted = [mint_code(occasion, request)[0] for _ in range(20_000)]
    assert len(set(minted)) == len(minted)
    counts = Counter("".join(code[6:] for code in minted))
    expected = 20_000 * (CHARACTERS - 6) / len(ALPHABET)
    assert set(counts) == set(ALPHABET)
    # Six times the standard deviation of a fair draw.
    assert all(abs(count - expected) < 6 * expected**0.5 for count in counts.values())


@pytest.mark.parametrize("presented", ["", "x", "0" * 48, "0" * 50, "0" * 48 + "-", "é" * 49])
def test_SEC_48_what_is_no_code_has_no_key(presented: str) -> None:
    assert key_of_code(presented) is None


async def test_a_clock_past_the_year_2106_mints_no_code() -> None:
    codes = await signed_on()
    occasion: Occasion = codes.occasion("web", now=2.0**32)
    with pytest.raises(ValueError, match="2106"):
        mint_code(occasion, codes.request("web"))

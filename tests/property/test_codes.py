"""Codes in the hands of strangers: nothing but the very request that belongs to one redeems it."""

from collections.abc import Callable

from hypothesis import assume, given
from hypothesis import strategies as st

from ostiary.core.base.errors import OAuthError
from ostiary.core.base.ids import ALPHABET, ClientId, GrantId, HandleKey, UserId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.grants.authorization_code import check_redirect_uri
from ostiary.core.grants.pkce import check_verifier
from ostiary.core.model.session import Authentication
from ostiary.core.model.user_grant import AuthorizationCode
from ostiary.core.tokens import refresh_tokens
from ostiary.core.tokens.codes import CHARACTERS, key_of_code
from tests.support.codes import REDIRECT_URI, challenge_of
from tests.support.environments import make_environment

UNRESERVED = ALPHABET + "-._~"
VERIFIERS = st.text(UNRESERVED, min_size=43, max_size=128)
ENV = make_environment()


def _code(**fields: str | None) -> AuthorizationCode:
    return AuthorizationCode(
        key=HandleKey(bytes(32)),
        grant_id=GrantId("g"),
        client_id=ClientId("c"),
        user_id=UserId("u"),
        subject="u",
        scopes=ScopeSet(),
        authentication=Authentication(UserId("u"), 0.0),
        expires_at=60.0,
        kept_until=3600.0,
        redirect_uri=fields.get("redirect_uri", REDIRECT_URI),
        code_challenge=fields.get("code_challenge"),
        code_challenge_method=fields.get("code_challenge_method", "S256"),
    )


def _is_redeemed(code: AuthorizationCode, verifier: str | None) -> bool:
    return not _is_refused(lambda: check_verifier(code, verifier))


def _is_refused(check: Callable[[], None]) -> bool:
    try:
        check()
    except OAuthError as refused:
        return refused.code == "invalid_grant"
    return False


@given(VERIFIERS, st.none() | st.text(max_size=140) | VERIFIERS)
def test_SEC_37_only_its_own_verifier_fits_a_challenge(right: str, tried: str | None) -> None:
    code = _code(code_challenge=challenge_of(right))
    assert _is_redeemed(code, right)
    assert _is_redeemed(code, tried) is (tried == right)


@given(VERIFIERS, st.data())
def test_SEC_37_a_verifier_with_one_character_changed_does_not_fit(
    right: str, draw: st.DataObject
) -> None:
    position = draw.draw(st.integers(0, len(right) - 1))
    character = draw.draw(st.characters())
    assume(character != right[position])
    code = _code(code_challenge=challenge_of(right))
    assert not _is_redeemed(code, right[:position] + character + right[position + 1 :])


@given(st.text(max_size=140))
def test_SEC_35_no_verifier_fits_where_no_challenge_was(tried: str) -> None:
    assert not _is_redeemed(_code(code_challenge=None), tried)
    assert _is_redeemed(_code(code_challenge=None), None)


@given(st.data())
def test_SEC_32_any_other_redirect_uri_is_refused(draw: st.DataObject) -> None:
    position = draw.draw(st.integers(0, len(REDIRECT_URI)))
    end = draw.draw(st.integers(position, len(REDIRECT_URI)))
    spoiled = REDIRECT_URI[:position] + draw.draw(st.text(max_size=5)) + REDIRECT_URI[end:]
    assume(spoiled != REDIRECT_URI)
    assert _is_refused(lambda: check_redirect_uri(_code(), spoiled))


@given(st.text(max_size=60) | st.text(ALPHABET, min_size=CHARACTERS, max_size=CHARACTERS))
def test_SEC_48_a_code_has_one_length_and_one_alphabet(presented: str) -> None:
    if key_of_code(presented) is not None:
        assert len(presented) == CHARACTERS
        assert set(presented) <= set(ALPHABET)


@given(st.text(max_size=50) | st.text(ALPHABET, min_size=42, max_size=42))
def test_SEC_48_a_refresh_token_has_one_length_and_one_alphabet(presented: str) -> None:
    is_one = len(presented) == 42 and set(presented) <= set(ALPHABET)
    assert refresh_tokens.is_well_formed(presented) is is_one


@given(st.text(ALPHABET, min_size=42, max_size=42))
def test_SEC_47_the_next_refresh_token_follows_from_the_one_before_and_the_key(token: str) -> None:
    following = refresh_tokens.next_of(ENV, token)
    assert refresh_tokens.is_well_formed(following)
    assert following[:18] == token[:18]
    assert following != token
    assert following == refresh_tokens.next_of(ENV, token)

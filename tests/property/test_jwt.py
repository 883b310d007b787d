"""Claims: whatever a token says, it holds now or is refused; and claims of ours read back."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.ids import ClientId, TokenId, TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.formats import jwt
from ostiary.core.formats.jwt import InvalidClaimsError
from ostiary.core.model.token import AccessToken
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat
from ostiary.core.tokens import claims
from tests.support.environments import make_environment
from tests.support.tenants import make_manager

NOW, SKEW, LONGEST = 1_750_000_000.4, 10.0, 3600.0
TIMES: st.SearchStrategy[Any] = (
    st.integers(int(NOW) - 4000, int(NOW) + 4000)
    | st.floats(NOW - 4000, NOW + 4000)
    | st.integers()
    | st.floats()
    | st.none()
    | st.booleans()
    | st.text(max_size=5)
    | st.lists(st.integers(), max_size=2)
)


@given(st.dictionaries(st.sampled_from(["exp", "nbf", "iat", "x"]), TIMES))
def test_SEC_57_SEC_93_times_hold_now_or_the_claims_are_refused(members: dict[str, Any]) -> None:
    try:
        expires_at = jwt.check_times(
            members, now=NOW, skew_seconds=SKEW, max_lifetime_seconds=LONGEST
        )
    except InvalidClaimsError:
        return
    assert NOW - SKEW < expires_at <= NOW + LONGEST + SKEW
    assert expires_at == members["exp"]
    for name in ("nbf", "iat"):
        moment = members.get(name)
        assert moment is None or moment <= NOW + SKEW
    assert members.get("iat") is None or members["iat"] >= NOW - LONGEST - SKEW


@given(st.binary(max_size=100) | st.text(alphabet='{}":,a1[]', max_size=30).map(str.encode))
def test_whatever_payload_comes_it_is_an_object_or_a_refusal(payload: bytes) -> None:
    with suppress(InvalidClaimsError):
        assert isinstance(jwt.read_claims(payload), dict)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10)
RESERVED = claims._STANDARD | {"client_id", "scope"}
TOKENS = st.builds(
    AccessToken,
    token_id=TEXT.map(TokenId),
    client_id=TEXT.map(ClientId),
    manager_id=st.just(TokenManagerId("m")),
    scopes=st.lists(st.sampled_from(["a", "b:c", "!"]), max_size=4).map(ScopeSet.of),
    expires_at=st.integers(1, 10**12).map(float),
    issued_at=st.integers(1, 10**12).map(float),
    subject=st.none() | TEXT,
    audiences=st.lists(TEXT, min_size=1, max_size=3).map(tuple),
    attributes=st.dictionaries(TEXT.filter(lambda name: name not in RESERVED), TEXT, max_size=3),
)


@given(TOKENS, st.sampled_from(ClaimStyle), st.sampled_from(ScopeFormat))
def test_claims_of_every_style_read_back(
    token: AccessToken, style: ClaimStyle, scope_format: ScopeFormat
) -> None:
    manager = make_manager("m", style=style, scope_format=scope_format)
    written = claims.write_claims(make_environment(), manager, token)
    found = claims.read_token(manager, json.loads(jwt._encode_json(written)))
    for field in ("token_id", "client_id", "manager_id", "scopes", "expires_at", "attributes"):
        assert getattr(found, field) == getattr(token, field), field
    if style is not ClaimStyle.PINGFEDERATE:
        assert found.audiences == token.audiences
        assert found.issued_at == token.issued_at
        # A subject that is called like the client is the client itself, as RFC 9068 has it.
        expected = None if token.subject == token.client_id else token.subject
        assert found.subject == expected

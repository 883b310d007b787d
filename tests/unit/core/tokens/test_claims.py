"""Claims of every style: written as its readers expect, and read back as they were meant."""

import pytest
from msgspec.structs import replace

from ostiary.core.base.ids import ClientId, GrantId, TokenId, TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.formats.jwt import InvalidClaimsError
from ostiary.core.model.token import AccessToken
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat
from ostiary.core.tokens import claims
from tests.support.environments import make_environment
from tests.support.tenants import make_manager

ENV = make_environment(issuer="https://id.example.com")
TOKEN = AccessToken(
    token_id=TokenId("jti-1"),
    client_id=ClientId("client"),
    manager_id=TokenManagerId("m"),
    scopes=ScopeSet.parse("read write"),
    expires_at=2000,
    issued_at=1000,
    audiences=("https://api.example.com",),
    attributes={"Tier": "gold"},
)
USER_TOKEN = replace(TOKEN, subject="user-1")
BOUND = replace(USER_TOKEN, bound_to="thumbprint")
GRANT = GrantId("0123456789abcdefABCDEF0123456789")
GRANTED = replace(USER_TOKEN, grant_id=GRANT, session_id="sid-1", authenticated_at=900)
TRANSIENT = replace(GRANTED, token_id=TokenId("t" * 25), grant_id=GrantId("t" * 25))


@pytest.mark.parametrize("style", list(ClaimStyle))
@pytest.mark.parametrize("scope_format", list(ScopeFormat))
@pytest.mark.parametrize("token", [TOKEN, USER_TOKEN, BOUND], ids=["application", "user", "bound"])
def test_what_is_written_is_read_back(
    style: ClaimStyle, scope_format: ScopeFormat, token: AccessToken
) -> None:
    manager = make_manager("m", style=style, scope_format=scope_format)
    found = claims.read_token(manager, claims.write_claims(ENV, manager, token))
    if style is ClaimStyle.PINGFEDERATE:
        # Its tokens say neither when nor for whom they were issued.
        token = replace(token, issued_at=None, audiences=(), subject=None)
    assert found == token


def test_S1_13_scope_is_an_array_or_a_text() -> None:
    array = make_manager("m", style=ClaimStyle.PINGFEDERATE, scope_format=ScopeFormat.ARRAY)
    text = make_manager("m", style=ClaimStyle.PINGFEDERATE, scope_format=ScopeFormat.STRING)
    assert claims.write_claims(ENV, array, TOKEN)["scope"] == ("read", "write")
    assert claims.write_claims(ENV, text, TOKEN)["scope"] == "read write"
    empty = replace(TOKEN, scopes=ScopeSet())
    assert claims.write_claims(ENV, array, empty)["scope"] == ()
    assert claims.write_claims(ENV, text, empty)["scope"] == ""


def test_S2_20_the_claims_for_client_and_scope_have_configured_names() -> None:
    manager = make_manager(
        "m", style=ClaimStyle.PINGFEDERATE, client_claim="client_id_name", scope_claim="scp"
    )
    written = claims.write_claims(ENV, manager, TOKEN)
    assert written["client_id_name"] == "client"
    assert written["scp"] == "read write"
    assert not {"client_id", "scope"} & written.keys()
    assert claims.read_token(manager, written).attributes == {"Tier": "gold"}


@pytest.mark.parametrize("style", list(ClaimStyle))
def test_no_attribute_replaces_what_the_server_vouches_for(style: ClaimStyle) -> None:
    """Attributes may come from a directory; who issued what to whom until when may not."""
    manager = make_manager("m", style=style)
    plain = claims.write_claims(ENV, manager, USER_TOKEN)
    attributes = {**dict.fromkeys(plain, "forged"), "Tier": "gold"}
    assert claims.write_claims(ENV, manager, replace(USER_TOKEN, attributes=attributes)) == plain


def test_S4_19_an_application_token_of_pingone_has_no_subject() -> None:
    manager = make_manager("m", style=ClaimStyle.PINGONE)
    application = claims.write_claims(ENV, manager, TOKEN)
    user = claims.write_claims(ENV, manager, USER_TOKEN)
    assert "sub" not in application
    assert application["p1.rid"] == "jti-1"
    assert user["sub"] == "user-1"
    assert "p1.rid" not in user


def test_an_application_token_of_rfc9068_has_the_client_as_subject() -> None:
    """RFC 9068 §2.2: `sub` is required."""
    manager = make_manager("m")
    assert claims.write_claims(ENV, manager, TOKEN)["sub"] == "client"
    assert claims.read_token(manager, claims.write_claims(ENV, manager, TOKEN)).subject is None


@pytest.mark.parametrize("missing", ["exp", "jti", "client_id"])
def test_SEC_94_a_claim_that_all_our_tokens_have_is_required(missing: str) -> None:
    manager = make_manager("m")
    written = claims.write_claims(ENV, manager, TOKEN)
    del written[missing]
    with pytest.raises(InvalidClaimsError):
        claims.read_token(manager, written)


@pytest.mark.parametrize("style", list(ClaimStyle))
def test_SEC_78_the_header_says_what_kind_of_token_it_is(style: ClaimStyle) -> None:
    plain, named = (
        make_manager("m", style=style),
        make_manager("m", style=style, manager_header=True),
    )
    typ = (("typ", "at+jwt"),) if style is ClaimStyle.RFC9068 else ()
    assert claims.headers(plain) == typ
    assert claims.headers(named) == (("pi.atm", "m"), *typ)


@pytest.mark.parametrize("style", list(ClaimStyle))
@pytest.mark.parametrize("token", [GRANTED, TRANSIENT], ids=["lasting", "transient"])
def test_a_users_token_is_read_back_with_its_grant(style: ClaimStyle, token: AccessToken) -> None:
    manager = make_manager("m", style=style)
    found = claims.read_token(manager, claims.write_claims(ENV, manager, token))
    # The session and the time of the sign-on are known from the grant.
    token = replace(token, session_id=None, authenticated_at=None)
    if style is ClaimStyle.PINGFEDERATE:
        token = replace(token, issued_at=None, audiences=(), subject=None)
    assert found == token


def test_a_clients_own_token_may_have_attributes_that_sound_like_a_sign_on() -> None:
    manager = make_manager("m", style=ClaimStyle.PINGFEDERATE)
    token = replace(TOKEN, attributes={"sid": "s", "auth_time": "noon"})
    found = claims.read_token(manager, claims.write_claims(ENV, manager, token))
    assert found.attributes == {"sid": "s", "auth_time": "noon"}


@pytest.mark.parametrize("style", list(ClaimStyle))
def test_S1_13_agid_names_a_lasting_grant_and_no_other(style: ClaimStyle) -> None:
    manager = make_manager("m", style=style)
    assert claims.write_claims(ENV, manager, GRANTED)["agid"] == GRANT
    for token in (TOKEN, USER_TOKEN, TRANSIENT):
        assert "agid" not in claims.write_claims(ENV, manager, token)


def test_S2_20_the_claim_for_the_grant_has_a_configured_name() -> None:
    manager = make_manager("m", style=ClaimStyle.PINGFEDERATE, grant_claim="grant")
    written = claims.write_claims(ENV, manager, GRANTED)
    assert written["grant"] == GRANT
    assert "agid" not in written
    assert claims.read_token(manager, written).grant_id == GRANT


@pytest.mark.parametrize("style", list(ClaimStyle))
def test_no_attribute_makes_a_clients_own_token_a_users(style: ClaimStyle) -> None:
    manager = make_manager("m", style=style)
    token = replace(TOKEN, attributes={"agid": GRANT, "sub": "user-1", "auth_time": 900})
    written = claims.write_claims(ENV, manager, token)
    assert claims.read_token(manager, written).grant_id is None


def test_a_user_whose_name_is_the_clients_is_still_a_user() -> None:
    manager = make_manager("m", style=ClaimStyle.RFC9068)
    token = replace(GRANTED, subject="client")
    found = claims.read_token(manager, claims.write_claims(ENV, manager, token))
    assert found.subject == "client"
    assert found.grant_id == GRANT


@pytest.mark.parametrize("style", list(ClaimStyle))
def test_a_bound_token_names_its_certificate(style: ClaimStyle) -> None:
    manager = make_manager("m", style=style)
    forged = replace(BOUND, attributes={"cnf": {"x5t#S256": "forged"}})
    assert claims.write_claims(ENV, manager, forged)["cnf"] == {"x5t#S256": "thumbprint"}


@pytest.mark.parametrize("binding", ["x", {}, {"jkt": "x"}, {"x5t#S256": 1}, []])
def test_a_binding_that_is_not_understood_makes_no_good_token(binding: object) -> None:
    manager = make_manager("m")
    written = {**claims.write_claims(ENV, manager, TOKEN), "cnf": binding}
    with pytest.raises(InvalidClaimsError):
        claims.read_token(manager, written)

"""OpenID Connect Core: the token endpoint, ID tokens and userinfo.

The numbers in the names are those of the checks of an OpenID Provider that certification runs.
"""

import hashlib
import json
import math
from collections import Counter
from typing import Any

import pytest

from ostiary.core.base.ids import KeyId
from ostiary.core.crypto import jws
from ostiary.core.model.authorization_request import ClaimsRequest, ClaimWish
from ostiary.core.model.client import AuthMethod
from ostiary.core.tokens.user_claims import SCOPE_CLAIMS
from tests.support import jose
from tests.support.app import TOKEN, assertion_params
from tests.support.asgi import Answer
from tests.support.codes import (
    REDIRECT_URI,
    VERIFIER,
    Codes,
    by_manager,
    claims_of,
    make_web_client,
    members,
    signed_on,
)
from tests.support.tenants import (
    BASIC,
    KEY_JWT,
    POST,
    SECRET_JWT,
    private_key,
    secret_of,
    verification_key,
)

USERINFO = "/idp/userinfo.openid"
INVALID = (400, "invalid_grant")
EVERYTHING: dict[str, object] = {
    "displayName": "Joe Doe",
    "sn": "Doe",
    "givenName": "Joe",
    "middle_name": "Q",
    "nickname": "joey",
    "profile": "https://example.com/joe",
    "picture": "https://example.com/joe.png",
    "website": "https://joe.example.com",
    "gender": "male",
    "birthdate": "1990-02-28",
    "zoneinfo": "Europe/Zurich",
    "locale": "en-GB",
    "mail": "joe@example.com",
    "email_verified": "true",
    "address": {"street_address": "1 Way", "country": "CH", "region": None},
    "telephoneNumber": "+41 44 000 00 00",
    "phone_number_verified": False,
}
ALL_SCOPES = "openid profile email address phone"


async def _userinfo(codes: Codes, token: str) -> Answer:
    return await codes.app.pingfederate.get(USERINFO, [("authorization", f"Bearer {token}")])


async def _with_everything(**fields: Any) -> Codes:
    client = make_web_client("rp", POST, scopes=frozenset(ALL_SCOPES.split()), **fields)
    return await signed_on(client, attributes=EVERYTHING)


def _half(text: str) -> str:
    return jose.encode(hashlib.sha256(text.encode()).digest()[:16])


async def test_OIDC_48_a_token_response_has_the_members_of_its_specification() -> None:
    codes = await signed_on()
    answer = await codes.exchange(await codes.code())
    assert answer.header("cache-control") == "no-store"
    assert answer.header("content-type") == "application/json"
    found = answer.json()
    assert found["token_type"] == "Bearer"
    assert isinstance(found["expires_in"], int)
    assert found["scope"] == "openid profile email"
    assert {"access_token", "refresh_token", "id_token"} < found.keys()


async def test_OIDC_49_after_a_replay_userinfo_is_closed() -> None:
    codes = await signed_on()
    for client in ("web", "transient"):
        code = await codes.code(client)
        tokens = members(await codes.exchange(code, client))
        assert (await _userinfo(codes, tokens["access_token"])).status == 200
        codes.app.clock.advance(30)
        assert (await codes.exchange(code, client)).error == INVALID
        assert (await _userinfo(codes, tokens["access_token"])).error == (401, "invalid_token")


async def test_OIDC_50_a_code_is_bound_to_its_client_and_redirect_uri() -> None:
    codes = await signed_on()
    assert (await codes.exchange(await codes.code(), "other")).error == INVALID
    answer = await codes.exchange(await codes.code(), redirect_uri=REDIRECT_URI + "x")
    assert answer.error == INVALID
    code = await codes.code()
    codes.app.clock.advance(61)
    assert (await codes.exchange(code)).error == INVALID


async def _exchange_by(codes: Codes, method: AuthMethod) -> Answer:
    client = method.value
    form = {
        "grant_type": "authorization_code",
        "code": await codes.code(client),
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    post = codes.app.pingfederate.post_form
    claims = codes.app.assertion_claims(client)
    match method:
        case AuthMethod.CLIENT_SECRET_BASIC:
            return await post(TOKEN, form, basic=(client, secret_of(client)))
        case AuthMethod.CLIENT_SECRET_JWT:
            assertion = jose.compact({"alg": "HS256"}, claims, secret_of(client).encode())
            return await post(TOKEN, {**form, **assertion_params(assertion)})
        case AuthMethod.PRIVATE_KEY_JWT:
            header = {"alg": "ES256", "kid": "es256"}
            assertion = jose.compact(header, claims, private_key("es256", "ES256"))
            return await post(TOKEN, {**form, **assertion_params(assertion)})
        case _:
            secret = {"client_id": client, "client_secret": secret_of(client)}
            return await post(TOKEN, {**form, **secret})


@pytest.mark.parametrize("method", [BASIC, POST, SECRET_JWT, KEY_JWT])
async def test_OIDC_51_a_client_exchanges_its_code_by_any_method(method: AuthMethod) -> None:
    jwks = (verification_key("es256", "ES256"),)
    codes = await signed_on(make_web_client(method.value, method, jwks=jwks))
    assert (await _exchange_by(codes, method)).status == 200


async def test_OIDC_51_a_client_that_fails_to_authenticate_keeps_its_code() -> None:
    codes = await signed_on()
    code = await codes.code()
    answer = await codes.exchange(code, client_secret="wrong")
    assert answer.error == (401, "invalid_client")
    assert (await codes.exchange(code)).status == 200


async def test_OIDC_53_a_refreshed_id_token_is_about_the_same_sign_on() -> None:
    codes = await signed_on()
    tokens = await codes.tokens()
    codes.app.clock.advance(3600)
    renewed = members(await codes.refresh(tokens["refresh_token"]))
    assert renewed["access_token"] != tokens["access_token"]
    before, after = claims_of(tokens["id_token"]), claims_of(renewed["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr"):
        assert after[name] == before[name]
    assert after["iat"] == before["iat"] + 3600
    assert "azp" not in after.keys() | before.keys()
    assert "nonce" not in after
    assert after["at_hash"] == _half(renewed["access_token"])
    assert (await codes.refresh(renewed["refresh_token"], "other")).error == INVALID


@pytest.mark.parametrize("manager", ["default", "reference"])
async def test_OIDC_54_what_is_handed_out_cannot_be_guessed(manager: str) -> None:
    codes = await signed_on()
    made: dict[str, list[str]] = {"code": [], "access_token": [], "refresh_token": []}
    for _ in range(10):
        code = await codes.code(target=by_manager(manager))
        tokens = members(await codes.exchange(code))
        made["code"].append(code)
        made["access_token"].append(tokens["access_token"].rpartition(".")[2])
        made["refresh_token"].append(tokens["refresh_token"])
    for kind, values in made.items():
        assert len(set(values)) == len(values), kind
        assert all(_shannon_bits(value) >= 96 for value in values), kind


def _shannon_bits(text: str) -> float:
    """Return the entropy of a text as its own characters show it."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -len(text) * sum(share * math.log2(share) for share in shares)


async def test_OIDC_55_what_is_wrong_with_a_request_has_its_own_code() -> None:
    codes = await signed_on()
    tokens = await codes.tokens()
    answer = await codes.post(grant_type="urn:example:unknown")
    assert answer.error == (400, "unsupported_grant_type")
    answer = await codes.refresh(tokens["refresh_token"], scope="unknown")
    assert answer.error == (400, "invalid_scope")
    form = [("grant_type", "refresh_token"), ("client_id", "web"), ("client_id", "web")]
    assert (await codes.app.pingfederate.post_form(TOKEN, form)).error == (400, "invalid_request")


async def test_OIDC_56_an_id_token_is_signed_by_a_published_key() -> None:
    codes = await signed_on()
    token = (await codes.tokens())["id_token"]
    header, _ = jose.parts(token)
    assert header["alg"] == "RS256"
    published = (await codes.app.pingfederate.get("/pf/JWKS")).json()["keys"]
    assert header["kid"] in {key["kid"] for key in published}
    found = codes.env.find_key(KeyId(header["kid"]))
    assert found is not None
    jws.verify(found[0].public_key, "RS256", jws.parse(token))


async def test_OIDC_57_an_id_token_says_who_signed_on_for_whom_and_when() -> None:
    codes = await signed_on()
    claims = claims_of((await codes.tokens(nonce="a nonce, ünusual"))["id_token"])
    now = int(codes.app.clock.now())
    assert claims["iss"] == codes.env.issuer
    assert claims["sub"] == codes.user.id
    assert len(claims["sub"]) <= 255
    assert claims["aud"] == "web"
    assert (claims["iat"], claims["exp"]) == (now, now + 300)
    assert claims["auth_time"] == now - 1
    assert claims["nonce"] == "a nonce, ünusual"
    assert claims["sid"] == claims["pi.sri"] == codes.session.id
    assert (claims["acr"], claims["amr"]) == ("urn:acr:1", ["pwd"])


async def test_OIDC_57_an_id_token_without_a_nonce_has_none() -> None:
    codes = await signed_on()
    assert "nonce" not in claims_of((await codes.tokens(nonce=None))["id_token"])


async def test_OIDC_58_a_hybrid_answer_names_what_comes_with_it() -> None:
    codes = await signed_on()
    front = await codes.front("code", "token", "id_token")
    assert front.id_token is not None
    assert front.tokens is not None
    assert front.code is not None
    first = claims_of(front.id_token)
    assert first["c_hash"] == _half(front.code)
    assert first["at_hash"] == _half(front.tokens.access_token)
    second = claims_of(members(await codes.exchange(front.code))["id_token"])
    assert (first["iss"], first["sub"]) == (second["iss"], second["sub"])
    assert first["nonce"] == second["nonce"]


@pytest.mark.parametrize(
    ("wants", "hashes"),
    [
        (("id_token",), set()),
        (("id_token", "token"), {"at_hash"}),
        (("code", "id_token"), {"c_hash"}),
    ],
)
async def test_OIDC_58_only_what_is_there_is_named(
    wants: tuple[str, ...], hashes: set[str]
) -> None:
    codes = await signed_on()
    front = await codes.front(*wants)
    assert front.id_token is not None
    assert {"at_hash", "c_hash"} & claims_of(front.id_token).keys() == hashes
    assert (front.code is not None) == ("code" in wants)
    assert (front.tokens is not None) == ("token" in wants)


async def test_OIDC_47_scopes_give_their_claims_at_userinfo_with_their_types() -> None:
    codes = await _with_everything()
    tokens = await codes.tokens("rp", scope=ALL_SCOPES)
    found = (await _userinfo(codes, tokens["access_token"])).json()
    expected = {name for names in SCOPE_CLAIMS.values() for name in names}
    assert found.keys() == expected | {"sub"}
    assert len(SCOPE_CLAIMS["profile"]) == 14
    assert found["updated_at"] == int(codes.user.updated_at)
    assert found["email_verified"] is True
    assert found["phone_number_verified"] is False
    assert found["address"] == {"street_address": "1 Way", "country": "CH"}
    assert found["preferred_username"] == codes.user.username


async def test_OIDC_47_an_id_token_that_comes_with_others_has_no_claims_of_scopes() -> None:
    codes = await _with_everything()
    tokens = await codes.tokens("rp", scope=ALL_SCOPES)
    names = {name for scope in SCOPE_CLAIMS.values() for name in scope}
    assert not names & claims_of(tokens["id_token"]).keys()
    for wants in (("code", "id_token"), ("id_token", "token")):
        front = await codes.front(*wants, client="rp", scope=ALL_SCOPES)
        assert front.id_token is not None
        assert not names & claims_of(front.id_token).keys()
    alone = await codes.front("id_token", client="rp", scope=ALL_SCOPES)
    assert alone.id_token is not None
    assert names <= claims_of(alone.id_token).keys()


async def test_OIDC_47_a_client_may_have_the_claims_in_every_id_token() -> None:
    codes = await _with_everything(puts_claims_in_id_token=True)
    tokens = await codes.tokens("rp", scope="openid email")
    assert claims_of(tokens["id_token"])["email"] == "joe@example.com"


@pytest.mark.parametrize("client", ["web", "transient"])
@pytest.mark.parametrize("manager", ["default", "modern", "reference"])
async def test_OIDC_45_claims_that_a_request_names_are_given_where_it_says(
    client: str, manager: str
) -> None:
    codes = await signed_on()
    wish = ClaimsRequest(
        userinfo={"name": ClaimWish(essential=True), "unknown": ClaimWish()},
        id_token={"email": ClaimWish(), "unknown": ClaimWish()},
    )
    request: dict[str, Any] = {
        "scope": "openid",
        "claims": wish,
        "target": by_manager(manager),
    }
    tokens = await codes.tokens(client, **request)
    found = (await _userinfo(codes, tokens["access_token"])).json()
    assert found == {"sub": codes.user.id, "name": "Joe Doe"}
    claims = claims_of(tokens["id_token"])
    assert claims["email"] == "joe@example.com"
    assert not {"name", "unknown"} & claims.keys()


async def test_OIDC_45_no_request_digs_up_what_no_scope_of_the_client_gives() -> None:
    codes = await signed_on(attributes={"ssn": "canary", "telephoneNumber": "canary"})
    wish = {name: ClaimWish(essential=True) for name in ("ssn", "phone_number", "population")}
    tokens = await codes.tokens(claims=ClaimsRequest(userinfo=wish, id_token=wish))
    answer = await _userinfo(codes, tokens["access_token"])
    for text in (answer.body.decode(), json.dumps(claims_of(tokens["id_token"]))):
        assert not any(word in text for word in ("canary", "population", "staff"))


async def test_OIDC_59_userinfo_takes_the_token_in_the_header_and_in_a_form() -> None:
    codes = await signed_on()
    token = (await codes.tokens())["access_token"]
    bearer = [("authorization", f"Bearer {token}")]
    face = codes.app.pingfederate
    answers = [
        await face.get(USERINFO, bearer),
        await face.request("POST", USERINFO, bearer),
        await face.post_form(USERINFO, {}, headers=bearer),
        await face.post_form(USERINFO, {"access_token": token}),
    ]
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1


async def test_OIDC_60_userinfo_is_json_without_null() -> None:
    codes = await signed_on(attributes={"mail": None, "givenName": "Joe", "address": {}})
    tokens = await codes.tokens()
    answer = await _userinfo(codes, tokens["access_token"])
    assert answer.header("content-type") == "application/json"
    assert answer.json()["sub"] == claims_of(tokens["id_token"])["sub"]
    assert b"null" not in answer.body
    assert "email" not in answer.json()


@pytest.mark.parametrize("algorithm", ["RS256"])
async def test_OIDC_61_userinfo_is_signed_for_a_client_that_wants_it(algorithm: Any) -> None:
    codes = await _with_everything(userinfo_algorithm=algorithm)
    tokens = await codes.tokens("rp", scope="openid email")
    answer = await _userinfo(codes, tokens["access_token"])
    assert answer.header("content-type") == "application/jwt"
    header, claims = jose.parts(answer.body.decode())
    assert header["alg"] == algorithm
    assert (claims["iss"], claims["aud"]) == (codes.env.issuer, "rp")
    assert (claims["sub"], claims["email"]) == (codes.user.id, "joe@example.com")
    assert not {"nonce", "exp", "auth_time"} & claims.keys()
    found = codes.env.find_key(KeyId(header["kid"]))
    assert found is not None
    jws.verify(found[0].public_key, algorithm, jws.parse(answer.body.decode()))


async def test_OIDC_62_a_bad_token_is_refused_with_a_challenge() -> None:
    codes = await signed_on()
    token = (await codes.tokens())["access_token"]
    spoiled = [token[:-4] + "AAAA", "x", "", "a.b.c", "é"]
    answers = [await _userinfo(codes, text) for text in spoiled]
    codes.app.clock.advance(7200)
    answers.append(await _userinfo(codes, token))
    for answer in answers:
        assert answer.error == (401, "invalid_token")
        challenge = answer.header("www-authenticate") or ""
        assert challenge.startswith("Bearer ")
        assert 'error="invalid_token"' in challenge


async def test_OIDC_62_without_a_token_the_challenge_names_no_error() -> None:
    codes = await signed_on()
    for headers in ([], [("authorization", "Basic eDp5")]):
        answer = await codes.app.pingfederate.get(USERINFO, headers)
        assert answer.status == 401
        assert answer.header("www-authenticate") == 'Bearer realm="OAuth"'

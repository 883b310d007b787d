"""Assertions of clients: whose they are, for whom, for how long, and how often."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from ostiary.core.base.secret import Secret
from ostiary.core.model.client import ReadableSecret
from tests.support import jose
from tests.support.app import (
    BASE_URL,
    INTROSPECT,
    NOW,
    REVOKE,
    TOKEN,
    App,
    assertion_params,
    client_key,
    make_app,
)
from tests.support.asgi import Answer
from tests.support.tenants import (
    KEY_JWT,
    SECRET_JWT,
    make_client,
    private_key,
    secret_of,
    verification_key,
)

REFUSED = (401, "invalid_client")
ALL = ("rs256", "ps256", "es256", "eddsa", "hs256")


def _signed(client: str, claims: dict[str, Any], **header: Any) -> str:
    algorithm = {"rs256": "RS256", "ps256": "PS256", "es256": "ES256", "eddsa": "EdDSA"}
    members = {"alg": algorithm.get(client, "HS256"), **header}
    return jose.compact(members, claims, client_key(client))


@pytest.mark.parametrize("client", ALL)
async def test_a_good_assertion_lets_its_client_in(client: str) -> None:
    app = make_app()
    answer = await app.ask_with_assertion(app.assertion(client), client_id=client)
    assert answer.status == 200


@pytest.mark.parametrize(
    "overrides",
    [
        pytest.param({"exp": None}, id="no exp"),
        pytest.param({"sub": None}, id="no sub"),
        pytest.param({"iss": None}, id="no iss"),
        pytest.param({"aud": None}, id="no aud"),
        pytest.param({"jti": None}, id="no jti"),
        pytest.param({"jti": ""}, id="an empty jti"),
        pytest.param({"jti": 7}, id="a jti in digits"),
        pytest.param({"iss": "many"}, id="iss of another client"),
        pytest.param({"sub": "many"}, id="sub of another client"),
        pytest.param({"iss": "many", "sub": "many"}, id="iss and sub of another client"),
        pytest.param({"iss": BASE_URL}, id="iss of the server"),
        pytest.param({"sub": ["es256"]}, id="sub in a list"),
        pytest.param({"sub": "ES256", "iss": "ES256"}, id="another case"),
        pytest.param({"exp": 1_750_000_000 - 300}, id="over for five minutes"),
        pytest.param({"exp": 1_750_000_000 - 10}, id="over for ten seconds"),
        pytest.param({"exp": 1_750_000_000 + 3700}, id="good for too long"),
        pytest.param({"exp": "1750000060"}, id="exp in text"),
        pytest.param({"exp": True}, id="exp that is true"),
        pytest.param({"exp": 10**400}, id="exp beyond all numbers"),
        pytest.param({"iat": 1_750_000_000 - 3700}, id="iat far past"),
        pytest.param({"iat": 1_750_000_000 + 60}, id="iat to come"),
        pytest.param({"nbf": 1_750_000_000 + 60}, id="nbf to come"),
        pytest.param({"iat": "now"}, id="iat in text"),
    ],
)
@pytest.mark.parametrize("client", ["es256", "hs256"])
async def test_SEC_57_claims_that_do_not_hold_are_refused(
    client: str, overrides: dict[str, Any]
) -> None:
    app = make_app()
    answer = await app.ask_with_assertion(app.assertion(client, **overrides))
    assert answer.error == REFUSED


@pytest.mark.parametrize(
    "overrides",
    [
        pytest.param({"exp": 1_750_000_060.75}, id="a fraction"),
        pytest.param({"exp": 1_750_000_000 - 9}, id="over, within the skew"),
        pytest.param({"nbf": 1_750_000_009, "iat": 1_750_000_009.5}, id="to come, within the skew"),
        pytest.param({"iat": None}, id="no iat"),
        pytest.param({"exp": 1_750_003_600}, id="good for an hour"),
        pytest.param({"extra": {"a": [1]}}, id="claims of its own"),
    ],
)
async def test_what_real_clients_send_is_taken(overrides: dict[str, Any]) -> None:
    app = make_app()
    assert (await app.ask_with_assertion(app.assertion("es256", **overrides))).status == 200


@pytest.mark.parametrize("client", ALL)
async def test_SEC_58_an_assertion_is_good_once(client: str) -> None:
    app = make_app()
    assertion = app.assertion(client)
    assert (await app.ask_with_assertion(assertion)).status == 200
    assert (await app.ask_with_assertion(assertion)).error == REFUSED
    # And at no other endpoint.
    form = {**assertion_params(assertion), "token": "x"}
    for path in (INTROSPECT, REVOKE):
        assert (await app.pingfederate.post_form(path, form)).error == REFUSED


async def test_SEC_58_of_many_at_once_one_wins() -> None:
    app = make_app()
    assertion = app.assertion("rs256")
    answers = await asyncio.gather(*(app.ask_with_assertion(assertion) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [401] * 7


async def test_SEC_58_the_trace_outlives_the_assertion() -> None:
    """Up to the last moment of the skew it is remembered; after that it is over anyway."""
    app = make_app()
    assertion = app.assertion("es256")
    assert (await app.ask_with_assertion(assertion)).status == 200
    reasons = set()
    for _ in range(80):
        app.clock.advance(1)
        await app.store.prune(now=app.clock.now())
        assert (await app.ask_with_assertion(assertion)).status in {401, 429}
        reasons.add(getattr(app.events.events[-1], "reason", ""))
        app.clock.advance(-0.5)
    assert "private_key_jwt: replayed assertion" in reasons


async def test_SEC_58_another_token_with_the_same_jti_is_a_replay() -> None:
    app = make_app()
    assert (await app.ask_with_assertion(app.assertion("es256"))).status == 200
    again = app.assertion("es256", exp=int(app.clock.now()) + 61)
    assert (await app.ask_with_assertion(again)).error == REFUSED


async def test_SEC_58_a_jti_belongs_to_its_client() -> None:
    app = make_app()
    for client in ("es256", "eddsa", "hs256"):
        answer = await app.ask_with_assertion(app.assertion(client, jti="one for all"))
        assert answer.status == 200


async def test_SEC_58_a_refused_assertion_spends_nothing() -> None:
    """Or a stranger who knows the next jti could lock the client out."""
    app = make_app()
    claims = app.assertion_claims("es256")
    forged = jose.compact({"alg": "ES256"}, claims, private_key("stranger", "ES256"))
    assert (await app.ask_with_assertion(forged)).error == REFUSED
    assert (await app.ask_with_assertion(app.assertion("es256", aud="other"))).error == REFUSED
    assert (await app.ask_with_assertion(app.assertion("es256"))).status == 200


async def test_SEC_101_the_other_signature_of_a_spent_assertion_is_spent_too() -> None:
    """An ECDSA signature has a twin that anybody can compute; identity lies in the claims."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    app = make_app()
    assertion = app.assertion("es256")
    signed, _, signature = assertion.rpartition(".")
    raw = jose.decode(signature)
    twin = raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32)
    assert (await app.ask_with_assertion(assertion)).status == 200
    answer = await app.ask_with_assertion(f"{signed}.{jose.encode(twin)}")
    assert answer.error == REFUSED


AUDIENCES: dict[str, tuple[Any, bool, bool]] = {
    # audience: taken, taken from a client that must name the issuer
    "the issuer": (BASE_URL, True, True),
    "the issuer in an array": ([BASE_URL], True, True),
    "the token endpoint": (BASE_URL + TOKEN, True, False),
    "the token endpoint in an array": ([BASE_URL + TOKEN], True, False),
    "the token endpoint under another base": (f"https://sso.example.com{TOKEN}", True, False),
    "two audiences of ours": ([BASE_URL, BASE_URL + TOKEN], False, False),
    "ours and another": ([BASE_URL, "https://other.example.com"], False, False),
    "an empty array": ([], False, False),
    "an array in an array": ([[BASE_URL]], False, False),
    "another server": ("https://other.example.com/as/token.oauth2", False, False),
    "a longer host": (f"{BASE_URL}.evil.com{TOKEN}", False, False),
    "a path of its own": (f"{BASE_URL}/as/par.oauth2", False, False),
    "the introspection endpoint": (BASE_URL + INTROSPECT, False, False),
    "another case": (BASE_URL.upper() + TOKEN, False, False),
    "a slash more": (f"{BASE_URL}/", False, False),
    "a query more": (f"{BASE_URL}{TOKEN}?x", False, False),
    "the path alone": (TOKEN, False, False),
    "nothing": ("", False, False),
    "null": (None, False, False),
    "an object": ({"aud": BASE_URL}, False, False),
    "a number": (1, False, False),
}


@pytest.mark.parametrize("name", AUDIENCES)
@pytest.mark.parametrize("is_strict", [False, True], ids=["usual", "issuer only"])
async def test_SEC_59_the_audience_is_this_server_and_nobody_else(
    name: str, is_strict: bool
) -> None:
    audience, usual, strict = AUDIENCES[name]
    app = make_app()
    env = app.environment("default")
    if is_strict:
        changed = make_client(
            "es256",
            KEY_JWT,
            jwks=(verification_key("es256", "ES256"),),
            issuer_audience_only=True,
        )
        app = make_app(clients=[changed])
    assert env.issuer == BASE_URL
    answer = await app.ask_with_assertion(app.assertion("es256", aud=audience))
    if strict if is_strict else usual:
        assert answer.status == 200
    else:
        assert answer.error == REFUSED


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
async def test_SEC_59_the_called_endpoint_is_an_audience_of_its_own(path: str) -> None:
    app = make_app()
    taken = []
    for number, audience in enumerate((path, TOKEN, INTROSPECT, REVOKE)):
        assertion = app.assertion("es256", aud=BASE_URL + audience, jti=str(number))
        form = {**assertion_params(assertion), "token": "x"}
        await app.pingfederate.post_form(path, form)
        reason = str(getattr(app.events.events[-1], "reason", ""))
        taken.append("audience" not in reason)
    assert taken == [True, True, path == INTROSPECT, path == REVOKE]


async def test_SEC_60_only_the_clients_own_secret_authenticates() -> None:
    app = make_app(clients=[make_client("other", SECRET_JWT)])
    claims = app.assertion_claims("hs256")
    assert (await app.ask_with_assertion(_signed("hs256", claims))).status == 200
    claims["jti"] = "2"
    foreign = jose.compact({"alg": "HS256"}, claims, secret_of("other").encode())
    assert (await app.ask_with_assertion(foreign)).error == REFUSED


def _public_forms() -> dict[str, bytes]:
    """Every form in which our client's public key could be taken for a shared secret."""
    from cryptography.hazmat.primitives import serialization as s  # noqa: PLC0415

    public = private_key("rs256", "RS256").public_key()
    spki, pkcs1 = s.PublicFormat.SubjectPublicKeyInfo, s.PublicFormat.PKCS1
    return {
        "PEM": public.public_bytes(s.Encoding.PEM, spki),
        "PEM without its last line end": public.public_bytes(s.Encoding.PEM, spki).strip(),
        "PKCS1": public.public_bytes(s.Encoding.PEM, pkcs1),
        "DER": public.public_bytes(s.Encoding.DER, spki),
        "SSH": public.public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH),
        "nothing": b"",
    }


@pytest.mark.parametrize("form", _public_forms())
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_SEC_60_SEC_88_a_public_key_is_no_shared_secret(form: str, algorithm: str) -> None:
    app = make_app()
    claims = app.assertion_claims("rs256")
    forged = jose.compact({"alg": algorithm, "kid": "rs256"}, claims, _public_forms()[form])
    assert (await app.ask_with_assertion(forged)).error == REFUSED


@pytest.mark.parametrize("client", ["rs256", "ps256", "es256", "eddsa"])
@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA", "RS384", "HS256"])
async def test_SEC_60_the_algorithm_is_the_registered_keys(client: str, algorithm: str) -> None:
    """The client's own key signs, under each other name."""
    app = make_app()
    own = {"rs256": "RS256", "ps256": "PS256", "es256": "ES256", "eddsa": "EdDSA"}[client]
    signed = jose.signing_input({"alg": algorithm}, app.assertion_claims(client))
    signature = jose.encode(jose.sign(signed.encode(), own, client_key(client)))
    answer = await app.ask_with_assertion(f"{signed}.{signature}")
    assert (answer.status == 200) == (algorithm == own)


async def test_SEC_52_a_good_assertion_by_a_method_that_is_not_the_clients_is_refused() -> None:
    keyed = make_client("keyed", SECRET_JWT, jwks=(verification_key("keyed", "ES256"),))
    app = make_app(clients=[keyed])
    claims = app.assertion_claims("keyed")
    signed = jose.compact({"alg": "ES256"}, claims, private_key("keyed", "ES256"))
    assert (await app.ask_with_assertion(signed)).error == REFUSED
    claims["jti"] = "2"
    shared = jose.compact({"alg": "HS256"}, claims, secret_of("keyed").encode())
    assert (await app.ask_with_assertion(shared)).status == 200


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"client_assertion_type": "nonsense"}, id="a wrong type"),
        pytest.param({"client_assertion_type": ""}, id="no type"),
        pytest.param({"client_assertion_type": jose.ASSERTION_TYPE.upper()}, id="another case"),
        pytest.param(
            {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
            id="the type of SAML",
        ),
        pytest.param({"client_id": "many"}, id="another client_id"),
    ],
)
async def test_SEC_61_type_and_client_id_belong_to_the_assertion(params: dict[str, str]) -> None:
    app = make_app()
    answer = await app.ask_with_assertion(app.assertion("es256"), **params)
    assert answer.error == REFUSED


@pytest.mark.parametrize("name", ["client_assertion", "client_assertion_type"])
async def test_SEC_61_a_repeated_parameter_is_refused(name: str) -> None:
    app = make_app()
    form = {"grant_type": "client_credentials", **assertion_params(app.assertion("es256"))}
    answer = await app.pingfederate.post_form(TOKEN, [*form.items(), (name, form[name])])
    assert answer.error == (400, "invalid_request")


async def _ask_signed_by(app: App, name: str, **header: Any) -> Answer:
    claims = app.assertion_claims("two-keys", jti=f"{name} {sorted(header)}")
    return await app.ask_with_assertion(
        jose.compact({"alg": "ES256", **header}, claims, private_key(name, "ES256"))
    )


async def test_while_keys_are_replaced_both_sign_with_and_without_a_kid() -> None:
    """RFC 7515 §4.1.4: `kid` is a hint, and optional."""
    jwks = tuple(verification_key(name, "ES256") for name in ("old", "new"))
    app = make_app(clients=[make_client("two-keys", KEY_JWT, jwks=jwks)])
    for name in ("old", "new"):
        assert (await _ask_signed_by(app, name)).status == 200
        assert (await _ask_signed_by(app, name, kid=name)).status == 200
    assert (await _ask_signed_by(app, "new", kid="old")).error == REFUSED
    assert (await _ask_signed_by(app, "new", kid="unknown")).error == REFUSED
    assert (await _ask_signed_by(app, "stranger")).error == REFUSED


async def test_SEC_56_an_old_secret_authenticates_until_its_end_and_not_longer() -> None:
    end = NOW + 30
    readable = (
        ReadableSecret(Secret(secret_of("new"))),
        ReadableSecret(Secret(secret_of("old")), expires_at=end),
    )
    app = make_app(clients=[make_client("rotating", SECRET_JWT, readable_secrets=readable)])
    for moment, good in ((0, ["new", "old"]), (29.9, ["new", "old"]), (30, ["new"])):
        app.clock.at = NOW + moment
        taken = []
        for name in ("new", "old", "never"):
            claims = app.assertion_claims("rotating", jti=f"{name} {moment}")
            assertion = jose.compact({"alg": "HS256"}, claims, secret_of(name).encode())
            if (await app.ask_with_assertion(assertion)).status == 200:
                taken.append(name)
        assert taken == good


async def test_SEC_93_half_a_surrogate_pair_is_a_refusal_and_no_failure() -> None:
    app = make_app()
    for claim in ("jti", "sub", "iss", "aud", "x"):
        claims = app.assertion_claims("es256", **{claim: "\ud800"})
        assert (await app.ask_with_assertion(_signed("es256", claims))).error == REFUSED
    for header in ("kid", "x"):
        assertion = _signed("es256", app.assertion_claims("es256"), **{header: "\udfff"})
        assert (await app.ask_with_assertion(assertion)).error == REFUSED


async def test_SEC_244_assertions_are_never_logged() -> None:
    app = make_app()
    assertion = app.assertion("es256")
    for _ in range(2):
        await app.ask_with_assertion(assertion)
    assert len(app.events.log) == 2
    for line in app.events.log:
        assert assertion.rpartition(".")[2] not in line
        assert assertion not in line


@pytest.mark.parametrize("client", ALL)
async def test_SEC_57_an_unknown_client_costs_as_many_verifications_as_a_known_one(
    client: str,
) -> None:
    """Counted, not timed: a forged assertion tells nobody whether its client exists."""
    app, costs = make_app(), {}
    for claimed in (client, "nobody", "many"):
        assertion = app.assertion(client, iss=claimed, sub=claimed)
        head, payload, signature = assertion.split(".")
        forged = f"{head}.{payload}.{signature[:-8]}{'B' * 6}{signature[-2:]}"
        params = {**assertion_params(forged), "grant_type": "client_credentials"}
        with _counted_verifications() as done:
            answer = await app.pingfederate.post_form(TOKEN, params)
        assert answer.error == REFUSED
        costs[claimed] = len(done)
    assert set(costs.values()) == {1}, costs


@contextmanager
def _counted_verifications() -> Iterator[list[str]]:
    """Collect the name of every call that computes whether a signature holds."""
    done: list[str] = []

    def look(_frame: FrameType, event: str, called: Any) -> None:
        name = getattr(called, "__name__", "")
        if event == "c_call" and name in {"verify", "hmac_new"}:
            done.append(name)

    sys.setprofile(look)
    try:
        yield done
    finally:
        sys.setprofile(None)

"""What an API that uses the SDK is not made to believe, over HTTP to a played issuer."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ostiary_client.errors import (
    ConfigurationError,
    InvalidTokenError,
)
from ostiary_client.verification.async_verifier import AsyncTokenVerifier
from ostiary_client.verification.refusals import FORGED
from ostiary_client.verification.trusted_issuer import Introspector, TrustedIssuer
from ostiary_client.verification.verifier import TokenVerifier
from tests.support import jose
from tests.support.played_issuer import (
    AUDIENCE,
    KEYS,
    METADATA,
    Clock,
    PlayedIssuer,
    jwk_of,
    played_issuer,
    private_key,
)
from tests.support.sdk_verification import refused, verifier_of

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
Forge = Callable[[PlayedIssuer], str]


@pytest.fixture
def issuer() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


@pytest.fixture
def other() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


# --- forged tokens -----------------------------------------------------------


def _header(**members: Any) -> Forge:
    """Change the header of a token that the issuer's own key signs all the same."""
    return lambda issuer: issuer.sign({"kid": "k1", **members}, issuer.claims())


def _by_stranger(**members: Any) -> Forge:
    """Let a stranger sign, and bring the key along."""

    def forge(issuer: PlayedIssuer) -> str:
        stranger = private_key("a stranger")
        shown = jwk_of(stranger, "k1")
        given = {name: shown if value == "KEY" else value for name, value in members.items()}
        header = {"alg": "ES256", "typ": "at+jwt", "kid": "k1", **given}
        return jose.compact(header, issuer.claims(), stranger)

    return forge


def _with_public_key_as_secret(encoding: pem.Encoding, form: pem.PublicFormat) -> Forge:
    def forge(issuer: PlayedIssuer) -> str:
        public = private_key(f"{issuer.url} k1").public_key()
        secret = public.public_bytes(encoding, form)
        header = {"alg": "HS256", "typ": "at+jwt", "kid": "k1"}
        return jose.compact(header, issuer.claims(), secret)

    return forge


def _with_jwk_as_secret(issuer: PlayedIssuer) -> str:
    secret = json.dumps(jwk_of(private_key(f"{issuer.url} k1"), "k1")).encode()
    return jose.compact({"alg": "HS256", "kid": "k1"}, issuer.claims(), secret)


def _unsigned(algorithm: str | None) -> Forge:
    def forge(issuer: PlayedIssuer) -> str:
        header = {"kid": "k1", "typ": "at+jwt"} | ({} if algorithm is None else {"alg": algorithm})
        return jose.compact(header, issuer.claims(), None)

    return forge


def _spelled(change: Callable[[str], str]) -> Forge:
    return lambda issuer: change(issuer.token())


def _signature(change: Callable[[bytes], bytes]) -> Forge:
    def forge(issuer: PlayedIssuer) -> str:
        signed, _, signature = issuer.token().rpartition(".")
        return f"{signed}.{jose.encode(change(jose.decode(signature)))}"

    return forge


def _der(raw: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))


def _payload(text: str) -> Forge:
    """Add raw JSON to the claims; the issuer's key signs them."""

    def forge(issuer: PlayedIssuer) -> str:
        payload = json.dumps(issuer.claims())[:-1] + text + "}"
        return issuer.sign({"kid": "k1"}, payload.encode())

    return forge


def _raw_header(text: str) -> Forge:
    def forge(issuer: PlayedIssuer) -> str:
        header = b'{"alg":"ES256","typ":"at+jwt","kid":"k1"' + text.encode() + b"}"
        return jose.compact(header, issuer.claims(), private_key(f"{issuer.url} k1"))

    return forge


def _nested(issuer: PlayedIssuer) -> str:
    return issuer.sign({"kid": "k1", "cty": "JWT"}, issuer.token().encode())


def _tampered(issuer: PlayedIssuer) -> str:
    header, _, signature = issuer.token().split(".")
    payload = jose.encode(json.dumps(issuer.claims(scope="admin")).encode())
    return f"{header}.{payload}.{signature}"


FORGERIES: dict[str, dict[str, Forge]] = {
    "SEC-87": {
        "none": _unsigned("none"),
        "None": _unsigned("None"),
        "an empty algorithm": _unsigned(""),
        "no algorithm": _unsigned(None),
        "none over a good signature": _header(alg="none"),
        "the last segment left off": _spelled(lambda token: token.rpartition(".")[0]),
        "a dot more": _spelled(lambda token: token + "."),
    },
    "SEC-88": {
        "the PEM key as secret": _with_public_key_as_secret(
            pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo
        ),
        "the DER key as secret": _with_public_key_as_secret(
            pem.Encoding.DER, pem.PublicFormat.SubjectPublicKeyInfo
        ),
        "the point as secret": _with_public_key_as_secret(
            pem.Encoding.X962, pem.PublicFormat.UncompressedPoint
        ),
        "the JWK as secret": _with_jwk_as_secret,
    },
    "SEC-89": {
        "jwk": _by_stranger(jwk="KEY"),
        "jku": _by_stranger(jku="http://127.0.0.1:9/keys"),
        "x5u": _by_stranger(x5u="http://127.0.0.1:9/cert"),
        "x5c": _by_stranger(x5c=["AAAA"]),
        "a known kid only": _by_stranger(),
    },
    "SEC-90": {
        "a number": _header(kid=1),
        "a list": _header(kid=["k1"]),
        "a path": _by_stranger(kid="../../../../dev/null"),
        "SQL": _by_stranger(kid="x' UNION SELECT 'key' --"),
        "NUL": _by_stranger(kid="k1\0"),
        "5 KiB": _by_stranger(kid="x" * 5000),
        "a URL": _by_stranger(kid="http://127.0.0.1:9/"),
    },
    "SEC-91": {
        "an unknown extension": _header(crit=["x"], x=1),
        "an empty list": _header(crit=[]),
        "a standard member": _header(crit=["alg"]),
        "an unencoded payload": _header(b64=False, crit=["b64"]),
        "b64 alone": _header(b64=False),
    },
    "SEC-92": {
        "alg twice": _raw_header(',"alg":"ES256"'),
        "kid twice": _raw_header(',"kid":"k2"'),
        "exp twice": _payload(',"exp":9999999999'),
        "deep in the claims": _payload(',"x":[{"y":1,"y":1}]'),
    },
    "SEC-93": {
        "NaN": _payload(',"x":NaN'),
        "Infinity": _payload(',"x":Infinity'),
        "5000 digits": _payload(f',"x":{"9" * 5000}'),
    },
    "SEC-95": {
        "a header of more than 8 KiB": _header(x="y" * 8000),
        "33 levels": _payload(f',"x":{"[" * 33}{"]" * 33}'),
        "5000 levels": _payload(f',"x":{"[" * 5000}{"]" * 5000}'),
    },
    "SEC-98": {
        "an encrypted token": _spelled(lambda token: f"{token}.AAAA.AAAA"),
        "the header of one": _header(enc="A256GCM"),
    },
    "SEC-99": {
        "the signature left off": _spelled(lambda token: token.rpartition(".")[0] + "."),
        "a token in a token": _nested,
        "other claims": _tampered,
    },
    "SEC-101": {
        "zero r and s": _signature(lambda raw: bytes(64)),
        "zero r": _signature(lambda raw: bytes(32) + raw[32:]),
        "zero s": _signature(lambda raw: raw[:32] + bytes(32)),
        "r and s the order": _signature(lambda raw: P256_ORDER.to_bytes(32) * 2),
        "s beyond the order": _signature(lambda raw: raw[:32] + b"\xff" * 32),
        "r and s swapped": _signature(lambda raw: raw[32:] + raw[:32]),
        "a bit turned": _signature(lambda raw: bytes([raw[0] ^ 1]) + raw[1:]),
        "cut short": _signature(lambda raw: raw[:-1]),
        "a byte more": _signature(lambda raw: raw + b"\0"),
        "a byte more in front": _signature(lambda raw: b"\0" + raw),
        "in DER": _signature(_der),
        "of another curve's length": _signature(
            lambda raw: bytes(16) + raw[:32] + bytes(16) + raw[32:]
        ),
    },
    "SEC-104": {
        "padding": _spelled(lambda token: token + "=="),
        "a line end": _spelled(lambda token: token + "\n"),
        "a space": _spelled(lambda token: " " + token),
        "the plain alphabet": _spelled(lambda token: token.replace(".", "+.", 1)),
        "no ASCII": _spelled(lambda token: token + "\u0430"),
        "stray bits": _spelled(lambda token: token[:-1] + chr(ord(token[-1]) + 1)),
        "half a surrogate pair": _payload(',"x":"\\ud800"'),
        "no UTF-8": lambda issuer: issuer.sign({"kid": "k1"}, b'{"iss":"\xff"}'),
        "UTF-16": lambda issuer: issuer.sign(
            {"kid": "k1"}, json.dumps(issuer.claims()).encode("utf-16")
        ),
        "no object": lambda issuer: issuer.sign({"kid": "k1"}, b"[]"),
        "empty": lambda issuer: "..",
        "nothing": lambda issuer: "",
    },
}


def believed(case: str, issuer: PlayedIssuer) -> list[str]:
    """Return which forgeries of a case are believed, or refused in words of their own."""
    verifier = verifier_of(issuer)
    wrong = [
        name
        for name, forge in FORGERIES[case].items()
        if refused(verifier, forge(issuer)) != FORGED
    ]
    assert verifier.verify(issuer.token()).subject == "joe"
    return wrong


def test_SEC_87_token_without_algorithm_is_refused(issuer: PlayedIssuer) -> None:
    assert believed("SEC-87", issuer) == []


def test_SEC_88_public_key_is_no_hmac_secret(issuer: PlayedIssuer) -> None:
    assert believed("SEC-88", issuer) == []


def test_SEC_88_algorithms_of_shared_secrets_cannot_be_allowed(issuer: PlayedIssuer) -> None:
    for algorithm in ("HS256", "none"):
        with pytest.raises(ConfigurationError, match=algorithm):
            verifier_of(issuer, algorithms=frozenset({"ES256", algorithm}))


def test_SEC_88_algorithm_that_is_not_allowed_is_refused(issuer: PlayedIssuer) -> None:
    verifier = verifier_of(issuer, algorithms=frozenset({"RS256"}))
    assert refused(verifier, issuer.token()) == FORGED
    assert issuer.requests == []


def test_SEC_88_key_verifies_its_own_algorithm_only(issuer: PlayedIssuer) -> None:
    rsa = private_key(f"{issuer.url} k2", "RSA")
    issuer.publish(jwk_of(rsa, "k2", alg="PS256"))
    token = issuer.sign({"kid": "k2", "alg": "RS256"}, issuer.claims(), "k2", "RSA")
    assert refused(verifier_of(issuer), token) == FORGED


def test_SEC_89_key_that_the_token_brings_is_not_used(issuer: PlayedIssuer) -> None:
    assert believed("SEC-89", issuer) == []


def test_SEC_89_address_that_the_token_brings_is_not_visited(
    issuer: PlayedIssuer, other: PlayedIssuer
) -> None:
    url = other.url + KEYS
    forge = _by_stranger(jku=url, x5u=url, kid="unknown")
    refused(verifier_of(issuer), forge(issuer))
    assert other.requests == []


def test_SEC_90_kid_is_only_looked_up(issuer: PlayedIssuer) -> None:
    assert believed("SEC-90", issuer) == []


def test_SEC_91_critical_extensions_are_refused(issuer: PlayedIssuer) -> None:
    assert believed("SEC-91", issuer) == []


def test_SEC_92_member_that_stands_twice_is_refused(issuer: PlayedIssuer) -> None:
    assert believed("SEC-92", issuer) == []


def test_SEC_93_number_that_is_none_is_refused(issuer: PlayedIssuer) -> None:
    assert believed("SEC-93", issuer) == []


def test_SEC_95_huge_header_and_deep_nesting_are_refused(issuer: PlayedIssuer) -> None:
    assert believed("SEC-95", issuer) == []


def test_SEC_95_huge_token_is_refused_before_it_is_read(issuer: PlayedIssuer) -> None:
    words = refused(verifier_of(issuer), "x" * 50_000_000)
    assert words == "The token is longer than 16384 characters"
    assert issuer.requests == []


def test_SEC_98_encrypted_token_is_refused(issuer: PlayedIssuer) -> None:
    assert believed("SEC-98", issuer) == []


def test_SEC_99_signature_must_cover_the_claims(issuer: PlayedIssuer) -> None:
    assert believed("SEC-99", issuer) == []


def test_SEC_101_signature_has_one_form(issuer: PlayedIssuer) -> None:
    assert believed("SEC-101", issuer) == []


def test_SEC_104_spelling_that_is_not_the_one_is_refused(issuer: PlayedIssuer) -> None:
    assert believed("SEC-104", issuer) == []


@pytest.mark.parametrize("kind", ["P-384", "P-521", "RSA", "Ed25519"])
def test_SEC_88_key_of_another_kind_under_the_same_kid_does_not_verify(
    issuer: PlayedIssuer, kind: str
) -> None:
    issuer.publish_key("k1", kind)
    verifier = verifier_of(issuer)
    assert verifier.verify(issuer.token("k1", kind)).subject == "joe"
    assert refused(verifier, issuer.token("k1", "P-256")) == FORGED


# --- whose token it is -------------------------------------------------------


def test_SEC_228_key_of_another_trusted_issuer_does_not_verify(
    issuer: PlayedIssuer, other: PlayedIssuer
) -> None:
    verifier = verifier_of(issuer, other)
    assert refused(verifier, issuer.token(iss=other.url)) == FORGED
    assert verifier.verify(issuer.token()).issuer == issuer.url
    assert verifier.verify(other.token()).issuer == other.url


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda url: url + "/", id="a slash more"),
        pytest.param(lambda url: url.upper(), id="in capitals"),
        pytest.param(lambda url: [url], id="a list"),
        pytest.param(lambda url: {"url": url}, id="an object"),
        pytest.param(lambda url: "", id="empty"),
        pytest.param(lambda url: None, id="left out"),
        pytest.param(lambda url: 1, id="a number"),
    ],
)
def test_SEC_228_issuer_is_compared_to_the_letter(
    issuer: PlayedIssuer, change: Callable[[str], Any]
) -> None:
    words = refused(verifier_of(issuer), issuer.token(iss=change(issuer.url)))
    assert words == "The token is of no issuer that is trusted here"
    assert issuer.requests == []


def test_issuer_that_ends_in_a_slash_keeps_it(issuer: PlayedIssuer) -> None:
    named = issuer.url + "/"
    issuer.serve(METADATA, {"issuer": named, "jwks_uri": issuer.url + KEYS})
    verifier = TokenVerifier(TrustedIssuer(named, audience=AUDIENCE), now=Clock())
    assert verifier.verify(issuer.token(iss=named)).issuer == named


def test_SEC_228_nothing_is_fetched_for_a_stranger(
    issuer: PlayedIssuer, other: PlayedIssuer
) -> None:
    refused(verifier_of(issuer), other.token())
    assert issuer.requests == other.requests == []


def test_issuer_may_be_left_out_where_one_issuer_has_that(
    issuer: PlayedIssuer, other: PlayedIssuer
) -> None:
    verifier = TokenVerifier(
        TrustedIssuer(issuer.url, audience=None, issuer_claim_optional=True),
        TrustedIssuer(other.url, audience=AUDIENCE),
        now=Clock(),
    )
    pingfederate = {"iss": None, "aud": None, "sub": None, "iat": None, "scope": ["a", "b"]}
    token = verifier.verify(issuer.sign({"typ": None, "kid": "k1"}, issuer.claims(**pingfederate)))
    assert token.issuer == issuer.url
    assert token.scopes == {"a", "b"}
    assert refused(verifier, other.token(iss=None)) == FORGED


def test_issuer_may_not_be_left_out_for_two(issuer: PlayedIssuer, other: PlayedIssuer) -> None:
    with pytest.raises(ConfigurationError, match="several issuers"):
        verifier_of(issuer, other, issuer_claim_optional=True)


# --- what it is --------------------------------------------------------------


def id_token(issuer: PlayedIssuer, **claims: Any) -> str:
    usual = {"aud": "app", "client_id": None, "scope": None, "nonce": "n-1"}
    return issuer.sign({"typ": "JWT", "kid": "k1"}, issuer.claims(**{**usual, **claims}))


def test_SEC_267_id_token_is_refused(issuer: PlayedIssuer) -> None:
    for audience in (AUDIENCE, "app", None):
        verifier = verifier_of(issuer, audience=audience)
        assert refused(verifier, id_token(issuer)) == "The token is no access token"


def test_SEC_267_id_token_is_taken_where_that_is_said(issuer: PlayedIssuer) -> None:
    verifier = verifier_of(issuer, accept_id_token=True, client_id="app")
    assert verifier.verify(id_token(issuer)).kind == "id_token"
    assert verifier.verify(issuer.token()).kind == "access_token"
    assert refused(verifier, id_token(issuer, aud="other")).startswith("The token is no ID token")
    assert refused(verifier, id_token(issuer, aud=AUDIENCE)).startswith("The token is no ID token")


def test_SEC_267_id_tokens_need_an_application(issuer: PlayedIssuer) -> None:
    with pytest.raises(ConfigurationError, match="client_id"):
        verifier_of(issuer, accept_id_token=True)


def test_SEC_267_audience_has_to_be_given(issuer: PlayedIssuer) -> None:
    with pytest.raises(TypeError, match="audience"):
        TrustedIssuer(issuer.url)  # type: ignore[call-arg]
    for nothing in ("", (), ("",)):
        with pytest.raises(ConfigurationError, match="No audience"):
            TrustedIssuer(issuer.url, audience=nothing)


def test_SEC_265_id_token_of_another_login_is_refused(issuer: PlayedIssuer) -> None:
    verifier = verifier_of(issuer, client_id="app")
    assert verifier.verify_id_token(id_token(issuer), nonce="n-1").subject == "joe"
    with pytest.raises(InvalidTokenError, match="nonce"):
        verifier.verify_id_token(id_token(issuer), nonce="n-2")


async def test_SEC_265_coroutines_refuse_it_too(issuer: PlayedIssuer) -> None:
    trusted = TrustedIssuer(issuer.url, audience=AUDIENCE, client_id="app")
    verifier = AsyncTokenVerifier(trusted, now=Clock())
    assert (await verifier.verify_id_token(id_token(issuer), nonce="n-1")).subject == "joe"
    with pytest.raises(InvalidTokenError, match="nonce"):
        await verifier.verify_id_token(id_token(issuer), nonce="n-2")
    with pytest.raises(InvalidTokenError, match="no ID token"):
        await AsyncTokenVerifier(
            TrustedIssuer(issuer.url, audience=AUDIENCE, introspection=Introspector("api", "s"))
        ).verify_id_token("an-opaque-token")


def test_id_token_needs_an_application_to_be_for(issuer: PlayedIssuer) -> None:
    with pytest.raises(ConfigurationError, match="client_id"):
        verifier_of(issuer).verify_id_token(id_token(issuer))


@pytest.mark.parametrize("case", ["SEC-87", "SEC-88", "SEC-99", "SEC-101"])
def test_SEC_265_id_token_is_forged_no_more_easily(issuer: PlayedIssuer, case: str) -> None:
    verifier = verifier_of(issuer, client_id="app")
    for forge in FORGERIES[case].values():
        with pytest.raises(InvalidTokenError, match=FORGED):
            verifier.verify_id_token(forge(issuer))


def test_SEC_267_key_bound_token_is_no_bearer_token(issuer: PlayedIssuer) -> None:
    words = refused(verifier_of(issuer), issuer.token(cnf={"jkt": "x"}))
    assert words.startswith("The token is bound")

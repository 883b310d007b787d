"""Hostile tokens wherever tokens are read: our own at introspection, clients' as assertions."""

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as pem

from ostiary.core.crypto import keys
from tests.support import jose
from tests.support.app import App, client_key, make_app
from tests.support.tenants import (
    KEY_JWT,
    make_client,
    private_key,
    secret_of,
    signing_key,
    verification_key,
)

Spoil = Callable[[dict[str, Any], Any, jose.Key], str]
"""Makes a token from a good one's header, claims and key."""


def _raw(header: bytes, payload: bytes | dict[str, Any], key: jose.Key) -> str:
    return jose.compact(header, payload, key)


def _without_signature(header: dict[str, Any], claims: Any) -> str:
    return jose.compact(header, claims, None)


def _good(header: dict[str, Any], claims: Any, key: jose.Key) -> str:
    return jose.compact(header, claims, key)


def _spelled(change: Callable[[str], str]) -> Spoil:
    return lambda header, claims, key: change(_good(header, claims, key))


def _with_header(**members: Any) -> Spoil:
    return lambda header, claims, key: jose.compact({**header, **members}, claims, key)


def _with_claims(text: str) -> Spoil:
    """Return a token whose payload gets more members, in raw JSON."""

    def spoil(header: dict[str, Any], claims: Any, key: jose.Key) -> str:
        payload = json.dumps(claims)[:-1] + text + "}"
        return jose.compact(header, payload.encode(), key)

    return spoil


def _named(alg: str) -> Spoil:
    """Return a token without a signature under an algorithm that says so."""
    return lambda header, claims, key: _without_signature({**header, "alg": alg}, claims)


def _of_json(header: dict[str, Any], claims: Any, key: jose.Key) -> str:
    head, payload, signature = _good(header, claims, key).split(".")
    return json.dumps({"protected": head, "payload": payload, "signature": signature})


def _nested(header: dict[str, Any], claims: Any, key: jose.Key) -> str:
    inner = _good(header, claims, key)
    return jose.compact({**header, "cty": "JWT"}, inner.encode(), key)


SPOILED: dict[str, dict[str, Spoil]] = {
    "SEC-87": {
        "none": _named("none"),
        "None": _named("None"),
        "nOnE": _named("nOnE"),
        "an empty algorithm": _named(""),
        "no algorithm": lambda h, c, k: _without_signature(
            {name: value for name, value in h.items() if name != "alg"}, c
        ),
        "none with a good signature": lambda h, c, k: (
            f"{_named('none')(h, c, k)[:-1]}.{_good(h, c, k).rpartition('.')[2]}"
        ),
        "the last segment left off": _spelled(lambda token: token.rpartition(".")[0]),
        "a dot more": _spelled(lambda token: f"{token}."),
    },
    "SEC-90": {
        "a number": _with_header(kid=1),
        "a list": _with_header(kid=["x"]),
        "a path": _with_header(kid="../../../../dev/null"),
        "SQL": _with_header(kid="x' UNION SELECT 'key' --"),
        "NUL": _with_header(kid="x\0y"),
        "5 KiB": _with_header(kid="x" * 5000),
    },
    "SEC-91": {
        "an unknown extension": _with_header(crit=["x"], x=1),
        "an empty list": _with_header(crit=[]),
        "a known member": _with_header(crit=["alg"]),
        "an absent member": _with_header(crit=["missing"]),
        "an unencoded payload": _with_header(b64=False, crit=["b64"]),
    },
    "SEC-92": {
        "alg": lambda h, c, k: _raw(json.dumps(h)[:-1].encode() + b',"alg":"none"}', c, k),
        "in the header": lambda h, c, k: _raw(json.dumps(h)[:-1].encode() + b',"x":1,"x":2}', c, k),
        "exp": _with_claims(',"exp":9999999999'),
        "in the claims": _with_claims(',"x":1,"x":1'),
        "deep in the claims": _with_claims(',"x":{"y":[{"z":1,"z":1}]}'),
    },
    "SEC-93": {
        "NaN": _with_claims(',"x":NaN'),
        "infinity": _with_claims(',"x":1e999'),
        "5000 digits": _with_claims(f',"x":{"9" * 5000}'),
    },
    "SEC-95": {
        "more than 16 KiB": _with_claims(f',"x":"{"y" * 16_000}"'),
        "a header of more than 8 KiB": _with_header(x="y" * 8_000),
        "33 levels": _with_claims(f',"x":{"[" * 33}{"]" * 33}'),
        "5000 levels": _with_claims(f',"x":{"[" * 5000}{"]" * 5000}'),
    },
    "SEC-96": {
        "PBES2": _with_header(alg="PBES2-HS256+A128KW", p2c=2**31 - 1, p2s="AAAA"),
    },
    "SEC-97": {
        "compressed": _with_header(alg="dir", enc="A128GCM", zip="DEF"),
        "five segments": _spelled(lambda token: f"{token}.AAAA.AAAA"),
    },
    "SEC-98": {
        "RSA1_5": _with_header(alg="RSA1_5", enc="A128CBC-HS256"),
    },
    "SEC-99": {
        "the signature left off": _spelled(lambda token: token.rpartition(".")[0] + "."),
        "a token in a token": _nested,
    },
    "SEC-103": {
        "flattened": _of_json,
    },
    "SEC-104": {
        "padding": _spelled(lambda token: f"{token}=="),
        "a line end": _spelled(lambda token: f"{token}\n"),
        "a space in front": _spelled(lambda token: f" {token}"),
        "a space inside": _spelled(lambda token: token.replace(".", " .", 1)),
        "the plain alphabet": _spelled(lambda token: token.replace(".", "+.", 1)),
        "no ASCII": _spelled(lambda token: token + "\u0430"),
    },
}


async def _is_taken_from_us(app: App, spoil: Spoil, manager: str) -> bool:
    """Tell whether introspection believes a spoiled token that our own key signed."""
    key = app.environment("default").key_sets[f"manager:{manager}"].keys[0]
    header, claims = jose.parts(await app.token("many", access_token_manager_id=manager))
    return await app.is_active(spoil(header, claims, key.private_key))


async def _is_taken_from_client(app: App, spoil: Spoil, client: str) -> bool:
    """Tell whether the token endpoint believes a spoiled assertion that the client's key signed."""
    header, claims = jose.parts(app.assertion(client, jti=str(len(app.events.events))))
    answer = await app.ask_with_assertion(spoil(header, claims, client_key(client)))
    assert answer.status == 200 or answer.error == (401, "invalid_client")
    return answer.status == 200


READERS = [f"introspection of {manager}" for manager in ("default", "modern", "edwards")]
READERS += [f"assertion of {client}" for client in ("rs256", "ps256", "es256", "eddsa", "hs256")]
every_reader = pytest.mark.parametrize("reader", READERS)


async def _believed(case: str, reader: str) -> list[str]:
    """Return which spoiled tokens of a case are believed; a good one is believed at the end."""
    app = make_app()
    kind, _, whose = reader.partition(" of ")
    is_taken = _is_taken_from_us if kind == "introspection" else _is_taken_from_client
    believed = []
    for name, spoil in SPOILED[case].items():
        if await is_taken(app, spoil, whose):
            believed.append(name)
    assert await is_taken(app, _good, whose)
    return believed


@every_reader
async def test_SEC_87_a_token_without_algorithm_or_signature_is_not_believed(reader: str) -> None:
    assert await _believed("SEC-87", reader) == []


@every_reader
async def test_SEC_90_a_strange_kid_finds_nothing(reader: str) -> None:
    # A shared secret has no kid, so what stands there is not looked at if it is text.
    ignored = ["a path", "SQL", "NUL", "5 KiB"] if reader.endswith("hs256") else []
    assert await _believed("SEC-90", reader) == ignored


@every_reader
async def test_SEC_91_critical_extensions_are_not_believed(reader: str) -> None:
    assert await _believed("SEC-91", reader) == []


@every_reader
async def test_SEC_92_a_member_that_stands_twice_is_not_believed(reader: str) -> None:
    assert await _believed("SEC-92", reader) == []


@every_reader
async def test_SEC_93_a_number_that_is_none_is_not_believed(reader: str) -> None:
    assert await _believed("SEC-93", reader) == []


@every_reader
async def test_SEC_95_a_token_beyond_the_sizes_is_not_believed(reader: str) -> None:
    assert await _believed("SEC-95", reader) == []


@every_reader
async def test_SEC_96_password_based_algorithms_are_not_believed(reader: str) -> None:
    assert await _believed("SEC-96", reader) == []


@every_reader
async def test_SEC_97_nothing_compressed_or_encrypted_is_believed(reader: str) -> None:
    assert await _believed("SEC-97", reader) == []


@every_reader
async def test_SEC_98_rsa_encryption_is_not_believed(reader: str) -> None:
    assert await _believed("SEC-98", reader) == []


@every_reader
async def test_SEC_99_a_token_needs_a_signature_of_its_own(reader: str) -> None:
    assert await _believed("SEC-99", reader) == []


@every_reader
async def test_SEC_103_json_serialisation_is_not_believed(reader: str) -> None:
    assert await _believed("SEC-103", reader) == []


@every_reader
async def test_SEC_104_another_spelling_is_not_believed(reader: str) -> None:
    assert await _believed("SEC-104", reader) == []


def _confusable(public: Any) -> dict[str, bytes]:
    """Return every form in which a public key could be taken for a shared secret."""
    spki = pem.PublicFormat.SubjectPublicKeyInfo
    jwk = keys.public_members(public)
    return {
        "PEM": public.public_bytes(pem.Encoding.PEM, spki),
        "DER": public.public_bytes(pem.Encoding.DER, spki),
        "SSH": public.public_bytes(pem.Encoding.OpenSSH, pem.PublicFormat.OpenSSH),
        "JWK": json.dumps(jwk).encode(),
        "JWK without spaces": json.dumps(jwk, separators=(",", ":")).encode(),
        "the first member": next(iter(jwk[name] for name in ("n", "x") if name in jwk)).encode(),
        "nothing": b"",
        "zero": b"\0",
    }


@pytest.mark.parametrize("manager", ["default", "modern", "edwards"])
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_SEC_88_our_public_key_is_no_shared_secret(manager: str, algorithm: str) -> None:
    app = make_app()
    key = app.environment("default").key_sets[f"manager:{manager}"].keys[0]
    header, claims = jose.parts(await app.token("many", access_token_manager_id=manager))
    certificate = {"certificate": key.certificate}
    for name, secret in {**_confusable(key.public_key), **certificate}.items():
        forged = jose.compact({**header, "alg": algorithm}, claims, secret)
        assert not await app.is_active(forged), name


@pytest.mark.parametrize("manager", ["default", "modern", "edwards"])
@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256", "ES256", "ES384", "EdDSA"])
async def test_SEC_88_our_key_signs_under_its_own_algorithm_only(
    manager: str, algorithm: str
) -> None:
    app = make_app()
    key = app.environment("default").key_sets[f"manager:{manager}"].keys[0]
    header, claims = jose.parts(await app.token("many", access_token_manager_id=manager))
    signed = jose.signing_input({**header, "alg": algorithm}, claims)
    signature = jose.sign(signed.encode(), key.algorithm, key.private_key)
    token = f"{signed}.{jose.encode(signature)}"
    assert await app.is_active(token) is (algorithm == key.algorithm)


async def test_SEC_89_a_key_that_the_token_brings_along_is_neither_used_nor_fetched() -> None:
    """A listener that the token points to gets no connection."""
    app = make_app()
    stranger = signing_key("stranger", "ES256")
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        url = f"https://127.0.0.1:{trap.getsockname()[1]}/jwks"
        header, claims = jose.parts(await app.token("modern"))
        offers: list[dict[str, Any]] = [
            {"jwk": stranger.public_jwk},
            {"jku": url},
            {"x5u": url},
            {"x5c": stranger.public_jwk["x5c"]},
            {"x5t#S256": stranger.public_jwk["x5t#S256"]},
        ]
        for number, offer in enumerate(offers):
            for kid in (header["kid"], stranger.kid, url):
                members = {**header, "kid": kid, **offer}
                assert not await app.is_active(jose.compact(members, claims, stranger.private_key))
            asserted = app.assertion_claims("es256", jti=str(number))
            forged = jose.compact({"alg": "ES256", **offer}, asserted, stranger.private_key)
            answer = await app.ask_with_assertion(forged)
            assert answer.error == (401, "invalid_client")
        await asyncio.sleep(0)
        with pytest.raises(BlockingIOError):
            trap.accept()


@pytest.mark.parametrize("claim", ["exp", "jti", "client_id"])
async def test_SEC_94_a_token_of_ours_without_its_claims_is_none(claim: str) -> None:
    app = make_app()

    def without(header: dict[str, Any], claims: Any, key: jose.Key) -> str:
        return _good(header, {name: claims[name] for name in claims if name != claim}, key)

    assert not await _is_taken_from_us(app, without, "modern")


@pytest.mark.parametrize(
    "value", ["1750009999", True, None, [], {}, -1, 1e300, 10**400], ids=lambda v: repr(v)[:12]
)
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
async def test_SEC_93_a_time_is_a_finite_number(name: str, value: object) -> None:
    app = make_app()
    if name == "exp":

        def spoil(header: dict[str, Any], claims: Any, key: jose.Key) -> str:
            return _good(header, {**claims, name: value}, key)

        assert not await _is_taken_from_us(app, spoil, "modern")
    if value is not None or name == "exp":
        claims = app.assertion_claims("es256") | {name: value}
        header = {"alg": "ES256", "kid": "es256"}
        assertion = jose.compact(header, claims, client_key("es256"))
        is_past = name == "nbf" and value == -1  # begun long ago: that is what nbf may say
        answer = await app.ask_with_assertion(assertion)
        assert (answer.status == 200) is is_past


async def test_SEC_106_no_key_of_the_server_is_published_twice() -> None:
    app = make_app()
    env = app.environment("customers").id
    kids = []
    for caller, target in (
        (app.pingfederate, "/pf/JWKS"),
        (app.pingfederate, "/ext/oauth/jwks"),
        (app.pingfederate, "/ext/6pac/jwks"),
        (app.pingfederate, "/ext/interact/jwks"),
        (app.pingone, f"/{env}/as/jwks"),
        (app.pingone, f"/{app.environment('partners').id}/as/jwks"),
    ):
        for jwk in (await caller.get(target)).json()["keys"]:
            kids.append(jwk["kid"])
            allowed = {"kty", "n", "e", "crv", "x", "y", "kid", "use", "alg", "x5c", "x5t#S256"}
            assert set(jwk) <= allowed
    assert len(set(kids)) == len(kids) >= 10


async def test_SEC_101_the_other_signature_of_a_revoked_token_is_revoked_too() -> None:
    app = make_app()
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    token = await app.token("modern")
    signed, _, signature = token.rpartition(".")
    raw = jose.decode(signature)
    twin = f"{signed}.{jose.encode(raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32))}"
    await app.pingfederate.post_form(
        "/as/revoke_token.oauth2", {"token": token}, basic=("modern", secret_of("modern"))
    )
    assert not await app.is_active(twin)


async def test_SEC_102_a_client_with_the_most_keys_is_served() -> None:
    jwks = tuple(
        verification_key(f"key {number}", "ES256", kid=str(number)) for number in range(50)
    )
    app = make_app(clients=[make_client("fifty", KEY_JWT, jwks=jwks)])
    claims = app.assertion_claims("fifty")
    assertion = jose.compact({"alg": "ES256"}, claims, private_key("key 49", "ES256"))
    assert (await app.ask_with_assertion(assertion)).status == 200

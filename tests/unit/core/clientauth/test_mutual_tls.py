"""Clients that prove themselves by the certificate of their connection."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from ostiary.adapters.limiter import WindowLimiter
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.errors import InvalidClientError
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import BasicCredentials, Presented
from ostiary.core.clientauth.mutual_tls import SelfSignedTLSClientAuth, TLSClientAuth, is_subject
from ostiary.core.clientauth.none import NoAuthentication
from ostiary.core.crypto.certificates import self_signed
from ostiary.core.crypto.client_certificates import ClientCertificate, read_certificate
from ostiary.core.crypto.distinguished_names import parse_name
from ostiary.core.model.client import AuthMethod, CertificateSubject, Client
from ostiary.core.oauth.client_authentication import ClientAuthentication
from tests.support.environments import make_environment
from tests.support.tenants import MADE_AT, NONE, make_client, private_key

CLOCK = FrozenClock(MADE_AT + 60)
SHOWN = read_certificate(self_signed(private_key("caller", "ES256"), "caller", now=MADE_AT))
OTHER = read_certificate(self_signed(private_key("other", "ES256"), "other", now=MADE_AT))
OWN = AuthMethod.SELF_SIGNED_TLS_CLIENT_AUTH


def _with_names(**names: Any) -> ClientCertificate:
    return msgspec.structs.replace(SHOWN, **names)


@pytest.mark.parametrize(
    ("expected", "names"),
    [
        (CertificateSubject(name=parse_name("CN=caller")), {}),
        (
            CertificateSubject(dns="a.example.com"),
            {"dns_names": ("b.example.com", "A.example.com")},
        ),
        (CertificateSubject(uri="spiffe://x/a"), {"uris": ("spiffe://x/a",)}),
        (CertificateSubject(ip="2001:db8::1"), {"ip_addresses": ("2001:db8::1",)}),
        (CertificateSubject(mail="a@example.com"), {"mail_addresses": ("a@example.com",)}),
    ],
)
def test_a_certificate_is_about_whom_one_of_its_names_says(
    expected: CertificateSubject, names: Mapping[str, Any]
) -> None:
    assert is_subject(expected, _with_names(**names))
    assert not is_subject(expected, OTHER)


@pytest.mark.parametrize(
    "names",
    [
        {"dns_names": ("caller",)},
        {"uris": ("a.example.com",)},
        {"mail_addresses": ("a.example.com",)},
        {"dns_names": ("*.example.com",)},
    ],
)
def test_a_name_of_another_kind_and_a_wildcard_say_nothing(names: Mapping[str, Any]) -> None:
    assert not is_subject(CertificateSubject(dns="a.example.com"), _with_names(**names))


def _authenticating() -> ClientAuthentication:
    methods = TLSClientAuth(CLOCK), SelfSignedTLSClientAuth(CLOCK), NoAuthentication()
    return ClientAuthentication(methods, WindowLimiter(CLOCK))


async def _authenticate(
    client: Client, certificate: ClientCertificate | None, **presented: Any
) -> Client:
    params = Params({"client_id": client.client_id})
    shown = Presented("192.0.2.1", (), certificate=certificate, **presented)
    env = make_environment(clients={client.client_id: client})
    return await _authenticating().authenticate(env, params, shown)


async def test_a_public_client_may_show_a_certificate() -> None:
    client = make_client("app", NONE)
    assert await _authenticate(client, SHOWN) is client


async def test_a_client_with_a_certificate_of_its_own_is_not_taken_for_a_public_one() -> None:
    client = make_client("app", OWN, certificate_thumbprints=frozenset({SHOWN.thumbprint}))
    assert await _authenticate(client, SHOWN) is client
    for shown in (None, OTHER):
        with pytest.raises(InvalidClientError):
            await _authenticate(client, shown)


async def test_a_certificate_that_is_over_proves_nothing() -> None:
    client = make_client("app", OWN, certificate_thumbprints=frozenset({SHOWN.thumbprint}))
    with pytest.raises(InvalidClientError):
        await _authenticate(client, _with_names(not_after=CLOCK.now() - 1))


async def test_a_certificate_beside_a_secret_is_not_what_proves() -> None:
    client = make_client("app", OWN, certificate_thumbprints=frozenset({SHOWN.thumbprint}))
    with pytest.raises(InvalidClientError):
        await _authenticate(client, SHOWN, basic=BasicCredentials("app", "a secret"))

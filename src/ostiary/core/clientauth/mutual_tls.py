"""tls_client_auth and self_signed_tls_client_auth: the certificate of the TLS connection.

Both claim the same thing in the same way, a bare `client_id` on a connection with a certificate;
which of them is meant, or whether the client proves nothing and only binds its tokens, is what the
client is configured for (`ClientAuthenticator.is_silent`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import ClassVar

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented, Rejected
from ostiary.core.crypto.client_certificates import ClientCertificate
from ostiary.core.model.client import AuthMethod, CertificateSubject, Client
from ostiary.core.model.environment import Environment


@dataclass(frozen=True, slots=True)
class TLSClientAuth:
    """A certificate of an authority that the environment trusts, with the subject of the client.

    Spec: RFC 8705 §2.1.
    """

    clock: Clock
    method: ClassVar[AuthMethod] = AuthMethod.TLS_CLIENT_AUTH
    is_silent: ClassVar[bool] = True

    def find_claimed(self, params: Params, presented: Presented) -> str | None:
        return find_claimed(params, presented)

    async def verify(
        self, env: Environment, claimed: str, params: Params, presented: Presented
    ) -> Client | Rejected:
        client, certificate = env.clients.get(ClientId(claimed)), presented.certificate
        if certificate is None or client is None or client.certificate_subject is None:
            return Rejected("unknown client" if client is None else "no subject configured")
        if not env.client_authorities.trust(certificate, now=self.clock.now()):
            return Rejected("the certificate is of no authority of this environment")
        if not is_subject(client.certificate_subject, certificate):
            return Rejected(f"another subject: {certificate.subject_text}")
        return client


@dataclass(frozen=True, slots=True)
class SelfSignedTLSClientAuth:
    """One of the certificates that are registered for the client itself.

    Spec: RFC 8705 §2.2.
    """

    clock: Clock
    method: ClassVar[AuthMethod] = AuthMethod.SELF_SIGNED_TLS_CLIENT_AUTH
    is_silent: ClassVar[bool] = True

    def find_claimed(self, params: Params, presented: Presented) -> str | None:
        return find_claimed(params, presented)

    async def verify(
        self, env: Environment, claimed: str, params: Params, presented: Presented
    ) -> Client | Rejected:
        client, certificate = env.clients.get(ClientId(claimed)), presented.certificate
        if certificate is None or client is None:
            return Rejected("unknown client")
        if certificate.thumbprint not in client.certificate_thumbprints:
            return Rejected("another certificate than the client's own")
        if not certificate.holds_at(self.clock.now()):
            return Rejected("the certificate is not valid now")
        return client


def find_claimed(params: Params, presented: Presented) -> str | None:
    """Return the client that a request without other credentials names beside a certificate."""
    if presented.certificate is None or presented.basic is not None:
        return None
    if "client_secret" in params or "client_assertion" in params:
        return None
    return params.find("client_id")


def is_subject(expected: CertificateSubject, certificate: ClientCertificate) -> bool:
    """Tell whether a certificate is about whom the client is registered as.

    Spec: RFC 8705 §2.1.2.
    """
    return (
        (expected.name is not None and certificate.subject == expected.name)
        or _is_among(expected.dns, map(str.lower, certificate.dns_names))
        or _is_among(expected.uri, certificate.uris)
        or _is_among(expected.ip, (str(ip_address(each)) for each in certificate.ip_addresses))
        or _is_among(expected.mail, certificate.mail_addresses)
    )


def _is_among(expected: str | None, names: Iterable[str]) -> bool:
    return expected is not None and expected in names

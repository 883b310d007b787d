"""Checks of certificates: of authorities, of clients' own, and of tokens that are bound to them."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ostiary.core.crypto.certificates import self_signed
from tests.support.configurations import MadeUpSurroundings, problems_in
from tests.support.tenants import MADE_AT, private_key

CLIENT = "environments.main.clients.app"
SERVER = 'server.mode = "dev"\nserver.listeners.mutual_tls = "127.0.0.1:9032"'
AUTHORITY = 'client_authorities.partners = "/ca.pem"'
PEM = (
    x509.load_der_x509_certificate(
        self_signed(private_key("caller", "ES256"), "caller", now=MADE_AT)
    )
    .public_bytes(Encoding.PEM)
    .decode()
)
HERE = MadeUpSurroundings(files={"/ca.pem": PEM, "/own.pem": PEM, "/text.pem": "no certificate"})


def _problems(
    client: str, *, server: str = SERVER, environment: str = AUTHORITY, beside: str = ""
) -> list[str]:
    main = f"[environments.main]\n{environment}"
    grants = "" if "grant_types" in client else 'grant_types = ["client_credentials"]'
    text = f"{server}\n{main}\n[{CLIENT}]\n{grants}\n{client}\n{beside}"
    return [problem.partition("; ")[0] for problem in problems_in(text, HERE)]


@pytest.mark.parametrize("subject", ['san_dns = "a.example.com"', 'subject_dn = "CN=a, O=B"'])
def test_a_client_with_a_certificate_of_an_authority_has_no_problems(subject: str) -> None:
    assert _problems(f"client_certificate.{subject}") == []


def test_a_client_with_a_certificate_of_its_own_needs_no_authority() -> None:
    assert _problems('client_certificate.own = ["/own.pem"]', environment="") == []


@pytest.mark.parametrize(
    ("file", "text"),
    [("/none.pem", "cannot be read"), ("/text.pem", "holds no certificate in PEM form")],
)
def test_a_file_that_holds_no_certificate_is_pointed_at(file: str, text: str) -> None:
    environment = f'client_authorities.partners = "{file}"'
    (problem,) = _problems('client_certificate.san_dns = "a"', environment=environment)
    assert problem.startswith("environments.main.client_authorities.partners: ")
    assert text in problem
    (problem,) = _problems(f'client_certificate.own = ["{file}"]', environment="")
    assert problem.startswith(f"{CLIENT}.client_certificate.own[0]: ")
    assert text in problem


def test_a_certificate_of_an_authority_needs_one() -> None:
    (problem,) = _problems('client_certificate.san_dns = "a"', environment="")
    assert problem == (
        f"{CLIENT}.client_certificate: comes from an authority, and client_authorities names none"
    )


def test_a_method_needs_the_certificate_that_it_is_about() -> None:
    (problem,) = _problems(
        'auth_methods = ["tls_client_auth"]\nclient_certificate.own = ["/own.pem"]'
    )
    assert "must say whom it is about" in problem
    (problem,) = _problems('auth_methods = ["self_signed_tls_client_auth"]')
    assert "must have own" in problem


@pytest.mark.parametrize(
    "beside", ["", '[server.proxies]\ntrusted = ["192.0.2.1"]\ncertificate_header = "x-cert"']
)
def test_a_certificate_that_nobody_asks_for_is_warned_of(beside: str) -> None:
    found = _problems(
        'client_certificate.san_dns = "a"', server='server.mode = "dev"', beside=beside
    )
    expected = f"{CLIENT}: warning: needs a certificate, and nothing here asks for one"
    assert found == ([] if beside else [expected])


def test_a_certificate_beside_a_secret_is_warned_of_unless_tokens_are_bound_to_it() -> None:
    client = (
        'secret = { generate = true }\nauth_methods = ["client_secret_basic"]\n'
        'client_certificate.own = ["/own.pem"]\n'
    )
    (problem,) = _problems(client)
    assert problem.startswith(f"{CLIENT}.client_certificate: warning: is never asked for")
    assert _problems(f"{client}certificate_bound_tokens = true") == []


@pytest.mark.parametrize("types", ["token", "code token", "id_token token"])
def test_a_bound_token_never_comes_by_a_browser(types: str) -> None:
    client = (
        'grant_types = ["authorization_code"]\nredirect_uris = ["https://a.example.com/cb"]\n'
        f'certificate_bound_tokens = true\nresponse_types = ["code", "{types}"]'
    )
    found = _problems(client)
    expected = (
        f"{CLIENT}.certificate_bound_tokens: cannot be kept for tokens that come by a browser, "
        "which shows no certificate"
    )
    assert [each for each in found if "certificate_bound_tokens: " in each] == [expected]

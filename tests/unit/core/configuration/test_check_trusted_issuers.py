"""Checks of trusted issuers, and of what clients may do with tokens of others."""

import pytest

from tests.support.configurations import client_problems

APP = "environments.main.clients.app"
ENV = "environments.main"
KEY = (
    '{ kty = "EC", crv = "P-256", x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", '
    'y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", alg = "ES256", kid = "k" }'
)
JWKS = f"jwks = {{ keys = [{KEY}] }}"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
BRINGS = f'secret = {{ generate = true }}\ngrant_types = ["{JWT_BEARER}"]\n'
EXCHANGES = f'secret = {{ generate = true }}\ngrant_types = ["{EXCHANGE}"]\n'


def issuer(fields: str = JWKS, name: str = "partner", url: str = "https://p.example.com") -> str:
    """Return the table of a trusted issuer."""
    return f'trusted_issuers.{name} = {{ issuer = "{url}", {fields} }}\n'


def test_an_issuer_with_keys_has_no_problems() -> None:
    assert client_problems(BRINGS, environment=issuer()) == []


def test_an_issuer_with_a_url_of_keys_has_no_problems() -> None:
    url = 'jwks_url = "https://p.example.com/keys"'
    assert client_problems(BRINGS, environment=issuer(url)) == []


@pytest.mark.parametrize(
    "fields", ['subject = "id"', f'{JWKS}, jwks_url = "https://p.example.com/keys"']
)
def test_an_issuer_has_its_keys_in_one_place(fields: str) -> None:
    assert client_problems(BRINGS, environment=issuer(fields)) == [
        f"{ENV}.trusted_issuers.partner: needs its keys: give either jwks or jwks_url"
    ]


def test_two_issuers_have_two_names() -> None:
    both = issuer() + issuer(name="other")
    assert client_problems(BRINGS, environment=both) == [
        f"{ENV}.trusted_issuers.other.issuer: is the issuer of {ENV}.trusted_issuers.partner.issuer"
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ('scopes = ["nothing"]', 'scopes[0]: "nothing" is not a scope of this environment'),
        ('clients = ["nobody"]', 'clients[0]: "nobody" is not a client of this environment'),
        ('algorithms = ["HS256"]', 'algorithms[0]: "HS256" is not an algorithm'),
        ('algorithms = ["none"]', 'algorithms[0]: "none" is not an algorithm'),
    ],
)
def test_SEC_62_an_issuer_leads_to_what_there_is(fields: str, said: str) -> None:
    (problem,) = client_problems(BRINGS, environment=issuer(f"{JWKS}, {fields}"))
    assert problem.startswith(f"{ENV}.trusted_issuers.partner.{said}")


def test_SEC_62_keys_are_public_and_strong() -> None:
    secret = 'jwks = { keys = [{ kty = "oct", k = "AAAA" }] }'
    (problem,) = client_problems(BRINGS, environment=issuer(secret))
    assert "is a symmetric key" in problem
    (empty,) = client_problems(BRINGS, environment=issuer("jwks = { keys = [] }"))
    assert "must have at least one key" in empty


def test_SEC_62_no_user_can_have_the_name_of_a_foreign_subject() -> None:
    foreign = f'subject = "username"\n{issuer(f"""{JWKS}, subject = "foreign" """)}'
    (problem,) = client_problems(BRINGS, environment=foreign)
    assert "a user could have its name" in problem


def test_an_issuer_that_nobody_uses_is_pointed_out() -> None:
    plain = 'secret = { generate = true }\ngrant_types = ["client_credentials"]'
    (problem,) = client_problems(plain, environment=issuer())
    assert problem.startswith(f"{ENV}.trusted_issuers: warning: have no effect")


def test_an_exchange_names_what_there_is() -> None:
    policy = 'token_exchange = { clients = ["x"], issuers = ["y"], audiences = ["z"] }'
    assert client_problems(EXCHANGES + policy) == [
        f'{APP}.token_exchange.clients[0]: "x" is not a client of this environment',
        f'{APP}.token_exchange.issuers[0]: "y" is not a trusted issuer of this environment',
        f'{APP}.token_exchange.audiences[0]: "z" is not an audience of this environment',
    ]


def test_an_exchange_without_the_grant_is_pointed_out() -> None:
    policy = "token_exchange = { impersonation = true }"
    assert client_problems(BRINGS + policy) == [
        f"{APP}.token_exchange: warning: has no effect without the grant type {EXCHANGE}"
    ]


def test_SEC_85_a_public_client_exchanges_nothing() -> None:
    problems = client_problems(f'grant_types = ["{EXCHANGE}"]')
    assert any('"auth_methods"' not in each and "prove who they are" in each for each in problems)


def test_S0_4_the_password_grant_is_pointed_out() -> None:
    message = "is deprecated: the client sees passwords of users"
    assert client_problems('secret = { generate = true }\ngrant_types = ["password"]') == [
        f'{APP}.grant_types[0]: warning: "password" {message}'
    ]


def test_SEC_44_a_public_client_needs_a_switch_for_passwords() -> None:
    problems = client_problems('grant_types = ["password"]')
    assert any('"password" is for clients that prove who they are' in each for each in problems)
    problems = client_problems('grant_types = ["password"]\npassword_without_proof = true')
    assert not any("prove who they are" in each for each in problems)


def test_the_switch_is_pointed_out_where_it_does_nothing() -> None:
    switch = "secret = { generate = true }\npassword_without_proof = true"
    other = f'{switch}\ngrant_types = ["client_credentials"]'
    assert client_problems(other) == [
        f"{APP}.password_without_proof: warning: has no effect without the grant type password"
    ]
    *_, problem = client_problems(f'{switch}\ngrant_types = ["password"]')
    assert problem.endswith("has no effect: this client proves who it is")

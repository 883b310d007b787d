"""The ways in which a client shows who it is."""

from base64 import b64decode

import pytest

from ostiary_client.errors import ConfigurationError
from ostiary_client.options import Identity
from ostiary_client.protocol.client_authentication import (
    ClientAuthentication,
    ClientSecretBasic,
    ClientSecretPost,
    NoAuthentication,
)
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.secret import Secret

SERVER = Metadata("https://pf.example")
SECRET = Secret("a secret: 100% of \u00e9")


def chosen(identity: Identity, *offered: str) -> ClientAuthentication:
    return identity.authentication(Metadata("x", token_endpoint_auth_methods=offered))


def test_id_and_secret_are_form_encoded_in_the_header() -> None:
    shown = ClientSecretBasic("id:1/\u00e9", SECRET).credentials(SERVER, 0)
    scheme, _, encoded = shown.headers["authorization"].partition(" ")

    assert scheme == "Basic"
    assert b64decode(encoded) == b"id%3A1%2F%C3%A9:a+secret%3A+100%25+of+%C3%A9"
    assert shown.form == {}


def test_id_and_secret_are_parameters_as_they_are() -> None:
    shown = ClientSecretPost("id", SECRET).credentials(SERVER, 0)

    assert shown.form == {"client_id": "id", "client_secret": "a secret: 100% of \u00e9"}
    assert shown.headers == {}


def test_a_public_client_says_its_id_alone() -> None:
    shown = NoAuthentication("id").credentials(SERVER, 0)

    assert (shown.form, shown.headers) == ({"client_id": "id"}, {})


def test_a_secret_goes_into_the_header_if_the_server_takes_that() -> None:
    identity = Identity("id", SECRET)

    for offered in (("client_secret_post", "client_secret_basic"), (), ("private_key_jwt",)):
        assert isinstance(chosen(identity, *offered), ClientSecretBasic)


def test_a_secret_goes_into_the_form_if_the_server_takes_only_that() -> None:
    assert isinstance(chosen(Identity("id", SECRET), "client_secret_post"), ClientSecretPost)


def test_a_client_without_secret_is_public() -> None:
    assert isinstance(chosen(Identity("id")), NoAuthentication)


def test_a_method_that_is_named_counts_whatever_the_server_offers() -> None:
    identity = Identity("id", SECRET, auth_method="client_secret_post")

    assert isinstance(chosen(identity, "client_secret_basic"), ClientSecretPost)


@pytest.mark.parametrize(
    "method",
    ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"],
)
def test_a_method_without_what_it_takes_is_refused(method: str) -> None:
    with pytest.raises(ConfigurationError, match=method):
        chosen(Identity("id", auth_method=method))


def test_a_method_that_does_not_exist_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="no authentication method 'basic'"):
        Identity("id", SECRET, auth_method="basic")


def test_two_proofs_without_a_choice_are_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="Both a secret and a private key"):
        Identity("id", SECRET, Secret("key"))

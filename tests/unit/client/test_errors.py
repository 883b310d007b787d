"""Errors, as programs catch, copy and print them."""

import copy
import inspect
import pickle

import pytest

import ostiary_client
from ostiary_client import errors
from ostiary_client.errors import OstiaryClientError

ALL: list[type[OstiaryClientError]] = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, OstiaryClientError)
]
by_name = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)


def full(kind: type[OstiaryClientError]) -> OstiaryClientError:
    """Return an error with every fact that its kind takes."""
    error = kind("It went wrong", remedy="Try again")
    for name, value in vars(error).items():
        if name not in {"problem", "remedy"}:
            setattr(error, name, f"a {name}" if isinstance(value, str) else value)
    return error


@by_name
def test_an_error_survives_the_way_to_another_process(kind: type[OstiaryClientError]) -> None:
    error = full(kind)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own
        assert type(again) is kind
        assert str(again) == str(error)
        assert vars(again) == vars(error)


@by_name
def test_an_error_says_what_and_what_to_do(kind: type[OstiaryClientError]) -> None:
    assert str(kind("It went wrong", remedy="Try again")) == "It went wrong. Try again"
    assert str(kind("It went wrong")) == "It went wrong."


@by_name
def test_every_error_is_public(kind: type[OstiaryClientError]) -> None:
    assert kind.__name__ in ostiary_client.__all__


def test_what_people_catch_together_has_one_base() -> None:
    assert issubclass(errors.InvalidClientError, errors.OAuthError)
    assert issubclass(errors.OAuthError, errors.ResponseError)
    assert issubclass(errors.AccessTokenMissingError, errors.ResponseError)
    assert issubclass(errors.CertificateError, errors.TransportError)
    assert not issubclass(errors.OAuthError, errors.TransportError)

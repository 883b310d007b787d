"""What the auth classes share."""

import httpx2
import pytest

from ostiary_client import AccessToken, AsyncClient, Client, ConfigurationError
from ostiary_client.auth import BearerAuth
from ostiary_client.bearer import Bearer

TOKEN = AccessToken("abc")
SENT = {"Authorization": "Bearer abc"}


@pytest.fixture
def bearer() -> Bearer:
    return Bearer(Client("https://localhost:1"))


@pytest.mark.parametrize(
    "challenge",
    [
        'Bearer error="invalid_token"',
        "Bearer error=invalid_token",
        'Bearer realm="x", error = "invalid_token", error_description="expired"',
        'Basic realm="x", Bearer error="invalid_token"',
        'DPoP error="invalid_token"',
    ],
)
def test_a_challenge_calls_the_token_invalid(bearer: Bearer, challenge: str) -> None:
    assert bearer.refused(TOKEN, 401, challenge, SENT)


@pytest.mark.parametrize("challenge", [None, "", "Bearer", 'Bearer error="insufficient_scope"'])
def test_a_challenge_says_something_else(bearer: Bearer, challenge: str | None) -> None:
    assert not bearer.refused(TOKEN, 401, challenge, SENT)


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer another"}, {"Cookie": "abc"}])
def test_a_request_that_did_not_carry_the_token_says_nothing_of_it(
    bearer: Bearer, sent: dict[str, str]
) -> None:
    assert not bearer.refused(TOKEN, 401, 'Bearer error="invalid_token"', sent)


def test_a_program_that_waits_needs_a_client_that_waits() -> None:
    auth = BearerAuth(AsyncClient("https://localhost:1"))

    with (
        httpx2.Client(auth=auth) as http,
        pytest.raises(ConfigurationError, match="Give the auth object a Client"),
    ):
        http.get("https://localhost:1")

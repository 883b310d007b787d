"""Every code and every status that can occur has its row in every error table."""

from pathlib import Path

import pytest

import ostiary
from ostiary.core.base.errors import (
    InvalidClientError,
    OAuthCode,
    OAuthError,
    ProtocolError,
    TooManyAttemptsError,
    UnavailableError,
)
from ostiary.dialects.pingone.errors import CODE_OF_STATUS
from ostiary.http.errors import HTTPError
from ostiary.http.oauth_json import STATUS_OF, status_and_headers
from tests.support import refusals

SOURCE = Path(ostiary.__file__).parent
ERRORS: list[ProtocolError] = [
    *(OAuthError(code, "It is refused.") for code in OAuthCode),
    InvalidClientError(),
    UnavailableError("Later.", retry_after_seconds=3),
    TooManyAttemptsError("Later.", retry_after_seconds=3),
    HTTPError(404, "Nothing."),
]


def _statuses() -> set[int]:
    """Return every status that a refusal in the source can have."""
    raised = {refusal.status for refusal in refusals.find_all(SOURCE) if refusal.status is not None}
    return raised | set(STATUS_OF.values()) | {429, 503}


def test_every_oauth_code_has_a_status() -> None:
    assert set(STATUS_OF) == set(OAuthCode)


def test_every_status_that_can_occur_has_a_code_of_pingone() -> None:
    assert set(CODE_OF_STATUS) == _statuses() | {403}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: f"{type(error).__name__} {error.code}")
def test_every_error_finds_its_status_and_headers(error: ProtocolError) -> None:
    status, headers = status_and_headers(error)
    names = {name for name, _ in headers}
    assert status in CODE_OF_STATUS
    assert (b"www-authenticate" in names) is (status == 401)
    if isinstance(error, UnavailableError | TooManyAttemptsError):
        assert (b"retry-after", b"3") in headers

"""Errors have two halves, and only one of them is for the caller."""

from ostiary.core.base.errors import InvalidClientError, OAuthCode, OAuthError


def test_SEC_54_every_reason_for_a_failed_authentication_reads_the_same() -> None:
    one, other = InvalidClientError(reason="unknown client"), InvalidClientError(reason="secret")
    assert (one.code, one.description) == (other.code, other.description)
    assert one.description == "Invalid client or client credentials."
    assert one.detail != other.detail


def test_the_private_half_does_not_show_in_the_text_of_an_error() -> None:
    error = OAuthError(OAuthCode.INVALID_GRANT, "It is over.", reason="replayed by eve")
    assert "eve" not in str(error)
    assert str(error) == "invalid_grant: It is over."

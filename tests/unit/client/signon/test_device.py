"""Device codes: asked for, waited for, and what can come of them."""

from typing import Any

import pytest

from ostiary_client.errors import (
    AccessDeniedError,
    CertificateError,
    ConfigurationError,
    DeviceExpiredError,
    InvalidTokenError,
    OAuthError,
    OstiaryClientError,
    ServerUnreachableError,
    UnreadableResponseError,
)
from ostiary_client.oauth_session import OAuth2Session
from ostiary_client.protocol.device import GRANT_TYPE, DeviceCode
from ostiary_client.protocol.messages import Response
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.signon.device_conversations import begin, wait
from ostiary_client.signon.token_set import TokenSet
from tests.support.conversation import Conversation, answer, error_answer
from tests.support.played_issuer import NOW
from tests.support.sign_on_play import ISSUER, id_token, keys, people, tokens_answer

DEVICE = f"{ISSUER}/as/device_authz.oauth2"
CODES = {
    "device_code": "the-device-code",
    "user_code": "BCDF-GHJK",
    "verification_uri": f"{ISSUER}/as/user_authz.oauth2",
    "verification_uri_complete": f"{ISSUER}/as/user_authz.oauth2?user_code=BCDF-GHJK",
    "expires_in": 600,
    "interval": 5,
}
PENDING, SLOW_DOWN = error_answer("authorization_pending"), error_answer("slow_down")


def known() -> Metadata:
    return Metadata(
        ISSUER,
        token_endpoint=f"{ISSUER}/as/token.oauth2",
        jwks_uri=f"{ISSUER}/pf/JWKS",
        device_authorization_endpoint=DEVICE,
    )


def begun(**changed: Any) -> DeviceCode:
    members = {name: value for name, value in {**CODES, **changed}.items() if value is not None}
    return Conversation(answer(members)).hold(begin(people(known()), None, {}))


def waited(*answers: Response | OstiaryClientError, **options: Any) -> tuple[TokenSet, list[float]]:
    """Wait for a device, and return the tokens and the pauses before each question."""
    conversation = Conversation(*answers)
    tokens = conversation.hold(wait(people(known(), **options), begun(), 5.0))
    return tokens, [each.after_seconds for each in conversation.requests]


def test_codes_are_asked_for_with_the_client_and_openid() -> None:
    conversation = Conversation(answer(CODES))
    code = conversation.hold(begin(people(known()), None, {}))

    assert conversation.urls == [DEVICE]
    assert conversation.forms == [{"client_id": "app", "scope": "openid"}]
    assert (code.user_code, code.interval_seconds, code.expires_at) == ("BCDF-GHJK", 5, NOW + 600)
    assert code.verification_uri_complete == CODES["verification_uri_complete"]


def test_an_answer_without_an_interval_means_five_seconds() -> None:
    assert begun(interval=None).interval_seconds == 5


@pytest.mark.parametrize("name", ["device_code", "user_code", "verification_uri"])
def test_an_answer_without_codes_is_unreadable(name: str) -> None:
    with pytest.raises(UnreadableResponseError, match="holds no codes"):
        begun(**{name: None})


def test_SEC_276_a_code_is_not_shown() -> None:
    assert "the-device-code" not in repr(begun())


def test_whoever_waits_keeps_to_the_interval_and_gets_verified_tokens() -> None:
    tokens, pauses = waited(PENDING, PENDING, tokens_answer(id_token(None)), keys())

    assert tokens.subject == "joe"
    assert pauses == [5, 5, 5, 0]


def test_slow_down_makes_every_pause_longer_from_then_on() -> None:
    _, pauses = waited(SLOW_DOWN, SLOW_DOWN, PENDING, tokens_answer(id_token(None)), keys())
    assert pauses == [5, 10, 15, 15, 0]


def test_a_server_that_is_away_is_asked_less_and_less_often() -> None:
    away = ServerUnreachableError("nobody listens")
    _, pauses = waited(away, answer({}, 503), tokens_answer(id_token(None)), keys())
    assert pauses == [5, 10, 20, 0]


def test_a_server_that_cannot_be_believed_is_not_asked_again() -> None:
    with pytest.raises(CertificateError):
        waited(CertificateError("another host's"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("access_denied", AccessDeniedError),
        ("expired_token", DeviceExpiredError),
        ("invalid_grant", OAuthError),
    ],
)
def test_the_end_has_an_error_of_its_own(code: str, kind: type[OAuthError]) -> None:
    with pytest.raises(kind) as ended:
        waited(PENDING, error_answer(code))
    assert ended.value.error == code


def test_nobody_is_waited_for_after_the_time_of_the_code() -> None:
    with pytest.raises(DeviceExpiredError):
        waited(now=lambda: NOW + 600)


def test_an_ID_token_of_another_client_is_refused() -> None:
    with pytest.raises(InvalidTokenError):
        waited(tokens_answer(id_token(None, aud="another")), keys())


def test_whoever_waits_is_told_how_long_there_is() -> None:
    told: list[float] = []
    conversation = Conversation(PENDING, tokens_answer(id_token(None)), keys())
    conversation.hold(wait(people(known()), begun(), 5.0, told.append))
    assert told == [600, 600]


def test_S0_22_a_session_waits_for_its_own_codes_alone() -> None:
    session = OAuth2Session("app", scope="openid")
    with pytest.raises(ConfigurationError, match="its own device codes"):
        session.fetch_token(f"{ISSUER}/token", device_code="another", grant_type=GRANT_TYPE)

"""One call of the management API: what goes out, what comes back, and what must not happen."""

from typing import Any

import pytest

from ostiary_client import (
    NO_RETRIES,
    AccessToken,
    ConfigurationError,
    CurrentPasswordRefusedError,
    InvalidDataError,
    ManagementError,
    NewPasswordRefusedError,
    NotUniqueError,
    PasswordLockedError,
    RateLimitedError,
    RetryPolicy,
    Secret,
    ServerFailedError,
    StillInUseError,
    TimedOutError,
    TokenRefusedError,
    UnreadableResponseError,
)
from ostiary_client.management.caller import Caller
from ostiary_client.management.directory_operations import ApplicationOperations
from ostiary_client.management.operation import Page, following
from ostiary_client.management.people import User
from ostiary_client.management.place import ManagedEnvironment
from ostiary_client.management.user_operations import PasswordOperations, UserOperations
from tests.support.conversation import Conversation, answer

PLACE = ManagedEnvironment("https://api.example.com/v1", "e1")
BASE = "https://api.example.com/v1/environments/e1"
USERS, PASSWORDS = UserOperations(PLACE), PasswordOperations(PLACE)
TOKEN = AccessToken("canary-token-0123456789")
PATIENT = RetryPolicy(first_pause_seconds=0.0)


def page(next_url: str | None = None, **members: Any) -> dict[str, Any]:
    links = {} if next_url is None else {"next": {"href": next_url}}
    return {"_links": links, "_embedded": {"users": [{"id": "u1"}]}, "count": 7, **members}


def refused(*details: dict[str, Any], status: int = 400) -> Any:
    return answer({"id": "x", "code": "INVALID_DATA", "message": "No.", "details": details}, status)


def test_a_call_presents_its_token_and_says_what_it_sends() -> None:
    talk = Conversation(answer({"status": "OK"}))
    operation = PASSWORDS.set("u1", Secret("canary-password"), change=True)
    assert talk.hold(operation.perform(TOKEN, NO_RETRIES)).status == "OK"

    (sent,) = talk.requests
    assert (sent.method, sent.url) == ("PUT", f"{BASE}/users/u1/password")
    assert sent.headers["authorization"] == "Bearer canary-token-0123456789"
    assert sent.headers["content-type"] == "application/vnd.pingidentity.password.set+json"
    assert sent.body == b'{"value": "canary-password", "forceChange": true}'
    assert "canary" not in repr((operation, sent))


def test_SEC_273_reading_is_tried_again_and_what_counts_is_not() -> None:
    lost = TimedOutError("It took too long")
    talk = Conversation(lost, answer({"id": "u1"}))
    assert talk.hold(USERS.get("u1").perform(TOKEN, PATIENT)).id == "u1"

    for operation in (PASSWORDS.check("u1", "x"), USERS.create("ann", {}), USERS.delete("u1")):
        talk = Conversation(lost)
        with pytest.raises(TimedOutError):
            talk.hold(operation.perform(TOKEN, PATIENT))


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1/environments/e1/users?cursor=2",
        "http://api.example.com/v1/environments/e1/users?cursor=2",
        "https://api.example.com:444/v1/environments/e1/users?cursor=2",
        "https://api.example.com@evil.example/v1/environments/e1/users?cursor=2",
        "https://api.example.com/v1/environments/e2/users?cursor=2",
        "/v1/environments/e1/users?cursor=2",
        "https://[",
        f"{BASE}/users?limit=1",
    ],
)
def test_SEC_272_the_token_follows_no_link_that_leads_elsewhere(link: str) -> None:
    operation = USERS.page(None, 1)
    found = Conversation(answer(page(link))).hold(operation.perform(TOKEN, NO_RETRIES))
    with pytest.raises(UnreadableResponseError, match="another place"):
        following(operation, found)


def test_the_next_page_is_asked_for_as_its_link_says() -> None:
    operation = USERS.page(None, 1)
    link = "https://API.example.com:443/v1/environments/e1/users?limit=1&cursor=2"
    found = Conversation(answer(page(link))).hold(operation.perform(TOKEN, NO_RETRIES))
    assert (found.total, [user.id for user in found.items]) == (7, ["u1"])
    assert following(operation, found).url == link  # type: ignore[union-attr]
    assert following(operation, Page((), 0)) is None


@pytest.mark.parametrize(
    "document",
    [{}, {"_embedded": {"users": {}}}, {"_embedded": {"users": [1]}}, page(_embedded={"x": []})],
)
def test_a_collection_that_is_none_is_told(document: dict[str, Any]) -> None:
    with pytest.raises(UnreadableResponseError, match="holds no users"):
        Conversation(answer(document)).hold(USERS.page(None, None).perform(TOKEN, NO_RETRIES))


@pytest.mark.parametrize("document", [{}, {"id": 7}, {"id": ""}])
def test_a_resource_without_an_id_is_none(document: dict[str, Any]) -> None:
    with pytest.raises(UnreadableResponseError, match="without an id"):
        Conversation(answer(document)).hold(USERS.get("u1").perform(TOKEN, NO_RETRIES))


def test_members_of_another_kind_are_as_if_they_were_not_there() -> None:
    odd = {"id": "u1", "name": "Ann", "email": 7, "enabled": "yes", "createdAt": "soon"}
    user = User.read({**odd, "account": [], "population": {"id": None}})
    assert (user.name.given, user.email, user.is_enabled) == (None, None, False)
    assert (user.created_at, user.population_id) == (None, None)
    assert user.document["email"] == 7


@pytest.mark.parametrize(
    ("details", "kind"),
    [
        ([{"code": "UNIQUENESS_VIOLATION", "target": "username"}], NotUniqueError),
        ([{"code": "CONSTRAINT_VIOLATION"}], StillInUseError),
        ([{"code": "PASSWORD_LOCKED_OUT"}], PasswordLockedError),
        (
            [{"code": "INVALID_VALUE", "innerError": {"unsatisfiedRequirements": ["length"]}}],
            NewPasswordRefusedError,
        ),
        ([{"code": "INVALID_VALUE", "target": "currentPassword"}], CurrentPasswordRefusedError),
        ([{"code": "INVALID_VALUE", "target": "newPassword"}], InvalidDataError),
        ([], InvalidDataError),
    ],
)
def test_a_refusal_is_of_the_kind_that_its_details_say(
    details: list[dict[str, Any]], kind: type[ManagementError]
) -> None:
    operation = PASSWORDS.replace("u1", "old", "new")
    with pytest.raises(InvalidDataError) as caught:
        Conversation(refused(*details)).hold(operation.perform(TOKEN, NO_RETRIES))
    assert type(caught.value) is kind


def test_what_a_refusal_says_can_be_read_by_programs() -> None:
    detail = {
        "code": "PASSWORD_LOCKED_OUT",
        "message": "Wait.",
        "target": "password",
        "innerError": {"secondsUntilUnlock": 60, "failuresRemaining": 0, "allowedValues": ["a", 1]},
    }
    with pytest.raises(PasswordLockedError, match=r"HTTP 400: password: Wait\.") as caught:
        Conversation(refused(detail)).hold(PASSWORDS.check("u1", "x").perform(TOKEN, NO_RETRIES))
    (told,) = caught.value.details
    assert (told.retry_after_seconds, told.attempts_remaining) == (60, 0)
    assert told.allowed_values == ("a",)


def test_SEC_276_no_message_repeats_what_was_sent() -> None:
    detail = {"code": "X", "message": "old-canary and new-canary", "target": "\x1b[2J"}
    operation = PASSWORDS.replace("u1", "old-canary", "new-canary")
    with pytest.raises(ManagementError) as caught:
        Conversation(refused(detail)).hold(operation.perform(TOKEN, NO_RETRIES))
    shown = f"{caught.value} {caught.value.content} {caught.value.details}"
    assert "canary" not in shown
    assert "\x1b" not in shown


def test_SEC_276_no_secret_of_an_application_shows() -> None:
    found = Conversation(
        answer({"secret": "canary-1", "previous": {"secret": "canary-2", "expiresAt": "x"}})
    ).hold(ApplicationOperations(PLACE).secret("a1").perform(TOKEN, NO_RETRIES))
    assert found.secret.reveal() == "canary-1"
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (answer({}, 302, {"location": "https://evil.example"}), UnreadableResponseError),
        (answer(None, 429, {"retry-after": "99"}), RateLimitedError),
        (answer(None, 500), ServerFailedError),
        (answer(body=b"<html>"), UnreadableResponseError),
        (answer(None, 401), TokenRefusedError),
        (answer(body=b"<html>", status=418), ManagementError),
    ],
)
def test_other_answers_are_errors_of_their_kind(response: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        Conversation(response).hold(USERS.get("u1").perform(TOKEN, NO_RETRIES))


@pytest.mark.parametrize("said", [{"shoe_size": 44}, {"name": {"first": "Ann"}}])
def test_a_word_that_there_is_not_is_told_before_anything_is_sent(said: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="A user has no"):
        USERS.update("u1", None, said)


@pytest.mark.parametrize("password", ["", Secret("")])
def test_an_empty_password_is_not_sent(password: str | Secret) -> None:
    with pytest.raises(ConfigurationError, match="empty"):
        PASSWORDS.set("u1", password, change=False)


class OneByOne:
    """Hands out tokens in their order, and keeps which were refused."""

    def __init__(self, *values: str) -> None:
        self.values, self.forgotten = list(values), list[str]()

    def get(self) -> AccessToken:
        return AccessToken(self.values[0])

    def forget(self, token: AccessToken) -> None:
        self.forgotten.append(token.value)
        if len(self.values) > 1:
            del self.values[0]


def test_a_token_that_is_refused_is_replaced_once_and_only_by_another() -> None:
    for values, answers in (
        (("t1",), [answer(None, 401)]),
        (("t1", "t2"), [answer(None, 401), answer(None, 401)]),
    ):
        tokens, talk = OneByOne(*values), Conversation(*answers)
        talking: Any = type("Talking", (), {"run": staticmethod(talk.hold)})
        caller = Caller(talking, NO_RETRIES, tokens.get, tokens.forget)
        with pytest.raises(TokenRefusedError):
            caller.call(USERS.get("u1"))
        assert len(talk.requests) == len(values)
        assert tokens.forgotten == ["t1"]

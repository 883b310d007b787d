"""People signed on step by step at a real server: one program for both faces, either client."""

import time
from collections.abc import Callable, Iterator
from inspect import isawaitable
from typing import Any

import pytest

from ostiary.core.crypto import otp
from ostiary_client import (
    ActivationRequired,
    Client,
    CodeRequired,
    Completed,
    DeviceSelectionRequired,
    FlowError,
    FlowStepError,
    LoginRequiredError,
    OstiaryClientError,
    PairingMethodRequired,
    PasswordChangeRequired,
    RecoveryCodesShown,
    UsernamePasswordRequired,
    WrongPasswordError,
)
from tests.client.asking import KINDS, ask
from tests.support.server import Server, running_server, wait_for

TENANT = "00000000-0000-4000-8000-000000000002"
APP, STRICT = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
MAILED = "00000000-0000-4000-8000-00000000000c"
BASES = {"pingfederate": "", "pingone": f"/{TENANT}"}
PASSWORD, NEW_PASSWORD = "correct horse battery", "another staple for horses"
PEOPLE = ("wrong", "plain", "totp", "mail", "change", "again", "more")


def environment(face: str) -> dict[str, Any]:
    """Return an environment with what is asked here, under the same ids on both faces."""
    client = {
        "auth_methods": ["none"],
        "grant_types": ["authorization_code"],
        "allow_redirectless": True,
        "scopes": ["openid"],
    }
    return {
        "face": face,
        "scopes": {"openid": "Know who you are"},
        "steps": {
            "form": {"type": "username_password"},
            "totp": {"type": "second_factor", "methods": ["totp", "recovery_codes"]},
            "mail": {
                "type": "second_factor",
                "methods": ["totp", "email", "recovery_codes"],
                "choose_first": True,
            },
        },
        "policies": {
            "default": {"steps": ["form"]},
            "strict": {"steps": ["form", "totp"]},
            "mailed": {"steps": ["form", "mail"]},
        },
        "default_policy": "default",
        "clients": {
            "app": {**client, "client_id": APP},
            "strict": {**client, "client_id": STRICT, "policy": "strict"},
            "mailed": {**client, "client_id": MAILED, "policy": "mailed"},
        },
        "users": {
            f"{person}-{kind}": {
                "password": PASSWORD,
                "must_change_password": person == "change",
                "attributes": {"mail": f"{person}@example.com"},
            }
            for person in PEOPLE
            for kind in KINDS
        },
        **({"id": TENANT} if face == "pingone" else {}),
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    configuration = {
        "server": {"pingone_default": "pingone", "default_environment": "pingfederate"},
        "environments": {face: environment(face) for face in BASES},
    }
    with running_server(tmp_path_factory.mktemp("flows"), configuration) as running:
        yield running


@pytest.fixture(params=BASES)
def base_url(request: pytest.FixtureRequest, server: Server) -> str:
    """Return what a program is told of a face; it is told nothing else."""
    return f"{server.base_url}{BASES[request.param]}"


def deliveries(server: Server) -> list[str]:
    """Return the codes that were sent, oldest first: in dev mode they stand in the log."""
    return [event["code"] for event in server.events("delivery") if "code" in event]


def code(server: Server, *, after: int) -> str:
    """Return the newest code, once more than so many have been sent."""
    wait_for(lambda: len(deliveries(server)) > after)
    return deliveries(server)[-1]


class Program:
    """The same steps with either kind of client."""

    def __init__(self, kind: str, server: Server, base_url: str, client_id: str = APP) -> None:
        self._kind, self._base_url = kind, base_url
        self._options = {
            "client_id": client_id,
            "client_secret": None,
            "verify": server.ca_path,
        }

    def run(self, play: Callable[[Any], Any]) -> Any:
        """Have a play's steps done: it yields each call, and is sent what that returns."""

        def threads(client: Any) -> Any:
            return _go(play(client))

        async def awaited(client: Any) -> Any:
            return await _go_awaited(play(client))

        call = threads if self._kind == "threads" else awaited
        return ask(self._kind, self._base_url, call, **self._options)


def _go(steps: Any) -> Any:
    try:
        value = next(steps)
        while True:
            value = steps.send(value)
    except StopIteration as done:
        return done.value


async def _go_awaited(steps: Any) -> Any:
    try:
        step = next(steps)
        while True:
            try:
                value = await step if isawaitable(step) else step
            except OstiaryClientError as error:
                step = steps.throw(error)
            else:
                step = steps.send(value)
    except StopIteration as done:
        return done.value


@pytest.mark.parametrize("kind", KINDS)
def test_a_password_alone_signs_on_in_one_call(kind: str, server: Server, base_url: str) -> None:
    def play(client: Any) -> Any:
        return (yield client.sign_on(f"plain-{kind}", PASSWORD, "openid"))

    assert Program(kind, server, base_url).run(play).subject


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_password_is_said_and_leaves_the_flow_where_it_is(
    kind: str, server: Server, base_url: str
) -> None:
    def play(client: Any) -> Any:
        flow = yield client.start_flow("openid")
        assert isinstance(flow.state, UsernamePasswordRequired)
        with pytest.raises(WrongPasswordError, match="The username or the password is not"):
            yield flow.check_password(f"wrong-{kind}", "a guess")
        assert isinstance(flow.state, UsernamePasswordRequired)
        done = yield flow.check_password(f"wrong-{kind}", PASSWORD)
        assert isinstance(done, Completed)
        return (yield flow.tokens())

    assert Program(kind, server, base_url).run(play).claims["amr"] == ["pwd"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_authenticator_is_set_up_and_asked_for_the_next_time(
    kind: str, server: Server, base_url: str
) -> None:
    name = f"totp-{kind}"

    def play(client: Any) -> Any:
        flow = yield client.start_flow("openid")
        state = yield flow.check_password(name, PASSWORD)
        if isinstance(state, PairingMethodRequired):
            state = yield flow.select_pairing_method("TOTP")
        assert isinstance(state, ActivationRequired)
        assert state.key_uri.startswith("otpauth://totp/")
        seed = otp.seed_of(state.pairing_key)
        state = yield flow.check_code(otp.code_at(seed, time.time()))
        assert isinstance(state, RecoveryCodesShown)
        recovery = state.codes[0]
        yield flow.confirm_recovery_codes()
        assert "mfa" in (yield flow.tokens()).claims["amr"]

        second = yield client.start_flow("openid")
        state = yield second.check_password(name, PASSWORD)
        assert isinstance(state, CodeRequired)
        assert state.selected_device is not None
        assert (state.selected_device.type, state.code_length) == ("TOTP", 6)
        with pytest.raises(FlowError, match="INVALID_OTP") as wrong:
            yield second.check_code("no code")
        assert wrong.value.details[0].attempts_remaining is not None
        yield second.check_code(otp.code_at(seed, time.time() + otp.STEP_SECONDS))
        assert "mfa" in (yield second.tokens()).claims["amr"]

        third = yield client.start_flow("openid")
        state = yield third.check_password(name, PASSWORD)
        (codes,) = [each for each in state.devices if each.type == "RECOVERY_CODES"]
        state = yield third.select_device(codes)
        assert isinstance(state, CodeRequired)
        assert state.selected_device == codes
        yield third.check_code(recovery)
        return (yield third.tokens())

    assert Program(kind, server, base_url, STRICT).run(play).subject


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_is_sent_to_the_device_that_was_chosen_and_once_more(
    kind: str, server: Server, base_url: str
) -> None:
    name = f"mail-{kind}"

    def play(client: Any) -> Any:
        flow = yield client.start_flow("openid")
        state = yield flow.check_password(name, PASSWORD)
        assert isinstance(state, PairingMethodRequired)
        assert "EMAIL" in state.methods
        before = len(deliveries(server))
        state = yield flow.select_pairing_method("EMAIL")
        assert isinstance(state, ActivationRequired)
        yield flow.check_code(code(server, after=before))
        yield flow.confirm_recovery_codes()

        second = yield client.start_flow("openid")
        state = yield second.check_password(name, PASSWORD)
        assert isinstance(state, DeviceSelectionRequired)
        (mail,) = [each for each in state.devices if each.type == "EMAIL"]
        assert mail.target.endswith("@example.com")
        before = len(deliveries(server))
        state = yield second.select_device(mail)
        assert isinstance(state, CodeRequired)
        state = yield second.resend_code()
        assert isinstance(state, CodeRequired)
        yield second.check_code(code(server, after=before + 1))
        return (yield second.tokens())

    assert "mfa" in Program(kind, server, base_url, MAILED).run(play).claims["amr"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_password_that_must_be_changed_is_changed(
    kind: str, server: Server, base_url: str
) -> None:
    def play(client: Any) -> Any:
        with pytest.raises(FlowStepError) as asked:
            yield client.sign_on(f"change-{kind}", PASSWORD, "openid")
        assert asked.value.code == "MUST_CHANGE_PASSWORD"
        flow = yield client.start_flow("openid")
        state = yield flow.check_password(f"change-{kind}", PASSWORD)
        assert isinstance(state, PasswordChangeRequired)
        with pytest.raises(FlowError) as refused:
            yield flow.change_password(PASSWORD, "short")
        assert refused.value.details[0].target == "newPassword"
        done = yield flow.change_password(PASSWORD, NEW_PASSWORD)
        assert isinstance(done, Completed)
        yield flow.tokens()
        return (yield client.sign_on(f"change-{kind}", NEW_PASSWORD, "openid"))

    assert Program(kind, server, base_url).run(play).subject


@pytest.mark.parametrize("kind", KINDS)
def test_who_signed_on_in_an_earlier_flow_is_not_asked_again(
    kind: str, server: Server, base_url: str
) -> None:
    def play(client: Any) -> Any:
        with pytest.raises(LoginRequiredError):
            yield client.start_flow("openid", prompt="none")
        first = yield client.start_flow("openid")
        yield first.check_password(f"again-{kind}", PASSWORD)
        second = yield client.start_flow("openid", after=first, prompt="none")
        return second.status

    assert Program(kind, server, base_url).run(play) == "COMPLETED"


def test_a_call_that_only_knows_passwords_says_what_else_is_asked(
    server: Server, base_url: str
) -> None:
    options: Any = {"client_id": STRICT, "verify": server.ca_path}
    with Client(base_url, **options) as client, pytest.raises(FlowStepError) as asked:
        client.sign_on("more-threads", PASSWORD, "openid")
    assert asked.value.code.endswith("_REQUIRED")

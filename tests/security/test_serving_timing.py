"""What a clock tells about a running server, over a connection: who exists, and what is secret.

Samples are taken in turn, and the quicker half of each kind is compared. Two kinds are alike when
Welch's t is below 4.5, the medians differ by less than 5 %, and a difference of 5 % would have been
found by so many requests: on a machine that is too busy for that, nothing is claimed and all fails.
"""

import itertools
import json
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.grant_server import AUTHORIZE, FLOWS, FORM_HEADERS, TOKEN, one_worker
from tests.support.server import SECRET, Server, running_server
from tests.support.timing import LIMIT_OF_MEDIANS, compare, in_turn, quiet
from tests.support.users import HASH

pytestmark = pytest.mark.prove
PEOPLE = 1_000
WRONG = "not the password"
NEW = "a good long pass phrase"
BEGIN = f"{AUTHORIZE}?client_id=mobile&response_type=token&response_mode=pi.flow"
ADDRESSES = itertools.count(10 << 24)
Action = tuple[str, Mapping[str, object]]


class Caller:
    """Somebody behind a proxy, from another address with each request."""

    def __init__(self, server: Server) -> None:
        self.connection = HTTPConnection("localhost", server.ports["http"], timeout=60)

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: str = "") -> Any:
        """Send a request, and return the answer's members, its cookie, and how long it took."""
        number = next(ADDRESSES)
        address = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
        sent = {**headers, "x-forwarded-for": address}
        started = time.perf_counter_ns()
        self.connection.request(method, target, body, sent)
        response = self.connection.getresponse()
        content = response.read()
        took = time.perf_counter_ns() - started
        return json.loads(content), response.getheader("set-cookie", ""), took

    def act(self, *actions: Action) -> int:
        """Begin a flow, perform actions, and return how long the last one took."""
        flow, cookie, took = self.ask("GET", BEGIN, {})
        for action, inputs in actions:
            headers = {
                "content-type": f"application/vnd.pingidentity.{action}+json",
                "x-xsrf-header": "PingFederate",
                "cookie": cookie.partition(";")[0],
            }
            members, _, took = self.ask("POST", FLOWS + flow["id"], headers, json.dumps(inputs))
            assert "status" in members or members["code"] == "VALIDATION_ERROR", members
        return int(took)

    def guess(self, client: str, secret: str) -> int:
        """Guess a client's secret, and return how long that took."""
        credentials = b64encode(f"{client}:{secret}".encode()).decode()
        headers = {**FORM_HEADERS, "authorization": f"Basic {credentials}"}
        form = urlencode({"grant_type": "client_credentials"})
        members, _, took = self.ask("POST", TOKEN, headers, form)
        assert members["error"] == "invalid_client"
        return int(took)


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    people = {
        f"known{number:04}": {
            "password_hash": HASH,
            "attributes": {"mail": f"known{number:04}@example.com"},
        }
        for number in range(PEOPLE)
    }
    special = {
        "disabled0": {"password_hash": HASH, "enabled": False},
        "locked000": {"password_hash": HASH},
    }
    configuration = one_worker()
    default = {
        **configuration["environments"]["default"],
        "users": {**people, **special},
        "steps": {"form": {"type": "username_password", "recovery": True, "registration": True}},
        "lockout": {"failures": 5, "lock_minutes": [1_000], "spray_users": 0},
    }
    server = {"flows_per_minute": 0, "proxies": {"trusted": ["127.0.0.0/8"]}}
    directory = Path(tmp_path_factory.mktemp("timing"))
    with running_server(directory, {"environments": {"default": default}, "server": server}) as run:
        caller = Caller(run)
        yield caller
        caller.connection.close()


def check_alike(samples: Mapping[str, list[int]]) -> None:
    """Claim that every kind takes as long as the first, and that one could have seen it."""
    first, *others = samples.values()
    found = [compare(first, other, kept=0.5) for other in others]
    assert all(each.resolution < LIMIT_OF_MEDIANS for each in found), found
    assert all(each.is_alike for each in found), found


def test_SEC_152_a_sign_on_takes_as_long_whoever_it_is_for(caller: Caller) -> None:
    """Each known name, and each unknown one, is tried less often than would lock it."""
    for _ in range(5):
        caller.act(_password("locked000"))
    samples: dict[str, list[int]] = {"known": [], "nobody": [], "locked000": [], "disabled0": []}
    numbers = {name: itertools.cycle(range(PEOPLE)) for name in samples}
    with quiet():
        for name in in_turn(list(samples), 2 * PEOPLE):
            is_one = name in {"locked000", "disabled0"}
            username = name if is_one else f"{name[:5]}{next(numbers[name]):04}"
            samples[name].append(caller.act(_password(username)))
    check_alike(samples)


def test_SEC_152_a_forgotten_password_takes_as_long_whoever_forgot_it(caller: Caller) -> None:
    samples: dict[str, list[int]] = {"known": [], "stran": []}
    numbers = {name: itertools.count() for name in samples}
    begin: Action = ("initiateAccountRecovery", {})
    with quiet():
        for name in in_turn(list(samples), PEOPLE):
            named = {"username": f"{name}{next(numbers[name]):04}"}
            samples[name].append(caller.act(begin, ("checkAccountRecoveryUsername", named)))
    check_alike(samples)


def test_SEC_152_a_registration_takes_as_long_whosever_the_address_is(caller: Caller) -> None:
    samples: dict[str, list[int]] = {"known": [], "stran": []}
    numbers = {name: itertools.count() for name in samples}
    begin: Action = ("initiateRegistration", {})
    with quiet():
        for name in in_turn(list(samples), PEOPLE // 2):
            number = next(numbers[name])
            values = {
                "username": f"new-{name}{number:04}",
                "email": f"{name}{number:04}@example.com",
                "newpassword": NEW,
            }
            register: Action = ("registerUser", {"password": NEW, "fieldValues": values})
            samples[name].append(caller.act(begin, register))
    check_alike(samples)


def test_SEC_54_a_guess_takes_as_long_however_much_of_a_secret_is_right(caller: Caller) -> None:
    guesses = {
        "nothing is right": ("app", "x" * len(SECRET)),
        "all but the last byte is right": ("app", SECRET[:-1] + "x"),
        "the client is none": ("nil", SECRET),
    }
    samples: dict[str, list[int]] = {name: [] for name in guesses}
    with quiet():
        for name in in_turn(list(guesses), 5 * PEOPLE):
            samples[name].append(caller.guess(*guesses[name]))
    check_alike(samples)


def _password(username: str) -> Action:
    return "checkUsernamePassword", {"username": username, "password": WRONG}

"""Flows on real processes: many last actions of one flow at once."""

from http import HTTPStatus

import pytest

from tests.support.at_once import send_at_once
from tests.support.grant_client import GrantClient
from tests.support.grant_server import approval, sign_on_action
from tests.support.server import Answer, Server

AT_ONCE = 32


@pytest.mark.parametrize("rounds", [1, pytest.param(20, marks=pytest.mark.prove)])
def test_SEC_124_of_many_right_passwords_at_once_one_completes_the_flow(
    grant_server: Server, rounds: int
) -> None:
    for _ in range(rounds):
        answers = send_at_once(grant_server, [sign_on_action(grant_server)] * AT_ONCE)

        (done,) = [answer.json() for answer in answers if b"access_token" in answer.body]
        assert done["status"] == "COMPLETED"
        assert done["authorizeResponse"]["access_token"]
        assert not any(map(is_broken, answers))


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.prove)])
def test_SEC_124_of_many_approvals_at_once_one_gets_the_code(
    grant_client: GrantClient, rounds: int
) -> None:
    server = grant_client.server
    for _ in range(rounds):
        answers = send_at_once(server, [approval(server, grant_client.cookie)] * AT_ONCE)

        places = [answer.headers.get("location", "") for answer in answers]
        assert len([place for place in places if "code=" in place]) == 1
        assert not any(map(is_broken, answers))


def is_broken(answer: Answer) -> bool:
    """Tell whether something failed, other than that there was too much to do."""
    return answer.status >= 500 and answer.status != HTTPStatus.SERVICE_UNAVAILABLE

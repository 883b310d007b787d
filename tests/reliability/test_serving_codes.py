"""Codes on real processes: many redemptions at once, and processes that are killed meanwhile."""

import time

import pytest

from tests.support.at_once import render_request, send_at_once
from tests.support.grant_client import GrantClient, form_of, make_line
from tests.support.grant_lives import (
    check_history,
)
from tests.support.grant_server import FORM_HEADERS, TOKEN
from tests.support.history import Op, Outcome

EXCHANGED, REFUSED = (Op.EXCHANGE, Outcome.DONE), (Op.EXCHANGE, Outcome.REFUSED)
AT_ONCE = 32


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.prove)])
def test_SEC_30_of_many_redemptions_at_once_one_succeeds_and_nothing_of_it_stays(
    grant_client: GrantClient, rounds: int
) -> None:
    for _ in range(rounds):
        redeem_at_once(grant_client)

    check_history(grant_client.lines, EXCHANGED, REFUSED, (Op.LOOK, Outcome.REFUSED))


def redeem_at_once(client: GrantClient) -> None:
    """Present one code many times, and see that one succeeds and its tokens are worth nothing."""
    code = client.get_code()
    request = render_request("POST", TOKEN, FORM_HEADERS, form_of(Op.EXCHANGE, code))
    started = time.monotonic()
    answers = send_at_once(client.server, [request] * AT_ONCE)
    lines = [make_line(Op.EXCHANGE, code, "joe", code, (started, each)) for each in answers]
    client.lines += lines

    assert sorted(answer.status for answer in answers) == [200, *[400] * (AT_ONCE - 1)]
    (won,) = [line for line in lines if line.outcome is Outcome.DONE]
    assert client.refresh(code, won.refresh_token).outcome is Outcome.REFUSED
    assert client.look(code, won.access_token).outcome is Outcome.REFUSED

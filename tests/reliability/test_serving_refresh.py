"""Refresh tokens on real processes: many uses at once, and what a long life leaves behind."""

import time

import pytest

from tests.support.at_once import render_request, send_at_once
from tests.support.grant_client import GrantClient, form_of, make_line, until_settled
from tests.support.grant_lives import check_history, refresh
from tests.support.grant_server import FORM_HEADERS, TOKEN
from tests.support.history import Line, Op, Outcome
from tests.support.table_rows import count_rows

EXCHANGED, REFRESHED = (Op.EXCHANGE, Outcome.DONE), (Op.REFRESH, Outcome.DONE)


def begin(client: GrantClient) -> Line:
    """Get the first tokens of a grant."""
    return until_settled(client.exchange, client.get_code())


def use_at_once(client: GrantClient, newest: list[Line]) -> list[Line]:
    """Present the refresh tokens of several answers at the same moment."""
    tokens = [line.refresh_token or "" for line in newest]
    forms = [form_of(Op.REFRESH, token) for token in tokens]
    requests = [render_request("POST", TOKEN, FORM_HEADERS, form) for form in forms]
    started = time.monotonic()
    answers = send_at_once(client.server, requests)
    lines = [
        make_line(Op.REFRESH, line.grant, "joe", token, (started, answer))
        for line, token, answer in zip(newest, tokens, answers, strict=True)
    ]
    client.lines += lines
    return lines


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.prove)])
def test_SEC_69_of_many_uses_at_once_all_get_the_same_next_token(
    grant_client: GrantClient, rounds: int
) -> None:
    newest = begin(grant_client)
    for _ in range(rounds):
        lines = use_at_once(grant_client, [newest] * 32)
        newest = lines[0]

        assert {line.outcome for line in lines} == {Outcome.DONE}
        assert len({line.refresh_token for line in lines}) == 1
        assert len({line.access_token for line in lines}) == 32
    check_history(grant_client.lines, EXCHANGED, REFRESHED)


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.prove)])
def test_REL_36_many_grants_of_one_user_are_refreshed_at_once(
    grant_client: GrantClient, rounds: int
) -> None:
    newest = [begin(grant_client) for _ in range(64)]
    for _ in range(rounds):
        newest = use_at_once(grant_client, newest)

        assert {line.outcome for line in newest} == {Outcome.DONE}
    check_history(grant_client.lines, EXCHANGED, REFRESHED)


@pytest.mark.parametrize("refreshes", [1_000, pytest.param(100_000, marks=pytest.mark.prove)])
def test_REL_42_refreshes_leave_no_rows_behind(
    grant_client: GrantClient, store_url: str | None, refreshes: int
) -> None:
    newest = begin(grant_client)
    before = count_rows(grant_client.server, store_url)
    for _ in range(refreshes):
        newest = refresh(grant_client, newest)
        assert newest.outcome is Outcome.DONE

    assert count_rows(grant_client.server, store_url) == before
    assert before["user_grants"] > 0
    check_history(grant_client.lines, EXCHANGED, REFRESHED)

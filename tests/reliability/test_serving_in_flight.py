"""Exchanges, refreshes and sign-ons that are in flight when their server is told to end."""

import signal
import time
from pathlib import Path

from tests.support.at_once import halfway, render_request
from tests.support.grant_client import GrantClient, form_of, make_line, until_settled
from tests.support.grant_lives import check_history, open_clients, use_everything
from tests.support.grant_server import (
    FORM_HEADERS,
    TOKEN,
    approval,
    returned,
    running_grant_server,
    sign_on,
    sign_on_action,
)
from tests.support.history import Op, Outcome
from tests.support.processes import can_connect
from tests.support.server import Answer, Server, wait_for

OF_EACH_KIND = 3


def finish_while_ending(server: Server, requests: list[bytes]) -> list[Answer]:
    """Finish requests after their server was told to end and no longer takes others."""
    with halfway(server, requests) as finish:
        wait_for(lambda: count_connections(server) == len(requests))
        server.signal(signal.SIGTERM)
        wait_for(lambda: not can_connect(server.ports["http"]))
        answers = finish()
    assert server.wait() == 0
    return answers


def count_connections(server: Server) -> float:
    """Count the connections that the workers have."""
    return sum(server.metric(f'ostiary_connections{{worker="{index}"}}') for index in (0, 1))


def ask_for_tokens(client: GrantClient, op: Op) -> tuple[Op, str, str]:
    """Say what is to be presented: a new code, or the refresh token of another."""
    code = client.get_code()
    if op is Op.EXCHANGE:
        return op, code, code
    return op, code, until_settled(client.exchange, code).refresh_token or ""


def test_REL_23_tokens_in_flight_are_handed_out_before_the_end_and_good_after_it(
    tmp_path: Path, own_store_url: str | None
) -> None:
    with running_grant_server(tmp_path, own_store_url) as server, open_clients(server, 1) as alone:
        (client,) = alone
        asked = [ask_for_tokens(client, op) for op in (Op.EXCHANGE, Op.REFRESH) * OF_EACH_KIND]
        client.close()
        forms = [form_of(op, presented) for op, _, presented in asked]
        requests = [render_request("POST", TOKEN, FORM_HEADERS, form) for form in forms]
        started = time.monotonic()
        answers = finish_while_ending(server, requests)
        for (op, grant, presented), answer in zip(asked, answers, strict=True):
            client.lines.append(make_line(op, grant, "joe", presented, (started, answer)))

        assert {answer.status for answer in answers} == {200}
        with running_grant_server(tmp_path, own_store_url, ports=server.ports):
            assert use_everything(alone) == len(asked)
    check_history(client.lines, (Op.EXCHANGE, Outcome.DONE), (Op.REFRESH, Outcome.DONE))


def test_REL_23_sign_ons_in_flight_are_finished_before_the_end(
    tmp_path: Path, own_store_url: str | None
) -> None:
    with running_grant_server(tmp_path, own_store_url) as server:
        cookie = sign_on(server, "joe")
        requests = [sign_on_action(server) for _ in range(OF_EACH_KIND)]
        requests += [approval(server, cookie) for _ in range(OF_EACH_KIND)]
        answers = finish_while_ending(server, requests)

    signed_on, approved = answers[:OF_EACH_KIND], answers[OF_EACH_KIND:]
    assert {answer.json()["status"] for answer in signed_on} == {"COMPLETED"}
    assert all("code" in returned(answer.headers["location"]) for answer in approved)

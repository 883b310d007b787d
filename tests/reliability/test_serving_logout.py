"""Back-channel logout by real processes: whoever dies in between, the application hears of it."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.support.asgi import basic_header
from tests.support.grant_server import (
    FORM_HEADERS,
    one_worker,
    sign_on,
    two_workers,
    wait_until_ready,
)
from tests.support.html import parse_form
from tests.support.lifeline import descendants
from tests.support.logout import HEARD, LOGOUT, TOLD, claims_of, logout_tokens
from tests.support.odd_server import OddServer, is_silent, odd_server, says
from tests.support.processes import are_gone
from tests.support.server import OSTIARY, Server, running_server, start_server, wait_for

PATIENCE_SECONDS = 30.0
PASS_PHRASE = "q6^&2dR!Vc7PtA-long-enough"
BASIC = dict([basic_header("portal", PASS_PHRASE)])


@pytest.fixture
def shop() -> Iterator[OddServer]:
    """An application that has not heard so far."""
    with odd_server() as server:
        server.on(TOLD, says({}, 503))
        yield server


def configuration(shop: OddServer, store_url: str | None) -> dict[str, Any]:
    made = one_worker() if store_url is None else two_workers(store_url)
    environment = made["environments"]["default"]
    app = {**environment["clients"]["app"], "backchannel_logout_uri": shop.url + TOLD}
    clients = {**environment["clients"], "app": app}
    return {**made, "environments": {"default": {**environment, "clients": clients}}}


def sign_off(server: Server, cookie: str) -> None:
    """Press the button of the page that asks."""
    page = server.ask(LOGOUT, headers={"cookie": cookie})
    typed = {**parse_form(page.body).fields, "pf.ok": "clicked"}
    headers = {"content-type": FORM_HEADERS["content-type"], "cookie": cookie}
    answer = server.ask(LOGOUT, method="POST", body=urlencode(typed), headers=headers)
    assert b"You are signed off" in answer.body


def outcomes(server: Server) -> list[str]:
    return [event["outcome"] for event in server.events("logout_notice_sent")]


def kill(server: Server) -> None:
    """Kill every process of a server at once."""
    family = [*descendants(server.pid), server.pid]
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.process.wait()
    wait_for(lambda: are_gone(family))


def test_REL_33_a_logout_is_told_although_every_process_is_killed_before(
    shop: OddServer, own_store_url: str | None, tmp_path: Path
) -> None:
    made = configuration(shop, own_store_url)
    workers = 1 if own_store_url is None else 2
    with running_server(tmp_path, made) as server:
        wait_until_ready(server, workers)
        cookie = sign_on(server, "joe")
        sign_off(server, cookie)
        wait_for(lambda: outcomes(server) == ["refused"], PATIENCE_SECONDS)
        kill(server)
    told_before = len(logout_tokens(shop))
    shop.on(TOLD, HEARD)

    again = start_server(tmp_path, made, ports=server.ports)
    try:
        again.wait_until_ready()
        wait_for(lambda: "accepted" in outcomes(again), PATIENCE_SECONDS)
    finally:
        again.end()

    tokens = logout_tokens(shop)
    assert len(tokens) == told_before + 1
    assert {claims_of(token)["aud"] for token in tokens} == {"app"}
    assert len({claims_of(token)["sid"] for token in tokens}) == 1


def test_a_user_who_is_disabled_by_the_command_line_is_signed_off_everywhere(
    shop: OddServer, tmp_path: Path
) -> None:
    shop.on(TOLD, HEARD)
    with running_server(tmp_path, configuration(shop, None)) as server:
        for _ in range(2):
            sign_on(server, "joe")
        told = ["user", "disable", "joe", "--config", str(server.configuration_path)]
        subprocess.run([*OSTIARY, *told], cwd=tmp_path, check=True, capture_output=True)
        wait_for(lambda: outcomes(server) == ["accepted"] * 2, PATIENCE_SECONDS)

        series = 'ostiary_logout_notice_sent_total{outcome="accepted"}'
        assert server.metric(series) == 2


def test_an_application_behind_an_adapter_is_called_and_picks_up_whose_session_is_over(
    shop: OddServer, tmp_path: Path
) -> None:
    shop.on(TOLD, HEARD)
    made = configuration(shop, None)
    environment = made["environments"]["default"]
    adapters = {"portal": portal_of(shop)}
    made = {**made, "environments": {"default": {**environment, "reference_adapters": adapters}}}
    with running_server(tmp_path, made) as server:
        cookie = {"cookie": sign_on(server, "joe")}
        handed = server.ask("/pf/adapter2adapter.ping", headers=cookie)
        told = ["user", "disable", "joe", "--config", str(server.configuration_path)]
        subprocess.run([*OSTIARY, *told], cwd=tmp_path, check=True, capture_output=True)
        wait_for(lambda: called(shop), PATIENCE_SECONDS)

        before, after = (
            pick_up(server, location) for location in (handed.headers["location"], called(shop)[0])
        )
        assert (after["subject"], after["sessionid"]) == ("joe", before["sessionid"])
        assert "resumePath" not in after
        wait_for(lambda: "accepted" in outcomes(server), PATIENCE_SECONDS)


def portal_of(shop: OddServer) -> dict[str, Any]:
    """Return an adapter whose application is called where the shop listens."""
    return {
        "direction": "sp",
        "username": "portal",
        "pass_phrase": PASS_PHRASE,
        "endpoint": "https://portal.example/",
        "logout_mode": "back_channel",
        "logout_endpoint": shop.url + TOLD,
        "reference_seconds": 3600,
    }


def called(shop: OddServer) -> list[str]:
    """Return the paths that were called with a reference."""
    return [seen.path for seen in shop.requests if "REF=" in seen.path]


def pick_up(server: Server, url: str) -> dict[str, Any]:
    """Pick up what the reference in a URL stands for."""
    query = urlsplit(url).query
    answer = server.ask(f"/ext/ref/pickup?{query}", listener="tls", headers=BASIC)
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_an_application_that_never_answers_holds_up_nobody(shop: OddServer, tmp_path: Path) -> None:
    shop.on(TOLD, is_silent)
    with running_server(tmp_path, configuration(shop, None)) as server:
        sign_off(server, sign_on(server, "joe"))
        wait_for(lambda: shop.asked(TOLD), PATIENCE_SECONDS)

        # While it is told, people sign on and off.
        sign_off(server, sign_on(server, "joe"))

        wait_for(lambda: "unreachable" in outcomes(server), PATIENCE_SECONDS)
        failed = server.events("fetch_failed")[0]
        assert (failed["purpose"], failed["reason"]) == ("backchannel_logout", "time")
        assert server.stop() == 0

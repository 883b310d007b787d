"""Assertions of a trusted issuer on real processes: one token comes of each, whoever is asked."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support import jose
from tests.support.at_once import render_request, send_at_once
from tests.support.grant_server import FORM_HEADERS, INTROSPECT, TOKEN, wait_until_ready
from tests.support.played_issuer import jwk_of, private_key
from tests.support.server import SECRET, Server, running_server

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PARTNER = "https://partner.example.com"
AT_ONCE = 200
KEY = private_key("partner of the replays")


@pytest.fixture(scope="module")
def server(store_url: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve with two workers on either store; on SQLite they share the file."""
    serving: dict[str, Any] = {"workers": 2, "force_workers": True}
    if store_url is not None:
        serving["store"] = store_url
    directory = tmp_path_factory.mktemp("assertions")
    with running_server(directory, configuration(serving)) as running:
        wait_until_ready(running, 2)
        yield running


def configuration(serving: dict[str, Any]) -> dict[str, Any]:
    issuer = {
        "issuer": PARTNER,
        "jwks": {"keys": [jwk_of(KEY, "partner")]},
        "subject": "username",
        "scopes": ["api:read"],
    }
    client = {
        "secret": SECRET,
        "grant_types": [JWT_BEARER],
        "scopes": ["api:read"],
        "default_scopes": ["api:read"],
        "may_introspect": True,
    }
    environment = {
        "face": "pingfederate",
        "scopes": {"api:read": "Read"},
        "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
        "trusted_issuers": {"partner": issuer},
        "clients": {"app": client},
        "users": {"joe": {"password": "Password1"}},
    }
    return {"environments": {"default": environment}, "server": serving}


def assertion(server: Server, **changed: Any) -> str:
    now = int(time.time())
    claims = {"iss": PARTNER, "sub": "joe", "aud": server.base_url, "iat": now, "exp": now + 300}
    return jose.compact({"alg": "ES256", "kid": "partner"}, {**claims, **changed}, KEY)


def bring_at_once(server: Server, brought: str) -> list[dict[str, Any]]:
    """Bring an assertion many times, and return what came of those that came to something."""
    form = urlencode({"grant_type": JWT_BEARER, "assertion": brought})
    request = render_request("POST", TOKEN, FORM_HEADERS, form)
    answers = send_at_once(server, [request] * AT_ONCE)
    refused = [json.loads(answer.body)["error"] for answer in answers if answer.status != 200]
    assert set(refused) == {"invalid_grant"}
    return [answer.json() for answer in answers if answer.status == 200]


@pytest.mark.parametrize("jti", ["once", None])
def test_SEC_62_of_many_at_once_at_two_workers_one_assertion_becomes_one_token(
    server: Server, jti: str | None
) -> None:
    claims = {} if jti is None else {"jti": jti}
    (won,) = bring_at_once(server, assertion(server, **claims))

    body = urlencode({"token": won["access_token"]})
    said = server.ask(INTROSPECT, method="POST", body=body, headers=FORM_HEADERS).json()
    assert said["active"] is True


def test_SEC_62_a_jti_is_used_up_whatever_else_is_signed_with_it(server: Server) -> None:
    assert len(bring_at_once(server, assertion(server, jti="twice"))) == 1
    assert bring_at_once(server, assertion(server, jti="twice", exp=int(time.time()) + 301)) == []

"""Reference adapters of `make_app`, and applications that call them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.crypto.secret_digests import DigestKind, SecretDigest
from ostiary.core.model.reference_adapter import CallerRules, ReferenceAdapter
from tests.support.app import App, make_snapshot
from tests.support.asgi import Answer, basic_header

DROP_OFF, PICK_UP = "/ext/ref/dropoff", "/ext/ref/pickup"
JSON = ("Content-Type", "application/json")
USER, PASS_PHRASE = "sample_id", "q6^&2dR!Vc7PtA"
BASIC = basic_header(USER, PASS_PHRASE)
HEADERS = (("ping.uname", USER), ("ping.pwd", PASS_PHRASE))
ATTRIBUTES = {
    "subject": "jsmith",
    "groups": ["staff", "Ärzte"],
    "firstName": {"localized": {"en_US": "Joe"}},
    "level": 2.5,
}
BEARERS = CallerRules(
    token_manager=TokenManagerId("default"),
    client_ids=frozenset({ClientId("sdk-client-id")}),
    required_scopes=frozenset({"api:read"}),
)


def at(adapter: str) -> tuple[str, str]:
    """Return the header that names an adapter."""
    return ("ping.instanceId", adapter)


def pair_rules(app: App, pass_phrase: str = PASS_PHRASE) -> CallerRules:
    """Return the rules of an adapter that is called by user name and pass phrase."""
    secrets = app.environment("default").client_secrets
    digest = secrets.digest(DigestKind.HMAC_SHA256, pass_phrase)
    return CallerRules(username=USER, pass_phrase=SecretDigest(DigestKind.HMAC_SHA256, digest))


def configure(app: App, *adapters: ReferenceAdapter, **environment: Any) -> None:
    """Apply a configuration in which `default` has these adapters."""
    env = app.environment("default")
    by_key = {adapter.key: adapter for adapter in adapters}
    changed = replace(env, reference_adapters=by_key, **environment)
    others = app.snapshots.current.environments.values()
    app.snapshots.current = make_snapshot(changed if each is env else each for each in others)


def configure_sample(app: App, **fields: Any) -> None:
    """Apply a configuration with one adapter, `sample`, called by user name and pass phrase."""
    given = {"callers": pair_rules(app), **fields}
    configure(app, ReferenceAdapter("sample", **given))


async def drop(
    app: App, *headers: tuple[str, str], attributes: Mapping[str, Any] | None = None
) -> Answer:
    """Drop attributes off as JSON."""
    body = json.dumps(ATTRIBUTES if attributes is None else attributes).encode()
    return await app.pingfederate.request("POST", DROP_OFF, (JSON, *headers), body)


async def pick(app: App, reference: str, *headers: tuple[str, str]) -> Answer:
    """Pick up what a reference stands for."""
    return await app.pingfederate.get(f"{PICK_UP}?REF={reference}", headers)


async def drop_sample(app: App) -> str:
    """Drop attributes off at the only adapter, and return the reference."""
    answer = await drop(app, BASIC)
    assert answer.status == 200, answer.body
    reference: str = answer.json()["REF"]
    return reference

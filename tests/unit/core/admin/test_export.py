"""The export: a file that, applied to the same store, changes nothing."""

import asyncio
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.admin.documents import describe_desired
from ostiary.core.admin.export import export_toml
from ostiary.core.admin.plan import PlanRefusedError
from ostiary.core.configuration.check import check
from ostiary.core.configuration.parse import parse
from tests.support.administration import ES256, FULL, Installation
from tests.support.configurations import VOCABULARY, MadeUpSurroundings

SEEDS = Path(__file__).parents[4] / "examples" / "seeds" / "ostiary.toml"
APP = ES256.format("main") + "[environments.main.clients.app]\n"
JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "x5c": ["abc", 'quoted "text"'],
    "extra": {"deep": [1, 2.5, True]},
}


async def _apply(installation: Installation, raw: Mapping[str, Any]) -> bool:
    """Apply a file's tables; True when there was something to change."""
    parsed = parse(dict(raw))
    assert parsed.configuration is not None, parsed.problems
    assert parsed.problems == ()
    desired = describe_desired(parsed.configuration, MadeUpSurroundings())
    return not (await installation.editor.apply(desired)).plan.is_empty


async def _export(installation: Installation) -> str:
    stored = await installation.store.load()
    return export_toml(stored.version, await installation.contents(), {})


@pytest.mark.parametrize("text", [FULL, SEEDS.read_text()], ids=["every field", "seeds"])
async def test_an_export_applied_again_changes_nothing(text: str) -> None:
    installation = Installation()
    assert await _apply(installation, tomllib.loads(text))
    exported = await _export(installation)
    assert not await _apply(installation, tomllib.loads(exported))
    assert await _export(installation) == exported


KEYS = st.from_regex(r"[a-z_][a-z0-9._~-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
SCOPES = st.from_regex(r"[!#-\[\]-~]{1,8}", fullmatch=True)
CLAIMS = st.from_regex(r"[!-~]{1,8}", fullmatch=True)
HOSTS = st.from_regex(r"[a-z]{1,8}\.example", fullmatch=True)
ALGORITHMS = st.sampled_from(["ES256", "EdDSA"])
SECRETS = st.one_of(
    st.just({"generate": True}),
    TEXTS.filter(bool).map(lambda text: {"value": text}),
)
MOMENTS = st.integers(0, 7_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def _table(
    required: Mapping[str, Any], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(dict(required), optional=optional)


MANAGERS = _table(
    {"algorithm": ALGORITHMS},
    kind=st.sampled_from(["jwt", "reference"]),
    style=st.sampled_from(["pingfederate", "pingone", "rfc9068"]),
    lifetime_seconds=st.integers(1, 10**6),
    scope_format=st.sampled_from(["array", "string"]),
    client_claim=CLAIMS,
    jti_bytes=st.integers(1, 64),
    manager_header=st.booleans(),
    attributes=st.dictionaries(CLAIMS, TEXTS, max_size=2),
    audiences=st.lists(CLAIMS, max_size=3),
    resources=st.lists(HOSTS.map("https://{}".format), max_size=3),
    selector=st.from_regex(r"[A-Za-z0-9]{0,16}", fullmatch=True),
)


BRANCHES = st.recursive(
    st.sampled_from(["done", "fail", ["form"], ["name", "form"]]),
    lambda inner: (
        _table({"step": st.just("form")}, success=inner, failure=inner)
        | _table(
            {
                "select": st.sampled_from(["client", "acr", "attribute:team"]),
                "cases": st.dictionaries(TEXTS, inner, min_size=1, max_size=2),
            },
            otherwise=inner,
        )
    ),
    max_leaves=4,
)
POLICIES = _table(
    {"steps": st.sampled_from([["form"], ["name", "form"]])}, acr=CLAIMS
) | st.fixed_dictionaries({"tree": BRANCHES.filter(lambda tree: isinstance(tree, dict))})
STEPS: dict[str, Any] = {"name": {"type": "identifier_first"}, "form": {"this_is_my_device": True}}
SIGN_ON = _table(
    {"steps": st.just(STEPS)},
    policies=st.dictionaries(KEYS, POLICIES, min_size=1, max_size=1),
    sessions=_table({}, idle_minutes=st.integers(1, 60), cross_site=st.booleans()),
    subject=st.sampled_from(["id", "username"]),
    scope_claims=st.dictionaries(SCOPES, st.lists(CLAIMS, max_size=2), max_size=2),
    claim_attributes=st.dictionaries(CLAIMS, TEXTS.filter(bool), max_size=2),
    code_seconds=st.integers(1, 600),
    flow_minutes=st.integers(1, 60),
    authentication_applications=st.dictionaries(
        KEYS, _table({"url": HOSTS.map("https://{}/".format)}), max_size=2
    ),
)


@st.composite
def environments(draw: st.DrawFn) -> dict[str, Any]:
    """Make an environment whose references hold."""
    managers = draw(st.dictionaries(KEYS, MANAGERS, min_size=1, max_size=3))
    chosen = st.lists(st.sampled_from(sorted(managers)), max_size=3, unique=True)
    clients = _table(
        {},
        name=TEXTS,
        enabled=st.booleans(),
        type=st.sampled_from(["worker", "web_app"]),
        secret=SECRETS,
        auth_methods=st.lists(st.sampled_from(["client_secret_jwt", "none"]), unique=True),
        grant_types=st.lists(st.sampled_from(["client_credentials", "other"]), unique=True),
        scopes=st.lists(SCOPES, max_size=3),
        default_scopes=st.lists(SCOPES, max_size=3, unique=True),
        token_managers=chosen,
        may_introspect=st.booleans(),
        response_types=st.lists(
            st.sampled_from(["code", "token", "id_token token code"]), unique=True
        ),
        redirect_uris=st.lists(HOSTS.map("https://{}/".format), max_size=2),
        pkce=st.sampled_from(["required", "optional", "plain"]),
        refresh=_table({}, rolling=st.booleans(), idle_days=st.integers(1, 60)),
        allow_redirectless=st.booleans(),
        bypass_approval=st.booleans(),
        restrict_scopes=st.booleans(),
        send_issuer=st.booleans(),
        jwks=st.sampled_from([{"keys": [JWK]}]),
    )
    table = _table(
        {"algorithms": st.lists(ALGORITHMS, min_size=1, max_size=3)},
        face=st.sampled_from(["pingfederate", "pingone"]),
        name=TEXTS,
        scopes=st.dictionaries(SCOPES, TEXTS, max_size=3),
        resources=st.dictionaries(
            KEYS, _table({"audience": CLAIMS}, scopes=st.lists(SCOPES)), max_size=2
        ),
        clients=st.dictionaries(KEYS, clients, max_size=3),
        default_token_manager=st.sampled_from(sorted(managers)),
    )
    made: dict[str, Any] = {**draw(table), "token_managers": managers}
    if draw(st.booleans()):
        made |= draw(SIGN_ON)
    for client in made.get("clients", {}).values():
        if "secret" in client and draw(st.booleans()):
            previous = {"value": draw(TEXTS.filter(bool)), "expires_at": draw(MOMENTS)}
            client["previous_secret"] = previous
    return made


@settings(max_examples=60)
@given(
    st.dictionaries(KEYS, environments(), min_size=1, max_size=3),
    _table({}, hosts=st.lists(HOSTS, max_size=3)),
)
def test_an_export_of_anything_applied_again_changes_nothing(
    tables: dict[str, Any], server: dict[str, Any]
) -> None:
    async def run() -> None:
        installation = Installation()
        await _apply(installation, {"server": server, "environments": tables})
        exported = await _export(installation)
        assert not await _apply(installation, tomllib.loads(exported))
        assert await _export(installation) == exported

    asyncio.run(run())


async def test_an_export_says_only_what_does_not_go_without_saying() -> None:
    installation = Installation()
    await installation.apply(APP + 'name = "App"\nsecret = { generate = true }\n')
    assert await _export(installation) == (
        "# The configuration of the store at version 1.\n"
        "# Secrets stay in the store: { stored = true } keeps the one that is there.\n\n"
        "[server]\n"
        'public_url = "https://localhost:9031"\n'
        'hosts = ["127.0.0.1", "[::1]", "localhost"]\n\n'
        "[environments.main]\n"
        'algorithms = ["ES256"]\n\n'
        "[environments.main.token_managers.default]\n"
        'algorithm = "ES256"\n\n'
        "[environments.main.clients.app]\n"
        'name = "App"\n'
        "secret = { stored = true }\n"
    )


async def test_an_export_writes_a_chain_of_steps_as_a_list() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main") + '[environments.main.policies.plain]\nacr = "plain"\n'
        'tree = { step = "form", success = { step = "form" } }\n'
    )
    exported = tomllib.loads(await _export(installation))
    policies = exported["environments"]["main"]["policies"]
    assert policies == {"plain": {"acr": "plain", "steps": ["form", "form"]}}


async def test_an_export_keeps_the_order_of_cases() -> None:
    installation = Installation()
    tree = 'tree = { select = "acr", cases = { z = ["form"], a = ["form"], m = ["form"] } }\n'
    await installation.apply(ES256.format("main") + f"[environments.main.policies.plain]\n{tree}")
    exported = tomllib.loads(await _export(installation))
    policy = exported["environments"]["main"]["policies"]["plain"]
    assert list(policy["tree"]["cases"]) == ["z", "a", "m"]


async def test_an_export_does_not_say_which_policy_steps_imply() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main") + "[environments.main.steps.form]\nremember_my_username = true\n"
    )
    exported = tomllib.loads(await _export(installation))
    assert exported["environments"]["main"]["steps"] == {"form": {"remember_my_username": True}}
    assert "policies" not in exported["environments"]["main"]


async def test_S3_7_an_export_does_not_repeat_what_comes_with_the_redirectless_mode() -> None:
    installation = Installation()
    await installation.apply(APP + "allow_redirectless = true\n")
    exported = tomllib.loads(await _export(installation))
    assert exported["environments"]["main"]["clients"] == {"app": {"allow_redirectless": True}}


async def test_an_export_passes_the_check() -> None:
    installation = Installation()
    await _apply(installation, tomllib.loads(SEEDS.read_text()))
    raw = tomllib.loads(await _export(installation))
    raw["server"]["mode"] = "dev"
    verdict = check(raw, VOCABULARY, MadeUpSurroundings())
    assert [problem for problem in verdict.problems if problem.is_error] == []


async def test_SEC_249_an_export_holds_no_secret() -> None:
    installation = Installation()
    secret = "canary-canary-canary"
    applied = await installation.apply(
        APP + f'secret = "{secret}"\n'
        "previous_secret = { value = 'canary-before', expires_at = 2030-01-01T00:00:00Z }\n"
        "[environments.main.clients.other]\nsecret = { generate = true }\n"
    )
    exported = await _export(installation)
    assert "canary" not in exported
    assert all(made.reveal() not in exported for made in applied.plan.generated.values())
    assert "digest" not in exported


async def test_an_export_keeps_the_local_settings_that_it_is_given() -> None:
    installation = Installation()
    await installation.apply(APP)
    local = {"mode": "dev", "store": {"env": "STORE"}, "listeners": {"tls": "off"}}
    text = export_toml(1, await installation.contents(), local)
    assert 'store = { env = "STORE" }\n' in text
    assert tomllib.loads(text)["server"].items() >= local.items()


async def test_an_export_does_not_apply_to_a_store_that_lacks_its_secrets() -> None:
    installation = Installation()
    await installation.apply(APP + "secret = { generate = true }\n")
    exported = await _export(installation)
    with pytest.raises(PlanRefusedError, match=r"clients\.app\.secret.*the store has none"):
        await _apply(Installation(), tomllib.loads(exported))


async def test_there_is_nothing_to_export_from_an_empty_store() -> None:
    with pytest.raises(ConfigurationBrokenError, match="nothing"):
        await _export(Installation())

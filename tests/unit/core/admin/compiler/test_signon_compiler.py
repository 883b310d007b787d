"""Compiled sign-on: sessions, steps, policies and applications as the file has them."""

import pytest

from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.base.ids import ClientId
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.model.environment import (
    STANDARD_POLICY,
    STANDARD_STEP,
    SubjectKind,
)
from ostiary.core.model.policy import Criterion, End, Policy, Selector, StepNode
from ostiary.core.model.session import SessionPolicy
from ostiary.core.ports.configuration import StoredConfiguration
from tests.support.administration import ES256, FULL, Installation

MAIN = ES256.format("main")
ORIGINS = MAIN.replace("algorithms", "allowed_origins = [{}]\nalgorithms", 1)
CHAIN = StepNode("name", success=StepNode("form"))


async def test_every_setting_of_sign_on_arrives() -> None:
    installation = Installation()
    await installation.apply(FULL)
    env = await installation.environment("main")
    assert env.scope_descriptions == {"read": "Read data", "write": "Change data"}
    assert env.sessions == SessionPolicy(
        idle_seconds=600.0,
        max_seconds=1200.0,
        is_persistent=True,
        is_cross_site=False,
        is_partitioned=True,
    )
    assert env.default_policy == "staff"
    assert env.subject is SubjectKind.USERNAME
    assert env.scope_claims == {"read": ("team", "office")}
    assert env.claim_attributes == {"team": "department"}
    assert env.code_lifetime_seconds == 30
    assert env.flow_lifetime_seconds == 300


async def test_steps_arrive_with_their_settings() -> None:
    installation = Installation()
    await installation.apply(FULL)
    steps = (await installation.environment("main")).steps
    form, more = steps["form"], steps["more"]
    assert (form.key, form.type) == ("form", "username_password")
    on = ("remember_my_username", "this_is_my_device", "recovery", "registration")
    assert [form.settings[name] for name in on] == [True] * len(on)
    assert form.settings["registration_population"] == "guests"
    assert more.type == "second_factor"
    assert more.settings["methods"] == (AuthenticatorKind.TOTP, AuthenticatorKind.PASSKEY)
    assert more.settings["no_authenticators"] == "block"
    assert steps["name"].type == "identifier_first"


async def test_policies_arrive_as_trees() -> None:
    installation = Installation()
    await installation.apply(FULL)
    policies = (await installation.environment("main")).policies
    assert policies["customers"] == Policy("customers", CHAIN)
    root = Selector(
        Criterion.ATTRIBUTE,
        cases={"it": CHAIN, "guests": End.FAIL},
        otherwise=StepNode("form", failure=StepNode("form")),
        attribute="team",
    )
    assert policies["staff"] == Policy("staff", root, context="urn:example:staff")


async def test_an_application_may_call_from_the_origin_of_its_own_url() -> None:
    installation = Installation()
    await installation.apply(FULL)
    env = await installation.environment("main")
    (application,) = env.applications
    assert application == AuthenticationApplication(
        key="signon",
        url="https://signon.example.com/app?theme=dark",
        origins=(
            "https://signon.example.com",
            "https://a.example.com",
            "https://b.example.com:*",
        ),
        client_id=ClientId("program-id"),
    )
    assert env.default_application is application


async def test_an_environment_that_says_nothing_asks_for_username_and_password() -> None:
    installation = Installation()
    await installation.apply(MAIN)
    env = await installation.environment("main")
    assert env.steps == {"form": STANDARD_STEP}
    assert env.policies == {"default": STANDARD_POLICY}
    assert env.default_policy == "default"
    assert env.sessions == SessionPolicy()
    assert (env.sessions.idle_seconds, env.sessions.max_seconds) == (3600.0, 28_800.0)
    assert env.subject is SubjectKind.ID
    assert env.code_lifetime_seconds == 60
    assert env.applications == ()
    assert env.default_application is None


async def test_steps_without_a_policy_are_asked_in_the_order_of_the_file() -> None:
    installation = Installation()
    await installation.apply(
        MAIN + '[environments.main.steps.name]\ntype = "identifier_first"\n'
        "[environments.main.steps.form]\n"
    )
    env = await installation.environment("main")
    assert env.policies == {"default": Policy("default", CHAIN)}


async def test_the_only_policy_is_the_default_whatever_its_name() -> None:
    installation = Installation()
    await installation.apply(MAIN + '[environments.main.policies.plain]\nsteps = ["form"]\n')
    assert (await installation.environment("main")).default_policy == "plain"


async def test_a_policy_knows_clients_as_requests_name_them() -> None:
    installation = Installation()
    await installation.apply(
        MAIN + '[environments.main.clients.app]\nclient_id = "wire-name"\n'
        '[environments.main.policies.default.tree]\nselect = "client"\ncases.app = ["form"]\n'
    )
    root = (await installation.environment("main")).policies["default"].root
    assert isinstance(root, Selector)
    assert root.cases == {"wire-name": StepNode("form")}


@pytest.mark.parametrize(
    ("origin", "is_cross_site"),
    [
        ("https://localhost:3000", False),
        ("http://localhost:3000", True),
        ("https://app.example.com", True),
        ("capacitor://localhost", True),
    ],
)
async def test_cookies_go_to_other_sites_where_a_page_of_one_is_let_in(
    origin: str, is_cross_site: bool
) -> None:
    installation = Installation()
    await installation.apply(ORIGINS.format(f'"{origin}"'))
    assert (await installation.environment("main")).sessions.is_cross_site is is_cross_site


async def test_cookies_go_to_other_sites_for_an_application_of_one() -> None:
    installation = Installation()
    await installation.apply(
        MAIN + "[environments.main.authentication_applications.signon]\n"
        'url = "https://signon.example.com/"\n'
    )
    assert (await installation.environment("main")).sessions.is_cross_site


@pytest.mark.parametrize(
    ("document_type", "expected"),
    [
        ("step", "step name does not exist"),
        ("policy", "policy customers does not exist"),
        ("authentication_application", "authentication application signon does not exist"),
        ("client", "client program does not exist"),
    ],
)
async def test_what_refers_to_nothing_is_named_and_not_served(
    document_type: str, expected: str
) -> None:
    installation = Installation()
    await installation.apply(FULL)
    stored = await installation.store.load()
    kept = tuple(each for each in stored.documents if each.id.type != document_type)
    broken = StoredConfiguration(stored.version, kept)
    with pytest.raises(ConfigurationBrokenError, match=expected):
        compile_snapshot(broken, installation.sealer, now=installation.clock.now())


async def test_a_step_names_the_adapter_whose_application_signs_people_on() -> None:
    installation = Installation()
    await installation.apply(FULL)
    env = await installation.environment("main")

    assert env.steps["portal"].settings["adapter"] == "knowing"
    assert "adapter" not in env.steps["form"].settings


async def test_a_stored_step_whose_adapter_is_not_there_is_refused() -> None:
    installation = Installation()
    await installation.apply(FULL)
    stored = await installation.store.load()
    kept = tuple(each for each in stored.documents if each.id.key != "knowing")
    broken = StoredConfiguration(stored.version, kept)
    with pytest.raises(ConfigurationBrokenError, match="reference adapter knowing does not exist"):
        compile_snapshot(broken, installation.sealer, now=installation.clock.now())

"""What a face means for an environment, as values of the compiled environment."""

from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.model.traits import Traits
from tests.support.administration import Installation

CLOUD = '[environments.cloud]\nface = "pingone"\nid = "9b1f1a3e-0000-4000-8000-000000000001"\n'


async def test_an_environment_with_pingones_face_says_which_it_is_and_has_uuids() -> None:
    installation = Installation()
    await installation.apply(CLOUD)
    env = await installation.environment("cloud")
    assert env.traits == Traits(
        has_uuid_ids=True,
        tenant_claims={"env": env.id, "org": env.organization_id, "p1.region": "NA"},
        refreshes_on_request=True,
    )


async def test_an_environment_with_pingfederates_face_has_its_word_for_the_session() -> None:
    installation = Installation()
    await installation.apply("[environments.main]")
    assert (await installation.environment("main")).traits == Traits(session_claims=("pi.sri",))


async def test_without_policies_there_is_the_one_that_the_face_has() -> None:
    installation = Installation()
    await installation.apply(CLOUD)
    env = await installation.environment("cloud")
    more = StepNode("form", StepNode("second_factor"))
    assert env.policies == {
        "Single_Factor": Policy("Single_Factor", StepNode("form"), "Single_Factor"),
        "Multi_Factor": Policy("Multi_Factor", more, "Multi_Factor"),
    }
    assert env.steps["second_factor"].type == "second_factor"
    assert env.default_policy == "Single_Factor"


async def test_a_policy_of_pingones_face_is_asked_for_by_its_name() -> None:
    installation = Installation()
    await installation.apply(
        f'{CLOUD}steps.form = {{ type = "username_password" }}\n'
        'policies.Strong = { steps = ["form"] }\n'
        'policies.Named = { steps = ["form"], acr = "urn:example:named" }\n'
        'default_policy = "Strong"'
    )
    policies = (await installation.environment("cloud")).policies
    contexts = {name: policy.context for name, policy in policies.items()}
    assert contexts == {"Strong": "Strong", "Named": "urn:example:named"}


async def test_steps_alone_make_the_policy_that_the_face_has() -> None:
    installation = Installation()
    await installation.apply(f'{CLOUD}steps.form = {{ type = "username_password" }}')
    assert (await installation.environment("cloud")).default_policy == "Single_Factor"

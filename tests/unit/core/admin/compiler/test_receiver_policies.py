"""Policies by which people sign on for an adapter's application: compiled in order, and there."""

import pytest

from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.model.receivers import receiver_id
from ostiary.core.ports.configuration import StoredConfiguration
from tests.support.administration import ES256, Installation
from tests.support.configurations import LONG_SECRET

TEXT = f"""{ES256.format("main")}
[environments.main.steps.form]
type = "username_password"
[environments.main.policies.default]
steps = ["form"]
[environments.main.policies.staff]
steps = ["form"]
[environments.main.reference_adapters.portal]
direction = "sp"
endpoint = "https://portal.example/"
username = "portal"
pass_phrase = "{LONG_SECRET}"
policies = ["staff", "default"]
"""


async def test_policies_of_an_adapter_arrive_in_their_order() -> None:
    installation = Installation()
    await installation.apply(TEXT)
    env = await installation.environment("main")
    found = env.receivers[receiver_id("portal")]
    assert (found.policy, found.policies) == ("staff", ("default",))


async def test_a_policy_that_is_gone_is_named_and_not_served() -> None:
    installation = Installation()
    await installation.apply(TEXT)
    stored = await installation.store.load()
    kept = tuple(each for each in stored.documents if each.id.key != "staff")
    assert len(kept) == len(stored.documents) - 1
    broken = StoredConfiguration(stored.version, kept)
    with pytest.raises(ConfigurationBrokenError, match="portal: policy staff does not exist"):
        compile_snapshot(broken, installation.sealer, now=installation.clock.now())

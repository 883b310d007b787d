"""Passwords with which directories are asked: sealed in the store, open in the snapshot alone."""

import pytest

from ostiary.core.admin.bodies import DirectoryBody, SecretBody
from ostiary.core.admin.contents import find
from ostiary.core.admin.export import export_toml
from ostiary.core.admin.plan import PlanRefusedError
from tests.support.administration import ES256, Installation

CANARY = "q6^&2dR!Vc7PtA-canary"
DIRECTORY = (
    ES256.format("main")
    + '[environments.main.directories.people]\nservers = ["ldap.example.com"]\n'
    'base_dn = "dc=example,dc=com"\n'
)
ACCOUNT = DIRECTORY + 'bind_dn = "cn=ostiary,dc=example,dc=com"\n'
GIVEN = f'{ACCOUNT}bind_password = "{CANARY}"\n'
KEPT = f"{ACCOUNT}bind_password = {{ stored = true }}\n"


async def _stored(installation: Installation) -> SecretBody | None:
    body = find(await installation.contents(), DirectoryBody, "main", "people")
    assert body is not None
    return body.bind_password


async def _opened(installation: Installation) -> str:
    env = await installation.environment("main")
    return env.directories["people"].bind_password


async def test_it_is_kept_sealed_and_opened_for_who_asks_the_directory() -> None:
    installation = Installation()
    await installation.apply(GIVEN)

    assert await _opened(installation) == CANARY
    assert all(CANARY.encode() not in document.body for document in await installation.documents())
    env = await installation.environment("main")
    assert CANARY not in repr(env) + repr(env.directories)


async def test_the_same_one_again_is_no_change() -> None:
    installation = Installation()
    await installation.apply(GIVEN)
    before = await _stored(installation)

    await installation.apply(GIVEN)
    await installation.apply(KEPT)

    assert await _stored(installation) == before
    assert await _opened(installation) == CANARY


async def test_another_one_takes_its_place() -> None:
    installation = Installation()
    await installation.apply(GIVEN)

    await installation.apply(GIVEN.replace(CANARY, "another-" + CANARY))

    assert await _opened(installation) == "another-" + CANARY


async def test_none_is_kept_where_none_is() -> None:
    installation = Installation()

    with pytest.raises(PlanRefusedError, match="the store has none"):
        await installation.apply(KEPT)


async def test_an_export_keeps_it_without_showing_it() -> None:
    installation = Installation()
    await installation.apply(GIVEN)

    text = export_toml(1, await installation.contents(), {})

    assert "bind_password = { stored = true }" in text
    assert CANARY not in text


async def test_a_directory_without_an_account_is_asked_as_nobody() -> None:
    installation = Installation()
    await installation.apply(DIRECTORY)

    assert await _opened(installation) == ""

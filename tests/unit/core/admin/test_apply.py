"""Applying: one transaction or nothing, run again when a race is lost, tried out before written."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.admin.apply import ATTEMPTS
from ostiary.core.admin.bodies import ClientBody, EnvironmentBody
from ostiary.core.admin.contents import ConfigurationBrokenError, Draft, find, identify, select
from ostiary.core.admin.plan import PlanRefusedError
from ostiary.core.base.errors import UnavailableError
from ostiary.core.ports.configuration import Document, DocumentId, VersionConflictError
from tests.support.administration import ES256, Installation, desire

MAIN = ES256.format("main")
APP = MAIN + "[environments.main.clients.app]\n"


class BusyStore(MemoryStore):
    """A store that somebody else writes to whenever we want to."""

    def __init__(self, conflicts: int) -> None:
        super().__init__()
        self.conflicts = conflicts
        self.writes = 0

    async def replace(
        self, *, expected_version: int, put: Sequence[Document], delete: Sequence[DocumentId]
    ) -> int:
        self.writes += 1
        if self.writes <= self.conflicts:
            await super().replace(expected_version=expected_version, put=(), delete=())
        return await super().replace(expected_version=expected_version, put=put, delete=delete)


async def test_everything_of_an_apply_is_one_version() -> None:
    installation = Installation()
    applied = await installation.apply(APP + "secret = { generate = true }")
    assert applied.version == await installation.store.version() == 1
    assert len(applied.plan.puts) == len(await installation.documents())


async def test_a_lost_race_is_run_again_on_what_stands_then() -> None:
    store = BusyStore(conflicts=ATTEMPTS - 1)
    installation = Installation(store)
    applied = await installation.apply(APP)
    assert applied.version == ATTEMPTS
    assert find(await installation.contents(), ClientBody, "main", "app") is not None


async def test_a_race_that_is_always_lost_is_given_up() -> None:
    store = BusyStore(conflicts=1000)
    with pytest.raises(VersionConflictError, match="somebody else has changed"):
        await Installation(store).apply(APP)
    assert store.writes == ATTEMPTS


async def test_two_nodes_that_apply_one_file_at_once_make_one_set_of_keys_and_secrets() -> None:
    installation = Installation()
    text = APP + "secret = { generate = true }"
    both = await asyncio.gather(installation.apply(text), installation.apply(text))
    assert sorted(applied.plan.is_empty for applied in both) == [False, True]
    assert {applied.version for applied in both} == {1}
    assert sum(len(applied.plan.generated) for applied in both) == 1


async def test_a_shown_proposal_is_not_carried_out_on_something_else() -> None:
    installation = Installation()
    proposal = await installation.editor.propose(desire(MAIN))
    await installation.apply(APP)
    with pytest.raises(VersionConflictError):
        await installation.editor.carry_out(proposal)
    assert find(await installation.contents(), ClientBody, "main", "app") is not None


async def test_a_carried_out_proposal_is_what_was_shown() -> None:
    installation = Installation()
    proposal = await installation.editor.propose(desire(APP + "secret = { generate = true }"))
    applied = await installation.editor.carry_out(proposal)
    assert applied.plan is proposal.plan


async def test_REL_38_what_the_store_does_not_allow_leaves_the_old_configuration() -> None:
    installation = Installation()
    await installation.apply(APP)
    before = await installation.store.load()
    with pytest.raises(PlanRefusedError, match=r"environments\.main\.clients\.app\.secret"):
        await installation.apply(APP + 'secret = { stored = true }\nscopes = ["new"]')
    assert await installation.store.load() == before


async def test_REL_38_what_would_not_compile_is_never_written() -> None:
    installation = Installation()
    await installation.apply(APP)
    before = await installation.store.load()

    def close(draft: Draft, _now: float) -> None:
        place = identify(ClientBody, "main", "app")
        client = find(draft, ClientBody, "main", "app")
        assert client is not None
        draft[place] = msgspec.structs.replace(client, token_managers=("gone",))

    with pytest.raises(ConfigurationBrokenError, match=r"client app.*gone"):
        await installation.editor.edit(close)
    assert await installation.store.load() == before


async def test_REL_38_a_store_that_fails_in_the_middle_leaves_the_old_configuration() -> None:
    def fail(point: str) -> None:
        if point == "memory.replace" and is_broken:
            raise UnavailableError("down", retry_after_seconds=1)

    is_broken = False
    installation = Installation(MemoryStore(reach=fail))
    await installation.apply(MAIN)
    before = await installation.store.load()
    is_broken = True
    with pytest.raises(UnavailableError):
        await installation.apply(APP)
    assert await installation.store.load() == before


async def test_a_snapshot_in_use_does_not_see_a_change() -> None:
    installation = Installation()
    await installation.apply(APP)
    old = await installation.environment("main")
    await installation.apply(MAIN + '[environments.main.scopes]\nread = "Read"\n')
    new = await installation.environment("main")
    assert (len(old.clients), old.scopes) == (1, frozenset())
    assert (len(new.clients), new.scopes) == (0, frozenset({"read"}))


async def test_an_edit_that_changes_nothing_writes_nothing() -> None:
    installation = Installation()
    await installation.apply(MAIN)
    applied = await installation.editor.edit(lambda draft, _now: len(draft))
    assert applied.plan.is_empty
    assert applied.outcome == len(await installation.contents())
    assert await installation.store.version() == 1


async def test_a_change_in_one_environment_leaves_the_documents_of_another() -> None:
    installation = Installation()
    await installation.apply(APP + ES256.format("other"))
    before = {each.id: each.body for each in await installation.documents()}
    applied = await installation.apply(APP + 'secret = "0123456789abcdef"' + ES256.format("other"))
    assert {document.id.environment for document in applied.plan.puts} == {"main"}
    after = {each.id: each.body for each in await installation.documents()}
    for place, body in before.items():
        if place.environment == "other":
            assert after[place] == body


async def test_environments_of_one_store_do_not_know_each_other() -> None:
    installation = Installation()
    await installation.apply(APP + ES256.format("other"))
    found = select(await installation.contents(), EnvironmentBody, "other")
    assert [place.key for place, _ in found] == ["other"]

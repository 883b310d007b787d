"""Changing the stored configuration: read, plan, try out, write all at once, or start over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.admin.contents import Draft, read
from ostiary.core.admin.plan import Plan, carry_out, compare, plan
from ostiary.core.base.clock import Clock
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.ports.configuration import (
    Configurations,
    StoredConfiguration,
    VersionConflictError,
)

if TYPE_CHECKING:
    # What reads files is loaded by commands alone: it takes a worker's start twice as long.
    from ostiary.core.admin.documents import Desired

ATTEMPTS = 4
"""The first try, and three more for changes that lost a race."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Proposal(Generic[T]):
    """A change that is worked out and not written.

    Args:
        outcome: what the change has to say, beside its plan.
    """

    stored: StoredConfiguration
    plan: Plan
    outcome: T


@dataclass(frozen=True, slots=True)
class Applied(Generic[T]):
    """A change that is done.

    Args:
        version: of the configuration that stands now, whether or not anything had to change.
    """

    version: int
    plan: Plan
    outcome: T


def _accept_all(plan: Plan) -> None:
    """Let every plan be carried out."""


@dataclass(frozen=True, slots=True)
class ConfigurationEditor:
    """Changes the stored configuration in single transactions."""

    configurations: Configurations
    sealer: Sealer
    clock: Clock

    async def propose(self, desired: "Desired") -> Proposal[None]:
        """Work out what applying a configuration would change.

        Raises: PlanRefusedError, ConfigurationBrokenError, SealBrokenError, UnavailableError.
        """
        stored, now = await self.configurations.load(), self.clock.now()
        return Proposal(stored, plan(stored, desired, self.sealer, now=now), None)

    async def carry_out(self, proposal: Proposal[T]) -> Applied[T]:
        """Write a proposal, exactly as it was shown.

        What would not compile is not written: the old configuration stays as it is.
        Stores: the proposal's documents, in one transaction.
        Raises: ConfigurationBrokenError, UnavailableError; VersionConflictError when the stored
            configuration has changed since it was proposed.
        """
        stored, change = proposal.stored, proposal.plan
        version = stored.version
        if not change.is_empty:
            compile_snapshot(carry_out(stored, change), self.sealer, now=self.clock.now())
            version = await self.configurations.replace(
                expected_version=stored.version, put=change.puts, delete=change.deletes
            )
        return Applied(version, change, proposal.outcome)

    async def apply(
        self, desired: "Desired", accept: Callable[[Plan], None] = _accept_all
    ) -> Applied[None]:
        """Make the store say what a configuration wants; a race that is lost is run again.

        Args: accept raises for a plan that must not be carried out.
        Raises: as `propose` and `carry_out`; whatever `accept` does.
        """

        async def propose() -> Proposal[None]:
            proposal = await self.propose(desired)
            accept(proposal.plan)
            return proposal

        return await self._retry(propose)

    async def edit(self, change: Callable[[Draft, float], T]) -> Applied[T]:
        """Change a draft of the documents; `change` gets it and the time, perhaps repeatedly.

        Raises: whatever `change` does; else as `carry_out`.
        """
        return await self._retry(lambda: self._propose_edit(change))

    async def _retry(self, propose: Callable[[], Awaitable[Proposal[T]]]) -> Applied[T]:
        for _ in range(ATTEMPTS - 1):
            try:
                return await self.carry_out(await propose())
            except VersionConflictError:
                continue
        return await self.carry_out(await propose())

    async def _propose_edit(self, change: Callable[[Draft, float], T]) -> Proposal[T]:
        stored = await self.configurations.load()
        before = read(stored.documents)
        draft = dict(before)
        outcome = change(draft, self.clock.now())
        return Proposal(stored, compare(stored, before, draft), outcome)

"""Handing attributes over, for coroutines under asyncio and trio."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar, Unpack

from ostiary_client.errors import CallerRefusedError
from ostiary_client.protocol.client_authentication import Credentials
from ostiary_client.protocol.messages import Exchange
from ostiary_client.references.attributes import FAILURE, ReferencedAttributes, dropped
from ostiary_client.references.options import ReferenceOptions, adapter_caller, proof_of
from ostiary_client.references.return_url import return_url
from ostiary_client.transport import AsyncTransport

T = TypeVar("T")


class AsyncReferenceId:
    """`ReferenceId`, awaited."""

    def __init__(self, base_url: str, **options: Unpack[ReferenceOptions]) -> None:
        self._caller = adapter_caller(base_url, **options)
        self._transport = AsyncTransport(self._caller.reach)

    async def drop_off(
        self, attributes: Mapping[str, object], *, resume_path: str | None = None
    ) -> str:
        """Do as `ReferenceId.drop_off`.

        Raises: as `ReferenceId.drop_off`.
        """
        bound = dropped(attributes, resume_path)
        return await self._call(lambda proof: self._caller.channel.drop_off(bound, proof))

    async def decline(self, message: str, *, resume_path: str | None = None) -> str:
        """Do as `ReferenceId.decline`.

        Raises: as `ReferenceId.drop_off`.
        """
        return await self.drop_off({FAILURE: message}, resume_path=resume_path)

    async def pick_up(self, reference: str) -> ReferencedAttributes:
        """Do as `ReferenceId.pick_up`.

        Raises: as `ReferenceId.pick_up`.
        """
        return ReferencedAttributes(
            await self._call(lambda proof: self._caller.channel.pick_up(reference, proof))
        )

    def return_url(
        self, resume_path: str, reference: str | None = None, *, target: str | None = None
    ) -> str:
        """Do as `ReferenceId.return_url`.

        Raises: ResumePathError.
        """
        return return_url(self._caller.base_url, resume_path, reference, target=target)

    async def _call(self, hold: Callable[[Credentials], Exchange[T]]) -> T:
        """Hold a conversation; one whose token is refused has done nothing, and is held again."""
        given = self._caller.token
        token = await given.get_async() if given else None
        try:
            return await self._transport.run(hold(proof_of(self._caller, token)))
        except CallerRefusedError:
            if given is None or token is None:
                raise
            given.forget(token)
            other = await given.get_async()
            if other == token:
                raise
        return await self._transport.run(hold(proof_of(self._caller, other)))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

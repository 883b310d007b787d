"""Handing attributes over, for programs that wait for their answers."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar, Unpack

from ostiary_client.errors import CallerRefusedError
from ostiary_client.protocol.client_authentication import Credentials
from ostiary_client.protocol.messages import Exchange
from ostiary_client.references.attributes import FAILURE, ReferencedAttributes, dropped
from ostiary_client.references.options import ReferenceOptions, adapter_caller, proof_of
from ostiary_client.references.return_url import return_url
from ostiary_client.transport import SyncTransport

T = TypeVar("T")


class ReferenceId:
    """An application at its Reference ID adapter: PingFederate's, or Ostiary's.

    Attributes are exchanged for a reference that a browser carries; it works once, and for
    seconds. Threads may share it; nothing is sent before the first call.

        from ostiary_client import ReferenceId

        with ReferenceId(
            "https://localhost:9031",
            instance_id="sample_adapter",
            username="sample_id",
            pass_phrase="sample_password",
        ) as references:
            reference = references.drop_off({"subject": "joe", "groups": ["staff"]})
            print(references.pick_up(reference)["groups"])

    Args: base_url is the server's, as browsers know it; `ReferenceOptions` says what there is
        beside it.
    Raises: ConfigurationError for what cannot work; every call besides an `OstiaryClientError`.
    """

    def __init__(self, base_url: str, **options: Unpack[ReferenceOptions]) -> None:
        self._caller = adapter_caller(base_url, **options)
        self._transport = SyncTransport(self._caller.reach)

    def drop_off(self, attributes: Mapping[str, object], *, resume_path: str | None = None) -> str:
        """Hand in what is known of a person, by JSON's kinds of values; return the reference.

        `subject` says who it is.

        Spec: PingFederate "Reference ID adapter" (drop-off).
        Args: resume_path is where the browser goes back to: an Ostiary then takes the reference
            there alone, and a thief of it can do nothing with it elsewhere.
        Raises: CallerRefusedError, AttributesRefusedError, ReferenceIdError, ConfigurationError,
            RateLimitedError, ServerFailedError, UnreadableResponseError, TransportError.
        """
        bound = dropped(attributes, resume_path)
        return self._call(lambda proof: self._caller.channel.drop_off(bound, proof))

    def decline(self, message: str, *, resume_path: str | None = None) -> str:
        """Say that nobody is vouched for, and why; return the reference to go back with.

        Spec: PingFederate "Reference ID adapter" (external application failure message).
        Raises: as `drop_off`.
        """
        return self.drop_off({FAILURE: message}, resume_path=resume_path)

    def pick_up(self, reference: str) -> ReferencedAttributes:
        """Return what a reference stands for, which works once.

        Spec: PingFederate "Reference ID adapter" (pick-up).
        Raises: UnknownReferenceError for one that stands for nothing; else as `drop_off`.
        """
        return ReferencedAttributes(
            self._call(lambda proof: self._caller.channel.pick_up(reference, proof))
        )

    def return_url(
        self, resume_path: str, reference: str | None = None, *, target: str | None = None
    ) -> str:
        """Return the URL at which a browser goes on at the server, and nowhere else.

        Spec: PingFederate "Reference ID adapter" (resumePath).
        Args: reference is what was dropped off, None after a logout; target is where the person
            wants to end up, where the server was not told.
        Raises: ResumePathError for everything but a path of the server.
        """
        return return_url(self._caller.base_url, resume_path, reference, target=target)

    def _call(self, hold: Callable[[Credentials], Exchange[T]]) -> T:
        """Hold a conversation; one whose token is refused has done nothing, and is held again."""
        given = self._caller.token
        token = given.get() if given else None
        try:
            return self._transport.run(hold(proof_of(self._caller, token)))
        except CallerRefusedError:
            if given is None or token is None:
                raise
            given.forget(token)
            other = given.get()
            if other == token:
                raise
        return self._transport.run(hold(proof_of(self._caller, other)))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

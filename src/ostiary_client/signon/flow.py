"""A sign-on flow as a program drives it: look at the state, act, and take the tokens at its end."""

from collections.abc import Mapping
from typing import Any

from ostiary_client.protocol.flow import FlowMemory
from ostiary_client.protocol.flow_wire import Step
from ostiary_client.signon.async_flow_steps import AsyncFlowSteps
from ostiary_client.signon.base_state import FlowState
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.flow_conversations import flow_tokens
from ostiary_client.signon.flow_steps import FlowSteps
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.transport import AsyncTransport, SyncTransport


class _Standing:
    """Where a flow stands."""

    _memory: FlowMemory

    @property
    def memory(self) -> FlowMemory:
        # For the next flow of the same person; programs have no use for it.
        return self._memory

    @property
    def state(self) -> FlowState:
        """The state that the flow stands in."""
        return self._memory.current

    @property
    def status(self) -> str:
        """The state's name, such as `USERNAME_PASSWORD_REQUIRED`."""
        return self.state.status

    @property
    def id(self) -> str:
        """The flow's id, which opens nothing without its cookie."""
        return self.state.id

    @property
    def actions(self) -> tuple[str, ...]:
        """What can be done now."""
        return self.state.actions

    @property
    def fields(self) -> Mapping[str, Any]:
        """Everything that the state says."""
        return self.state.fields

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.state!r})"


class Flow(_Standing, FlowSteps):
    """A sign-on without redirects, step by step; for one thread at a time.

        from ostiary_client import Client, WrongPasswordError

        with Client("https://localhost:9031", client_id="im_client") as client:
            flow = client.start_flow("openid")
            try:
                flow.check_password("joe", "wrong")
            except WrongPasswordError as error:
                print(error, flow.status)
            flow.check_password("joe", "Password1")
            print(flow.tokens().subject)

    Spec: PingFederate "Authentication API"; PingOne "Flows".
    """

    def __init__(
        self, people: SignOnConversations, transport: SyncTransport, memory: FlowMemory
    ) -> None:
        self._people, self._transport, self._memory = people, transport, memory
        self._tokens: TokenSet | None = None

    def act(self, action: str, **fields: Any) -> FlowState:  # noqa: ANN401 - whatever JSON holds
        """Perform one of the state's actions, and return the state that follows.

        Names are the server's own; the flow's other methods do without them.

        Raises: FlowError when it is refused: the flow stands where it stood; AuthorizationError;
            TransportError, RateLimitedError, ServerFailedError, UnreadableResponseError.
        """
        return self._transport.run(self._memory.act(action, fields))

    def _take(self, step: Step, *values: object) -> FlowState:
        return self._transport.run(self._memory.take(step, *values))

    def view(self) -> FlowState:
        """Ask for the state, which may have moved on by itself, and return it.

        Raises: as `act`.
        """
        return self._transport.run(self._memory.view())

    def tokens(self) -> TokenSet:
        """Return the tokens of a flow that is completed; they are fetched once.

        Raises: FlowEndedError, FlowStepError when there are none; as `Client.exchange`.
        """
        if self._tokens is None:
            self._tokens = self._transport.run(flow_tokens(self._people, self._memory))
        return self._tokens


class AsyncFlow(_Standing, AsyncFlowSteps):
    """`Flow`, awaited; for one task at a time."""

    def __init__(
        self, people: SignOnConversations, transport: AsyncTransport, memory: FlowMemory
    ) -> None:
        self._people, self._transport, self._memory = people, transport, memory
        self._tokens: TokenSet | None = None

    async def act(self, action: str, **fields: Any) -> FlowState:  # noqa: ANN401 - whatever JSON holds
        """Perform one of the state's actions, and return the state that follows.

        Raises: as `Flow.act`.
        """
        return await self._transport.run(self._memory.act(action, fields))

    async def _take(self, step: Step, *values: object) -> FlowState:
        return await self._transport.run(self._memory.take(step, *values))

    async def view(self) -> FlowState:
        """Ask for the state, which may have moved on by itself, and return it.

        Raises: as `Flow.act`.
        """
        return await self._transport.run(self._memory.view())

    async def tokens(self) -> TokenSet:
        """Return the tokens of a flow that is completed; they are fetched once.

        Raises: as `Flow.tokens`.
        """
        if self._tokens is None:
            self._tokens = await self._transport.run(flow_tokens(self._people, self._memory))
        return self._tokens

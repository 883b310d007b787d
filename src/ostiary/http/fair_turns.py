"""Turns: tenants of one worker get on equally, however many requests one of them sends.

Where requests of one tenant alone come in, nothing waits. With several, each gets the same number
of turns whenever the event loop comes round, and has so many requests under way at a time: what one
sends beyond that waits, and the others' requests pass it.
"""

from asyncio import CancelledError, Future, get_running_loop
from collections import defaultdict, deque
from collections.abc import Callable
from time import monotonic

AT_ONCE, LEAST = 16, 4
"""Requests under way for all tenants together, and those that each may have however many there are:
enough to keep a store and its threads busy."""
TURNS_A_ROUND = 2
WINDOW_SECONDS = 1.0
"""Whoever has asked for nothing for twice as long takes no share any more."""


class FairTurns:
    """Says when a request may go on; to be used on the event loop's thread.

    Args: now: in seconds, and never going back.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._under_way: defaultdict[str, int] = defaultdict(int)
        self._waiting: defaultdict[str, deque[Future[None]]] = defaultdict(deque)
        self._is_dealing = False
        self._seen: set[str] = set()
        self._seen_before: set[str] = set()
        self._window_ends = 0.0

    async def take(self, tenant: str) -> None:
        """Return when it is the turn of a request; each turn is to be given back."""
        self._note(tenant)
        if self._share() is None:
            self._under_way[tenant] += 1
            return
        turn: Future[None] = get_running_loop().create_future()
        self._waiting[tenant].append(turn)
        self._deal_soon()
        try:
            await turn
        except CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(tenant)
            raise

    def give_back(self, tenant: str) -> None:
        """Say that a request is answered: the next one of its tenant may go on."""
        self._under_way[tenant] -= 1
        if not self._under_way[tenant]:
            del self._under_way[tenant]
        if self._waiting:
            self._deal_soon()

    def _deal_soon(self) -> None:
        if not self._is_dealing:
            self._is_dealing = True
            get_running_loop().call_soon(self._deal)

    def _deal(self) -> None:
        """Give every tenant as many turns; where more wait, go on when the loop comes round."""
        self._is_dealing = False
        share = self._share()
        dealt = 0
        for tenant, waiting in tuple(self._waiting.items()):
            free = TURNS_A_ROUND
            if share is not None:
                free = min(free, share - self._under_way.get(tenant, 0))
            dealt += self._deal_to(tenant, waiting, free)
            if not waiting:
                del self._waiting[tenant]
        if dealt and self._waiting:
            self._deal_soon()

    def _deal_to(self, tenant: str, waiting: deque[Future[None]], turns: int) -> int:
        """Give a tenant up to so many turns, and return how many it took."""
        taken = 0
        while waiting and taken < turns:
            turn = waiting.popleft()
            if not turn.done():
                self._under_way[tenant] += 1
                turn.set_result(None)
                taken += 1
        return taken

    def _note(self, tenant: str) -> None:
        now = self._now()
        if now >= self._window_ends:
            self._seen_before, self._seen = self._seen, set()
            self._window_ends = now + WINDOW_SECONDS
        self._seen.add(tenant)

    def _share(self) -> int | None:
        """Return how many requests each tenant may have under way; None for any number."""
        tenants = len(self._seen | self._seen_before)
        return max(LEAST, AT_ONCE // tenants) if tenants > 1 else None

"""What the server sent to people: in dev mode it stands in its log."""

from dataclasses import dataclass

from tests.support.server import Server, wait_for


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The messages of one server."""

    server: Server

    def count(self, to: str) -> int:
        """Return how many codes have gone to an address."""
        return len(self._codes(to))

    def read_code(self, to: str, *, number: int = 1) -> str:
        """Wait for code `number` to an address, and return it."""
        wait_for(lambda: self.count(to) >= number)
        return self._codes(to)[number - 1]

    def read_link(self, to: str) -> str:
        """Wait for a link to an address, and return the newest."""
        return self._read_newest(to, "link")

    def read_usernames(self, to: str) -> str:
        """Wait for the usernames of an address, and return them."""
        return self._read_newest(to, "usernames")

    def _read_newest(self, to: str, value: str) -> str:
        wait_for(lambda: bool(self._sent(to, value)))
        return self._sent(to, value)[-1]

    def _codes(self, to: str) -> list[str]:
        return self._sent(to, "code")

    def _sent(self, to: str, value: str) -> list[str]:
        sent = [each for each in self.server.events("delivery") if each["to"] == to]
        return [str(each[value]) for each in sent if value in each]

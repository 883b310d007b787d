"""Known devices: where a user has signed on before, told by a cookie that only we can have made."""

import hmac
from dataclasses import dataclass

from ostiary.core.base import b64
from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import UserId, mint_alphanumeric
from ostiary.core.model.environment import Environment
from ostiary.core.signon.password import KnownDevice

MAX_AGE_SECONDS = 365 * 86_400
MAX_CHARACTERS = 256
_PURPOSE = "device"
_ID_CHARACTERS = 22
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Devices:
    """Makes and reads device cookies: user, device, second of issue, and a keyed digest.

    A known device only has a count of failures of its own; it proves nothing else.
    """

    clock: Clock

    def read(self, env: Environment, cookie: str | None) -> KnownDevice | None:
        """Return the device that a cookie stands for, if the cookie is genuine and not too old."""
        parts = cookie.split(".") if cookie is not None and len(cookie) <= MAX_CHARACTERS else []
        if len(parts) != _PARTS:
            return None
        user, device, issued_at, mark = parts
        expected = _mark(env, user, device, issued_at)
        if not hmac.compare_digest(mark.encode(errors="surrogatepass"), expected.encode()):
            return None
        is_old = self.clock.now() >= int(issued_at) + MAX_AGE_SECONDS
        return None if is_old else KnownDevice(UserId(user), device)

    def issue(self, env: Environment, user_id: UserId, known: KnownDevice | None) -> str:
        """Return the cookie of a device on which a user has just signed on.

        Args: known is what the device was known as; for the same user it keeps its count.
        """
        is_same = known is not None and known.user == user_id
        device = known.id if known is not None and is_same else mint_alphanumeric(_ID_CHARACTERS)
        issued_at = str(int(self.clock.now()))
        return ".".join((user_id, device, issued_at, _mark(env, user_id, device, issued_at)))


def _mark(env: Environment, user: str, device: str, issued_at: str) -> str:
    # No part has a dot: ids are UUIDs and alphanumerics.
    return b64.encode(env.client_secrets.mark(_PURPOSE, f"{user}.{device}.{issued_at}"))

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
_PARTS, _PARTS_CONFIRMED = 4, 5
_CONFIRMED = "2"


@dataclass(frozen=True, slots=True)
class Devices:
    """Makes and reads device cookies: user, device, issue, what was proved, and a keyed digest.

    A known device only has a count of failures of its own; it proves nothing else.
    """

    clock: Clock

    def read(self, env: Environment, cookie: str | None) -> KnownDevice | None:
        """Return the device that a cookie stands for, if the cookie is genuine and not too old."""
        parts = cookie.split(".") if cookie is not None and len(cookie) <= MAX_CHARACTERS else []
        if len(parts) not in {_PARTS, _PARTS_CONFIRMED}:
            return None
        user, device, issued_at, *proved, mark = parts
        expected = _mark(env, ".".join(parts[:-1]))
        if not hmac.compare_digest(mark.encode(errors="surrogatepass"), expected.encode()):
            return None
        is_old = self.clock.now() >= int(issued_at) + MAX_AGE_SECONDS
        return None if is_old else KnownDevice(UserId(user), device, proved == [_CONFIRMED])

    def issue(
        self,
        env: Environment,
        user_id: UserId,
        known: KnownDevice | None,
        *,
        is_confirmed: bool = False,
    ) -> str:
        """Return the cookie of a device on which a user has just signed on.

        Args:
            known: what the device was known as; for the same user it keeps its count.
            is_confirmed: with a second factor; it stays so.
        """
        kept = known if known is not None and known.user == user_id else None
        device = kept.id if kept is not None else mint_alphanumeric(_ID_CHARACTERS)
        is_confirmed = is_confirmed or (kept is not None and kept.is_confirmed)
        proved = (_CONFIRMED,) if is_confirmed else ()
        text = ".".join((user_id, device, str(int(self.clock.now())), *proved))
        return f"{text}.{_mark(env, text)}"


def _mark(env: Environment, text: str) -> str:
    # No part has a dot: ids are UUIDs and alphanumerics.
    return b64.encode(env.client_secrets.mark(_PURPOSE, text))

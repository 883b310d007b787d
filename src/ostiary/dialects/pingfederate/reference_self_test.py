"""`/ext/ref/self-test`: what of a back-channel call gets through the proxies on the way."""

from dataclasses import dataclass

from ostiary.dialects.pingfederate.errors import render_text_error
from ostiary.dialects.pingfederate.reference import HEADERS
from ostiary.http.message import NO_STORE, Request, Response, json_response
from ostiary.http.route import Route

SELF_TEST_PATH = "/ext/ref/self-test"
_DOTTED = {name.decode(): spelled for name, spelled in HEADERS.items()}
_DASHED = {name.replace(".", "-"): name.replace(".", "-") for name in _DOTTED}
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("-_.~!#$%&'*+^`|", "."))


@dataclass(frozen=True, slots=True)
class ReferenceSelfTest:
    """Tells which headers of a call arrived, by their names; for development only."""

    def routes(self) -> tuple[Route, ...]:
        """Return its path."""
        return (
            Route(
                SELF_TEST_PATH,
                {"GET": self.get_self_test},
                render_text_error,
                summary="Which headers of a back-channel call arrive",
            ),
        )

    async def get_self_test(self, request: Request) -> Response:
        """Name what arrived of what adapters read, and what only looks like that; no value."""
        names = sorted({name.decode("latin-1") for name, _ in request.headers})
        dotted = [_DOTTED[name] for name in names if name in _DOTTED]
        dashed = [_DASHED[name] for name in names if name in _DASHED]
        told = {
            "arrived": dotted,
            "missing": [spelled for spelled in _DOTTED.values() if spelled not in dotted],
            "dashed": dashed,
            "look_alikes": [name for name in names if _looks_alike(name)],
            "authorization": "authorization" in names,
            "certificate": request.client_certificate is not None,
            "tls": request.is_secure,
            "host": request.host,
            "address": request.address,
        }
        return json_response(told, headers=NO_STORE)


def _looks_alike(name: str) -> bool:
    """Tell whether a name is none that is read, and one of those with other signs in it."""
    is_read = name in _DOTTED or name in _DASHED
    return not is_read and name.translate(_NOT_IN_NAMES) in _DOTTED

"""An answer's body as it comes in: bounded in length, packed and unpacked, and in time."""

import time
import zlib

import httpx2

from ostiary_client.errors import UnreadableResponseError

MOST_BYTES = 1024 * 1024
"""No metadata, key set or token answer is longer."""
ACCEPTED_ENCODING = "gzip"
_PLAIN = frozenset({"", "identity"})
_ZIPPED = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = 47
"""Let zlib tell by the first bytes which of its two formats it is."""


class ReceivedBody:
    """Takes the pieces of one body; unpacked here, so that a small piece cannot become a huge one.

    Args: server is its name for messages; encoding the answer's `Content-Encoding`.
    Raises: UnreadableResponseError for an encoding that was not asked for.
    """

    def __init__(self, server: str, encoding: str, seconds: float) -> None:
        self._server = server
        self._unpacked = bytearray()
        self._raw_length = 0
        self._until = time.monotonic() + seconds
        self._decoder = None
        if encoding.strip().lower() in _ZIPPED:
            self._decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
        elif encoding.strip().lower() not in _PLAIN:
            raise UnreadableResponseError(
                f"{server} answers in an encoding that was not asked for",
                remedy="Something between here and the server changes its answers",
            )

    def add(self, raw: bytes) -> None:
        """Take the next piece, as it came over the wire.

        Raises: UnreadableResponseError when it is too much; httpx2.DecodingError when it cannot be
            unpacked; httpx2.ReadTimeout when it takes too long, which a server that sends a byte a
            second would otherwise do without end.
        """
        self._raw_length += len(raw)
        self._unpacked += raw if self._decoder is None else self._unpack(self._decoder, raw)
        if max(self._raw_length, len(self._unpacked)) > MOST_BYTES:
            raise UnreadableResponseError(
                f"{self._server} answers with more than {MOST_BYTES} bytes",
                remedy="Check the address; this is no answer of an identity server",
            )
        if time.monotonic() > self._until:
            raise httpx2.ReadTimeout("the answer came too slowly")

    def whole(self) -> bytes:
        """Return everything that came."""
        return bytes(self._unpacked)

    def _unpack(self, decoder: "zlib._Decompress", raw: bytes) -> bytes:
        try:
            return decoder.decompress(raw, MOST_BYTES + 1 - len(self._unpacked))
        except zlib.error:
            raise httpx2.DecodingError("the answer is not packed as it says") from None

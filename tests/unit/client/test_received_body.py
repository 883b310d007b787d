"""A body as it comes in: bounded, whatever it claims to be."""

import gzip
import zlib

import httpx2
import pytest

from ostiary_client.errors import UnreadableResponseError
from ostiary_client.received_body import MOST_BYTES, ReceivedBody


def receive(*pieces: bytes, encoding: str = "", seconds: float = 60.0) -> bytes:
    body = ReceivedBody("pf.example", encoding, seconds)
    for piece in pieces:
        body.add(piece)
    return body.whole()


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_plain_body_is_what_came(encoding: str) -> None:
    assert receive(b"{", b"}", encoding=encoding) == b"{}"


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
def test_a_packed_body_is_unpacked_in_whatever_pieces_it_comes(encoding: str) -> None:
    packed = gzip.compress(b"{}" * 100)

    assert receive(packed, encoding=encoding) == b"{}" * 100
    assert receive(*(bytes([byte]) for byte in packed), encoding=encoding) == b"{}" * 100


def test_the_other_packing_that_servers_use_unasked_is_unpacked_too() -> None:
    assert receive(zlib.compress(b"{}"), encoding="deflate") == b"{}"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "x"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableResponseError, match="not asked for"):
        receive(b"{}", encoding=encoding)


def test_a_body_has_a_bound() -> None:
    assert len(receive(b"x" * MOST_BYTES)) == MOST_BYTES
    with pytest.raises(UnreadableResponseError, match=f"more than {MOST_BYTES} bytes"):
        receive(b"x" * MOST_BYTES, b"x")


def test_a_small_piece_does_not_become_a_huge_one() -> None:
    body = ReceivedBody("pf.example", "gzip", 60.0)
    with pytest.raises(UnreadableResponseError, match="more than"):
        body.add(gzip.compress(bytes(50 * MOST_BYTES)))

    assert len(body.whole()) == MOST_BYTES + 1


def test_a_stream_that_unpacks_to_nothing_has_a_bound_too() -> None:
    start = gzip.compress(b"")[:10]
    empty_block = b"\x00\x00\x00\xff\xff"

    with pytest.raises(UnreadableResponseError, match="more than"):
        receive(start, *[empty_block * 1000] * 1000, encoding="gzip")


def test_what_is_not_packed_as_it_says_cannot_be_read() -> None:
    with pytest.raises(httpx2.DecodingError):
        receive(b"{}", encoding="gzip")


def test_a_body_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(httpx2.ReadTimeout):
        receive(b"x", seconds=-1.0)

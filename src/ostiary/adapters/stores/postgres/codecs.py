"""Values as PostgreSQL sends them in binary, by the number that it gives each type."""

from collections.abc import Callable, Mapping, Sequence
from struct import Struct
from types import MappingProxyType
from typing import Any

Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], Any]

_INT2, _INT4, _INT8, _FLOAT8 = Struct("!h"), Struct("!i"), Struct("!q"), Struct("!d")
_ARRAY = Struct("!iiiii")
"""Dimensions, whether any value is missing, the type of the values, their number, the first's."""
_NO_ARRAY = Struct("!iii")
_MISSING = _INT4.pack(-1)
_TEXT, _BYTES, _FLOATS, _INTEGERS = 25, 17, 701, 20


def _text(value: bytes) -> str:
    return str(value, "utf-8")


def _first(shape: Struct) -> Decode:
    unpack = shape.unpack
    return lambda value: unpack(value)[0]


def _array(kind: int, encode: Encode) -> Encode:
    def encode_array(values: Sequence[Any]) -> bytes:
        if not values:
            return _NO_ARRAY.pack(0, 0, kind)
        parts = [_ARRAY.pack(1, int(None in values), kind, len(values), 1)]
        for value in values:
            if value is None:
                parts.append(_MISSING)
            else:
                one = encode(value)
                parts += (_INT4.pack(len(one)), one)
        return b"".join(parts)

    return encode_array


ENCODERS: Mapping[int, Encode] = MappingProxyType(
    {
        _TEXT: str.encode,
        1043: str.encode,  # varchar
        _BYTES: bytes,
        23: _INT4.pack,
        _INTEGERS: _INT8.pack,
        _FLOATS: _FLOAT8.pack,
        1009: _array(_TEXT, str.encode),
        1001: _array(_BYTES, bytes),
        1016: _array(_INTEGERS, _INT8.pack),
        1022: _array(_FLOATS, _FLOAT8.pack),
    }
)
DECODERS: Mapping[int, Decode] = MappingProxyType(
    {
        _TEXT: _text,
        1043: _text,
        _BYTES: bytes,
        16: b"\1".__eq__,
        21: _first(_INT2),
        23: _first(_INT4),
        _INTEGERS: _first(_INT8),
        _FLOATS: _first(_FLOAT8),
        2278: lambda _: None,  # what a function returns that returns nothing
    }
)

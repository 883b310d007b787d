"""What is asked of the database, and how a prepared statement is asked and answered."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg.pq.abc import PGresult

from ostiary.adapters.stores.postgres.codecs import DECODERS, ENCODERS, Decode, Encode

BINARY = 1


class Ask(NamedTuple):
    """A statement, and the values in place of each `%b`."""

    statement: str
    values: Sequence[Any] = ()


class Answer(NamedTuple):
    """What a statement returned, and how many rows it hit."""

    rows: list[tuple[Any, ...]]
    hit: int


class Prepared(NamedTuple):
    """A statement that the server knows by a name."""

    name: bytes
    encoders: tuple[Encode, ...]
    formats: tuple[int, ...]
    decoders: tuple[Decode, ...]

    @classmethod
    def of(cls, name: bytes, described: PGresult) -> "Prepared":
        count = described.nparams
        return cls(
            name,
            tuple(ENCODERS[described.param_type(number)] for number in range(count)),
            (BINARY,) * count,
            tuple(DECODERS[described.ftype(column)] for column in range(described.nfields)),
        )

    def encode(self, values: Sequence[Any]) -> list[bytes | None]:
        return [
            None if value is None else encode(value)
            for encode, value in zip(self.encoders, values, strict=True)
        ]

    def decode(self, result: PGresult) -> Answer:
        get, decoders = result.get_value, self.decoders
        rows = [
            tuple(
                None if (value := get(row, column)) is None else decode(value)
                for column, decode in enumerate(decoders)
            )
            for row in range(result.ntuples)
        ]
        return Answer(rows, result.command_tuples or 0)

"""Pages of a collection: how many to show, and behind what."""

from dataclasses import dataclass

from ostiary.core.base.ids import UserId, is_uuid
from ostiary.core.base.params import Params
from ostiary.dialects.pingone_management.errors import DataError, invalid

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """What a request wants to see. Args: after is the id that the last page ended with."""

    limit: int = DEFAULT_LIMIT
    after: UserId | None = None


def read_page(query: Params) -> Page:
    """Read `limit` and `cursor`.

    Raises: DataError.
    """
    return Page(_read_limit(query.find("limit")), _read_cursor(query.find("cursor")))


def _read_limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
        raise DataError([invalid("limit", "Must be a number, and at least 1.")])
    return min(int(text), MAX_LIMIT)


def _read_cursor(text: str | None) -> UserId | None:
    if text is not None and not is_uuid(text):
        raise DataError([invalid("cursor", "Is not from a link of this server.")])
    return None if text is None else UserId(text)

"""The query parameter `filter`: read, held to the attributes that may stand in it, applied."""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from ostiary.core.base.params import Params
from ostiary.core.formats.scim_filter import (
    Filter,
    FilterRefusedError,
    Value,
    comparisons,
    parse_filter,
)
from ostiary.core.formats.scim_matching import matches
from ostiary.dialects.pingone_management.errors import DataError, invalid

Item = TypeVar("Item")
Getters = Mapping[str, Callable[[Item], Value]]
"""What each attribute of a kind of things is read by; names are in lower case."""


def read_filter(query: Params, attributes: Collection[str]) -> Filter | None:
    """Return the filter of a request, None without one.

    Spec: PingOne "Filtering collections".
    Raises: DataError.
    """
    text = query.find("filter")
    if text is None:
        return None
    try:
        found = parse_filter(text)
    except FilterRefusedError as refused:
        raise DataError([invalid("filter", f"The filter {refused}.")]) from refused
    for comparison in comparisons(found):
        if comparison.path not in attributes:
            allowed = sorted(attributes)
            message = "The filter names an attribute that cannot be filtered by."
            raise DataError([invalid("filter", message, allowedValues=allowed)])
    return found


def select(found: Filter | None, items: Collection[Item], getters: Getters[Item]) -> list[Item]:
    """Return the items for which a filter holds."""
    if found is None:
        return list(items)
    return [item for item in items if matches(found, reader_of(item, getters))]


def reader_of(item: Item, getters: Getters[Item]) -> Callable[[str], tuple[Value, ...]]:
    """Return what reads the attributes of one item."""

    def read(path: str) -> tuple[Value, ...]:
        value = getters[path](item)
        return () if value is None else (value,)

    return read

"""The documents of the configuration, read to bodies and written back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from ostiary.core.admin.bodies import BODIES, Body
from ostiary.core.ports.configuration import Document, DocumentId

Contents = Mapping[DocumentId, Body]
"""The documents of one version, read."""
Draft = dict[DocumentId, Body]
"""The documents as they shall be; a change is what a draft and the contents differ in."""
B = TypeVar("B", bound=Body)
_DECODERS: Mapping[str, msgspec.json.Decoder[Any]] = {
    body.document_type: msgspec.json.Decoder(body) for body in BODIES
}


class ConfigurationBrokenError(Exception):
    """What is stored cannot be run; the message names the document and what is wrong with it."""


def read(documents: Iterable[Document]) -> Draft:
    """Read every document of a type that this version knows; others are left alone.

    Raises: ConfigurationBrokenError.
    """
    contents: Draft = {}
    for document in documents:
        decoder = _DECODERS.get(document.id.type)
        if decoder is None:
            continue
        try:
            contents[document.id] = decoder.decode(document.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigurationBrokenError(f"{describe(document.id)}: {error}") from error
    return contents


def encode(body: Body) -> bytes:
    """Write a body as canonical JSON: members sorted, what is not set left out."""
    return msgspec.json.encode(_without_none(msgspec.to_builtins(body)), order="sorted")


def find(contents: Contents, body_type: type[B], environment: str, key: str) -> B | None:
    """Return one body, or None."""
    found = contents.get(DocumentId(environment, body_type.document_type, key))
    return found if isinstance(found, body_type) else None


def select(
    contents: Contents, body_type: type[B], environment: str | None = None
) -> Iterator[tuple[DocumentId, B]]:
    """Yield the bodies of one type, of one environment if it is named, in the order of keys."""
    chosen = [
        (place, body)
        for place, body in contents.items()
        if isinstance(body, body_type) and environment in (None, place.environment)
    ]
    yield from sorted(chosen, key=lambda item: (item[0].environment, item[0].key))


def identify(body_type: type[Body], environment: str, key: str) -> DocumentId:
    """Return the id of a document by the type of its body."""
    return DocumentId(environment, body_type.document_type, key)


def describe(place: DocumentId) -> str:
    """Name a document for a message."""
    owner = f" of environment {place.environment}" if place.environment else ""
    return f"{place.type} {place.key}{owner}"


def _without_none(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_none(item) for name, item in value.items() if item is not None}
    return value

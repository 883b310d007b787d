"""Where the configuration lives: documents under one version, changed together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ostiary.core.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class DocumentId:
    """Which configured object: `environment` is "" for what belongs to the whole server."""

    environment: str
    type: str
    key: str


@dataclass(frozen=True, slots=True)
class Document:
    """One configured object as stored: `body` is canonical JSON, secrets hashed or sealed."""

    id: DocumentId
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredConfiguration:
    """All documents at one version; version 0 is an empty store."""

    version: int
    documents: tuple[Document, ...]


class VersionConflictError(Exception):
    """Somebody else changed the configuration first; read it again and plan anew."""

    def __init__(self) -> None:
        super().__init__("somebody else has changed the stored configuration meanwhile; try again")


class Configurations(Protocol):
    """The stored configuration."""

    async def version(self) -> int:
        """Return the current version without reading the documents."""
        ...

    async def load(self) -> StoredConfiguration:
        """Return every document and the version, read at one moment."""
        ...

    async def replace(
        self, *, expected_version: int, put: Sequence[Document], delete: Sequence[DocumentId]
    ) -> int:
        """Write one change set in one transaction and return the new version.

        Raises: VersionConflictError when the store is not at `expected_version` any more.
        """
        ...


class Snapshots(Protocol):
    """The compiled configuration that requests run on."""

    @property
    def current(self) -> Snapshot:
        """Return the whole configuration as of now.

        Raises: UnavailableError while none was ever loaded.
        """
        ...

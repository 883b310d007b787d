"""The configuration: one version, changed as a whole by one of many."""

import asyncio

import pytest

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.ports.configuration import (
    Document,
    DocumentId,
    StoredConfiguration,
    VersionConflictError,
)


def make_document(key: str, body: bytes = b"{}", environment: str = "env") -> Document:
    return Document(DocumentId(environment, "client", key), body)


async def test_an_empty_store_is_at_version_zero(store: StoreBackend) -> None:
    assert await store.version() == 0
    assert await store.load() == StoredConfiguration(0, ())


async def test_documents_come_back_ordered_by_environment_type_and_key(
    store: StoreBackend,
) -> None:
    documents = [
        Document(DocumentId("b", "client", "x"), b'{"n":1}'),
        Document(DocumentId("", "server", "server"), b'{"n":2}'),
        Document(DocumentId("B", "client", "x"), b'{"n":3}'),
        Document(DocumentId("b", "Client", "ä"), b'{"n":"\xc3\xa4"}'),
        Document(DocumentId("b", "client", "a b_c"), b'{"n":5}'),
        Document(DocumentId("b", "client", "a-b"), b'{"n":6}'),
    ]

    version = await store.replace(expected_version=0, put=documents, delete=[])

    ordered = sorted(documents, key=lambda kept: (kept.id.environment, kept.id.type, kept.id.key))
    assert version == 1
    assert await store.version() == 1
    assert await store.load() == StoredConfiguration(1, tuple(ordered))


async def test_put_replaces_and_delete_removes(store: StoreBackend) -> None:
    first = [make_document("a"), make_document("b"), make_document("c")]
    await store.replace(expected_version=0, put=first, delete=[])

    version = await store.replace(
        expected_version=1,
        put=[make_document("b", b'{"new":true}')],
        delete=[make_document("c").id, make_document("never").id],
    )

    assert version == 2
    expected = (make_document("a"), make_document("b", b'{"new":true}'))
    assert await store.load() == StoredConfiguration(2, expected)


async def test_what_is_deleted_and_put_in_one_change_is_there(store: StoreBackend) -> None:
    await store.replace(expected_version=0, put=[make_document("a", b"1")], delete=[])

    await store.replace(
        expected_version=1, put=[make_document("a", b"2")], delete=[make_document("a").id]
    )

    assert await store.load() == StoredConfiguration(2, (make_document("a", b"2"),))


@pytest.mark.parametrize("expected_version", [0, 2])
async def test_a_change_of_another_version_is_refused_whole(
    store: StoreBackend, expected_version: int
) -> None:
    await store.replace(expected_version=0, put=[make_document("a")], delete=[])

    with pytest.raises(VersionConflictError):
        await store.replace(
            expected_version=expected_version,
            put=[make_document("b")],
            delete=[make_document("a").id],
        )

    assert await store.load() == StoredConfiguration(1, (make_document("a"),))


async def test_of_16_changes_of_one_version_exactly_one_wins(store: StoreBackend) -> None:
    changes = [
        store.replace(expected_version=0, put=[make_document("a", b"%d" % n)], delete=[])
        for n in range(16)
    ]

    results = await asyncio.gather(*changes, return_exceptions=True)

    winners = [number for number, result in enumerate(results) if result == 1]
    assert len(winners) == 1
    assert sum(isinstance(result, VersionConflictError) for result in results) == 15
    assert await store.load() == StoredConfiguration(1, (make_document("a", b"%d" % winners[0]),))


async def test_a_reader_never_sees_half_a_change(store: StoreBackend) -> None:
    """Every change writes its version into both documents; a reader compares."""

    async def write() -> None:
        for version in range(20):
            body = b"%d" % (version + 1)
            await store.replace(
                expected_version=version,
                put=[make_document("a", body), make_document("b", body)],
                delete=[],
            )

    async def read(writing: asyncio.Task[None]) -> set[tuple[int, ...]]:
        seen = set()
        while not writing.done():
            stored = await store.load()
            seen.add((stored.version, *(int(document.body) for document in stored.documents)))
            await asyncio.sleep(0)
        return seen

    writing = asyncio.create_task(write())
    seen = await read(writing)
    await writing

    assert all(len(set(numbers)) == 1 for numbers in seen)

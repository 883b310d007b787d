"""Rotation: no token is signed by a key that a verifier may not know, however it is raced."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.admin.bodies import SigningKeyBody
from ostiary.core.admin.contents import Draft, select
from ostiary.core.admin.keys.key_needs import UnknownKeySetError, choose_needs
from ostiary.core.admin.keys.rotation import (
    LEAD_SECONDS,
    Rotation,
    find_place,
    import_key,
    rotate,
)
from ostiary.core.crypto.keys import (
    KeyRefusedError,
    KeySet,
    PrivateKey,
    dump_private_pem,
    generate,
    load_private_pem,
    thumbprint,
)
from ostiary.core.model.environment import ENVIRONMENT_KEYS
from ostiary.core.ports.configuration import (
    Document,
    DocumentId,
    StoredConfiguration,
    VersionConflictError,
)
from tests.support.administration import ES256, Installation
from tests.support.stores import opened, prepare_sqlite

MAX_AGE_SECONDS = 300
"""How long a verifier may keep a JWK Set."""
FOLLOW_SECONDS = 2
"""How long a worker may take to follow the store."""
SKEW_SECONDS = 50
"""How far a node's clock may be off."""
LIFETIME_SECONDS = 600
OWN = "manager:default"
"""What signs the tokens of the manager `default`."""
TWO_SETS = """
[environments.main]
algorithms = ["ES256"]
[environments.main.token_managers.default]
style = "pingfederate"
algorithm = "ES256"
key_id = "k1"
lifetime_minutes = 5
"""


async def _rotate(
    installation: Installation, environment: str = "main", key_set: str | None = OWN
) -> tuple[Rotation, ...]:
    def change(draft: Draft, now: float) -> tuple[Rotation, ...]:
        needs = choose_needs(draft, environment, key_set)
        return rotate(draft, installation.sealer, needs, now=now)

    return (await installation.editor.edit(change)).outcome


async def _rotate_all(installation: Installation) -> tuple[Rotation, ...]:
    return await _rotate(installation, key_set=None)


async def _import(
    installation: Installation, private_key: PrivateKey, name: str | None = None
) -> Rotation:
    def change(draft: Draft, now: float) -> Rotation:
        place = replace(find_place(draft, "main", private_key, key_set=OWN), name=name)
        return import_key(draft, installation.sealer, place, private_key, now=now)

    return (await installation.editor.edit(change)).outcome


async def _key_set(installation: Installation, name: str = OWN) -> KeySet:
    return (await installation.environment("main")).key_sets[name]


@dataclass(slots=True)
class History:
    """The key set after each change, with the time of the change."""

    versions: list[tuple[float, KeySet]] = field(default_factory=list)

    def seen(self, at: float, *, late_by: float) -> KeySet:
        """Return what a worker works with that follows the store late."""
        known = [keys for since, keys in self.versions if since <= at - late_by]
        return known[-1] if known else self.versions[0][1]


def _check_every_token_verifies(history: History, moments: list[float]) -> None:
    """Sign at each moment on every kind of node; verify early and late, with old JWK Sets."""
    lags, skews = (0.0, float(FOLLOW_SECONDS)), (-float(SKEW_SECONDS), 0.0, float(SKEW_SECONDS))
    for signed_at, lag, skew in product(moments, lags, skews):
        keys = history.seen(signed_at, late_by=lag)
        key = keys.signing_key("ES256", signed_at + skew)
        for age, cached, other_lag, other_skew in product(
            (0.0, LIFETIME_SECONDS + skew), (0.0, float(MAX_AGE_SECONDS)), lags, skews
        ):
            fetched_at = signed_at + age - cached
            published = history.seen(fetched_at, late_by=other_lag).published(
                fetched_at + other_skew
            )
            assert key.kid in {each.kid for each in published}, (signed_at, lag, skew, age, cached)


@given(st.lists(st.integers(1, 1500), min_size=1, max_size=8))
def test_REL_25_a_verifier_with_an_old_jwk_set_knows_the_key_of_every_token(
    pauses: list[int],
) -> None:
    async def run() -> None:
        installation = Installation()
        lifetime = f"\nlifetime_seconds = {LIFETIME_SECONDS}\n"
        await installation.apply(ES256.format("main") + lifetime)
        start = installation.clock.now()
        history = History([(start, await _key_set(installation))])
        for pause in pauses:
            installation.clock.advance(pause)
            await _rotate(installation)
            history.versions.append((installation.clock.now(), await _key_set(installation)))
        turns = {since for since, _ in history.versions}
        turns |= {since + LEAD_SECONDS for since in turns}
        turns |= {turn + SKEW_SECONDS for turn in turns}
        _check_every_token_verifies(
            history, sorted(max(start, turn + step) for turn in turns for step in (-1.0, 0.0, 1.0))
        )

    asyncio.run(run())


async def test_REL_25_fifty_rotations_leave_one_key_to_sign_and_forget_the_rest() -> None:
    installation = Installation()
    await installation.apply(TWO_SETS)
    signers = []
    for _ in range(50):
        (done,) = await _rotate(installation)
        assert done.is_new
        installation.clock.advance(LEAD_SECONDS)
        key_set = await _key_set(installation)
        signers.append(key_set.signing_key("ES256", installation.clock.now()).kid)
        assert signers[-1] == done.kid
        installation.clock.advance(86_400)
    assert signers == [f"k1-{number}" for number in range(2, 52)]
    assert len((await _key_set(installation)).keys) <= 3


async def test_a_new_key_is_published_at_once_and_signs_later() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    (old,) = (await _key_set(installation)).keys
    (done,) = await _rotate(installation)
    now = installation.clock.now()
    keys = await _key_set(installation)
    assert {key.kid for key in keys.published(now)} == {old.kid, done.kid}
    assert done.active_from == now + LEAD_SECONDS
    assert keys.signing_key("ES256", done.active_from - 1).kid == old.kid
    assert keys.signing_key("ES256", done.active_from).kid == done.kid


async def test_a_rotation_under_way_is_not_doubled() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    (first,) = await _rotate(installation)
    version = await installation.store.version()
    (second,) = await _rotate(installation)
    assert first.is_new
    assert second == replace(first, is_new=False)
    assert await installation.store.version() == version


async def test_each_key_set_rotates_by_itself() -> None:
    installation = Installation()
    await installation.apply(TWO_SETS)
    (done,) = await _rotate(installation)
    assert done.kid == "k1-2"
    assert len((await _key_set(installation, ENVIRONMENT_KEYS)).keys) == 1
    both = await _rotate_all(installation)
    assert [(each.key_set, each.is_new) for each in both] == [
        (ENVIRONMENT_KEYS, True),
        (OWN, False),
    ]


async def test_without_a_choice_every_key_set_of_the_environment_rotates_and_no_other() -> None:
    installation = Installation()
    more = """
[environments.main.token_managers.modern]
algorithm = "EdDSA"
key_id = "m1"
[environments.main.token_managers.reference]
kind = "reference"
"""
    await installation.apply(TWO_SETS + more + ES256.format("other"))
    done = await _rotate_all(installation)
    assert [(each.key_set, each.algorithm, each.is_new) for each in done] == [
        (ENVIRONMENT_KEYS, "ES256", True),
        (OWN, "ES256", True),
        ("manager:modern", "EdDSA", True),
    ]
    assert [each.kid for each in done[1:]] == ["k1-2", "m1-2"]
    sizes = {
        key: [
            len(key_set.keys) for key_set in (await installation.environment(key)).key_sets.values()
        ]
        for key in ("main", "other")
    }
    assert sizes == {"main": [2, 2, 2], "other": [1, 1]}


@pytest.mark.parametrize(
    ("environment", "key_set", "algorithm"),
    [("gone", None, None), ("main", "manager:gone", None), ("main", None, "RS256")],
)
async def test_what_is_not_there_does_not_rotate(
    environment: str, key_set: str | None, algorithm: str | None
) -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    with pytest.raises(UnknownKeySetError):
        choose_needs(await installation.contents(), environment, key_set, algorithm)


class SlowConfigurations:
    """A store on which everybody has read before anybody writes."""

    def __init__(self, inner: Installation, parties: int) -> None:
        self._store = inner.store
        self._barrier = asyncio.Barrier(parties)
        self.conflicts = 0

    async def version(self) -> int:
        return await self._store.version()

    async def load(self) -> StoredConfiguration:
        stored = await self._store.load()
        if stored.version == 1:
            await self._barrier.wait()
        return stored

    async def replace(
        self, *, expected_version: int, put: list[Document], delete: list[DocumentId]
    ) -> int:
        try:
            return await self._store.replace(
                expected_version=expected_version, put=put, delete=delete
            )
        except VersionConflictError:
            self.conflicts += 1
            raise


async def test_REL_26_sixteen_racing_rotations_make_one_new_key() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    slow = SlowConfigurations(installation, 16)
    nodes = [
        Installation(slow, installation.sealer, installation.clock)  # type: ignore[arg-type]
        for _ in range(16)
    ]
    outcomes = await asyncio.gather(*map(_rotate_all, nodes))
    assert slow.conflicts == 15
    for of_one_set in zip(*outcomes, strict=True):
        assert sum(done.is_new for done in of_one_set) == 1
        assert len({(done.key_set, done.kid, done.active_from) for done in of_one_set}) == 1
    bodies = [body for _, body in select(await installation.contents(), SigningKeyBody)]
    for name in (ENVIRONMENT_KEYS, OWN):
        made = [body for body in bodies if body.set == name]
        assert len(made) == 2
        assert sum(body.published_until is None for body in made) == 1


async def test_REL_26_rotations_that_race_over_one_database_make_one_new_key(
    tmp_path: Path,
) -> None:
    url, first = prepare_sqlite(tmp_path / "raced.db"), Installation()
    async with AsyncExitStack() as stack:
        nodes = [
            Installation(await stack.enter_async_context(opened(url)), first.sealer, first.clock)
            for _ in range(16)
        ]
        await nodes[0].apply(ES256.format("main"))
        outcomes = [done for (done,) in await asyncio.gather(*map(_rotate, nodes))]
        assert sum(done.is_new for done in outcomes) == 1
        assert len({done.kid for done in outcomes}) == 1
        for node in nodes:
            assert len((await _key_set(node)).keys) == 2


async def test_REL_26_rotations_of_different_sets_that_race_are_all_done() -> None:
    installation = Installation()
    environments = ("one", "two", "three", "four")
    await installation.apply("".join(ES256.format(key) for key in environments))
    slow = SlowConfigurations(installation, len(environments))
    node = Installation(slow, installation.sealer, installation.clock)  # type: ignore[arg-type]
    outcomes = await asyncio.gather(*(_rotate(node, key) for key in environments))
    assert all(done.is_new for (done,) in outcomes)
    bodies = list(select(await installation.contents(), SigningKeyBody))
    made = [body for _, body in bodies if body.set == OWN]
    assert len(made) == 2 * len(environments)


async def test_an_imported_key_takes_over_like_a_new_one() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    (old,) = (await _key_set(installation)).keys
    private_key = generate("ES256")
    done = await _import(installation, private_key)
    assert done.kid == thumbprint(private_key.public_key())
    assert done.active_from == installation.clock.now() + LEAD_SECONDS
    keys = await _key_set(installation)
    assert {key.kid for key in keys.keys} == {old.kid, done.kid}
    installation.clock.advance(LEAD_SECONDS)
    taken = keys.signing_key("ES256", installation.clock.now())
    assert taken.public_key == private_key.public_key()


async def test_an_imported_key_can_be_named_and_passes_its_name_on() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    assert (await _import(installation, generate("ES256"), "old-product")).kid == "old-product"
    installation.clock.advance(LEAD_SECONDS)
    (done,) = await _rotate(installation)
    assert done.kid == "old-product-2"


async def test_a_key_imported_where_none_is_signs_at_once() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    contents = await installation.contents()
    draft = {place: body for place, body in contents.items() if place.type != "signing_key"}
    (need,) = choose_needs(draft, "main", OWN)
    done = import_key(draft, installation.sealer, need, generate("ES256"), now=1.0)
    assert done.active_from == 0.0


async def test_SEC_106_a_key_or_kid_that_was_given_is_not_imported_again() -> None:
    installation = Installation()
    await installation.apply(TWO_SETS + ES256.format("other"))
    first = generate("ES256")
    await installation.editor.edit(
        lambda draft, now: import_key(
            draft, installation.sealer, choose_needs(draft, "other")[0], first, now=now
        )
    )
    installation.clock.advance(LEAD_SECONDS)

    async def attempt(private_key: PrivateKey, name: str | None) -> None:
        def change(draft: Draft, now: float) -> None:
            place = replace(choose_needs(draft, "main", ENVIRONMENT_KEYS)[0], name=name)
            import_key(draft, installation.sealer, place, private_key, now=now)

        await installation.editor.edit(change)

    with pytest.raises(KeyRefusedError, match="in use"):
        await attempt(first, None)
    with pytest.raises(KeyRefusedError, match="k1"):
        await attempt(generate("ES256"), "k1")


async def test_nothing_is_imported_while_a_rotation_is_under_way() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    (done,) = await _rotate(installation)
    with pytest.raises(KeyRefusedError, match=done.kid):
        await _import(installation, generate("ES256"))


async def test_SEC_100_a_weak_or_foreign_key_is_not_imported() -> None:
    installation = Installation()
    await installation.apply('[environments.main]\nalgorithms = ["RS256", "ES256"]')
    contents = await installation.contents()
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the point
    for private_key in (weak, ec.generate_private_key(ec.SECP384R1()), generate("EdDSA")):
        with pytest.raises(KeyRefusedError, match="nothing there"):
            find_place(contents, "main", private_key)
        for need in choose_needs(contents, "main"):
            with pytest.raises(KeyRefusedError):
                import_key(dict(contents), installation.sealer, need, private_key, now=0.0)


async def test_a_key_that_fits_several_places_needs_one_named() -> None:
    installation = Installation()
    await installation.apply(TWO_SETS)
    contents, private_key = await installation.contents(), generate("ES256")
    with pytest.raises(UnknownKeySetError, match=OWN):
        find_place(contents, "main", private_key)
    found = find_place(contents, "main", private_key, key_set=OWN)
    assert found.key_set == OWN


async def test_an_imported_key_survives_its_way_through_the_store() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    private_key = load_private_pem(dump_private_pem(generate("ES256")))
    done = await _import(installation, private_key)
    (key,) = [key for key in (await _key_set(installation)).keys if key.kid == done.kid]
    signature = key.private_key
    assert isinstance(signature, ec.EllipticCurvePrivateKey)
    assert isinstance(private_key, ec.EllipticCurvePrivateKey)
    assert signature.private_numbers() == private_key.private_numbers()


async def test_keys_take_over_in_the_order_in_which_they_came() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    kids = []
    for _ in range(4):
        (done,) = await _rotate(installation)
        kids.append(done.kid)
        installation.clock.advance(LEAD_SECONDS)
    keys = (await _key_set(installation)).keys
    assert all(younger.active_from > older.active_from for younger, older in pairwise(keys))
    assert [key.kid for key in keys[:-1]] == kids[::-1]


async def test_OIDC_12_after_a_rotation_the_old_key_is_published_beside_the_new_one() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    (before,) = (await _key_set(installation)).keys
    await _rotate(installation)
    published = (await _key_set(installation)).published(installation.clock.now())
    assert before.kid in {key.kid for key in published}
    assert len(published) == 2

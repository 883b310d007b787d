"""Signing keys: made when needed, named once, kept for their last token, forgotten late."""

import base64
import hashlib
import json

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from ostiary.core.admin.bodies import RetiredKeyIdBody, SigningKeyBody
from ostiary.core.admin.contents import Draft, select
from ostiary.core.admin.keys.key_needs import choose_needs, find_needs
from ostiary.core.admin.keys.rotation import LEAD_SECONDS, rotate
from ostiary.core.admin.keys.signing_keys import FORGET_AFTER_SECONDS, MARGIN_SECONDS
from ostiary.core.base.ids import KeyId
from ostiary.core.crypto.keys import SigningKey
from ostiary.core.model.environment import ENVIRONMENT_KEYS
from ostiary.core.model.token_manager import ClaimStyle
from tests.support.administration import ES256, Installation

MANY = """
[environments.main]
algorithms = ["RS256", "ES256", "PS256", "EdDSA"]
[environments.main.token_managers.default]
style = "pingfederate"
algorithm = "ES256"
key_id = "k1"
[environments.main.token_managers.modern]
algorithm = "EdDSA"
lifetime_minutes = 10
[environments.main.token_managers.reference]
kind = "reference"
style = "pingfederate"
algorithm = "PS256"
"""
NAMED = """
[environments.{0}]
algorithms = ["ES256"]
{1}
[environments.{0}.token_managers.default]
style = "pingfederate"
algorithm = "ES256"
key_id = "k1"
"""


async def _keys(installation: Installation) -> dict[str, SigningKeyBody]:
    found = select(await installation.contents(), SigningKeyBody)
    return {body.kid: body for _, body in found}


async def _rotate(installation: Installation) -> None:
    def change(draft: Draft, now: float) -> None:
        rotate(draft, installation.sealer, choose_needs(draft, "main"), now=now)

    await installation.editor.edit(change)


async def _published(installation: Installation) -> tuple[SigningKey, ...]:
    """Return what is published of every key set of `main`."""
    env, now = await installation.environment("main"), installation.clock.now()
    return tuple(key for key_set in env.key_sets.values() for key in key_set.published(now))


async def _retiring(installation: Installation) -> SigningKeyBody:
    """Return the key of the manager `default` that has a successor."""
    keys = (await _keys(installation)).values()
    (old,) = [body for body in keys if body.published_until and body.set == "manager:default"]
    return old


async def test_every_algorithm_of_environment_and_managers_gets_a_key() -> None:
    installation = Installation()
    await installation.apply(MANY)
    made = {(body.set, body.algorithm) for body in (await _keys(installation)).values()}
    assert made == {
        (ENVIRONMENT_KEYS, "RS256"),
        (ENVIRONMENT_KEYS, "ES256"),
        (ENVIRONMENT_KEYS, "PS256"),
        (ENVIRONMENT_KEYS, "EdDSA"),
        ("manager:default", "ES256"),
        ("manager:modern", "EdDSA"),
    }


async def test_a_set_knows_the_lifetime_of_its_tokens() -> None:
    installation = Installation()
    await installation.apply(MANY)
    needs = find_needs(await installation.contents(), "main")
    lifetimes = {(need.key_set, need.algorithm): need.lifetime_seconds for need in needs}
    assert lifetimes["manager:modern", "EdDSA"] == 600
    assert lifetimes[ENVIRONMENT_KEYS, "RS256"] == 0
    assert lifetimes["manager:default", "ES256"] == 7200


async def test_a_first_key_signs_on_a_node_whose_clock_is_slow() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    env = await installation.environment("main")
    a_day_ago = installation.clock.now() - 86_400
    assert set(env.key_sets) == {ENVIRONMENT_KEYS, "manager:default"}
    for key_set in env.key_sets.values():
        assert key_set.signing_key("ES256", a_day_ago) in key_set.keys


async def test_a_key_is_published_with_its_own_certificate() -> None:
    installation = Installation()
    await installation.apply(MANY)
    env = await installation.environment("main")
    for key_set in env.key_sets.values():
        for key in key_set.keys:
            certificate = x509.load_der_x509_certificate(key.certificate)
            assert certificate.public_key() == key.public_key
            assert key.public_jwk["x5c"] == [base64.b64encode(key.certificate).decode()]
            if isinstance(key.public_key, rsa.RSAPublicKey):
                assert key.public_key.key_size >= 2048


async def test_SEC_105_published_keys_have_public_members_only() -> None:
    installation = Installation()
    await installation.apply(MANY)
    allowed = {"kty", "n", "e", "crv", "x", "y", "kid", "use", "alg", "x5c", "x5t#S256"}
    published = await _published(installation)
    assert len(published) == 6
    for key in published:
        assert key.public_jwk.keys() <= allowed
        assert key.public_jwk["use"] == "sig"


async def test_SEC_106_a_kid_is_the_thumbprint_unless_the_operator_names_it() -> None:
    installation = Installation()
    await installation.apply(MANY)
    keys = await _keys(installation)
    assert keys["k1"].set == "manager:default"
    unnamed = [key for key in await _published(installation) if key.kid != "k1"]
    assert len(unnamed) == 5
    for key in unnamed:
        required = {
            name: value
            for name, value in key.public_jwk.items()
            if name in {"crv", "e", "kty", "n", "x", "y"}
        }
        canonical = json.dumps(required, separators=(",", ":"), sort_keys=True)
        digest = hashlib.sha256(canonical.encode()).digest()
        assert key.kid == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert keys[key.kid].thumbprint == key.kid


async def test_SEC_106_a_named_kid_is_never_given_to_a_second_key() -> None:
    installation = Installation()
    seen: dict[str, str] = {}

    async def look() -> set[str]:
        keys = await _keys(installation)
        for kid, body in keys.items():
            assert seen.setdefault(kid, body.thumbprint) == body.thumbprint
        return {kid for kid in keys if kid.startswith("k1")}

    await installation.apply(NAMED.format("main", ""))
    assert await look() == {"k1"}
    await _rotate(installation)
    assert await look() == {"k1", "k1-2"}
    installation.clock.advance(LEAD_SECONDS + 7200 + MARGIN_SECONDS + FORGET_AFTER_SECONDS)
    await _rotate(installation)
    assert await look() == {"k1-2", "k1-3"}
    # Deleted and made again, by the same name and by another one.
    await installation.apply(ES256.format("other"))
    assert await look() == set()
    await installation.apply(NAMED.format("main", ""))
    assert await look() == {"k1-4"}
    await installation.apply(NAMED.format("new", ""))
    assert await look() == {"k1-5"}
    retired = select(await installation.contents(), RetiredKeyIdBody)
    assert {place.key for place, _ in retired} == {"k1", "k1-2", "k1-3", "k1-4"}


@pytest.mark.parametrize("style", list(ClaimStyle))
async def test_SEC_106_a_manager_of_any_style_names_its_keys(style: ClaimStyle) -> None:
    installation = Installation()
    await installation.apply(NAMED.format("main", "").replace("pingfederate", style))
    await _rotate(installation)
    env = await installation.environment("main")
    assert [key.kid for key in env.key_sets["manager:default"].keys] == ["k1-2", "k1"]
    assert not any(key.kid.startswith("k1") for key in env.key_sets[ENVIRONMENT_KEYS].keys)


async def test_SEC_106_of_two_who_want_one_name_for_their_keys_the_second_gets_another() -> None:
    installation = Installation()
    await installation.apply(NAMED.format("main", "") + NAMED.format("other", ""))
    for key, kid in (("main", "k1"), ("other", "k1-2")):
        env = await installation.environment(key)
        assert [signer.kid for signer in env.key_sets["manager:default"].keys] == [kid]


async def test_a_thumbprint_needs_no_reminder_that_it_was_given() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    await installation.apply(ES256.format("other"))
    assert not list(select(await installation.contents(), RetiredKeyIdBody))


async def test_deleting_a_manager_keeps_its_key_for_its_return() -> None:
    installation = Installation()
    await installation.apply(MANY)
    before = (await _keys(installation))["k1"]
    await installation.apply(ES256.format("main"))
    assert (await _keys(installation))["k1"] == before
    await installation.apply(MANY)
    keys = await _keys(installation)
    assert keys["k1"] == before
    assert not any(kid.startswith("k1-") for kid in keys)


async def test_a_longer_lifetime_lengthens_what_a_retiring_key_is_kept_for() -> None:
    installation = Installation()
    short = "\nlifetime_seconds = 60\n"
    await installation.apply(ES256.format("main") + short)
    await _rotate(installation)
    takeover = installation.clock.now() + LEAD_SECONDS
    old = await _retiring(installation)
    assert old.published_until == takeover + 60 + MARGIN_SECONDS
    # It still signs, and what it signs lives for an hour from now on.
    await installation.apply(ES256.format("main") + short.replace("60", "3600"))
    old = (await _keys(installation))[old.kid]
    assert old.published_until == takeover + 3600 + MARGIN_SECONDS
    installation.clock.advance(LEAD_SECONDS)
    # It signs no more: what lives longer is not its own.
    await installation.apply(ES256.format("main") + short.replace("60", "7200"))
    assert (await _keys(installation))[old.kid] == old


async def test_a_shorter_lifetime_shortens_nothing_for_tokens_that_are_out() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main") + "\nlifetime_seconds = 86400\n")
    await installation.apply(ES256.format("main") + "\nlifetime_seconds = 60\n")
    await _rotate(installation)
    takeover = installation.clock.now() + LEAD_SECONDS
    old = await _retiring(installation)
    assert old.published_until == takeover + 86_400 + MARGIN_SECONDS


@pytest.mark.parametrize("by", ["apply", "rotate"])
async def test_an_expired_key_is_forgotten_a_day_later(by: str) -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    await _rotate(installation)
    old = await _retiring(installation)
    assert old.published_until is not None
    for when, is_there in ((-1.0, True), (0.0, False)):
        installation.clock.at = old.published_until + FORGET_AFTER_SECONDS + when
        if by == "apply":
            await installation.apply(ES256.format("main"))
        else:
            await _rotate(installation)
        assert (old.kid in await _keys(installation)) is is_there


async def test_an_expired_key_is_published_no_more() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main"))
    before = {key.kid for key in await _published(installation)}
    await _rotate(installation)
    between = {key.kid for key in await _published(installation)}
    assert len(before) == 2
    assert before < between
    assert len(between) == 4
    installation.clock.advance(LEAD_SECONDS + 7200 + MARGIN_SECONDS)
    assert {key.kid for key in await _published(installation)} == between - before


@pytest.mark.parametrize("environment", ["one", "two"])
async def test_SEC_246_a_moved_key_does_not_open(environment: str) -> None:
    installation = Installation()
    await installation.apply(ES256.format("one") + ES256.format("two"))
    stored = await installation.contents()
    _, ours = next(select(stored, SigningKeyBody, "one"))
    *_, (place, theirs) = select(stored, SigningKeyBody, environment)
    assert theirs.kid != ours.kid
    moved = msgspec.structs.replace(theirs, private_key=ours.private_key)

    def move(draft: Draft, _now: float) -> None:
        draft[place] = moved

    with pytest.raises(Exception, match="does not open"):
        await installation.editor.edit(move)


async def test_a_key_is_found_by_its_kid_in_its_own_environment() -> None:
    installation = Installation()
    await installation.apply(MANY)
    env = await installation.environment("main")
    found = env.find_key(KeyId("k1"))
    assert found is not None
    assert found[1] == "manager:default"

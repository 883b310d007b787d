"""An environment's own key: what it digests and seals is its own, whatever the master key is."""

import pytest

from ostiary.core.admin.keys.installation_keys import open_digester, open_sealer
from ostiary.core.crypto.sealing import SealBrokenError
from tests.support.administration import ES256, Installation

TWO = ES256.format("main") + ES256.format("other")
PLACE = "authenticator one"


async def _prepared(text: str = TWO) -> Installation:
    installation = Installation()
    await installation.apply(text)
    return installation


async def test_what_an_environment_sealed_opens_again() -> None:
    installation = await _prepared()
    contents, sealer = await installation.contents(), installation.sealer

    sealed = open_sealer(contents, sealer, "main").seal(b"seed", context=PLACE)

    assert open_sealer(contents, sealer, "main").open(sealed, context=PLACE) == b"seed"
    assert b"seed" not in sealed.encode()


async def test_SEC_223_another_environment_does_not_open_it() -> None:
    installation = await _prepared()
    contents, sealer = await installation.contents(), installation.sealer
    sealed = open_sealer(contents, sealer, "main").seal(b"seed", context=PLACE)

    with pytest.raises(SealBrokenError):
        open_sealer(contents, sealer, "other").open(sealed, context=PLACE)


async def test_it_does_not_open_in_another_place() -> None:
    installation = await _prepared()
    own = open_sealer(await installation.contents(), installation.sealer, "main")

    with pytest.raises(SealBrokenError):
        own.open(own.seal(b"seed", context=PLACE), context="authenticator two")


async def test_the_same_key_does_not_open_what_the_master_key_sealed() -> None:
    installation = await _prepared()
    own = open_sealer(await installation.contents(), installation.sealer, "main")

    with pytest.raises(SealBrokenError):
        own.open(installation.sealer.seal(b"seed", context=PLACE), context=PLACE)


async def test_the_environment_that_is_compiled_has_both() -> None:
    installation = await _prepared()
    contents, sealer = await installation.contents(), installation.sealer
    env = await installation.environment("main")

    sealed = env.secrets.seal(b"seed", context=PLACE)

    assert open_sealer(contents, sealer, "main").open(sealed, context=PLACE) == b"seed"
    digester = open_digester(contents, sealer, "main")
    assert env.client_secrets.mark("purpose", "x") == digester.mark("purpose", "x")


async def test_an_environment_without_a_key_has_neither() -> None:
    installation = await _prepared()

    with pytest.raises(LookupError):
        open_sealer(await installation.contents(), installation.sealer, "unheard")

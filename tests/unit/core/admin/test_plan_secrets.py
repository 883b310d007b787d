"""Client secrets: given, generated, rotated and kept, and never readable where they lie."""

import msgspec
import pytest

from ostiary.core.admin.bodies import ClientBody, InstallationKeyBody, seal_context
from ostiary.core.admin.contents import Draft, find, identify, select
from ostiary.core.admin.plan import PlanRefusedError
from ostiary.core.admin.secret_settling import GENERATED_CHARACTERS
from ostiary.core.base.ids import ClientId
from ostiary.core.crypto.secret_digests import DigestKind
from tests.support.administration import ES256, Installation, desire
from tests.support.configurations import MadeUpSurroundings

APP = ES256.format("main") + "[environments.main.clients.app]\n"
PINGONE_APP = APP.replace("algorithms", 'face = "pingone"\nalgorithms')
PLACE = identify(ClientBody, "main", "app")
FIRST, SECOND, THIRD = (f"{name}-canary-0123456789abcdef" for name in ("first", "second", "third"))
LATER, PAST = "2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z"


async def _client(installation: Installation) -> ClientBody:
    body = find(await installation.contents(), ClientBody, "main", "app")
    assert body is not None
    return body


async def _accepts(installation: Installation, secret: str) -> bool:
    """Tell whether the client may authenticate with a secret now."""
    env = await installation.environment("main")
    (client,) = env.clients.values()
    now = installation.clock.now()
    return env.client_secrets.matches(client.secrets, secret, now=now)


async def _generated(installation: Installation, text: str) -> str:
    applied = await installation.apply(text)
    return applied.plan.generated[PLACE].reveal()


async def test_S0_33_a_secret_can_be_given() -> None:
    installation = Installation()
    await installation.apply(APP + f'secret = "{FIRST}"')
    assert await _accepts(installation, FIRST)
    assert not await _accepts(installation, SECOND)


@pytest.mark.parametrize("source", ['{ env = "SECRET" }', '{ file = "app.secret" }'])
async def test_S0_33_a_secret_can_be_given_by_reference(source: str) -> None:
    installation = Installation()
    surroundings = MadeUpSurroundings({"SECRET": FIRST}, {"app.secret": FIRST + "\n"})
    await installation.editor.apply(desire(APP + f"secret = {source}", surroundings))
    assert await _accepts(installation, FIRST)


async def test_S0_33_a_secret_can_be_generated_and_is_shown_once() -> None:
    installation = Installation()
    text = APP + "secret = { generate = true }"
    secret = await _generated(installation, text)
    assert len(secret) == GENERATED_CHARACTERS >= 32
    assert secret.isalnum()
    assert await _accepts(installation, secret)
    again = await installation.apply(text)
    assert again.plan.is_empty
    assert again.plan.generated == {}


async def test_S0_33_a_given_secret_can_be_rotated() -> None:
    installation = Installation()
    await installation.apply(APP + f'secret = "{FIRST}"')
    rotated = f'secret = "{SECOND}"\nprevious_secret = {{ stored = true, expires_at = {LATER} }}'
    await installation.apply(APP + rotated)
    assert await _accepts(installation, FIRST)
    assert await _accepts(installation, SECOND)
    assert (await installation.plan(APP + rotated)).is_empty
    await installation.apply(APP + f'secret = "{SECOND}"')
    assert not await _accepts(installation, FIRST)


async def test_S0_33_a_generated_secret_is_rotated_by_asking_for_a_previous_one() -> None:
    installation = Installation()
    text = APP + "secret = { generate = true }\n"
    first = await _generated(installation, text)
    rotated = text + f"previous_secret = {{ stored = true, expires_at = {LATER} }}"
    second = await _generated(installation, rotated)
    assert await _accepts(installation, first)
    assert await _accepts(installation, second)
    assert (await installation.plan(rotated)).is_empty
    await installation.apply(text)
    assert not await _accepts(installation, first)
    assert await _accepts(installation, second)


async def test_a_generated_secret_does_not_step_back_for_a_time_that_is_over() -> None:
    installation = Installation()
    await installation.apply(APP + "secret = { generate = true }\n")
    with pytest.raises(PlanRefusedError, match=r"previous_secret.*over"):
        await installation.apply(
            APP + "secret = { generate = true }\n"
            f"previous_secret = {{ stored = true, expires_at = {PAST} }}"
        )


async def test_the_previous_secret_can_be_given_in_words() -> None:
    installation = Installation()
    await installation.apply(APP + f'secret = "{FIRST}"')
    await installation.apply(
        APP + f'secret = "{SECOND}"\n'
        f'previous_secret = {{ value = "{FIRST}", expires_at = {LATER} }}'
    )
    assert await _accepts(installation, FIRST)
    assert await _accepts(installation, SECOND)
    assert len((await installation.environment("main")).clients[ClientId("app")].secrets) == 2


async def test_SEC_56_no_more_than_two_secrets_are_alive() -> None:
    installation = Installation()
    previous = f"previous_secret = {{ stored = true, expires_at = {LATER} }}"
    await installation.apply(APP + f'secret = "{FIRST}"')
    await installation.apply(APP + f'secret = "{SECOND}"\n{previous}')
    await installation.apply(APP + f'secret = "{THIRD}"\n{previous}')
    assert not await _accepts(installation, FIRST)
    assert await _accepts(installation, SECOND)
    assert await _accepts(installation, THIRD)


async def test_SEC_56_a_previous_secret_ends_at_its_time_without_another_apply() -> None:
    installation = Installation()
    await installation.apply(APP + f'secret = "{FIRST}"')
    await installation.apply(
        APP + f'secret = "{SECOND}"\n'
        "previous_secret = { stored = true, expires_at = 2025-06-15T16:00:00Z }"
    )
    assert await _accepts(installation, FIRST)
    installation.clock.advance(3600)
    assert not await _accepts(installation, FIRST)
    assert await _accepts(installation, SECOND)


async def test_an_unchanged_secret_is_no_change_whatever_its_digest() -> None:
    installation = Installation()
    text = APP + "secret = { generate = true }"
    secret = await _generated(installation, text)
    # Its owner copies it into the file.
    assert (await installation.plan(APP + f'secret = "{secret}"')).is_empty
    assert not (await installation.plan(APP + f'secret = "{secret}x"')).is_empty


async def test_generated_secrets_are_hashed_and_given_ones_keyed() -> None:
    installation = Installation()
    for text, kind in (
        ("secret = { generate = true }", DigestKind.SHA256),
        (f'secret = "{FIRST}"', DigestKind.HMAC_SHA256),
        ("secret = { generate = true }", DigestKind.SHA256),
    ):
        await installation.apply(APP + text)
        kept = (await _client(installation)).secret
        assert kept is not None
        assert kept.kind is kind
        assert kept.sealed is None


@pytest.mark.parametrize(
    "app",
    [
        PINGONE_APP,
        APP + 'auth_methods = ["client_secret_jwt"]\n',
    ],
    ids=["PingOne", "client_secret_jwt"],
)
@pytest.mark.parametrize("source", [f'"{FIRST}"', "{ generate = true }"])
async def test_a_secret_that_must_be_readable_is_sealed_beside_its_digest(
    app: str, source: str
) -> None:
    installation = Installation()
    applied = await installation.apply(app + f"secret = {source}")
    secret = applied.plan.generated[PLACE].reveal() if applied.plan.generated else FIRST
    kept = (await _client(installation)).secret
    assert kept is not None
    assert kept.sealed is not None
    opened = installation.sealer.open(kept.sealed, context=seal_context(PLACE, "secret"))
    assert opened.decode() == secret
    assert await _accepts(installation, secret)


async def test_a_readable_secret_stays_readable_while_it_goes() -> None:
    installation = Installation()
    app = APP + 'auth_methods = ["client_secret_jwt"]\n'
    await installation.apply(app + f'secret = "{FIRST}"')
    await installation.apply(
        app + f'secret = "{SECOND}"\nprevious_secret = {{ stored = true, expires_at = {LATER} }}'
    )
    env = await installation.environment("main")
    (client,) = env.clients.values()
    assert [secret.value.reveal() for secret in client.readable_secrets] == [SECOND, FIRST]
    assert len(client.secrets) == 2


@pytest.mark.parametrize("source", ["{ generate = true }", "{ stored = true }"])
async def test_a_digest_cannot_be_made_readable(source: str) -> None:
    installation = Installation()
    await installation.apply(APP + "secret = { generate = true }")
    with pytest.raises(PlanRefusedError, match=r"clients\.app\.secret.*once more"):
        await installation.apply(APP + f'auth_methods = ["client_secret_jwt"]\nsecret = {source}')


async def test_a_stored_secret_is_kept_and_one_that_is_not_there_refused() -> None:
    installation = Installation()
    kept = APP + "secret = { stored = true }"
    with pytest.raises(PlanRefusedError, match=r"clients\.app\.secret.*the store has none"):
        await installation.apply(kept)
    await installation.apply(APP + f'secret = "{FIRST}"')
    assert (await installation.plan(kept)).is_empty


@pytest.mark.parametrize(
    ("source", "reason"), [("stored", "the store has none"), ("generate", "cannot be generated")]
)
async def test_a_previous_secret_that_cannot_be_had_is_refused(source: str, reason: str) -> None:
    installation = Installation()
    text = APP + f'secret = "{FIRST}"\n'
    await installation.apply(text)
    with pytest.raises(PlanRefusedError, match=rf"previous_secret.*{reason}"):
        await installation.apply(
            text + f"previous_secret = {{ {source} = true, expires_at = {LATER} }}"
        )


async def test_every_refusal_of_a_plan_is_told_at_once() -> None:
    installation = Installation()
    other = "[environments.main.clients.other]\nsecret = { stored = true }\n"
    with pytest.raises(PlanRefusedError) as refusal:
        await installation.apply(APP + "secret = { stored = true }\n" + other)
    assert [problem.path[3] for problem in refusal.value.problems] == ["app", "other"]
    assert await installation.store.version() == 0


async def test_SEC_245_no_secret_lies_readable_in_the_store() -> None:
    installation = Installation()
    previous = f'previous_secret = {{ value = "{SECOND}", expires_at = {LATER} }}\n'
    applied = await installation.apply(
        ES256.format("main")
        + f'[environments.main.clients.hashed]\nsecret = "{FIRST}"\n{previous}'
        + f'[environments.main.clients.sealed]\nsecret = "{FIRST}"\n{previous}'
        + 'auth_methods = ["client_secret_jwt"]\n'
        + "[environments.main.clients.generated]\nsecret = { generate = true }\n"
        + PINGONE_APP.replace("main", "people")
        + "secret = { generate = true }\n"
    )
    generated = [secret.reveal() for secret in applied.plan.generated.values()]
    assert len(generated) == 2
    stored = b"\n".join(document.body for document in await installation.documents())
    for canary in (FIRST, SECOND, *generated):
        assert canary.encode() not in stored
    assert b"PRIVATE KEY" not in stored
    assert b"BEGIN" not in stored


async def test_SEC_245_no_secret_shows_in_what_a_plan_says_of_itself() -> None:
    installation = Installation()
    applied = await installation.apply(
        APP + "secret = { generate = true }\n[environments.main.clients.other]\n"
        f'secret = "{FIRST}"\n'
    )
    told = repr(applied) + repr(desire(APP + f'secret = "{FIRST}"'))
    assert FIRST not in told
    assert applied.plan.generated[PLACE].reveal() not in told


async def test_SEC_246_a_sealed_secret_does_not_open_elsewhere() -> None:
    installation = Installation()
    method = 'auth_methods = ["client_secret_jwt"]\n'
    await installation.apply(
        APP + f'{method}secret = "{FIRST}"\n'
        f'[environments.main.clients.other]\n{method}secret = "{SECOND}"\n'
    )
    ours = await _client(installation)

    def move(draft: Draft, _now: float) -> None:
        place = identify(ClientBody, "main", "other")
        theirs = find(draft, ClientBody, "main", "other")
        assert theirs is not None
        draft[place] = msgspec.structs.replace(theirs, secret=ours.secret)

    with pytest.raises(Exception, match=r"client other.*does not open"):
        await installation.editor.edit(move)


async def test_SEC_246_the_key_of_client_secrets_does_not_open_in_another_environment() -> None:
    installation = Installation()
    await installation.apply(ES256.format("one") + ES256.format("two"))
    (_, ours), (place, _) = select(await installation.contents(), InstallationKeyBody)

    def move(draft: Draft, _now: float) -> None:
        draft[place] = ours

    with pytest.raises(Exception, match=r"environment two.*does not open"):
        await installation.editor.edit(move)


async def test_a_client_whose_secret_is_taken_away_has_none() -> None:
    installation = Installation()
    await installation.apply(APP + f'secret = "{FIRST}"')
    await installation.apply(APP)
    assert not await _accepts(installation, FIRST)
    assert (await _client(installation)).secret is None

"""The plan: one line per change, secrets hidden, nothing deleted that the file does not govern."""

import pytest

from ostiary.core.admin.bodies import (
    AuthenticationApplicationBody,
    ClientAuthorityBody,
    ClientBody,
    DirectoryBody,
    PolicyBody,
    ReferenceAdapterBody,
    ResourceBody,
    RetiredEnvironmentBody,
    StepBody,
    ThemeBody,
    TokenManagerBody,
    TrustedIssuerBody,
)
from ostiary.core.admin.contents import select
from ostiary.core.admin.plan import PlanRefusedError
from ostiary.core.base.ids import stable_uuid
from ostiary.core.ports.configuration import Document, DocumentId
from tests.support.administration import ES256, FULL, Installation

MAIN = ES256.format("main")
BOTH_METHODS = '["client_secret_basic", "client_secret_post"]'
MAIN_ID = "11111111-1111-4111-8111-111111111111"
"""Id of the environment in `FULL`."""
APP = MAIN + "[environments.main.clients.app]\n"


async def _changes(before: str, after: str) -> tuple[str, ...]:
    installation = Installation()
    await installation.apply(before)
    return (await installation.plan(after)).changes


async def test_a_second_apply_changes_nothing() -> None:
    installation = Installation()
    assert (await installation.apply(FULL)).version == 1
    applied = await installation.apply(FULL)
    assert applied.plan.is_empty
    assert applied.plan.changes == ()
    assert applied.version == 1


async def test_a_changed_list_is_one_line_with_both_values() -> None:
    before = APP + 'scopes = ["a"]\n[environments.main.scopes]\na = "A"\nb = "B"\n'
    after = before.replace('["a"]', '["b", "a"]')
    assert await _changes(before, after) == (
        'environments.main.clients.app.scopes: ["a"] → ["a", "b"]',
    )


async def test_a_changed_description_is_the_line_of_that_scope() -> None:
    before = MAIN + '[environments.main.scopes]\n"api:read" = "Read"\n"api:write" = "Write"\n'
    after = MAIN + '[environments.main.scopes]\n"api:read" = "Look"\n"api:all" = "All"\n'
    assert await _changes(before, after) == (
        'environments.main.scopes."api:all": nothing → "All"',
        'environments.main.scopes."api:read": "Read" → "Look"',
        'environments.main.scopes."api:write": "Write" → nothing',
    )


async def test_what_comes_says_what_it_is_but_not_what_goes_without_saying() -> None:
    lines = await _changes(MAIN, APP + 'name = "App"\nsecret = "0123456789abcdef"\n')
    assert lines == (
        "+ environments.main.clients.app",
        '+ environments.main.clients.app.client_id: "app"',
        '+ environments.main.clients.app.name: "App"',
        "+ environments.main.clients.app.secret: set (hidden)",
        f"+ environments.main.clients.app.auth_methods: {BOTH_METHODS}",
        '+ environments.main.clients.app.token_managers: ["default"]',
    )


async def test_what_goes_is_one_line() -> None:
    assert await _changes(APP, MAIN) == ("- environments.main.clients.app",)


async def test_a_new_key_is_a_line_with_its_name_if_it_has_one() -> None:
    manager = (
        '[environments.main.token_managers.own]\nstyle = "pingfederate"\nalgorithm = "EdDSA"\n'
    )
    named = manager + 'key_id = "k1"\n'
    for text, line in (
        (manager, '+ environments.main.signing_keys."manager:own": EdDSA key'),
        (named, '+ environments.main.signing_keys."manager:own": EdDSA key "k1"'),
    ):
        assert line in await _changes(MAIN, MAIN + text)


async def test_a_quoted_name_cannot_draw_on_the_terminal() -> None:
    lines = await _changes(MAIN, APP + r'name = "\u001b[2J\u0007"' + "\n")
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ('secret = "first-first-first"', 'secret = "second-second-second"', "changed (hidden)"),
        ('secret = "first-first-first"', "", "removed"),
        ("", "secret = { generate = true }", "generated (hidden)"),
        (
            'secret = "first-first-first"',
            'secret = "first-first-first"\nauth_methods = ["client_secret_jwt"]',
            "readable now (hidden)",
        ),
        (
            'secret = "first-first-first"\nauth_methods = ["client_secret_jwt"]',
            'secret = "first-first-first"',
            "kept as a digest only",
        ),
    ],
)
async def test_a_secret_is_never_shown(before: str, after: str, line: str) -> None:
    lines = await _changes(APP + before, APP + after)
    secret = [text for text in lines if ".secret: " in text]
    assert [text.partition(": ")[2] for text in secret] == [line]
    assert not any("first" in text or "second" in text for text in lines)


async def test_a_previous_secret_shows_when_it_ends_and_nothing_else() -> None:
    before = APP + 'secret = "second-second-second"\n'
    first = 'previous_secret = {{ value = "first-first-first", expires_at = {}T00:00:00Z }}\n'
    after = before + first.format("2026-12-01")
    place = "environments.main.clients.app.previous_secret"
    assert await _changes(before, after) == (
        f"{place}: set (hidden)",
        f"{place}.expires_at: 2026-12-01T00:00:00+00:00",
    )
    assert await _changes(after, before + first.format("2026-12-24")) == (
        f"{place}.expires_at: 2026-12-01T00:00:00+00:00 → 2026-12-24T00:00:00+00:00",
    )


async def test_an_unknown_document_is_left_alone() -> None:
    installation = Installation()
    await installation.apply(APP)
    foreign = Document(DocumentId("main", "satellite", "one"), b"\xff")
    await installation.store.replace(expected_version=1, put=[foreign], delete=[])
    await installation.apply(MAIN)
    documents = await installation.documents()
    assert foreign in documents


async def test_what_changes_of_a_policy_is_named_as_the_file_names_it() -> None:
    policy = MAIN + '[environments.main.policies.default]\ntree = {{ step = "form"{} }}\n'
    assert await _changes(policy.format(""), policy.format(', failure = ["form"]')) == (
        'environments.main.policies.default.tree.failure: nothing → {"step": "form"}',
    )


async def test_what_comes_of_sign_on_is_named_as_the_file_names_it() -> None:
    lines = await _changes(
        MAIN,
        MAIN + "[environments.main.steps.form]\nremember_my_username = true\n"
        "[environments.main.authentication_applications.signon]\n"
        'url = "https://signon.example.com"\n',
    )
    assert set(lines) == {
        "+ environments.main.steps.form",
        "+ environments.main.steps.form.remember_my_username: true",
        "+ environments.main.policies.default",
        '+ environments.main.policies.default.tree.step: "form"',
        "+ environments.main.authentication_applications.signon",
        '+ environments.main.authentication_applications.signon.url: "https://signon.example.com"',
    }


async def test_keys_of_a_living_environment_are_never_deleted() -> None:
    installation = Installation()
    await installation.apply(FULL)
    before = await installation.contents()
    await installation.apply(MAIN.replace("algorithms", f'id = "{MAIN_ID}"\nalgorithms'))
    gone = before.keys() - (await installation.contents()).keys()
    types = {place.type for place in gone if place.environment == "main"}
    assert types == {
        AuthenticationApplicationBody.document_type,
        ClientAuthorityBody.document_type,
        ClientBody.document_type,
        PolicyBody.document_type,
        ReferenceAdapterBody.document_type,
        DirectoryBody.document_type,
        ResourceBody.document_type,
        StepBody.document_type,
        ThemeBody.document_type,
        TokenManagerBody.document_type,
        TrustedIssuerBody.document_type,
    }


async def test_a_deleted_environment_takes_everything_of_its_own_along() -> None:
    installation = Installation()
    await installation.apply(APP + ES256.format("other"))
    lines = (await installation.plan(ES256.format("other"))).changes
    assert "- environments.main" in lines
    assert "- environments.main.clients.app" in lines
    await installation.apply(ES256.format("other"))
    assert {place.environment for place in await installation.contents()} == {"", "other"}


async def test_SEC_225_the_id_of_a_deleted_environment_is_given_to_no_other() -> None:
    installation = Installation()
    await installation.apply(MAIN + ES256.format("other"))
    ours = stable_uuid("environment", "main")
    thief = ES256.format("thief").replace("algorithms", f'id = "{ours}"\nalgorithms')
    # Neither in the step that deletes it, nor later.
    with pytest.raises(PlanRefusedError, match=r"environments\.thief\.id.*main"):
        await installation.apply(thief)
    await installation.apply(ES256.format("other"))
    with pytest.raises(PlanRefusedError, match=r"environments\.thief\.id.*main"):
        await installation.apply(thief)
    retired = [
        place.key for place, _ in select(await installation.contents(), RetiredEnvironmentBody)
    ]
    assert retired == [ours]


async def test_SEC_225_an_environment_may_come_back_to_its_own_id_with_new_keys() -> None:
    installation = Installation()
    await installation.apply(MAIN + ES256.format("other"))
    before = await installation.environment("main")
    await installation.apply(ES256.format("other"))
    await installation.apply(MAIN + ES256.format("other"))
    after = await installation.environment("main")
    assert after.id == before.id
    kids = [
        {key.kid for each in env.key_sets.values() for key in each.keys} for env in (before, after)
    ]
    assert kids[0].isdisjoint(kids[1])
    assert not list(select(await installation.contents(), RetiredEnvironmentBody))


async def test_SEC_225_an_id_that_an_environment_gave_up_is_blocked_too() -> None:
    installation = Installation()
    await installation.apply(MAIN)
    ours = stable_uuid("environment", "main")
    moved = MAIN.replace("algorithms", f'id = "{MAIN_ID}"\nalgorithms')
    await installation.apply(moved)
    thief = ES256.format("thief").replace("algorithms", f'id = "{ours}"\nalgorithms')
    with pytest.raises(PlanRefusedError, match="main"):
        await installation.apply(moved + thief)
    await installation.apply(MAIN)
    assert (await installation.environment("main")).id == ours


async def test_two_environments_cannot_swap_their_ids() -> None:
    installation = Installation()
    await installation.apply(MAIN + ES256.format("other"))
    ids = [stable_uuid("environment", key) for key in ("other", "main")]
    swapped = "".join(
        ES256.format(key).replace("algorithms", f'id = "{found}"\nalgorithms')
        for key, found in zip(("main", "other"), ids, strict=True)
    )
    with pytest.raises(PlanRefusedError) as refusal:
        await installation.apply(swapped)
    assert len(refusal.value.problems) == 2


async def test_a_client_may_move_to_another_environment_as_a_new_one() -> None:
    installation = Installation()
    await installation.apply(APP + "secret = { generate = true }" + ES256.format("other"))
    moved = "[environments.other.clients.app]\nsecret = { generate = true }\n"
    plan = await installation.plan(MAIN + ES256.format("other") + moved)
    assert "- environments.main.clients.app" in plan.changes
    assert [place.environment for place in plan.generated] == ["other"]
    assert {place.type for place in plan.deletes} == {ClientBody.document_type}


async def test_what_the_server_notes_for_itself_is_told_in_words() -> None:
    named = '[environments.{0}.token_managers.own]\nalgorithm = "ES256"\nkey_id = "k1"\n'
    other = ES256.format("other")
    comes = await _changes(MAIN, MAIN + other)
    goes = await _changes(MAIN + other + named.format("other"), MAIN)

    assert "+ the key that digests client secrets of environments.other" in comes
    own_id = stable_uuid("environment", "other")
    assert '+ the key id "k1" is used up, no other key gets it' in goes
    assert f"+ the id {own_id} stays with environments.other, no other environment gets it" in goes
    assert not any("retired_" in line or "installation_key" in line for line in comes + goes)


async def test_a_plan_names_the_environments_that_it_removes() -> None:
    three = MAIN + ES256.format("b") + ES256.format("a")
    installation = Installation()
    await installation.apply(three)

    assert (await installation.plan(MAIN)).removed_environments == ("a", "b")
    without_manager = three.replace(MAIN, "[environments.main]\n")
    assert (await installation.plan(without_manager)).removed_environments == ()

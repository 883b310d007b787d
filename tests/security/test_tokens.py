"""Tokens once they are out: who may ask about them, take them back, or pass them off as others."""

from typing import Any

import pytest

from ostiary.core.model.audit.tokens import (
    RequestRefused,
    TokenIntrospected,
    TokenIssued,
    TokenRevoked,
)
from tests.support import jose
from tests.support.app import (
    INTROSPECT,
    REVOKE,
    TOKEN,
    App,
    access_token,
    assertion_params,
    make_app,
)
from tests.support.asgi import Answer
from tests.support.tenants import secret_of, signing_key

MANAGERS = ("default", "6pac", "interact", "modern", "edwards", "reference")
CALLERS = ("rs_client", "rs_of_modern", "many", "modern", "sdk-client-id", "disabled", "nobody")


async def _revoke(app: App, token: str, client: str) -> Answer:
    form = {"token": token}
    if client == "public":
        return await app.pingfederate.post_form(REVOKE, {**form, "client_id": client})
    return await app.pingfederate.post_form(REVOKE, form, basic=(client, secret_of(client)))


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_75_nobody_takes_back_the_token_of_another_client(manager: str) -> None:
    app = make_app()
    token = await app.token("many", access_token_manager_id=manager)
    answer = await _revoke(app, token, "modern")
    assert answer.error == (400, "unauthorized_client")
    answer = await _revoke(app, token, "public")
    assert (answer.status, answer.body) == (200, b"")
    assert await app.is_active(token)
    assert (await _revoke(app, token, "many")).status == 200
    assert not await app.is_active(token)


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_76_a_revoked_token_stays_dead_until_it_is_over(manager: str) -> None:
    app = make_app()
    token = await app.token("many", access_token_manager_id=manager)
    await _revoke(app, token, "many")
    for _ in range(6):
        app.clock.advance(1199.9)
        await app.store.prune(now=app.clock.now())
        assert not await app.is_active(token)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_77_only_those_who_may_learn_about_a_token(caller: str, manager: str) -> None:
    app = make_app()
    token = await app.token("many", access_token_manager_id=manager)
    found, unknown = (
        await app.introspect(token, client=caller),
        await app.introspect("unknown", client=caller),
    )
    if caller == "rs_client" or (caller == "rs_of_modern" and manager == "modern"):
        assert found.json()["active"] is True
    else:
        # Byte for byte what a token that never was gets.
        assert (found.status, found.headers, found.body) == (
            unknown.status,
            unknown.headers,
            unknown.body,
        )
        assert found.status == (200 if caller == "rs_of_modern" else 401)


async def test_SEC_77_nobody_learns_without_authentication() -> None:
    app = make_app()
    token = await app.token("many")
    for form in ({}, {"client_id": "rs_client"}, {"client_id": "public"}):
        answer = await app.pingfederate.post_form(INTROSPECT, {"token": token, **form})
        assert answer.error == (401, "invalid_client")
    bearer = [("authorization", f"Bearer {token}")]
    answer = await app.pingfederate.post_form(INTROSPECT, {"token": token}, headers=bearer)
    assert answer.error == (401, "invalid_client")


async def _artefacts(app: App) -> dict[str, str]:
    """Return what somebody could pass off as an access token, each genuine in its own place."""
    env = app.environment("default")
    header, claims = jose.parts(await app.token("modern"))
    reference = await app.token("reference")
    id_token_key = env.key_sets["environment"].keys[0]
    id_token = {**claims, "aud": "modern", "sub": "user"}
    return {
        "an assertion": app.assertion("es256"),
        "an assertion under a shared secret": app.assertion("hs256"),
        "an ID token": jose.compact(
            {"alg": "RS256", "kid": id_token_key.kid}, id_token, id_token_key.private_key
        ),
        "a logout token": jose.compact(
            {"alg": "RS256", "kid": id_token_key.kid, "typ": "logout+jwt"},
            id_token,
            id_token_key.private_key,
        ),
        "an ID token that says at+jwt": jose.compact(
            {"alg": "RS256", "kid": id_token_key.kid, "typ": "at+jwt"},
            id_token,
            id_token_key.private_key,
        ),
        "a secret": secret_of("modern"),
        "a client id": "modern",
        "a token id": claims["jti"],
        "a key id": header["kid"],
        "a reference without its selector": reference[4:],
        "a reference with another selector": "0002" + reference[4:],
        "a token of a strange server": jose.compact(
            header, claims, signing_key("stranger", "ES256").private_key
        ),
    }


async def test_SEC_78_nothing_else_passes_for_an_access_token() -> None:
    app = make_app()
    artefacts = await _artefacts(app)
    for name, artefact in artefacts.items():
        assert not await app.is_active(artefact), name
        assert (await _revoke(app, artefact, "modern")).status == 200, name


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_79_an_access_token_is_no_assertion(manager: str) -> None:
    app = make_app()
    token = await app.token("many", access_token_manager_id=manager)
    answer = await app.ask_with_assertion(token)
    assert answer.error == (401, "invalid_client")
    answer = await app.pingfederate.post_form(
        INTROSPECT, {"token": token, **assertion_params(token)}
    )
    assert answer.error == (401, "invalid_client")


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_80_a_token_of_one_manager_is_nothing_to_another(manager: str) -> None:
    """A resource server that may ask about one manager's tokens learns nothing of others'."""
    app = make_app()
    token = await app.token("many", access_token_manager_id=manager)
    for other in app.environment("default").token_managers:
        app.change_client("many", may_introspect=True, token_managers=(other,))
        answer = await app.introspect(token, client="many")
        assert answer.json()["active"] is (other == manager)


async def test_a_token_dies_with_its_client() -> None:
    app = make_app()
    tokens = [await app.token("many", access_token_manager_id=id) for id in MANAGERS]
    app.change_client("many", enabled=False)
    for token in tokens:
        assert not await app.is_active(token)
    assert (await app.ask("many")).error == (401, "invalid_client")
    app.change_client("many", enabled=True)
    for token in tokens:
        assert await app.is_active(token)


async def test_SEC_260_every_decision_of_the_back_channel_is_one_event() -> None:
    app = make_app()
    token = await app.token("modern")
    steps: list[tuple[Any, type, str]] = [
        (app.ask("modern"), TokenIssued, ""),
        (app.ask("modern", secret="wrong"), RequestRefused, "invalid_client"),
        (app.ask("nobody"), RequestRefused, "invalid_client"),
        (app.ask("modern", scope="nonsense"), RequestRefused, "invalid_scope"),
        (app.ask("no-grants"), RequestRefused, "unauthorized_client"),
        (app.ask("modern", grant_type="x"), RequestRefused, "unsupported_grant_type"),
        (app.ask("modern", grant_type=""), RequestRefused, "invalid_request"),
        (app.ask("modern", resource="x"), RequestRefused, "invalid_target"),
        (app.ask("modern", client_secret="x"), RequestRefused, "invalid_request"),
        (app.pingfederate.post_form(TOKEN, {}), RequestRefused, "invalid_request"),
        (app.ask_with_assertion("x"), RequestRefused, "invalid_client"),
        (app.introspect(token), TokenIntrospected, ""),
        (app.introspect("x"), TokenIntrospected, ""),
        (app.introspect(token, client="modern"), RequestRefused, "invalid_client"),
        (_revoke(app, token, "many"), RequestRefused, "unauthorized_client"),
        (_revoke(app, "x", "many"), TokenRevoked, ""),
        (_revoke(app, token, "modern"), TokenRevoked, ""),
    ]
    for step, kind, code in steps:
        app.events.events.clear()
        await step
        (event,) = app.events.events
        assert isinstance(event, kind)
        assert getattr(event, "code", "") == code
        assert event.environment == app.environment("default").id  # type: ignore[union-attr]
        assert event.address == "192.0.2.10"  # type: ignore[union-attr]


async def test_SEC_260_the_event_names_the_actor_or_whom_he_claimed_to_be() -> None:
    app = make_app()
    await app.ask("modern", scope="nonsense")
    await app.ask("nobody" + "x" * 100)
    for _ in range(11):
        await app.ask("many", secret="wrong")
    events = [event for event in app.events.events if isinstance(event, RequestRefused)]
    assert (events[0].client, events[0].claimed) == ("modern", "")
    assert (events[1].client, events[1].claimed) == (None, "nobody" + "x" * 58)
    assert (events[-1].code, events[-1].claimed) == ("temporarily_unavailable", "many")


async def test_SEC_86_what_is_remembered_is_forgotten_when_it_is_over() -> None:
    """Revocations, spent assertions and reference tokens: none outlives what it is about."""
    app = make_app()
    for manager in ("modern", "reference"):
        token = await app.token("many", access_token_manager_id=manager)
        await _revoke(app, token, "many")
        await app.token("many", access_token_manager_id=manager)
    await app.ask_with_assertion(app.assertion("es256"))
    assert await app.store.prune(now=app.clock.now() + 69) == 0
    assert await app.store.prune(now=app.clock.now() + 71) == 1  # the assertion
    assert await app.store.prune(now=app.clock.now() + 7200) == 2  # revocation and reference
    assert await app.store.prune(now=2**40) == 0


async def test_SEC_49_no_answer_of_the_back_channel_may_be_kept() -> None:
    """The client of these tests looks at it in every answer; here it is said once by name."""
    app = make_app()
    token = access_token(await app.ask("modern"))
    answers = [
        await app.ask("modern"),
        await app.ask("modern", secret="wrong"),
        await app.introspect(token),
        await app.introspect(token, client="modern"),
        await _revoke(app, token, "modern"),
        await _revoke(app, token, "nobody"),
        await app.ask_pingone(),
        await app.ask_pingone(scope="nonsense"),
    ]
    for answer in answers:
        assert answer.header("cache-control") == "no-store"
        assert answer.header("pragma") == "no-cache"

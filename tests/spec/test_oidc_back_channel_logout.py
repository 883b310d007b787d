"""OpenID Connect Back-Channel Logout 1.0: applications are told by the server itself."""

from collections.abc import Iterator, Mapping

import pytest

from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import KeyId, UserId
from ostiary.core.crypto import jws
from ostiary.core.crypto.keys import Algorithm, KeySet, SigningKey
from ostiary.core.model.audit.outbound import LogoutNoticeSent
from ostiary.core.model.environment import ENVIRONMENT_KEYS
from ostiary.core.model.logout import LogoutURIs
from ostiary.core.oidc.logout_notices import CLAIM_SECONDS, PAUSES_SECONDS
from tests.support import jose
from tests.support.app import BASE_URL, NOW
from tests.support.browsing import WEB, Browsing, make_sign_on_environment, returned
from tests.support.logout import (
    BACK,
    HEARD,
    TOLD,
    Telling,
    claims_of,
    logout_tokens,
    make_telling,
    sign_off,
    sign_on,
    told_by,
)
from tests.support.odd_server import OddServer, is_silent, odd_server, says
from tests.support.server import free_port
from tests.support.tenants import secret_of, signing_key

KEY_SETS = make_sign_on_environment().key_sets
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def shop() -> Iterator[OddServer]:
    with odd_server() as server:
        server.on(TOLD, HEARD)
        yield server


@pytest.fixture
def mail() -> Iterator[OddServer]:
    with odd_server() as server:
        server.on(TOLD, HEARD)
        yield server


async def signed_off(
    shop: OddServer, environment: Mapping[str, object] | None = None, **fields: object
) -> tuple[Telling, str]:
    """Sign joe on to the shop and off again, and return the server and the ID token."""
    telling = make_telling({"shop": told_by(shop)}, environment=environment, **fields)
    browsing = Browsing(telling.app)
    id_token = await sign_on(browsing, "shop")
    await sign_off(browsing, id_token)
    return telling, id_token


async def test_OIDC_67_the_token_says_whose_session_is_over_and_nothing_else(
    shop: OddServer,
) -> None:
    telling, id_token = await signed_off(shop)

    assert await telling.deliver() == 1

    (seen,) = shop.asked(TOLD)
    assert seen.method == "POST"
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert set(seen.form) == {"logout_token"}
    known, claims = jose.parts(id_token)[1], claims_of(seen)
    assert len(claims.pop("jti")) >= 22
    assert claims == {
        "iss": BASE_URL,
        "sub": known["sub"],
        "aud": "shop",
        "iat": int(NOW),
        "exp": int(NOW) + 120,
        "events": {EVENT: {}},
        "sid": known["sid"],
    }
    assert "nonce" in known


async def test_OIDC_67_the_token_is_of_its_own_type_so_that_it_passes_for_no_other(
    shop: OddServer,
) -> None:
    telling, _ = await signed_off(shop)
    await telling.deliver()

    (token,) = logout_tokens(shop)
    assert jose.parts(token)[0]["typ"] == "logout+jwt"
    browsing = Browsing(telling.app)
    await sign_on(browsing, "shop")
    # It proves nobody's wish: the person is asked.
    answer = await sign_off(browsing, token)
    assert b"Do you want to sign off?" in answer.body


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_OIDC_67_it_is_signed_as_the_clients_id_tokens_with_a_published_key(
    shop: OddServer, algorithm: Algorithm
) -> None:
    keys = tuple(signing_key(f"logout {name}", name) for name in ("RS256", "ES256"))
    telling, id_token = await signed_off(
        shop,
        environment={"key_sets": {**KEY_SETS, ENVIRONMENT_KEYS: KeySet(ENVIRONMENT_KEYS, keys)}},
        id_token_algorithm=algorithm,
    )
    await telling.deliver()

    (token,) = logout_tokens(shop)
    header, known = jose.parts(token)[0], jose.parts(id_token)[0]
    assert (header["alg"], header["kid"]) == (algorithm, known["kid"])
    published = (await telling.app.pingfederate.get("/pf/JWKS")).json()["keys"]
    assert header["kid"] in {key["kid"] for key in published}
    found = telling.env.find_key(KeyId(header["kid"]))
    assert found is not None
    jws.verify(found[0].public_key, algorithm, jws.parse(token))


async def test_OIDC_67_each_token_has_an_id_of_its_own(shop: OddServer) -> None:
    shop.on(TOLD, says({}, 500), HEARD)
    telling, _ = await signed_off(shop)
    await telling.deliver()
    telling.app.clock.advance(60)
    await telling.deliver()

    first, second = map(claims_of, logout_tokens(shop))
    assert first["jti"] != second["jti"]
    assert second["iat"] == int(NOW) + 60


async def test_every_application_of_the_session_is_told_and_no_other(
    shop: OddServer, mail: OddServer
) -> None:
    uris = {"shop": told_by(shop), "mail": told_by(mail), "quiet": LogoutURIs()}
    telling = make_telling(uris)
    joe, elsewhere = Browsing(telling.app), Browsing(telling.app)
    id_token, *_ = [await sign_on(joe, client_id) for client_id in ("shop", "quiet", "mail")]
    await sign_on(elsewhere, "shop")

    await sign_off(joe, id_token)
    assert await telling.deliver() == 2

    session_id = jose.parts(id_token)[1]["sid"]
    for server, client_id in ((shop, "shop"), (mail, "mail")):
        (told,) = map(claims_of, logout_tokens(server))
        assert (told["aud"], told["sid"]) == (client_id, session_id)


@pytest.mark.parametrize("response_type", ["code", "code id_token", "id_token token"])
async def test_an_application_takes_part_whatever_it_asked_for(
    shop: OddServer, response_type: str
) -> None:
    telling = make_telling({"shop": told_by(shop), "quiet": LogoutURIs()})
    browsing = Browsing(telling.app)
    hint = await sign_on(browsing, "quiet")
    asked = {"response_type": response_type, "client_id": "shop", "nonce": "n-0S6_WzA2Mj"}
    answer = await browsing.authorize(WEB, **asked)
    assert "error" not in returned(answer)

    await sign_off(browsing, hint)

    assert await telling.deliver() == 1


async def test_a_refusal_is_no_taking_part(shop: OddServer) -> None:
    telling = make_telling({"shop": told_by(shop), "quiet": LogoutURIs()})
    browsing = Browsing(telling.app)
    hint = await sign_on(browsing, "quiet")
    await browsing.authorize(WEB, client_id="shop", prompt="none", max_age="0")

    await sign_off(browsing, hint)

    assert await telling.deliver() == 0


async def test_an_administrator_who_ends_sessions_has_everybody_told(shop: OddServer) -> None:
    telling = make_telling({"shop": told_by(shop)})
    id_token, _ = [await sign_on(Browsing(telling.app), "shop") for _ in range(2)]
    user_id = UserId(jose.parts(id_token)[1]["sub"])

    await telling.app.store.sessions.end_of_user(telling.env, user_id)

    assert await telling.deliver() == 2
    assert len({claims_of(token)["sid"] for token in logout_tokens(shop)}) == 2


async def test_a_client_that_wants_no_session_named_is_told_of_the_user_alone(
    shop: OddServer,
) -> None:
    telling, _ = await signed_off(shop)
    telling.change_logout("shop", names_session_in_back=False)
    await telling.deliver()

    (claims,) = map(claims_of, logout_tokens(shop))
    assert "sid" not in claims
    assert claims["sub"]


async def test_logout_does_not_wait_for_anybody(shop: OddServer) -> None:
    shop.on(TOLD, is_silent)
    telling = make_telling({"shop": told_by(shop)})
    browsing = Browsing(telling.app)
    id_token = await sign_on(browsing, "shop")

    answer = await sign_off(browsing, id_token, post_logout_redirect_uri=BACK)

    assert answer.header("location") == BACK
    assert shop.connections == 0


@pytest.mark.parametrize("status", [200, 204])
async def test_a_client_that_has_heard_is_not_told_again(shop: OddServer, status: int) -> None:
    shop.on(TOLD, says(b"", status))
    telling, _ = await signed_off(shop)
    await telling.deliver()
    telling.app.clock.advance(86_000)

    assert await telling.deliver() == 0
    (sent,) = telling.sent
    assert (sent.outcome, sent.status, sent.attempt) == ("accepted", status, 1)


@pytest.mark.parametrize("status", [201, 302, 400, 401, 404, 500, 503])
async def test_a_client_that_has_not_heard_is_told_again(shop: OddServer, status: int) -> None:
    shop.on(TOLD, says({}, status, {"location": shop.url}), HEARD)
    telling, _ = await signed_off(shop)
    await telling.deliver()
    telling.app.clock.advance(10)

    assert await telling.deliver() == 1
    first, second = telling.sent
    is_redirect = status == 302
    assert first.outcome == ("unreachable" if is_redirect else "refused")
    assert first.status == (None if is_redirect else status)
    assert (second.outcome, second.attempt) == ("accepted", 2)


async def test_a_client_that_never_hears_is_given_up_in_the_end(shop: OddServer) -> None:
    telling, _ = await signed_off(shop)
    gone = f"http://127.0.0.1:{free_port()}{TOLD}"
    telling.change_logout("shop", backchannel=gone)
    for pause in (*PAUSES_SECONDS, 0.0):
        assert await telling.deliver() == 1
        telling.app.clock.advance(pause * 1.25)
    telling.app.clock.advance(86_000)

    assert await telling.deliver() == 0
    outcomes = [sent.outcome for sent in telling.sent]
    assert outcomes == ["unreachable"] * len(PAUSES_SECONDS) + ["given_up"]
    assert [sent.attempt for sent in telling.sent] == list(range(1, len(PAUSES_SECONDS) + 2))


@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.75), (0.5, 1.0), (1.0, 1.25)])
async def test_the_pauses_differ_so_that_nobody_comes_back_with_the_others(
    shop: OddServer, chance: float, factor: float
) -> None:
    shop.on(TOLD, says({}, 500), HEARD)
    telling, _ = await signed_off(shop)
    telling.chance = chance
    await telling.deliver()

    telling.app.clock.advance(PAUSES_SECONDS[0] * factor - 0.5)
    assert await telling.deliver() == 0
    telling.app.clock.advance(1)
    assert await telling.deliver() == 1


async def test_what_a_dead_process_had_claimed_is_delivered_by_another(shop: OddServer) -> None:
    telling, _ = await signed_off(shop)
    assert len(await telling.claim()) == 1

    assert await telling.deliver() == 0
    telling.app.clock.advance(CLAIM_SECONDS)
    assert await telling.deliver() == 1


async def test_a_signature_that_is_not_to_be_had_puts_the_notice_off(shop: OddServer) -> None:
    telling, _ = await signed_off(shop)
    telling.signer = _BusySigner()
    await telling.deliver()
    assert telling.sent[0].outcome == "unsigned"

    telling.signer = None
    telling.app.clock.advance(10)
    assert await telling.deliver() == 1
    assert telling.sent[1].outcome == "accepted"


@pytest.mark.parametrize("change", ["not told any more", "disabled"])
async def test_a_client_that_is_not_to_be_told_any_more_is_forgotten(
    shop: OddServer, change: str
) -> None:
    telling, _ = await signed_off(shop)
    if change == "disabled":
        telling.app.change_client("shop", enabled=False)
    else:
        telling.change_logout("shop", backchannel=None)

    assert await telling.deliver() == 1
    telling.app.clock.advance(86_000)
    assert await telling.deliver() == 0
    assert shop.connections == 0
    assert telling.sent == []


async def test_SEC_212_a_client_at_an_internal_address_is_not_told() -> None:
    with odd_server() as inside:
        telling, _ = await signed_off(inside)
        port = inside.url.rpartition(":")[2]
        telling.change_logout("shop", backchannel=f"http://10.0.0.1:{port}{TOLD}")
        await telling.deliver()

    assert telling.sent[0].outcome == "unreachable"
    assert inside.connections == 0


async def test_nothing_of_the_token_or_the_answer_is_recorded(shop: OddServer) -> None:
    shop.on(TOLD, says({"internal": "canary-of-the-answer"}, 400))
    telling, _ = await signed_off(shop)
    await telling.deliver()

    (token,) = logout_tokens(shop)
    log = "".join(telling.app.events.log)
    assert token not in log
    assert "canary" not in log
    assert telling.sent == [
        LogoutNoticeSent(
            telling.env.id,
            telling.sent[0].client,
            claims_of(token)["sid"],
            1,
            "refused",
            400,
        )
    ]


async def test_metadata_announces_both_kinds_of_logout(shop: OddServer) -> None:
    telling = make_telling({"shop": told_by(shop)})
    answer = await telling.app.pingfederate.get("/.well-known/openid-configuration")
    announced = {name for name, value in answer.json().items() if value is True}
    assert {
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    } <= announced


class _BusySigner:
    """Implements the `Signer` port of a server that has too much to do."""

    async def sign(self, key: SigningKey, signing_input: bytes) -> bytes:
        raise UnavailableError("The server is busy; ask again.", retry_after_seconds=1)


@pytest.mark.parametrize("path", ["/idp/userinfo.openid", "/as/introspect.oauth2"])
async def test_SEC_78_a_logout_token_opens_nothing(shop: OddServer, path: str) -> None:
    telling, _ = await signed_off(shop, may_introspect=True)
    await telling.deliver()
    (token,) = logout_tokens(shop)

    if "introspect" in path:
        basic = ("shop", secret_of("shop"))
        answer = await telling.app.pingfederate.post_form(path, {"token": token}, basic=basic)
        assert answer.json() == {"active": False}
    else:
        headers = [("authorization", f"Bearer {token}")]
        answer = await telling.app.pingfederate.request("GET", path, headers)
        assert answer.status == 401
        assert 'error="invalid_token"' in (answer.header("www-authenticate") or "")

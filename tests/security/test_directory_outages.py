"""While a directory is out of order nobody learns whose users are kept where, or that they are."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.audit.sign_on import PasswordLocked
from ostiary.core.model.environment import Environment
from ostiary.core.model.ldap_directory import LDAPDirectory, LDAPServer
from ostiary.core.model.password_policy import LockoutPolicy
from ostiary.core.model.policy import StepInstance
from tests.support.app import TOKEN, App, make_snapshot
from tests.support.asgi import Answer
from tests.support.browsing import (
    CALLBACK,
    PASSWORD,
    VERIFIER,
    WEB,
    Browsing,
    make_sign_on_app,
    returned,
)
from tests.support.directory_sign_on import Entrances, opened
from tests.support.password_grant import Legacy, make_legacy
from tests.support.pingone_browsing import PingOneBrowsing, make_pingone_sign_on_app
from tests.support.slapd import Slapd, person
from tests.support.tenants import secret_of
from tests.support.users import make_user
from tests.wire.pingfederate.test_redirectless import begin

NAMES = ("joe", "disab", "locke", "maria", "nobod")
"""Of one length: three of the store, one of the directory, and one that nobody has."""
DOWN = "The directory of users cannot be asked now; try again. 15"
_ID = re.compile(rb'"id":"[^"]*"')
"""Of an error of PingOne's."""
LOCKS = LockoutPolicy(failures=3, spray_users=0, lock_seconds=(10.0**6,))
OTHERS = (make_user(2, username="disab", enabled=False), make_user(3, username="locke"))


@pytest.fixture(scope="module")
def server() -> Iterator[Slapd]:
    running = Slapd([person("maria"), person("annie")])
    yield running
    running.close()


@pytest.fixture
def slapd(server: Slapd) -> Iterator[Slapd]:
    yield server
    server.thaw()
    if not server.is_running:
        server.start()


@pytest.fixture
async def entrances(slapd: Slapd) -> AsyncIterator[Entrances]:
    with opened(slapd) as made:
        made.keep_in({"corporate": configured(slapd)}, lockout=LOCKS)
        await made.add(make_user(1, username="joe"), *OTHERS)
        for _ in range(3):
            await made.answer("locke")
        made.events.events.clear()
        yield made


def configured(slapd: Slapd, key: str = "corporate", **fields: Any) -> LDAPDirectory:
    """Return a directory of which nothing is waited for once it has failed, in these tests."""
    return slapd.configured(**{"key": key, "pause_seconds": 600.0, **fields})


def broken(slapd: Slapd, key: str = "corporate") -> LDAPDirectory:
    """Return one at whose port nobody listens."""
    return configured(slapd, key, servers=(LDAPServer("localhost", 1),))


async def test_REL_12_refusals_read_the_same_for_everybody_while_a_directory_is_down(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.stop()

    assert {await entrances.answer(name) for name in NAMES} == {DOWN}


async def test_REL_12_refusals_read_the_same_for_everybody_when_a_directory_hangs(
    slapd: Slapd,
) -> None:
    for name in NAMES:
        with opened(slapd) as entrances:
            entrances.keep_in({"corporate": configured(slapd, timeout_seconds=0.4)})
            await entrances.add(make_user(1, username="joe"), *OTHERS)
            slapd.freeze()
            assert await entrances.answer(name) == DOWN
            slapd.thaw()


async def test_REL_12_users_of_the_store_sign_on_while_a_directory_is_down(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.stop()

    assert await entrances.answer("nobod") == DOWN
    assert await entrances.answer("joe", PASSWORD) == "Accepted"


async def test_REL_12_a_directory_that_is_down_lets_nobody_guess_without_a_count(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.stop()

    for _ in range(3):
        assert await entrances.answer("joe") == DOWN
    assert entrances.reasons == ["wrong", "wrong", "wrong"]
    assert [type(each) for each in entrances.events.events].count(PasswordLocked) == 1

    assert await entrances.answer("joe", PASSWORD) == DOWN
    slapd.start()
    entrances.keep_in({"corporate": configured(slapd, timeout_seconds=3.0)}, lockout=LOCKS)
    assert await entrances.answer("joe", PASSWORD) == "Locked"


async def test_REL_12_who_could_not_be_found_is_no_wrong_password_in_the_log(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.stop()

    for name in ("maria", "nobod"):
        assert await entrances.answer(name, PASSWORD) == DOWN
    assert entrances.reasons == ["unavailable", "unavailable"]


async def test_REL_12_an_outage_locks_nobody_out_who_signs_on_after_it(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.stop()
    for _ in range(4):
        assert await entrances.answer("maria", PASSWORD) == DOWN
    slapd.start()

    entrances.keep_in({"corporate": configured(slapd, timeout_seconds=3.0)}, lockout=LOCKS)
    assert await entrances.answer("maria", PASSWORD) == "Accepted"


async def test_REL_12_a_step_that_does_not_ask_a_directory_does_not_wait_for_it(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.stop()

    found = [await entrances.answer(name, directories=("local",)) for name in NAMES]
    assert found == ["Rejected", "Rejected", "Locked", "Rejected", "Rejected"]


async def test_REL_12_one_directory_of_two_that_is_down_tells_nobody_apart_either(
    slapd: Slapd,
) -> None:
    with opened(slapd) as entrances:
        for directories in (
            {"down": broken(slapd, "down"), "up": configured(slapd, "up")},
            {"up": configured(slapd, "up"), "down": broken(slapd, "down")},
        ):
            entrances.keep_in(directories)
            assert {await entrances.answer(name) for name in ("joe", "maria", "nobod")} == {DOWN}


async def test_REL_12_who_is_found_before_a_directory_that_is_down_signs_on(slapd: Slapd) -> None:
    with opened(slapd) as entrances:
        entrances.keep_in({"up": configured(slapd, "up"), "down": broken(slapd, "down")})

        assert await entrances.answer("maria", PASSWORD) == "Accepted"


async def test_REL_12_whose_name_a_directory_before_might_have_does_not_sign_on(
    slapd: Slapd,
) -> None:
    with opened(slapd) as entrances:
        entrances.keep_in({"down": broken(slapd, "down"), "up": configured(slapd, "up")})

        assert await entrances.answer("maria", PASSWORD) == DOWN


async def test_REL_12_a_user_of_a_directory_that_is_down_is_not_taken_for_anothers(
    slapd: Slapd,
) -> None:
    with opened(slapd) as entrances:
        entrances.keep_in({"one": configured(slapd, "one"), "two": configured(slapd, "two")})
        user = await entrances.directory.find_by_username(entrances.env, "maria")
        assert user is not None
        assert user.directory == "one"

        # The second directory knows the same id.
        entrances.keep_in({"one": broken(slapd, "one"), "two": configured(slapd, "two")})

        for kept_in in (None, "one"):
            with pytest.raises(UnavailableError):
                await entrances.directory.find(entrances.env, user.id, kept_in=kept_in)


async def test_REL_12_who_is_known_to_be_kept_elsewhere_waits_for_no_other_directory(
    slapd: Slapd,
) -> None:
    with opened(slapd) as entrances:
        entrances.keep_in({"two": configured(slapd, "two")})
        user = await entrances.directory.find_by_username(entrances.env, "annie")
        assert user is not None

        entrances.keep_in({"one": broken(slapd, "one"), "two": configured(slapd, "two")})

        found = await entrances.directory.find(entrances.env, user.id, kept_in="two")
        assert found == user


Ask = Callable[[App, str], Any]


async def by_grant(app: App, name: str) -> Answer:
    """Try a wrong password by the password grant."""
    return await Legacy(app, make_user(1)).ask(username=name, password="wrong")


async def by_pingfederate_flow(app: App, name: str) -> Answer:
    """Try one in a flow of PingFederate's face."""
    browsing = Browsing(app)
    return await browsing.sign_on_by_api((await begin(browsing))["id"], name, "wrong")


async def by_pingfederate_recovery(app: App, name: str) -> Answer:
    """Have forgotten the password."""
    browsing = Browsing(app)
    flow_id = (await begin(browsing))["id"]
    await browsing.act(flow_id, "initiateAccountRecovery", {})
    return await browsing.act(flow_id, "checkAccountRecoveryUsername", {"username": name})


async def by_pingfederate_page(app: App, name: str) -> Answer:
    """Try one on a page."""
    browsing = Browsing(app)
    page = await browsing.authorize(WEB)
    return await browsing.press(page, pf_username=name, pf_pass="wrong")


async def by_pingone_flow(app: App, name: str) -> Answer:
    """Try one in a flow of PingOne's face."""
    browsing = PingOneBrowsing(app)
    flow = await browsing.begin()
    return await browsing.check_password(flow["id"], {"username": name, "password": "wrong"})


async def by_pingone_page(app: App, name: str) -> Answer:
    """Try one on a page of that."""
    browsing = PingOneBrowsing(app)
    page = await browsing.get((await browsing.authorize(WEB)).header("location") or "")
    return await browsing.press(page, username=name, password="wrong")


async def make_app_of(ask: Ask, directory: LDAPDirectory) -> App:
    """Start a server whose people are in the store, and in a directory."""
    form = StepInstance("form", "username_password", {"recovery": True})
    fields: dict[str, Any] = {
        "directories": {"corporate": directory},
        "directory_order": ("local", "corporate"),
        "lockout": LOCKS,
    }
    if ask is by_grant:
        legacy = await make_legacy()
        await legacy.app.store.users.create(legacy.env, OTHERS)
        return with_fields(legacy.app, **fields)
    if ask in {by_pingone_flow, by_pingone_page}:
        return make_pingone_sign_on_app(users=OTHERS, steps={"form": form}, **fields)
    return make_sign_on_app(users=OTHERS, steps={"form": form}, **fields)


def with_fields(app: App, **fields: Any) -> App:
    """Change the environment of a server."""
    environments: list[Environment] = list(app.snapshots.current.environments.values())
    app.snapshots.current = make_snapshot(
        replace(each, **fields) if each.key == "default" else each for each in environments
    )
    return app


@pytest.mark.parametrize(
    "ask",
    [
        by_grant,
        by_pingfederate_flow,
        by_pingfederate_recovery,
        by_pingfederate_page,
        by_pingone_flow,
        by_pingone_page,
    ],
)
async def test_SEC_151_no_entrance_tells_people_apart_while_a_directory_is_down(
    ask: Ask, slapd: Slapd
) -> None:
    app = await make_app_of(ask, broken(slapd))
    for _ in range(3):
        await ask(app, "locke")

    answers = [await ask(app, name) for name in NAMES]

    assert [answer.status for answer in answers] == [503] * len(NAMES)
    assert {answer.header("retry-after") for answer in answers} == {"15"}
    told = {_ID.sub(b"", answer.body) for answer in answers}
    assert len(told) == 1, told
    assert len({tuple(sorted(name for name, _ in answer.headers)) for answer in answers}) == 1


@pytest.fixture
async def legacy(slapd: Slapd) -> Legacy:
    made = await make_legacy()
    fields = {"directories": {"corporate": slapd.configured()}}
    with_fields(made.app, directory_order=("local", "corporate"), **fields)
    return made


async def test_REL_12_an_outage_ends_no_grant(legacy: Legacy, slapd: Slapd) -> None:
    tokens = await legacy.tokens(username="maria", scope="sso")
    slapd.stop()

    refused = await legacy.refresh(tokens["refresh_token"])
    assert refused.error == (503, "temporarily_unavailable")
    slapd.start()
    again = await legacy.refresh(tokens["refresh_token"])
    while again.status == 503:
        await asyncio.sleep(0.05)
        again = await legacy.refresh(tokens["refresh_token"])
    assert again.status == 200


async def test_REL_12_an_outage_ends_no_session(slapd: Slapd) -> None:
    app = make_sign_on_app(
        directories={"corporate": configured(slapd)}, directory_order=("local", "corporate")
    )
    browsing = Browsing(app)
    page = await browsing.authorize(WEB)
    done = await browsing.press(page, pf_username="maria", pf_pass=PASSWORD)
    assert "code=" in (done.header("location") or "")

    with_fields(app, directories={"corporate": broken(slapd)})
    assert (await browsing.authorize(WEB)).status == 503
    with_fields(app, directories={"corporate": configured(slapd)})

    assert "code=" in ((await browsing.authorize(WEB)).header("location") or "")


async def test_REL_12_userinfo_says_that_a_directory_is_down(legacy: Legacy, slapd: Slapd) -> None:
    tokens = await legacy.tokens(username="maria", scope="openid")
    with_fields(legacy.app, directories={"corporate": broken(slapd)})

    header = ("Authorization", f"Bearer {tokens['access_token']}")
    answer = await legacy.app.pingfederate.request("GET", "/idp/userinfo.openid", [header])

    assert answer.status == 503
    assert answer.header("retry-after") == "15"


async def test_REL_12_an_outage_spends_no_code(slapd: Slapd) -> None:
    app = make_sign_on_app(
        directories={"corporate": configured(slapd)}, directory_order=("local", "corporate")
    )
    browsing = Browsing(app)
    page = await browsing.authorize(WEB)
    code = returned(await browsing.press(page, pf_username="maria", pf_pass=PASSWORD))["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": "web",
        "client_secret": secret_of("web"),
    }

    with_fields(app, directories={"corporate": broken(slapd)})
    refused = await app.pingfederate.post_form(TOKEN, form)
    assert refused.error == (503, "temporarily_unavailable")
    with_fields(app, directories={"corporate": configured(slapd)})

    assert (await app.pingfederate.post_form(TOKEN, form)).status == 200


@pytest.mark.parametrize("is_asked", [True, False])
async def test_REL_12_whoever_signs_off_waits_for_no_directory(
    slapd: Slapd, *, is_asked: bool
) -> None:
    app = make_sign_on_app(
        directories={"corporate": configured(slapd)}, directory_order=("local", "corporate")
    )
    browsing = Browsing(app)
    page = await browsing.authorize(WEB, response_type="id_token", nonce="n")
    done = returned(await browsing.press(page, pf_username="maria", pf_pass=PASSWORD))
    with_fields(app, directories={"corporate": broken(slapd)})

    hint = "" if is_asked else f"?id_token_hint={done['id_token']}"
    answer = await browsing.get(f"/idp/init_logout.openid{hint}")
    if is_asked:
        assert browsing.cookies
        answer = await browsing.press(answer)
    assert answer.status == 200

    with_fields(app, directories={"corporate": configured(slapd)})
    assert (await browsing.authorize(WEB)).header("location") is None

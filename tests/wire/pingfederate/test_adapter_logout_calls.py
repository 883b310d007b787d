"""Applications behind adapters that the server itself calls when somebody's session is over."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ostiary.core.base.ids import SessionId
from ostiary.core.model.reference_adapter import LogoutMode
from ostiary.core.oidc.logout_notices import PAUSES_SECONDS, wants_notices
from tests.support.app import run_now
from tests.support.html import visible_text
from tests.support.logout import Telling
from tests.support.odd_server import OddServer, odd_server, says
from tests.support.reference_adapters import configure
from tests.support.signing_off import BACK, Leaver, make_portal, make_shop, make_staff

pytestmark = pytest.mark.anyio
BYE = "/bye"


@pytest.fixture
def portal() -> Iterator[OddServer]:
    with odd_server() as server:
        server.on(BYE, says(b"<p>Bye.</p>", headers={"content-type": "text/html"}))
        yield server


def called(server: OddServer) -> dict[str, Any]:
    """Return the settings of an adapter whose application listens there."""
    return {"logout_mode": LogoutMode.BACK_CHANNEL, "logout_endpoint": f"{server.url}{BYE}?of=us"}


def references(server: OddServer) -> list[str]:
    """Return the references with which an application was called."""
    return [parse_qs(urlsplit(seen.path).query)["REF"][0] for seen in server.requests]


def make_leaver(portal: OddServer) -> tuple[Leaver, Telling]:
    """Start a server with `portal` alone, which is called."""
    joe = Leaver()
    configure(joe.app, make_portal(joe.app, **called(portal)))
    return joe, Telling(joe.app)


async def test_an_application_is_called_with_a_reference_to_whose_session_is_over(
    portal: OddServer,
) -> None:
    joe, telling = make_leaver(portal)
    said = await joe.sign_on()
    await joe.sign_off(TargetResource=BACK)

    assert await telling.deliver() == 1

    (seen,) = portal.requests
    (reference,) = references(portal)
    assert (seen.method, seen.path) == ("GET", f"{BYE}?of=us&REF={reference}")
    assert await joe.pick("portal", reference) == {
        "subject": said["subject"],
        "sessionid": said["sessionid"],
        "instanceId": "portal",
        "partnerEntityID": joe.app.environment("default").issuer,
    }


async def test_the_browser_does_not_go_there(portal: OddServer) -> None:
    joe, _ = make_leaver(portal)
    await joe.sign_on()
    answer = await joe.sign_off()
    assert answer.status == 200
    assert "You are signed off" in visible_text(answer.body)


async def test_whoever_vouched_is_called_as_well(portal: OddServer) -> None:
    joe = Leaver()
    silent = make_portal(joe.app, logout_endpoint=None)
    configure(joe.app, silent, make_staff(joe.app, **called(portal)))
    await joe.sign_on_by_staff(subject="ann")
    await joe.sign_off()

    assert await Telling(joe.app).deliver() == 1

    (reference,) = references(portal)
    assert (await joe.pick("staff", reference))["subject"] == "ann"


async def test_an_application_is_called_whatever_ends_the_session(portal: OddServer) -> None:
    joe, telling = make_leaver(portal)
    said = await joe.sign_on()
    run_now(joe.app.store.sessions.end(telling.env, SessionId(said["sessionid"])))
    assert await telling.deliver() == 1
    assert len(portal.requests) == 1


async def test_an_application_that_browsers_visit_is_never_called(portal: OddServer) -> None:
    joe = Leaver()
    visited = {**called(portal), "logout_mode": LogoutMode.FRONT_CHANNEL}
    configure(joe.app, make_portal(joe.app, **visited))
    telling = Telling(joe.app)
    said = await joe.sign_on()
    run_now(joe.app.store.sessions.end(telling.env, SessionId(said["sessionid"])))
    assert not wants_notices(telling.env)
    await telling.deliver()
    assert (portal.requests, telling.sent) == ([], [])


async def test_an_application_that_does_not_hear_is_called_again_with_another_reference(
    portal: OddServer,
) -> None:
    portal.on(BYE, says({}, 500), says({}))
    joe, telling = make_leaver(portal)
    said = await joe.sign_on()
    await joe.sign_off()

    await telling.deliver()
    assert await telling.deliver() == 0
    joe.app.clock.advance(PAUSES_SECONDS[0])
    assert await telling.deliver() == 1

    assert len(set(references(portal))) == 2
    env_id, session_id = telling.env.id, SessionId(said["sessionid"])
    told = [
        (each.environment, each.session, each.attempt, each.outcome, each.status)
        for each in telling.sent
    ]
    assert told == [
        (env_id, session_id, 1, "refused", 500),
        (env_id, session_id, 2, "accepted", 200),
    ]
    assert {each.client for each in telling.sent} == {"receiver portal"}


async def test_an_application_that_cannot_be_reached_is_called_again(portal: OddServer) -> None:
    joe = Leaver()
    nowhere = {"logout_mode": LogoutMode.BACK_CHANNEL, "logout_endpoint": "http://localhost:1/bye"}
    configure(joe.app, make_portal(joe.app, **nowhere))
    telling = Telling(joe.app)
    await joe.sign_on()
    await joe.sign_off()
    await telling.deliver()
    assert [each.outcome for each in telling.sent] == ["unreachable"]


async def test_an_adapter_that_is_gone_is_told_nothing(portal: OddServer) -> None:
    joe, telling = make_leaver(portal)
    await joe.sign_on()
    await joe.sign_off()
    configure(joe.app, make_shop(joe.app))
    assert await telling.deliver() == 1
    assert (portal.requests, telling.sent) == ([], [])
    joe.app.clock.advance(86_400)
    assert await telling.deliver() == 0


async def test_an_environment_of_such_an_adapter_alone_is_looked_through(
    portal: OddServer,
) -> None:
    _, telling = make_leaver(portal)
    assert not any(each.logout.are_there for each in telling.env.clients.values())
    assert wants_notices(telling.env)

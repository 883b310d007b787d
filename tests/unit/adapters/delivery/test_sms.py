"""Text messages: posted to a real listener over the server's own client."""

import json

import pytest

from ostiary.adapters.delivery.carrier import CarryFailedError
from ostiary.adapters.delivery.sms import SMSCarrier, SMSGateway
from ostiary.adapters.delivery.texts import write
from ostiary.core.ports.delivery import Channel, Message, Template
from tests.support.environments import make_environment
from tests.support.odd_server import OddServer, odd_server, says
from tests.support.outbound import make_fetching

ENV = make_environment()
TO = "+491711234567"
PATH = "/messages"


def make_message(to: str = TO) -> Message:
    values = {"code": "123456", "minutes": "10"}
    return Message(Channel.SMS, to, Template.ONE_TIME_CODE, values, "fr")


async def carry(server: OddServer, message: Message, token: str = "") -> None:
    carrier = SMSCarrier(SMSGateway(server.url + PATH, token), make_fetching(is_dev=True).fetcher)
    await carrier.carry(ENV, message, write(ENV, message))


async def failure(server: OddServer, to: str = TO) -> tuple[str, bool]:
    with pytest.raises(CarryFailedError) as failed:
        await carry(server, make_message(to))
    return failed.value.reason, failed.value.is_final


async def test_a_message_is_posted_as_json() -> None:
    with odd_server() as server:
        server.on(PATH, says({}, 202))
        await carry(server, make_message())
        (seen,) = server.asked(PATH)
    body = json.loads(seen.body)
    assert seen.method == "POST"
    assert seen.headers["content-type"] == "application/json"
    assert "authorization" not in seen.headers
    assert len(body.pop("id")) == 36
    assert body == {
        "environment": ENV.key,
        "to": TO,
        "text": "123456 est votre code pour Default, valable 10 minutes. "
        "Ne le communiquez à personne.",
        "language": "fr",
        "template": "one_time_code",
        "values": {"code": "123456", "minutes": "10"},
    }


async def test_the_token_is_shown() -> None:
    with odd_server() as server:
        server.on(PATH, says({}, 200))
        await carry(server, make_message(), "t0ken")
        assert server.asked(PATH)[0].headers["authorization"] == "Bearer t0ken"
    assert "t0ken" not in repr(SMSGateway("https://sms.example.com", "t0ken"))


@pytest.mark.parametrize(
    ("status", "is_final"),
    [(400, True), (401, True), (404, True), (408, False), (429, False), (500, False), (503, False)],
)
async def test_what_the_service_refuses_for_good_is_final(status: int, is_final: bool) -> None:
    with odd_server() as server:
        server.on(PATH, says({}, status))
        assert await failure(server) == ("refused", is_final)


async def test_a_redirect_is_not_followed() -> None:
    with odd_server() as server:
        server.on(PATH, says({}, 307, {"location": "/elsewhere"}))
        assert await failure(server) == ("unreachable", False)
        assert server.asked("/elsewhere") == []


async def test_a_service_that_is_not_there_is_worth_another_try() -> None:
    with odd_server() as server:
        pass
    assert await failure(server) == ("unreachable", False)


@pytest.mark.parametrize("to", ["", "0171 1234567", "+49171\r\n1234567", "tel:+491711234567"])
async def test_only_international_numbers_are_sent_to(to: str) -> None:
    with odd_server() as server:
        assert await failure(server, to) == ("address", True)
        assert server.requests == []

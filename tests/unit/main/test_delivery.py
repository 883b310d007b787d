"""What carries a worker's messages: what is configured, and in dev mode the log for the rest."""

import asyncio
from typing import Any

import pytest

from ostiary.adapters.outbound.events_log import EventsLog
from ostiary.adapters.outbound.meters import EventMeter
from ostiary.core.base.clock import FrozenClock
from ostiary.core.ports.delivery import Channel, Message, Template
from ostiary.main.serving.settings import ServeSettings
from ostiary.main.worker.delivery import open_delivery
from tests.support.environments import make_environment
from tests.support.outbound import make_fetching

ENV = make_environment()
MAIL = {
    "host": "localhost",
    "port": 25,
    "sender": "Shop <shop@example.com>",
    "security": "none",
    "username": "",
    "password": "",
    "ca_file": "",
}
SMS = {"webhook": "https://sms.example.com/", "token": "t0ken"}


class Lines:
    """Implements `Sink`: keeps the lines."""

    def __init__(self) -> None:
        self.text = ""

    def put(self, batch: bytes) -> None:
        self.text += batch.decode()

    def close(self, timeout_seconds: float) -> None:
        pass


def settings(mode: str, **fields: Any) -> ServeSettings:
    return ServeSettings(
        mode=mode,
        data_directory=".",
        store="memory:",
        master_keys={},
        active_master_key="",
        audit_file="",
        **fields,
    )


def sendable(mode: str, **fields: Any) -> set[Channel]:
    log = EventsLog(Lines(), Lines(), EventMeter())
    delivery = open_delivery(settings(mode, **fields), log, FrozenClock(), make_fetching().fetcher)
    return {channel for channel in Channel if delivery.can_send(ENV, channel)}


@pytest.mark.parametrize(
    ("fields", "channels"),
    [
        ({}, set()),
        ({"mail": MAIL}, {Channel.EMAIL}),
        ({"sms": SMS}, {Channel.SMS}),
        ({"mail": MAIL, "sms": SMS}, set(Channel)),
    ],
    ids=["nothing", "mail", "sms", "both"],
)
def test_in_production_only_what_is_configured_is_sent(
    fields: dict[str, Any], channels: set[Channel]
) -> None:
    assert sendable("production", **fields) == channels


@pytest.mark.parametrize("fields", [{}, {"mail": MAIL}], ids=["nothing", "mail"])
def test_in_dev_mode_everything_is_sent(fields: dict[str, Any]) -> None:
    assert sendable("dev", **fields) == set(Channel)


async def test_in_dev_mode_a_code_is_in_the_log_and_not_in_the_audit_trail() -> None:
    output, audit = Lines(), Lines()
    log = EventsLog(output, audit, EventMeter())
    delivery = open_delivery(settings("dev"), log, FrozenClock(), make_fetching().fetcher)
    values = {"code": "123456", "minutes": "10"}
    async with asyncio.TaskGroup() as group:
        carrying = group.create_task(delivery.run())
        delivery.send(ENV, Message(Channel.EMAIL, "joe", Template.ONE_TIME_CODE, values))
        await delivery.finish(5)
        carrying.cancel()
    log.flush()
    assert '"event":"delivery"' in output.text
    assert '"code":"123456"' in output.text.replace(": ", ":")
    assert '"event":"message_delivered"' in audit.text.replace(": ", ":")
    assert "123456" not in audit.text


def test_what_opens_the_mail_server_travels_with_the_settings_and_is_not_shown() -> None:
    handed = settings("production", mail={**MAIL, "password": "s3cret"}, sms=SMS)
    assert "s3cret" not in repr(handed)
    assert "t0ken" not in repr(handed)
    taken = ServeSettings.take_over(handed.hand_down())
    assert (taken.mail, taken.sms) == (handed.mail, handed.sms)

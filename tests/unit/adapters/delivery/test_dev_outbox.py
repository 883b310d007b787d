"""The outbox of dev mode: everything is in the log, and in production there is none."""

import pytest

from ostiary.adapters.delivery.dev_outbox import DevOutbox
from ostiary.adapters.delivery.texts import write
from ostiary.core.ports.delivery import Channel, Message, Template
from tests.support.environments import make_environment

ENV = make_environment()


async def test_a_message_is_a_line_of_the_log() -> None:
    lines: list[tuple[str, dict[str, object]]] = []
    outbox = DevOutbox(lambda name, **fields: lines.append((name, fields)), is_dev=True)
    values = {"code": "123456", "minutes": "10"}
    message = Message(Channel.SMS, "+491711234567", Template.ONE_TIME_CODE, values)
    await outbox.carry(ENV, message, write(ENV, message))
    text = "123456 is your code for Default, good for 10 minutes. Do not tell it to anybody."
    assert lines == [
        (
            "delivery",
            {
                "environment": ENV.key,
                "channel": "sms",
                "to": "+491711234567",
                "template": "one_time_code",
                "code": "123456",
                "minutes": "10",
                "language": "en",
                "subject": "",
                "text": text,
            },
        )
    ]


def test_there_is_none_in_production() -> None:
    with pytest.raises(ValueError, match="dev mode alone"):
        DevOutbox(lambda _: None, is_dev=False)

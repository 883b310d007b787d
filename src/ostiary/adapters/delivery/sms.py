"""Text messages: handed to a web service of the operator's, which knows a provider."""

from dataclasses import dataclass, field

import msgspec

from ostiary.adapters.delivery.carrier import CarryFailedError
from ostiary.adapters.delivery.texts import Text
from ostiary.core.base.mail_addresses import is_phone_number
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Message
from ostiary.core.ports.fetcher import Fetched, Fetcher, FetchFailedError, FetchRequest

MAX_ANSWER_BYTES = 16 * 1024
_TAKEN = range(200, 300)
_REFUSED = range(400, 500)
_WORTH_ANOTHER_TRY = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class SMSGateway:
    """The web service that sends text messages.

    Args: token: shown as a bearer token; "" for none.
    """

    webhook: str
    token: str = field(default="", repr=False)


class SMSCarrier:
    """Carries messages by one POST of JSON each; any answer from 200 to 299 takes it."""

    def __init__(self, gateway: SMSGateway, fetcher: Fetcher) -> None:
        self._gateway = gateway
        self._fetcher = fetcher

    async def carry(self, env: Environment, message: Message, text: Text) -> None:
        if not is_phone_number(message.to):
            raise CarryFailedError("address", is_final=True)
        token = self._gateway.token
        request = FetchRequest(
            "sms",
            self._gateway.webhook,
            method="POST",
            content_type="application/json",
            authorization=f"Bearer {token}" if token else None,
            body=_body(env, message, text),
            max_bytes=MAX_ANSWER_BYTES,
        )
        try:
            _check(await self._fetcher.fetch(env, request))
        except FetchFailedError:
            raise CarryFailedError("unreachable", is_final=False) from None


def _body(env: Environment, message: Message, text: Text) -> bytes:
    # Providers that want templates registered beforehand fill them in themselves.
    members = {
        "id": text.id,
        "environment": env.key,
        "to": message.to,
        "text": text.body,
        "language": text.language,
        "template": message.template.value,
        "values": dict(message.values),
    }
    return msgspec.json.encode(members)


def _check(answer: Fetched) -> None:
    if answer.status not in _TAKEN:
        is_final = answer.status in _REFUSED and answer.status not in _WORTH_ANOTHER_TRY
        raise CarryFailedError("refused", is_final=is_final)

"""Holding a conversation of the SDK with a server that is a list of answers; no sockets."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from ostiary_client.errors import OstiaryClientError
from ostiary_client.protocol.messages import Exchange, Request, Response

T = TypeVar("T")


class Conversation:
    """Answers one request after the other, and keeps what was asked."""

    def __init__(self, *answers: Response | OstiaryClientError) -> None:
        self._answers = list(answers)
        self.requests: list[Request] = []

    def hold(self, exchange: Exchange[T]) -> T:
        """Hold it to its end, and return what it was for."""
        try:
            request = next(exchange)
            while True:
                self.requests.append(request)
                assert self._answers, f"one request too many: {request}"
                answer = self._answers.pop(0)
                if isinstance(answer, Response):
                    request = exchange.send(answer)
                else:
                    request = exchange.throw(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    @property
    def urls(self) -> list[str]:
        return [request.url for request in self.requests]

    @property
    def forms(self) -> list[dict[str, str]]:
        """The forms that were posted; no parameter stands twice in one."""
        forms = []
        for request in self.requests:
            pairs = parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
            assert len(pairs) == len(dict(pairs))
            forms.append(dict(pairs))
        return forms


def answer(
    document: object = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    body: bytes | None = None,
) -> Response:
    """Return an answer in JSON, or with a body as it is."""
    return Response(status, headers or {}, json.dumps(document).encode() if body is None else body)


def error_answer(code: str, status: int = 400, **members: Any) -> Response:
    """Return a refusal as OAuth spells it."""
    return answer({"error": code, **members}, status)

"""The one place where refusals and failures become answers."""

import secrets
from collections.abc import Awaitable, Callable

from ostiary.core.base.errors import ProtocolError
from ostiary.http.errors import internal_error
from ostiary.http.message import Request, Response
from ostiary.http.oauth_json import render_error
from ostiary.http.route import RenderError

Report = Callable[[str, BaseException], None]
_FORBIDDEN = bytes([*range(9), *range(10, 32), 127])


class Boundary:
    """Catches what a route raises; a client sees a refusal's public half or an error id.

    Args:
        report: takes the error id and the exception, for the operator only.
        errors_url: where refusals are explained at this moment; None for nowhere.
    """

    def __init__(self, report: Report, errors_url: Callable[[], str | None]) -> None:
        self._report = report
        self._errors_url = errors_url

    async def answer(
        self, work: Awaitable[Response], errors: RenderError, request: Request
    ) -> Response:
        """Return the answer of `work`, or the route's rendering of why there is none."""
        try:
            response = await work
            _check_header_values(response)
            return response
        except ProtocolError as error:
            return self._render(errors, error, request)
        except Exception as error:  # noqa: BLE001 - nothing of a defect may reach the client
            return self._render(errors, self._reported(error), request)

    def _render(self, errors: RenderError, error: ProtocolError, request: Request) -> Response:
        try:
            request.errors_url = self._errors_url()
            response = errors(error, request)
            _check_header_values(response)
            return response
        except Exception as failure:  # noqa: BLE001 - a broken renderer must not show itself
            return render_error(self._reported(failure), None)

    def _reported(self, error: Exception) -> ProtocolError:
        error_id = secrets.token_hex(8)
        self._report(error_id, error)
        return internal_error(error_id)


def _check_header_values(response: Response) -> None:
    """Refuse to send a header that could end early: a defect of ours, whoever wrote the value."""
    values = b"".join([value for _, value in response.headers])
    if values.decode("latin-1").isprintable():
        return  # as nearly always; a tab, and bytes beyond ASCII, are fine too
    if len(values.translate(None, _FORBIDDEN)) != len(values):
        raise ValueError("a response header holds a control character")

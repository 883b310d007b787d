"""The works of sign-on as the loader does them: which script, and what its requests begin with."""

import json
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from bench.errors import BenchError
from bench.load.requests import ChainedRequests
from bench.servers.contract import Launch, MeasuredServer
from bench.signon.ostiary_user import flow_path, password_of, sign_on, usernames
from bench.verify import check_user_tokens, exchange
from bench.work import Work, code_request, refresh_request

_SPARE = 1.5
"""So many times the codes that the rate so far would use up."""


@runtime_checkable
class CodeServer(Protocol):
    """A server whose users' codes can be had in any number."""

    def fetch_codes(self, launch: Launch, count: int) -> Sequence[str]:
        """Return codes that nobody has exchanged."""


def make_chain(
    server: MeasuredServer, launch: Launch, work: Work, *, connections: int, expected: float
) -> ChainedRequests:
    """Prepare a work of sign-on: users sign on, codes are asked for; nothing of it is timed.

    Args: expected is how many requests will be made, if the server is no quicker than before.
    Raises: BenchError.
    """
    if work is Work.FLOW:
        return _logins()
    endpoint = server.endpoint(work)
    if work is Work.CODE:
        codes = fetch_codes(server, launch, max(connections, int(_SPARE * expected)))
        first = code_request(endpoint, "")
        return ChainedRequests("chain.lua", first.path, first.body, first.marker, codes)
    tokens = [
        exchange(launch.url, code_request(endpoint, code))["refresh_token"]
        for code in fetch_codes(server, launch, connections)
    ]
    first = refresh_request(endpoint, "")
    return ChainedRequests(
        "chain.lua", first.path, first.body, first.marker, tokens, '"refresh_token":"([^"]+)"'
    )


def fetch_codes(server: MeasuredServer, launch: Launch, count: int) -> Sequence[str]:
    """Return codes of a server that can be asked for them.

    Raises: BenchError.
    """
    if not isinstance(server, CodeServer):
        raise BenchError(f"{server.title} signs nobody on")
    return server.fetch_codes(launch, count)


def _logins() -> ChainedRequests:
    bodies = [json.dumps({"username": name, "password": password_of(name)}) for name in usernames()]
    return ChainedRequests("flow.lua", flow_path(), "", '"status":"COMPLETED"', bodies)


def verify_sign_on(server: MeasuredServer, launch: Launch, work: Work) -> int:
    """Do a work once, check everything, and return the size of the answer's JSON in bytes.

    Raises: BenchError with what is wrong.
    """
    if work is Work.FLOW:
        _, state = sign_on(launch.url, usernames()[-1])
        return len(json.dumps(state, separators=(",", ":")))
    (code,) = fetch_codes(server, launch, 1)
    answer = exchange(launch.url, code_request(server.endpoint(work), code))
    if work is Work.REFRESH:
        spent = answer["refresh_token"]
        answer = exchange(launch.url, refresh_request(server.endpoint(work), spent))
        if answer.get("refresh_token") in (None, spent):
            raise BenchError(f"{server.title} does not rotate refresh tokens: {answer}")
    check_user_tokens(server, launch, work, answer)
    return len(json.dumps(answer, separators=(",", ":")))

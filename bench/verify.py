"""Before anything is timed: is the answer what was asked for, in full?"""

import http.client
import json
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bench.errors import BenchError
from bench.servers.contract import Launch, MeasuredServer
from bench.work import (
    CLAIMS,
    CLIENT_ID,
    INTROSPECTIONS,
    SCOPES,
    TOKEN_FOR,
    PostRequest,
    Work,
    exchange_request,
    introspection_request,
    password_request,
    token_request,
)

_SECONDS = 10.0


def make_request(server: MeasuredServer, launch: Launch, work: Work) -> PostRequest:
    """Return the request for a work, with a token freshly issued where it asks about one."""
    if work is Work.PASSWORD:
        return password_request(server.endpoint(work))
    needed = TOKEN_FOR.get(work)
    if needed is None:
        return token_request(server.endpoint(work))
    answer = exchange(launch.url, token_request(server.endpoint(needed)))
    token = answer["access_token"]
    if work is Work.EXCHANGE:
        return exchange_request(server.endpoint(work), token)
    return introspection_request(server.endpoint(work), token)


def verify(server: MeasuredServer, launch: Launch, work: Work) -> int:
    """Ask once, check everything, and return the size of the answer's JSON in bytes.

    Raises: BenchError with what is wrong.
    """
    request = make_request(server, launch, work)
    answer = exchange(launch.url, request)
    problems = _problems(server, launch, work, answer)
    if launch.tls_url:
        over_tls = exchange(launch.tls_url, request, _trusting(launch))
        problems += _problems(server, launch, work, over_tls)
    if problems:
        raise BenchError(f"{server.title} does not do {work}: {'; '.join(problems)}: {answer}")
    return len(json.dumps(answer, separators=(",", ":")))


def exchange(url: str, request: PostRequest, tls: ssl.SSLContext | None = None) -> dict[str, Any]:
    """Send one request on a connection of its own and return the JSON of its answer.

    Raises: OSError, and BenchError for an answer that is not 200 with a JSON object.
    """
    status, body = _send(url, "POST", request.path, request, tls)
    if status != 200:
        raise BenchError(f"{request.path} answered {status}: {body[:300]!r}")
    answer = json.loads(body)
    if not isinstance(answer, dict):
        raise BenchError(f"{request.path} answered no JSON object: {body[:300]!r}")
    return answer


def _send(
    url: str,
    method: str,
    path: str,
    request: PostRequest | None = None,
    tls: ssl.SSLContext | None = None,
) -> tuple[int, bytes]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection
    if tls is None:
        connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    else:
        connection = http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=tls)
    try:
        body, headers = (request.body, request.headers) if request else (None, {})
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _trusting(launch: Launch) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(launch.authority) if launch.authority else None)


def _problems(
    server: MeasuredServer, launch: Launch, work: Work, answer: dict[str, Any]
) -> list[str]:
    if work in INTROSPECTIONS:
        return _problems_of_description(answer)
    problems = [] if answer.get("token_type") == "Bearer" else ["token_type is not Bearer"]
    problems += _problems_of_scope(answer)
    if work is Work.REFERENCE:
        return problems + ([] if len(answer["access_token"]) >= 32 else ["a short token"])
    if work is Work.PASSWORD:
        return problems + _problems_of_user(server, launch, answer["access_token"])
    algorithm = "ES256" if work is Work.EXCHANGE else work.value.upper()
    return problems + _problems_of_jwt(server, launch, algorithm, answer["access_token"])


def check_user_tokens(
    server: MeasuredServer, launch: Launch, work: Work, answer: dict[str, Any]
) -> None:
    """Check an answer with an access token and an ID token of a user, both signed with ES256.

    Raises: BenchError with what is wrong.
    """
    problems = [f"no {name}" for name in ("refresh_token", "id_token") if name not in answer]
    if not problems:
        claims, problems = _read_jwt(server, launch, "ES256", answer["access_token"])
        told, more = _read_jwt(server, launch, "ES256", answer["id_token"])
        problems += more
        if not claims.get("sub") == told.get("sub") != CLIENT_ID:
            problems.append("the tokens are not of one user")
        if told.get("aud") != CLIENT_ID:
            problems.append("the ID token is not for the client")
        if not set(SCOPES) <= set(str(claims.get("scope", "")).split()):
            problems.append(f"scope is {claims.get('scope')}")
    if problems:
        raise BenchError(f"{server.title} does not do {work}: {'; '.join(problems)}: {answer}")


def check_user_token(
    server: MeasuredServer, launch: Launch, work: Work, answer: dict[str, Any]
) -> None:
    """Check an answer with an access token for a user's data, signed with ES256.

    Raises: BenchError with what is wrong.
    """
    problems = _problems_of_scope(answer)
    problems += _problems_of_user(server, launch, str(answer.get("access_token")))
    if problems:
        raise BenchError(f"{server.title} does not do {work}: {'; '.join(problems)}: {answer}")


def _problems_of_user(server: MeasuredServer, launch: Launch, text: str) -> list[str]:
    """Check signature, algorithm and owner of an access token for a user's data."""
    claims, problems = _read_jwt(server, launch, "ES256", text)
    if not problems and claims.get("sub") in {None, CLIENT_ID}:
        problems.append("the token is nobody's")
    return problems


def _problems_of_jwt(
    server: MeasuredServer, launch: Launch, algorithm: str, text: str
) -> list[str]:
    """Check signature, algorithm and claims of an access token."""
    claims, problems = _read_jwt(server, launch, algorithm, text)
    if problems:
        return problems
    problems = _problems_of_scope(claims)
    if set(claims) != CLAIMS:
        problems.append(f"claims are {sorted(claims)}")
    if claims.get("client_id") != CLIENT_ID:
        problems.append("another client's token")
    return problems


def _read_jwt(
    server: MeasuredServer, launch: Launch, algorithm: str, text: str
) -> tuple[dict[str, Any], list[str]]:
    """Return the claims of a JWT, and what is wrong with its signature or its time."""
    status, body = _send(launch.url, "GET", server.jwks_path)
    if status != 200:
        return {}, [f"no keys: {status}"]
    try:
        token = jwt.decode(text, KeySet.import_key_set(json.loads(body)), algorithms=[algorithm])
    except (JoseError, ValueError) as error:
        return {}, [f"the token does not verify: {error}"]
    if not token.claims["iat"] <= time.time() + 1 < token.claims["exp"]:
        return token.claims, ["a token that is not valid now"]
    return token.claims, []


def _problems_of_description(answer: dict[str, Any]) -> list[str]:
    problems = _problems_of_scope(answer)
    if answer.get("active") is not True:
        problems.append("the token is not active")
    if answer.get("client_id") != CLIENT_ID:
        problems.append("another client's token")
    return problems


def _problems_of_scope(answer: dict[str, Any]) -> list[str]:
    granted = set(str(answer.get("scope", "")).split())
    return [] if granted == set(SCOPES) else [f"scope is {sorted(granted)}"]

"""A real uvicorn process that serves a small application over the edge, for raw-socket tests.

    python -m tests.security.edge_server LISTENING_FD

It writes one line to standard output when it is ready, and ends with its standard input. Deadlines
are shortened, so that tests need not wait for the real ones.
"""

import asyncio
import os
import socket
import sys
import threading
from typing import ClassVar

import uvicorn

from ostiary.http.application import Application
from ostiary.http.credentials import present
from ostiary.http.message import NO_STORE, Request, Response, json_response, text_response
from ostiary.http.oauth_json import render_error
from ostiary.http.protocol import EdgeProtocol
from ostiary.http.route import BodyKind, CorsPolicy, Handler, Route, RouteTable

HOSTS = frozenset({"id.example.com", "::1"})
ORIGIN = "https://app.example.com"
HEAD_SECONDS = 0.4
BODY_SECONDS = 0.8
KEEP_ALIVE_SECONDS = 1


class HastyProtocol(EdgeProtocol):
    """The edge's protocol with deadlines that a test can wait for."""

    head_seconds: ClassVar[float] = HEAD_SECONDS
    body_seconds: ClassVar[float] = BODY_SECONDS


class Handlers:
    """The test's own endpoints; they count how often one was run."""

    def __init__(self) -> None:
        self.runs = 0

    async def post_form(self, request: Request) -> Response:
        """Tell what was sent, after the wait that was asked for."""
        self.runs += 1
        params, presented = request.form(), present(request, "/form")
        await asyncio.sleep(float(params.find("wait") or 0))
        return json_response(
            {
                "nonce": params.find("nonce"),
                "user": presented.basic.user if presented.basic else None,
                "values": dict(request.path_values),
            },
            headers=NO_STORE,
        )

    async def post_json(self, request: Request) -> Response:
        """Send a JSON value back."""
        return json_response(request.json(), headers=NO_STORE)

    async def show(self, request: Request) -> Response:
        """Tell how the request arrived."""
        self.runs += 1
        members = {
            "headers": [name.decode("latin-1") for name, _ in request.headers],
            "uname": (request.find_header(b"ping.uname") or b"").decode("latin-1"),
            "host": request.host,
            "address": request.address,
            "body": len(request.body),
        }
        return json_response(members, headers=NO_STORE)

    async def count(self, request: Request) -> Response:
        """Tell how often the other endpoints were run."""
        return json_response(self.runs, headers=NO_STORE)

    async def fill(self, request: Request) -> Response:
        """Answer with a megabyte."""
        return text_response("x" * 1_000_000, headers=NO_STORE)

    async def fail(self, request: Request) -> Response:
        """Fail in a way that says too much."""
        raise RuntimeError("SELECT secret FROM vault")

    async def split(self, request: Request) -> Response:
        """Put a header value on the wire that the request chose."""
        value = request.query_params().find("value") or ""
        return text_response("", headers=((b"x-value", value.encode()), *NO_STORE))


def _get(path: str, handler: Handler, cors: CorsPolicy = CorsPolicy.NONE) -> Route:
    return Route(path, {"GET": handler}, render_error, cors=cors)


def make_routes() -> tuple[Route, ...]:
    """Return the table of the test's own endpoints."""
    handlers = Handlers()
    return (
        Route(
            "/form",
            {"POST": handlers.post_form},
            render_error,
            body=BodyKind.FORM,
            cors=CorsPolicy.CONFIGURED,
            origins=lambda request: frozenset({ORIGIN}),
            cors_credentials=True,
        ),
        Route("/{id}/form", {"POST": handlers.post_form}, render_error, body=BodyKind.FORM),
        Route("/json", {"POST": handlers.post_json}, render_error, body=BodyKind.JSON),
        Route("/any", {"POST": handlers.show}, render_error, body=BodyKind.ANY),
        _get("/headers", handlers.show, CorsPolicy.ANY_ORIGIN),
        _get("/runs", handlers.count),
        _get("/megabyte", handlers.fill),
        _get("/failure", handlers.fail),
        _get("/split", handlers.split),
    )


def main() -> None:
    """Serve on the inherited socket until standard input ends."""
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    application = Application(
        RouteTable(make_routes()), allowed_hosts=lambda: HOSTS, report=lambda error_id, error: None
    )
    config = uvicorn.Config(
        application,
        http=HastyProtocol,
        loop="uvloop",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    uvicorn.Server(config).run([socket.socket(fileno=int(sys.argv[1]))])


def _end_with_standard_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()

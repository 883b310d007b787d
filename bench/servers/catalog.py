"""Every server that the benchmark measures, in the order of the report."""

from bench.servers.authlib_flask import AuthlibFlask
from bench.servers.bare_uvicorn import BareUvicorn
from bench.servers.contract import MeasuredServer
from bench.servers.oidc_provider import OidcProvider
from bench.servers.ostiary import IN_MEMORY, ON_POSTGRES, ON_SQLITE

ALL: tuple[MeasuredServer, ...] = (
    ON_SQLITE,
    IN_MEMORY,
    ON_POSTGRES,
    OidcProvider(),
    AuthlibFlask(),
    BareUvicorn(),
)

"""How an application calls its Reference ID adapter."""

from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from ostiary_client.errors import ConfigurationError
from ostiary_client.options import as_secret
from ostiary_client.protocol.client_authentication import Credentials
from ostiary_client.protocol.discovery import check_base_url, trim
from ostiary_client.protocol.metadata import check_scheme
from ostiary_client.protocol.references import BackChannel
from ostiary_client.protocol.retry import RetryPolicy
from ostiary_client.references.given_token import GivenToken, TokenSource
from ostiary_client.references.proof import (
    METHODS,
    Method,
    NamesOfHeaders,
    by_basic,
    by_headers,
    by_token,
    is_header_value,
)
from ostiary_client.secret import Secret
from ostiary_client.transport_options import Cert, TransportOptions, Verify


class ReferenceOptions(TypedDict, total=False):
    """What `ReferenceId` and `AsyncReferenceId` take by name.

    instance_id: the adapter's; a server with a single one needs none.
    username, pass_phrase: of the application, sent by HTTP Basic.
    token, scope: an access token instead: a `Client` or a session, whose tokens are kept and
        renewed, what a client asks for; or a token, or a function that returns one.
    cert: the application's certificate instead: a PEM file with its key, or a file of each.
    method: how to prove who calls, if not the first of these that is given: "basic", "headers" for
        `ping.uname` and `ping.pwd`, "bearer" or "certificate".
    dashed_headers: write `ping-instanceId` instead of `ping.instanceId`, if the adapter takes that.
    back_channel_url: where the adapter is called, if not at the base URL: PingFederate's secondary
        port, for certificates.
    verify, timeout_seconds, retries, insecure_http: as `ClientOptions` has them.
    """

    instance_id: str | None
    username: str | None
    pass_phrase: str | Secret | None
    token: TokenSource | None
    scope: str | None
    cert: Cert | None
    method: Method | None
    dashed_headers: bool
    back_channel_url: str | None
    verify: Verify
    timeout_seconds: float
    retries: RetryPolicy
    insecure_http: bool


@dataclass(frozen=True, slots=True)
class AdapterCaller:
    """An application as its adapter knows it: where it calls, and how it proves who it is.

    Args: proof is what every call shows, where there is no token to ask for.
    """

    base_url: str
    channel: BackChannel
    reach: TransportOptions
    proof: Credentials = field(repr=False)
    token: GivenToken | None = field(default=None, repr=False)


def adapter_caller(base_url: str, **options: Unpack[ReferenceOptions]) -> AdapterCaller:
    """Return the caller that is set up like that.

    Raises: ConfigurationError for what cannot work.
    """
    unknown = sorted(options.keys() - ReferenceOptions.__annotations__.keys())
    if unknown:
        raise ConfigurationError(
            f"There is no option {', '.join(unknown)}",
            remedy=f"There are {', '.join(ReferenceOptions.__annotations__)}",
        )
    own = _checked(base_url, options)
    called = options.get("back_channel_url")
    names = NamesOfHeaders("-" if options.get("dashed_headers", False) else ".")
    method, token = _method(options), options.get("token")
    return AdapterCaller(
        own,
        BackChannel(
            own if called is None else _checked(called, options),
            _naming(names, options.get("instance_id")),
            options.get("retries", RetryPolicy()),
        ),
        TransportOptions(
            options.get("verify", True), options.get("timeout_seconds", 10.0), options.get("cert")
        ),
        _proof(method, names, options),
        GivenToken(token, options.get("scope")) if method == "bearer" and token else None,
    )


def proof_of(caller: AdapterCaller, token: str | None) -> Credentials:
    """Return what one call shows."""
    return caller.proof if token is None else by_token(token)


def _checked(url: str, options: ReferenceOptions) -> str:
    base = trim(url)
    check_base_url(base)
    check_scheme(base, insecure_http=options.get("insecure_http", False))
    return base


def _naming(names: NamesOfHeaders, adapter: str | None) -> dict[str, str]:
    if adapter is None:
        return {}
    if not is_header_value(adapter):
        raise ConfigurationError("instance_id cannot stand in a header")
    return {names.adapter: adapter}


def _method(options: ReferenceOptions) -> Method:
    """Return how the application proves who it is.

    Raises: ConfigurationError when nothing is given for that, or so much that nobody can tell.
    """
    method, has_name = options.get("method"), bool(options.get("username"))
    has_token, has_cert = bool(options.get("token")), bool(options.get("cert"))
    if method is None:
        if has_name and has_token:
            raise ConfigurationError(
                "Both a user name and a token are given", remedy="Choose with method"
            )
        method = "basic" if has_name else "bearer" if has_token else "certificate"
    given = {"basic": has_name, "headers": has_name, "bearer": has_token, "certificate": has_cert}
    if method not in given:
        raise ConfigurationError(
            f"There is no method {method!r}", remedy=f"There are {', '.join(METHODS)}"
        )
    if not given[method]:
        raise ConfigurationError(
            "There is nothing to prove with who calls",
            remedy="Give username=… and pass_phrase=…, or token=…, or cert=…",
        )
    return method


def _proof(method: Method, names: NamesOfHeaders, options: ReferenceOptions) -> Credentials:
    if method not in {"basic", "headers"}:
        return Credentials()
    username, pass_phrase = options.get("username"), as_secret(options.get("pass_phrase"))
    if not username or pass_phrase is None:
        raise ConfigurationError("There is a user name without a pass phrase")
    if method == "basic":
        return by_basic(username, pass_phrase)
    return by_headers(names, username, pass_phrase)

"""The options of every command that talks to a server: which server, which client, how proven."""

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles import Profile, load_profile

PANEL = "Server and client"
AuthMethod = Literal[
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "none",
]
_CERTIFICATE = ("cert_file", "cert_key_file")
_SECRETS = ("client_secret", "client_secret_stdin", "client_secret_file", "private_key")


def complete_profiles(incomplete: str) -> list[str]:
    """Return the names of profiles, for the shell."""
    import os

    from ostiary_client.profiles.file import read_file

    try:
        return [name for name in read_file(os.environ).profiles if name.startswith(incomplete)]
    except ConfigurationError:
        return []


_option = partial(typer.Option, rich_help_panel=PANEL)


@dataclass(frozen=True, slots=True)
class Connection:
    """What the options said; everything that they leave open comes from elsewhere."""

    profile: Annotated[
        str | None,
        _option(
            "--profile",
            "-p",
            metavar="NAME",
            help="Whose settings to use; else OSTIARY_PROFILE, else the file's default.",
            autocompletion=complete_profiles,
        ),
    ] = None
    base_url: Annotated[
        str | None, _option("--base-url", "-u", metavar="URL", help="The server, or any issuer.")
    ] = None
    client_id: Annotated[str | None, _option("--client-id", metavar="ID", help="The client.")] = (
        None
    )
    client_secret_stdin: Annotated[
        bool, _option("--client-secret-stdin", help="Read its secret from standard input.")
    ] = False
    client_secret_file: Annotated[
        Path | None, _option("--client-secret-file", metavar="FILE", help="Read it from a file.")
    ] = None
    client_secret: Annotated[
        str | None,
        _option(
            "--client-secret",
            metavar="SECRET",
            help="The secret itself: others can see it in the list of processes.",
        ),
    ] = field(default=None, repr=False)
    private_key: Annotated[
        Path | None,
        _option("--private-key", metavar="FILE", help="Sign with this key instead: PEM or JWK."),
    ] = None
    key_id: Annotated[str | None, _option("--key-id", metavar="KID", help="The key's kid.")] = None
    auth_method: Annotated[
        AuthMethod | None,
        _option(
            "--auth-method",
            metavar="METHOD",
            help="How the client proves itself: client_secret_basic, client_secret_post, "
            "client_secret_jwt, private_key_jwt, tls_client_auth, self_signed_tls_client_auth "
            "or none.",
        ),
    ] = None
    issuer: Annotated[
        str | None,
        _option("--issuer", metavar="URL", help="What the server calls itself, if not its URL."),
    ] = None
    ca_file: Annotated[
        Path | None,
        _option("--ca-file", metavar="FILE", help="Certificates of the authorities to believe."),
    ] = None
    cert_file: Annotated[
        Path | None,
        _option("--cert-file", metavar="FILE", help="The client's own certificate, in PEM form."),
    ] = None
    cert_key_file: Annotated[
        Path | None,
        _option("--cert-key-file", metavar="FILE", help="Its key, if that is in another file."),
    ] = None
    timeout_seconds: Annotated[
        float | None,
        _option(
            "--timeout", metavar="SECONDS", help="How long each of up to three tries may take."
        ),
    ] = None
    insecure_http: Annotated[
        bool, _option("--insecure-http", help="Allow http:// to other machines than this one.")
    ] = False

    def load(self, *, with_credentials: bool = True, **more: object) -> Profile:
        """Return the settings that count: these, then the environment's, then the profile's.

        Raises: ConfigurationError; typer.BadParameter when the options do not fit together.
        """
        settings = {
            "base_url": self.base_url,
            "client_id": self.client_id,
            "client_secret": self._secret() if with_credentials else None,
            "client_secret_file": self.client_secret_file,
            "private_key_file": self.private_key,
            "key_id": self.key_id,
            "auth_method": self.auth_method,
            "issuer": self.issuer,
            "ca_file": self.ca_file,
            "cert_file": self.cert_file,
            "cert_key_file": self.cert_key_file,
            "timeout_seconds": self.timeout_seconds,
            "insecure_http": self.insecure_http or None,
        }
        return load_profile(
            self.profile, overrides={**settings, **more}, with_credentials=with_credentials
        )

    def _secret(self) -> str | None:
        given = [name for name in _SECRETS if getattr(self, name)]
        if len(given) > 1:
            names = " and ".join(f"--{name.replace('_', '-')}" for name in given)
            raise typer.BadParameter(f"{names} do not go together")
        if self.client_secret:
            print(
                "warning: others can see --client-secret in the list of processes; "
                "better --client-secret-stdin or a profile",
                file=sys.stderr,
            )
        return read_secret() if self.client_secret_stdin else self.client_secret


def read_secret() -> str:
    """Return the secret that the first line of standard input holds; a person types it unseen.

    Raises: typer.BadParameter when there is none; ConfigurationError when the person gave none.
    """
    if sys.stdin.isatty():
        return _ask_for_secret()
    secret = sys.stdin.buffer.readline().decode("utf-8", "replace").strip()
    if not secret:
        raise typer.BadParameter("standard input holds no secret")
    return secret


def _ask_for_secret() -> str:
    try:
        secret = getpass.getpass("Client secret: ").strip()
    except EOFError:
        secret = ""
        print(file=sys.stderr)  # the cursor stands behind the question
    except KeyboardInterrupt:
        print(file=sys.stderr)
        raise
    if not secret:
        raise ConfigurationError("No secret was given; nothing was changed")
    return secret


def with_connection(
    run: Callable[..., None], *, without: frozenset[str] = frozenset()
) -> Callable[..., None]:
    """Give a command these options; it gets them as one argument, `connection`."""
    chosen = [option for option in fields(Connection) if option.name not in without]
    names = [option.name for option in chosen]

    def command(**given: object) -> None:
        options: dict[str, Any] = {name: given.pop(name) for name in names}
        run(**given, connection=Connection(**options))

    own = [p for p in signature(run).parameters.values() if p.name != "connection"]
    options = [
        Parameter(
            option.name,
            Parameter.KEYWORD_ONLY,
            default=option.default,
            annotation=option.type,
        )
        for option in chosen
    ]
    command.__signature__ = Signature([*own, *options])  # type: ignore[attr-defined]
    command.__annotations__ = {}
    command.__doc__ = run.__doc__
    command.__name__ = run.__name__
    return command


with_server = partial(
    with_connection,
    without=frozenset({*_SECRETS, *_CERTIFICATE, "client_id", "key_id", "auth_method"}),
)
"""For commands that need no client."""

"""Subcommand `decode`."""

import binascii
import json
import sys
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from ostiary_cli.exit_codes import FINE, REFUSED
from ostiary_cli.failures import run_client_command, tell_document
from ostiary_cli.given_token import TokenArgument, read_token
from ostiary_cli.moments import in_words
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import clean, in_short, show_document, show_rows

_TIMES = frozenset({"exp", "iat", "nbf", "auth_time", "updated_at"})
_UNVERIFIED = "The signature is NOT verified: anybody could have written this."
_ENCRYPTED_PARTS = 5
_NO_JWT = (
    "This is no JWT, which has three parts with points between; if it is a reference token, "
    "only its server knows what it stands for (ostiary introspect)"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What could be read of a token, and what could not."""

    header: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def decode(  # noqa: PLR0913 - one parameter an option
    token: TokenArgument = None,
    *,
    verify: Annotated[
        str | None,
        typer.Option(
            "--verify", metavar="ISSUER", help="Check the signature with this issuer's keys."
        ),
    ] = None,
    audience: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --verify: whom the token has to be meant for."),
    ] = None,
    jwks_uri: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="With --verify: where the keys are, if its metadata do not say."
        ),
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --verify: the authorities to believe."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is in a JWT, with times in words. Nothing leaves this machine.

    The signature is not verified unless --verify says whose it has to be; that fetches the
    issuer's keys. Exit code 1 for what is no JWT, or fails the check.
    """
    if verify is None and (audience, jwks_uri, ca_file) != (None, None, None):
        raise typer.BadParameter("--audience, --jwks-uri and --ca-file belong to --verify")
    presented = read_token(token)

    def command() -> int:
        decoded = read(presented)
        refusal = None
        if verify is not None and not decoded.problems:
            from ostiary_cli.verifying import find_refusal

            refusal = find_refusal(presented, verify, audience, jwks_uri, ca_file)
        verified = verify if refusal is None and not decoded.problems else None
        _show(decoded, verified, audience, as_json=as_json)
        if refusal is not None:
            raise refusal
        return REFUSED if decoded.problems else FINE

    run_client_command(command, as_json=as_json)


def read(token: str) -> Decoded:
    """Read whatever can be read of a token, and believe nothing."""
    segments = token.split(".")
    if len(segments) not in {3, _ENCRYPTED_PARTS}:
        return Decoded(problems=(_NO_JWT,))
    problems: list[str] = []
    header = _object(segments[0], "header", problems)
    if len(segments) == _ENCRYPTED_PARTS:
        problems.append("The token is encrypted; only its recipient can read the claims")
        return Decoded(header, {}, tuple(problems))
    claims = _object(segments[1], "claims", problems)
    if not segments[2] and header.get("alg") != "none":
        problems.append("The signature is missing")
    return Decoded(header, claims, tuple(problems))


def _object(segment: str, name: str, problems: list[str]) -> dict[str, Any]:
    try:
        padded = segment + "=" * (-len(segment) % 4)
        value = json.loads(b64decode(padded.encode(), altchars="-_", validate=True))
    except (binascii.Error, UnicodeEncodeError):
        problems.append(f"The {name} cannot be decoded: no base64url")
    except UnicodeDecodeError:
        problems.append(f"The {name} cannot be read: no UTF-8")
    except RecursionError:
        problems.append(f"The {name} cannot be read: nested too deeply")
    except ValueError:
        problems.append(f"The {name} cannot be read: no JSON")
    else:
        if isinstance(value, dict):
            return value
        problems.append(f"The {name} cannot be read: no JSON object")
    return {}


def _show(decoded: Decoded, issuer: str | None, audience: str | None, *, as_json: bool) -> None:
    """Show it; issuer and audience are those that were found to be the token's, if any."""
    if as_json and decoded.problems and not decoded.header:
        message = "; ".join(decoded.problems)
        tell_document({"kind": "invalid_token", "message": f"{message}.", "remedy": ""})
    elif as_json:
        show_document(
            {
                "verified": issuer is not None,
                "header": _finite(decoded.header),
                "claims": _finite(decoded.claims),
                "problems": list(decoded.problems),
            }
        )
    else:
        if decoded.header or decoded.claims:
            print(_verdict(issuer, audience))
        _show_text(decoded)


def _verdict(issuer: str | None, audience: str | None) -> str:
    if issuer is None:
        return _UNVERIFIED
    meant = f"is meant for {audience}" if audience else "whom it is meant for was NOT checked"
    return clean(f"Verified: {issuer} signed it, it is not over, and {meant}.")


def _show_text(decoded: Decoded) -> None:
    for title, content in (("header", decoded.header), ("claims", decoded.claims)):
        if content:
            print(title)
            show_rows(_rows(content, time.time()), indent="  ")
    for problem in decoded.problems:
        print(f"{problem}.", file=sys.stderr)


def _rows(content: Mapping[str, Any], now: float) -> Iterator[tuple[str, str]]:
    for name, value in content.items():
        yield name, in_words(value, now) if name in _TIMES else in_short(value)


def _finite(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without NaN and infinities, which JSON does not have."""
    finite: dict[str, Any] = json.loads(json.dumps(value), parse_constant=lambda name: name)
    return finite

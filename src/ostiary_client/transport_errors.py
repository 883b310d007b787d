"""What went wrong on the way, in words: httpx2's errors become this package's."""

import ssl
from urllib.parse import urlsplit

import httpx2

from ostiary_client.errors import (
    CertificateError,
    ConfigurationError,
    OstiaryClientError,
    ServerUnreachableError,
    TimedOutError,
)
from ostiary_client.printable import printable

_BEFORE_SENDING = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def translate(
    error: httpx2.RequestError | httpx2.InvalidURL | UnicodeError, url: str
) -> OstiaryClientError:
    """Return the typed error for what httpx2 met on the way to a URL."""
    server = printable(urlsplit(url).netloc)
    if not isinstance(error, httpx2.RequestError):
        return ConfigurationError(
            f"{printable(url)} is no URL of a server", remedy="Write https://host"
        )
    was_sent = not isinstance(error, _BEFORE_SENDING)
    certificate = _certificate_problem(error)
    if certificate is not None:
        return _certificate_error(certificate, server)
    if isinstance(error, httpx2.DecodingError):
        return ServerUnreachableError(
            f"{server} sent an answer that cannot be decoded",
            remedy="Something between here and the server spoils its answers",
        )
    if isinstance(error, httpx2.TimeoutException):
        doing = "answer" if was_sent else "accept a connection"
        return TimedOutError(
            f"{server} did not {doing} in time",
            remedy="See whether the server is up, or allow more time (timeout_seconds)",
            was_sent=was_sent,
        )
    return ServerUnreachableError(
        f"{server} cannot be reached ({printable(str(error)) or type(error).__name__})",
        remedy="See whether the server runs, and whether address and port are right",
        was_sent=was_sent,
    )


def _certificate_problem(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def _certificate_error(problem: ssl.SSLCertVerificationError, server: str) -> CertificateError:
    match problem.verify_code:
        case 10:
            what, remedy = "has expired", "The server's owner has to renew it"
        case 9:
            what, remedy = "is not valid yet", "Check the clocks of both machines"
        case 62 | 64:
            what, remedy = (
                "is for another host",
                "Use the name that is in the certificate, or have it issued anew",
            )
        case _:
            what, remedy = (
                f"is not trusted ({printable(problem.verify_message)})",
                "If the server has an authority of its own, name its certificate (verify, ca_file)",
            )
    return CertificateError(f"The certificate of {server} {what}", remedy=remedy, was_sent=False)

"""What a token is asked for with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What a token is asked for with; equal requests share one token."""

    scopes: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


def token_request(
    scope: str | tuple[str, ...] | None,
    *,
    resource: str | None = None,
    audience: str | None = None,
    parameters: dict[str, str] | None = None,
) -> TokenRequest:
    """Return a request in its one form: scopes in order, each once.

    Spec: RFC 6749 §3.3; RFC 8707 §2.
    """
    scopes = scope.split() if isinstance(scope, str) else scope or ()
    extra = dict(parameters or {})
    if resource is not None:
        extra["resource"] = resource
    if audience is not None:
        extra["audience"] = audience
    return TokenRequest(tuple(sorted(set(scopes))), tuple(sorted(extra.items())))

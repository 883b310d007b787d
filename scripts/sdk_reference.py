"""Writes docs/sdk.md: every public name of the SDK, from its signature and docstring."""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

_HEAD = """# The SDK, name by name

`make docs` writes this page from the docstrings of `ostiary_client`. How things are done with it is
told in [Tokens for a program](guides/get-tokens.md), [Signing people on](guides/sign-people-on.md),
[Managing users from Python](guides/manage-from-python.md),
[Handing attributes over](guides/agentless.md) and [Protecting an API](guides/protect-an-api.md).

The examples talk to the example server:

```sh
make serve
```

```sh
export SSL_CERT_FILE="$PWD/.ostiary/tls/ca.pem" REQUESTS_CA_BUNDLE="$PWD/.ostiary/tls/ca.pem"
```
"""
_SECTIONS = {
    "Clients": ("ostiary_client", ("Client", "AsyncClient", "ClientOptions")),
    "Signing people on": (
        "ostiary_client",
        (
            "AuthorizationRequest",
            "TokenSet",
            "Session",
            "AsyncSession",
            "Flow",
            "AsyncFlow",
            "FlowState",
            "UsernamePasswordRequired",
            "IdentifierRequired",
            "CodeRequired",
            "DeviceSelectionRequired",
            "AssertionRequired",
            "Device",
            "PasswordChangeRequired",
            "PairingMethodRequired",
            "ActivationRequired",
            "RecoveryCodesShown",
            "Canceled",
            "Failed",
            "Completed",
            "FlowDetail",
        ),
    ),
    "What a server hands out": (
        "ostiary_client",
        ("AccessToken", "Introspection", "BackendToken", "Metadata"),
    ),
    "Profiles": ("ostiary_client", ("Profile", "load_profile")),
    "Patience": ("ostiary_client", ("RetryPolicy", "RefreshPolicy")),
    "Protecting an API": (
        "ostiary_client",
        (
            "TrustedIssuer",
            "Introspector",
            "TokenVerifier",
            "AsyncTokenVerifier",
            "VerifiedToken",
            "LogoutToken",
            "SpentTokens",
            "AsyncSpentTokens",
            "SpentTokensInMemory",
        ),
    ),
    "Handing attributes over": (
        "ostiary_client",
        ("ReferenceId", "AsyncReferenceId", "ReferenceOptions", "ReferencedAttributes"),
    ),
    "Managing an environment": (
        "ostiary_client.management",
        (
            "Management",
            "AsyncManagement",
            "Users",
            "AsyncUsers",
            "Passwords",
            "AsyncPasswords",
            "UserSessions",
            "AsyncUserSessions",
            "Populations",
            "AsyncPopulations",
            "Applications",
            "AsyncApplications",
            "where",
            "Attribute",
            "Filter",
            "UserMembers",
            "NameMembers",
            "AddressMembers",
            "User",
            "PersonName",
            "PostalAddress",
            "PasswordState",
            "UserSession",
            "Population",
            "PasswordPolicy",
            "Application",
            "ApplicationSecret",
            "Environment",
        ),
    ),
    "For FastAPI": ("ostiary_client.fastapi", ("Bearer", "BearerError", "backchannel_logout")),
    "A backend's own tokens": (
        "ostiary_client.exchange",
        (
            "UserExchange",
            "SecretToken",
            "Tokens",
            "SQLTokens",
            "KeptTokens",
            "LoginScheme",
            "AuthenticationType",
            "login_scheme_router",
        ),
    ),
    "For httpx2": ("ostiary_client.auth", ("BearerAuth",)),
    "For httpx": ("ostiary_client.httpx", ("BearerAuth",)),
    "For requests": ("ostiary_client.requests", ("BearerAuth",)),
}
_PUBLIC = frozenset(name for _, names in _SECTIONS.values() for name in names)
_LABEL = re.compile(r"Args|Raises|Spec|Stores|[a-z_]+(, [a-z_]+)*")


def render() -> str:
    """Return the page."""
    return _HEAD + "".join(_sections()) + "".join(_errors())


def _sections() -> Iterator[str]:
    for title, (module, names) in _SECTIONS.items():
        yield f"\n## {title}\n\n`from {module} import {', '.join(names)}`\n"
        for name in names:
            yield from _described(getattr(import_module(module), name))


def _described(kind: Any) -> Iterator[str]:  # noqa: ANN401 - a class or a function
    yield f"\n### {kind.__name__}\n\n{_docstring(kind)}"
    for name, member in _members(kind):
        if name.startswith("_") or not inspect.getdoc(member):
            continue
        if isinstance(member, property):
            yield f"\n**`{name}`** {_docstring(member)}"
        elif inspect.isfunction(inspect.unwrap(getattr(member, "__func__", member))):
            yield f"\n**`{_signature(name, getattr(kind, name))}`**\n\n{_docstring(member)}"


def _members(kind: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a class or a function
    """Yield a class's own members, then those of its parts that have no name of their own."""
    yield from vars(kind).items()
    for base in inspect.getmro(kind)[1:] if inspect.isclass(kind) else ():
        if base.__module__.startswith("ostiary_client.signon.") and base.__name__ not in _PUBLIC:
            yield from vars(base).items()


def _signature(name: str, function: Callable[..., object]) -> str:
    signature = inspect.signature(function)
    parameters = [p for p in signature.parameters.values() if p.name != "self"]
    text = str(signature.replace(parameters=parameters, return_annotation=signature.empty))
    awaited = "await " if inspect.iscoroutinefunction(function) else ""
    text = re.sub(r"\*<class '([\w.]+)'>", r"\1", text)  # an unpacked TypedDict
    return awaited + name + re.sub(r"\b[a-z_]+(?:\.[a-z_]+)*\.([A-Z])", r"\1", text)


def _docstring(thing: object) -> str:
    """Return a docstring as Markdown: examples as code, labels in bold."""
    text = ""
    for paragraph in inspect.getdoc(thing).split("\n\n"):  # type: ignore[union-attr]
        if paragraph.startswith("    "):
            text += f"```python\n{textwrap.dedent(paragraph)}\n```\n\n"
        else:
            text += _labelled(paragraph) + "\n\n"
    return re.sub(r"```\n\n```python\n", "\n", text).rstrip() + "\n"


def _labelled(paragraph: str) -> str:
    """Return a paragraph; one that explains names is a list."""
    lines: list[str] = []
    for line in paragraph.split("\n"):
        label, colon, rest = line.partition(":")
        if colon and _LABEL.fullmatch(label):
            lines.append(f"- **{label}**:{rest}")
        elif lines and lines[-1].startswith("- "):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _errors() -> Iterator[str]:
    errors = import_module("ostiary_client.errors")
    yield "\n## Errors\n\n`from ostiary_client import …`; each line is one class.\n\n"
    yield from _tree(errors.OstiaryClientError, 0)


def _tree(kind: type, depth: int) -> Iterator[str]:
    (first, *_) = inspect.getdoc(kind).split("\n\n")  # type: ignore[union-attr]
    yield f"{'  ' * depth}- `{kind.__name__}`: {' '.join(first.split())}\n"
    children: list[type] = kind.__subclasses__()
    for child in children:
        if child.__module__ == kind.__module__:
            yield from _tree(child, depth + 1)

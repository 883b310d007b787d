"""Every parameter that the back channel reads is in the list that faces refuse in a query."""

import ast
from collections.abc import Iterator
from pathlib import Path

import ostiary
from ostiary.core.oauth.parameters import BACK_CHANNEL_PARAMETERS
from ostiary.dialects.pingone.oauth import QUERY_PARAMETERS

SOURCE = Path(ostiary.__file__).parent
READERS = {"find", "get", "find_all"}
FRONT_CHANNEL = {
    "core/oauth/authorization_request.py",
    "core/oauth/authorize.py",
    "core/oauth/checks/response.py",
    "dialects/pingfederate/adapter_to_adapter.py",
    "dialects/pingfederate/authorization.py",
    "dialects/pingfederate/single_logout.py",
}
"""What these read stands in a query by design: it comes from a browser."""
ROOMS = ("core/oauth", "core/grants", "core/clientauth", "core/tokens", "dialects")


def _read_parameters(tree: ast.AST) -> Iterator[str]:
    """Yield the literal names in `params.find("x")` and its like, and in `"x" in params`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="params"), attr=reader),
                args=[ast.Constant(value=str(name)), *_],
            ) if reader in READERS:
                yield name
            case ast.Compare(
                left=ast.Constant(value=str(name)),
                ops=[ast.In() | ast.NotIn()],
                comparators=[ast.Name(id="params")],
            ):
                yield name
            case _:
                pass


def test_SEC_40_every_parameter_that_is_read_is_refused_in_the_query() -> None:
    front = {SOURCE / file for file in FRONT_CHANNEL}
    files = [file for room in ROOMS for file in (SOURCE / room).rglob("*.py") if file not in front]
    found = {name for file in files for name in _read_parameters(ast.parse(file.read_text()))}
    assert {"grant_type", "client_secret", "client_assertion", "token", "resource"} <= found
    assert found <= BACK_CHANNEL_PARAMETERS


def test_SEC_40_nothing_secret_is_allowed_in_a_query_of_pingone() -> None:
    assert QUERY_PARAMETERS < BACK_CHANNEL_PARAMETERS
    secret = {name for name in BACK_CHANNEL_PARAMETERS if "secret" in name or "token" in name}
    assert not QUERY_PARAMETERS & (secret | {"password", "code", "assertion", "client_assertion"})

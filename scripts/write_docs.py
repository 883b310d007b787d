"""Writes what docs/ says of modules, endpoints and configuration, from the code itself."""

import ast
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ostiary.dialects.pingfederate.authn_errors import render_authn_error
from ostiary.dialects.pingfederate.errors import render_text_error
from ostiary.dialects.pingfederate.reference import render_reference_error
from ostiary.dialects.pingone.errors import render_error as render_pingone_error
from ostiary.dialects.pingone.flow_errors import render_flow_error
from ostiary.dialects.pingone.userinfo import render_userinfo_error
from ostiary.dialects.pingone_management.errors import render_error as render_management_error
from ostiary.http.bearer import render_bearer_error
from ostiary.http.message import Response
from ostiary.http.oauth_json import render_error as render_oauth_error
from ostiary.http.route import BodyKind, CorsPolicy, RenderError, Route
from ostiary.main import configuration_reference
from ostiary.main.wiring import Ports, build_faces
from ostiary.web.sign_on_errors import SignOnErrors
from scripts import cli_reference, sdk_reference

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
PACKAGES = ("ostiary", "ostiary_cli", "ostiary_client")
MODULES_BEGIN, MODULES_END = "<!-- modules -->\n", "<!-- /modules -->\n"

_ENDPOINTS_HEAD = """# Endpoints

`make docs` writes this page from the routes that the server is built with.

- A path is matched exactly: case matters, and nothing is decoded or normalised.
- `{environmentId}` stands for one segment, `*` for everything below.
- `HEAD` is answered where `GET` is and uses nothing up, `OPTIONS` everywhere.
- *Discovery* names the member of the metadata document that advertises the endpoint.
- *Origins* says which browser origins may read the answer: any, or those that the environment lists
  as `allowed_origins`, or those of its authentication applications, with cookies; on PingOne's
  face both, with cookies.
- *Body* says what a POST may carry. An `action` is JSON or nothing, under `application/json` or
  under `application/vnd.NAME+json`, where the name is what is to be done.
- *Errors* names the shape of a refusal; [errors.md](errors.md) describes the shapes.

The admin listener answers at `/live`, `/ready`, `/metrics`, `/flows` and `/flows.html`, which are
described in [operations.md](operations.md) and [Seeing flows](guides/seeing-flows.md#the-flow-log).
"""
_FACES = {
    "pingfederate": "PingFederate's face",
    "pingone": "PingOne's face",
    "pingone_management": "PingOne's management API",
    "explorer": "The explorer, in dev mode alone",
    "reference_self_test": "The headers that arrive, in dev mode alone",
}
_SHAPES: Mapping[Callable[..., Response], str] = {
    render_oauth_error: "OAuth",
    render_pingone_error: "PingOne",
    render_management_error: "management",
    render_text_error: "text",
    render_reference_error: "text",
    render_bearer_error: "bearer",
    render_authn_error: "authentication API",
    render_flow_error: "PingOne",
    render_userinfo_error: "bearer, PingOne",
}
_BODIES = {
    BodyKind.NONE: "–",
    BodyKind.FORM: "form",
    BodyKind.JSON: "JSON",
    BodyKind.ACTION: "action",
    BodyKind.ANY: "any",
}
_ORIGINS = {
    CorsPolicy.NONE: "–",
    CorsPolicy.ANY_ORIGIN: "any",
    CorsPolicy.CONFIGURED: "configured",
}


def documents() -> dict[Path, str]:
    """Return every written page as it should be."""
    layout = ROOT / "docs" / "layout.md"
    before, _, rest = layout.read_text().partition(MODULES_BEGIN)
    after = rest.partition(MODULES_END)[2]
    return {
        layout: before + MODULES_BEGIN + _list_modules() + MODULES_END + after,
        ROOT / "docs" / "configuration.md": configuration_reference.render(),
        ROOT / "docs" / "cli.md": cli_reference.render(),
        ROOT / "docs" / "sdk.md": sdk_reference.render(),
        ROOT / "docs" / "endpoints.md": _ENDPOINTS_HEAD + "".join(_list_endpoints()),
    }


def faces() -> Mapping[str, tuple[Route, ...]]:
    """Return the routes of each face; none of them is called here, so no port is needed."""
    nothing: dict[str, Any] = {field.name: None for field in fields(Ports)}
    return build_faces(Ports(**nothing), has_explorer=True)


def packages() -> list[Path]:
    """Return every folder of modules, lower floors first, a package before what is inside it."""
    folders = {module.parent for package in PACKAGES for module in (SOURCE / package).rglob("*.py")}
    height_of = heights()

    def place(folder: Path) -> tuple[tuple[int, str], ...]:
        names = folder.relative_to(SOURCE).parts
        return tuple(
            (height_of.get(".".join(names[: depth + 1]), 0), name)
            for depth, name in enumerate(names)
        )

    return sorted(folders, key=place)


def heights() -> dict[str, int]:
    """Return the floor of each package, from the import contracts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: dict[str, int] = {}
    for contract in project["tool"]["importlinter"]["contracts"]:
        for container in contract.get("containers", ()):
            for height, layer in enumerate(reversed(contract["layers"])):
                for name in layer.split("|"):
                    found[f"{container}.{name.strip(' ()')}"] = height
    return found


def _list_modules() -> str:
    text = ""
    for folder in packages():
        text += f"\n### `{folder.relative_to(SOURCE)}/`\n\n"
        modules = sorted(folder.glob("*.py"))
        package = folder / "__init__.py"
        if package in modules:
            modules.remove(package)
            text += f"{_first_line(package)}\n" + "\n" * bool(modules)
        text += "".join(f"- `{module.name}`: {_first_line(module)}\n" for module in modules)
    return text + "\n"


def _first_line(module: Path) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_text()))
    return docstring.partition("\n\n")[0].replace("\n", " ") if docstring else ""


def _list_endpoints() -> Iterator[str]:
    for face, title in _FACES.items():
        yield (
            f"\n## {title}\n\n"
            "| Path | Methods | What it is | Body | Origins | Errors | Discovery |\n"
            "|---|---|---|---|---|---|---|\n"
        )
        yield from map(_row, faces()[face])


def _row(route: Route) -> str:
    cells = (
        f"`{route.path}`",
        ", ".join(sorted(route.handlers)),
        route.summary,
        _BODIES[route.body],
        "applications" if route.cors_credentials else _ORIGINS[route.cors],
        _shape(route.errors),
        f"`{route.metadata}`" if route.metadata else "–",
    )
    return f"| {' | '.join(cells)} |\n"


def _shape(errors: RenderError) -> str:
    """Return the shape of an endpoint's refusals; on the paths of browsers it is a page."""
    rendering = getattr(errors, "__self__", None)
    if isinstance(rendering, SignOnErrors):
        return "page" if errors == rendering.render else _SHAPES[rendering.render_json]
    return _SHAPES[errors]


def main() -> None:
    """Write every page."""
    for path, text in documents().items():
        path.write_text(text)


if __name__ == "__main__":
    main()

"""Where browsers fetch what belongs to an environment's theme."""

from ostiary.core.model.environment import Environment
from ostiary.dialects.pingfederate.errors import render_text_error
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.route import Route
from ostiary.web.themes import FILE_VARIABLE, ThemeFiles

_PATH = "/assets/theme/"


def theme_path(_env: Environment, name: str) -> str:
    """Return where a file of a theme is."""
    return f"{_PATH}{name}"


def theme_route(tenancy: Tenancy) -> Route:
    """Return the route of such files."""
    return Route(
        f"{_PATH}{{{FILE_VARIABLE}}}",
        {"GET": ThemeFiles(tenancy.resolve).get},
        render_text_error,
        summary="Logo and stylesheet of the pages",
    )

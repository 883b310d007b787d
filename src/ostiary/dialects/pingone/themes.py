"""Where browsers fetch what belongs to an environment's theme."""

from ostiary.core.model.environment import Environment
from ostiary.dialects.pingone.errors import render_error
from ostiary.dialects.pingone.paths import ENVIRONMENT_VARIABLE, environment_path
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.http.route import Route
from ostiary.web.themes import FILE_VARIABLE, ThemeFiles

_PATH = "/assets/theme/"


def theme_path(env: Environment, name: str) -> str:
    """Return where a file of a theme is."""
    return f"{environment_path(env)}{_PATH}{name}"


def theme_route(tenancy: Tenancy) -> Route:
    """Return the route of such files."""
    return Route(
        f"/{{{ENVIRONMENT_VARIABLE}}}{_PATH}{{{FILE_VARIABLE}}}",
        {"GET": ThemeFiles(tenancy.resolve).get},
        render_error,
        summary="Logo and stylesheet of the pages",
    )

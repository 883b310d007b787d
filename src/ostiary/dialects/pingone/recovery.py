"""The page that a link leads to which recovers a password."""

from ostiary.core.model.environment import Environment
from ostiary.core.signon.recovery_links import RecoveryLinks
from ostiary.dialects.pingone.paths import PAGE_PATH, environment_path
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.http.route import BodyKind, RenderError, Route
from ostiary.web.recovery_page import RecoveryPage
from ostiary.web.rendering import Pages

_PASSWORD = "password"  # noqa: S105 - a path


def recovery_path(env: Environment) -> str:
    """Return where the page's form goes."""
    return f"{environment_path(env)}/signon/{_PASSWORD}"


def recovery_url(env: Environment, value: str) -> str:
    """Return the link that bears a value."""
    return f"{env.base_url}{recovery_path(env)}?link={value}"


def recovery_route(
    tenancy: Tenancy, links: RecoveryLinks, pages: Pages, errors: RenderError
) -> Route:
    """Return the page's route."""
    page = RecoveryPage(links, pages, tenancy.resolve, recovery_path)
    return Route(
        PAGE_PATH + _PASSWORD,
        {"GET": page.get, "POST": page.post},
        errors,
        body=BodyKind.FORM,
        summary="Another password, for whoever has the link from the mail",
    )

"""The page that a link leads to which recovers a password.

Spec: PingFederate "User-facing pages" (`/ext/pwdreset`).
"""

from ostiary.core.model.environment import Environment
from ostiary.core.signon.recovery_links import RecoveryLinks
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.route import BodyKind, RenderError, Route
from ostiary.web.recovery_page import RecoveryPage
from ostiary.web.rendering import Pages

RECOVERY_PATH = "/ext/pwdreset/Reset"


def recovery_path(_env: Environment) -> str:
    """Return where the page's form goes."""
    return RECOVERY_PATH


def recovery_url(env: Environment, value: str) -> str:
    """Return the link that bears a value."""
    return f"{env.base_url}{recovery_path(env)}?link={value}"


def recovery_route(
    tenancy: Tenancy, links: RecoveryLinks, pages: Pages, errors: RenderError
) -> Route:
    """Return the page's route."""
    page = RecoveryPage(links, pages, tenancy.resolve, recovery_path)
    return Route(
        RECOVERY_PATH,
        {"GET": page.get, "POST": page.post},
        errors,
        body=BodyKind.FORM,
        summary="Another password, for whoever has the link from the mail",
    )

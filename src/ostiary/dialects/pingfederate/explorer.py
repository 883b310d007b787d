"""`/pf-ws/authn/explorer`: a page for developers, which drives flows step by step."""

from dataclasses import dataclass

from ostiary.core.model.environment import Environment, Face
from ostiary.core.ports.configuration import Snapshots
from ostiary.dialects.pingfederate.errors import render_text_error
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.errors import HTTPError
from ostiary.http.message import NO_STORE, Request, Response, json_response
from ostiary.http.route import Handler, Route
from ostiary.web.explorer.catalogue import Catalogue
from ostiary.web.explorer.files import file_response, page_response

EXPLORER_PATH = "/pf-ws/authn/explorer"


@dataclass(frozen=True, slots=True)
class Explorer:
    """Serves the page, and what it has to know; for development only.

    It stands at PingFederate's address for it, and knows the environments of every face.
    """

    snapshots: Snapshots
    catalogue: Catalogue

    def routes(self) -> tuple[Route, ...]:
        """Return its paths.

        Spec: PingFederate "Authentication API" (API Explorer).
        """
        return (
            _route("", self.get_page, "The explorer of flows"),
            _route(".js", self.get_script, "Its script"),
            _route(".css", self.get_style, "Its style"),
            _route(".json", self.get_catalogue, "What it knows of the configuration"),
        )

    async def get_page(self, _request: Request) -> Response:
        """Show the page."""
        return page_response()

    async def get_script(self, _request: Request) -> Response:
        """Hand out the page's script."""
        return file_response("js")

    async def get_style(self, _request: Request) -> Response:
        """Hand out the page's style."""
        return file_response("css")

    async def get_catalogue(self, request: Request) -> Response:
        """Tell what there is to explore; nothing of it is secret.

        Raises: UnavailableError before the first snapshot.
        """
        here = self._environment_here(request)

        def is_here(env: Environment) -> bool:
            return env.face is not Face.PINGFEDERATE or env is here

        snapshot = self.snapshots.current
        described = self.catalogue.describe(snapshot, is_here, EXPLORER_PATH)
        return json_response(described, headers=NO_STORE)

    def _environment_here(self, request: Request) -> Environment | None:
        try:
            return Tenancy(self.snapshots).resolve(request)
        except HTTPError:
            return None


def _route(ending: str, handler: Handler, summary: str) -> Route:
    return Route(EXPLORER_PATH + ending, {"GET": handler}, render_text_error, summary=summary)

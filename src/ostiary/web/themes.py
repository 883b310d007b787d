"""Themes on pages: what a page names of them, and the files that browsers fetch for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ostiary.core.model.environment import Environment
from ostiary.core.model.theme import LinkKind, Theme, ThemeFile
from ostiary.http.errors import not_found
from ostiary.http.message import NO_STORE, Request, Response
from ostiary.web.links import Link

FILE_VARIABLE = "file"
ThemePath = Callable[[Environment, str], str]
"""Returns where a face serves a file of an environment's theme."""

_LABELS: Mapping[LinkKind, str] = {
    LinkKind.IMPRINT: "Imprint",
    LinkKind.PRIVACY: "Privacy",
    LinkKind.TERMS: "Terms of use",
    LinkKind.ACCESSIBILITY: "Accessibility",
    LinkKind.SUPPORT: "Help",
}
_KEPT = (b"cache-control", b"public, max-age=31536000, immutable")


@dataclass(frozen=True, slots=True)
class ShownTheme:
    """What the template says of a theme: addresses in place of files."""

    title: str
    stylesheet: str | None
    logo: str | None
    dark_logo: str | None
    links: tuple[Link, ...]

    @property
    def directives(self) -> tuple[str, ...]:
        """What a page's policy must let in from this host."""
        style = () if self.stylesheet is None else ("style-src",)
        return style if self.logo is None else (*style, "img-src")


def show_theme(env: Environment, theme: Theme, path: ThemePath) -> ShownTheme:
    """Return what pages of an environment say of its theme."""

    def address(file: ThemeFile | None) -> str | None:
        return None if file is None else path(env, file.name)

    return ShownTheme(
        theme.title,
        address(theme.stylesheet),
        address(theme.logo),
        address(theme.dark_logo),
        tuple(Link(url, _LABELS[kind]) for kind, url in theme.links),
    )


@dataclass(frozen=True, slots=True)
class ThemeFiles:
    """A face's files of themes.

    Args: resolve: returns the environment of a request.
    """

    resolve: Callable[[Request], Environment]

    async def get(self, request: Request) -> Response:
        """Answer with a file, which browsers keep: another content has another name.

        The policy of every answer that is no page lets nothing run, in a drawing either.
        Raises: HTTPError 404.
        """
        theme, name = self.resolve(request).theme, request.path_values[FILE_VARIABLE]
        file = None if theme is None else theme.find_file(name)
        if file is None:
            raise not_found()
        headers = (
            (b"content-type", file.media_type.encode()),
            *((_KEPT,) if file.name == name else NO_STORE),
            # Pictures show it all the same; who follows a link to it gets no page of this host.
            (b"content-disposition", b"attachment"),
            (b"cross-origin-resource-policy", b"same-origin"),
        )
        return Response(200, headers, file.content)

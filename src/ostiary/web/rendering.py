"""Pages become HTML."""

from dataclasses import dataclass, field, replace
from typing import assert_never

from ostiary.core.base.languages import LANGUAGES
from ostiary.core.model.environment import Environment
from ostiary.http.errors import Headers
from ostiary.http.html import html_response, page_policy
from ostiary.http.message import Response
from ostiary.web.compiled_templates import Templates
from ostiary.web.links import find_origin, is_safe_url
from ostiary.web.list_pages import ListPage
from ostiary.web.pages import (
    AutoSubmitPage,
    ErrorPage,
    FormPage,
    MessagePage,
    Page,
    SignedOffPage,
)
from ostiary.web.themes import ShownTheme, ThemePath, show_theme
from ostiary.web.translation import translator


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages.

    Args: theme_path: where a face serves files of themes; without it there are no themes.
    """

    theme_path: ThemePath | None = None
    templates: Templates = field(default_factory=Templates, repr=False)

    def of_face(self, theme_path: ThemePath) -> "Pages":
        """Return the same pages with the themes of a face."""
        return replace(self, theme_path=theme_path)

    def render(
        self,
        page: Page,
        status: int = 200,
        *,
        headers: Headers = (),
        language: str = LANGUAGES[0],
        env: Environment | None = None,
    ) -> Response:
        """Answer with a page in one of `LANGUAGES`.

        Args: env: whose theme the page has.
        """
        templates, theme = self.templates, self._find_theme(env)
        script, logo, frames = templates.find_script(page), _find_logo(page), _find_frames(page)
        style = templates.style if theme is None else templates.themed_style
        html = templates.compiled.get_template(_template_name(page)).render(
            page=page,
            t=translator(language),
            language=language,
            style=style,
            script=script,
            logo=logo,
            frames=frames,
            theme=theme,
        )
        policy = page_policy(
            style=style,
            script=script,
            image=logo,
            frame_origins=[find_origin(frame) or "" for frame in frames],
            own=() if theme is None else theme.directives,
        )
        return html_response(html, status, policy=policy, headers=headers)

    def _find_theme(self, env: Environment | None) -> ShownTheme | None:
        if env is None or env.theme is None or self.theme_path is None:
            return None
        return show_theme(env, env.theme, self.theme_path)


def _template_name(page: Page) -> str:
    match page:
        case FormPage():
            return "form.html"
        case MessagePage():
            return "message.html"
        case ErrorPage():
            return "error.html"
        case AutoSubmitPage():
            return "auto_submit.html"
        case SignedOffPage():
            return "signed_off.html"
        case ListPage():
            return "list.html"
        case _:
            assert_never(page)


def _find_logo(page: Page) -> str | None:
    logo = page.logo if isinstance(page, FormPage) else None
    return logo if logo is not None and is_safe_url(logo) else None


def _find_frames(page: Page) -> tuple[str, ...]:
    """Return the frames of a page that may stand there."""
    return tuple(filter(is_safe_url, page.frames)) if isinstance(page, SignedOffPage) else ()

"""Pages become HTML."""

from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, assert_never

from ostiary.core.base.languages import LANGUAGES
from ostiary.http.errors import Headers
from ostiary.http.html import html_response, page_policy
from ostiary.http.message import Response
from ostiary.web.figures import draw_qr_code
from ostiary.web.links import find_origin, is_safe_url
from ostiary.web.pages import (
    AutoSubmitPage,
    ErrorPage,
    FormPage,
    MessagePage,
    Page,
    SignedOffPage,
)
from ostiary.web.translation import translator

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = resources.files("ostiary.web") / "templates"


class Pages:
    """Renders pages from the package's templates, which are compiled once."""

    def render(
        self, page: Page, status: int = 200, *, headers: Headers = (), language: str = LANGUAGES[0]
    ) -> Response:
        """Answer with a page in one of `LANGUAGES`."""
        script, logo, frames = self._find_script(page), _find_logo(page), _find_frames(page)
        template = self._templates.get_template(_template_name(page))
        html = template.render(
            page=page,
            t=translator(language),
            language=language,
            style=self._style,
            script=script,
            logo=logo,
            frames=frames,
        )
        policy = page_policy(
            style=self._style,
            script=script,
            image_origin=find_origin(logo) if logo else None,
            frame_origins=[find_origin(frame) or "" for frame in frames],
        )
        return html_response(html, status, policy=policy, headers=headers)

    @cached_property
    def _style(self) -> str:
        return _read("style.css")

    def _find_script(self, page: Page) -> str | None:
        match page:
            case AutoSubmitPage():
                return self._script
            case SignedOffPage(leads_on=True):
                return self._onward_script
            case FormPage(has_passkey=True):
                return self._passkey_script
            case _:
                return None

    @cached_property
    def _passkey_script(self) -> str:
        return _read("passkey.js")

    @cached_property
    def _onward_script(self) -> str:
        return _read("onward.js")

    @cached_property
    def _script(self) -> str:
        return _read("submit.js")

    @cached_property
    def _templates(self) -> "Environment":
        # Imported with the first page: a tenth of a second that the start of a worker saves.
        from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415

        environment = Environment(
            loader=FunctionLoader(_read),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.tests["safe_url"] = is_safe_url
        environment.filters["qr_code"] = draw_qr_code
        return environment


def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


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
        case _:
            assert_never(page)


def _find_logo(page: Page) -> str | None:
    logo = page.logo if isinstance(page, FormPage) else None
    return logo if logo is not None and is_safe_url(logo) else None


def _find_frames(page: Page) -> tuple[str, ...]:
    """Return the frames of a page that may stand there."""
    return tuple(filter(is_safe_url, page.frames)) if isinstance(page, SignedOffPage) else ()

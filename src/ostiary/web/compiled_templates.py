"""The package's templates, compiled once, with the styles and scripts that stand in pages."""

from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING

from ostiary.web.figures import draw_qr_code
from ostiary.web.links import is_safe_url
from ostiary.web.pages import AutoSubmitPage, FormPage, Page, SignedOffPage

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = resources.files("ostiary.web") / "templates"


class Templates:
    """What pages are made of."""

    @cached_property
    def style(self) -> str:
        """The rules of every page."""
        return _read("style.css")

    @cached_property
    def themed_style(self) -> str:
        """The rules of pages that have a theme."""
        return self.style + _read("theme.css")

    def find_script(self, page: Page) -> str | None:
        """Return the script of a page, or None."""
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
    def compiled(self) -> "Environment":
        """The templates."""
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

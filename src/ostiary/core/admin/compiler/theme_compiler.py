"""A theme compiled from its document: files with names, colours as a stylesheet."""

from collections.abc import Iterator
from hashlib import sha256

import msgspec

from ostiary.core.admin.bodies import ThemeBody, ThemeColoursBody
from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.base.data_urls import read_data_url
from ostiary.core.model.theme import LinkKind, Theme, ThemeFile

_DIGEST_CHARACTERS = 24
_ENDINGS = {
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/webp": "webp",
    "text/css": "css",
}


def compile_theme(body: ThemeBody, environment_name: str) -> Theme:
    """Return the theme of an environment of that name.

    Raises: ConfigurationBrokenError.
    """
    try:
        return Theme(
            title=body.title or environment_name,
            stylesheet=_stylesheet(body),
            logo=_picture("logo", body.logo),
            dark_logo=_picture("dark-logo", body.dark_logo),
            links=tuple(
                (LinkKind(kind), url)
                for kind, url in msgspec.to_builtins(body.links).items()
                if url is not None
            ),
        )
    except (KeyError, ValueError) as error:
        raise ConfigurationBrokenError(f"a theme: {error}") from error


def _picture(kind: str, source: str | None) -> ThemeFile | None:
    return None if source is None else _name(kind, *read_data_url(source))


def _stylesheet(body: ThemeBody) -> ThemeFile | None:
    """Return colours and own rules in one file: a page fetches no more than one."""
    own = "" if body.stylesheet is None else read_data_url(body.stylesheet)[1].decode()
    # Each stays in its scheme: where a theme has light colours only, dark pages keep ours.
    light = _declare("not all and (prefers-color-scheme: dark)", body.light)
    text = light + _declare("(prefers-color-scheme: dark)", body.dark) + own
    return _name("style", "text/css", text.encode()) if text else None


def _declare(scheme: str, colours: ThemeColoursBody) -> str:
    declared = "".join(_declarations(colours))
    return f"@media {scheme} {{\n:root {{\n{declared}}}\n}}\n" if declared else ""


def _declarations(colours: ThemeColoursBody) -> Iterator[str]:
    for name, value in msgspec.to_builtins(colours).items():
        if value is not None:
            yield f"  --{name.replace('_', '-')}: {value};\n"


def _name(kind: str, media_type: str, content: bytes) -> ThemeFile:
    digest = sha256(content).hexdigest()[:_DIGEST_CHARACTERS]
    return ThemeFile(f"{kind}-{digest}.{_ENDINGS[media_type]}", media_type, content)

"""Themes: files that are there and fit, colours that everybody can read."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from ostiary.core.base.colours import find_contrast
from ostiary.core.configuration.checks.subject import Subject, environments
from ostiary.core.configuration.problems import Path, Problem, error, warning
from ostiary.core.configuration.schema_theme import ThemeColours, ThemeSettings
from ostiary.core.configuration.secret_sources import Surroundings
from ostiary.core.configuration.theme_files import (
    ThemeFileRefusedError,
    read_image,
    read_stylesheet,
)
from ostiary.core.model.theme import DARK, LIGHT

TEXT_CONTRAST, EDGE_CONTRAST = 4.5, 3.0
"""Spec: WCAG 2.2 §1.4.3 (AA), §1.4.11."""
_PAIRS = (
    *((front, back, TEXT_CONTRAST) for front in ("text", "link") for back in ("page", "card")),
    ("text", "settled", TEXT_CONTRAST),
    ("wrong", "card", TEXT_CONTRAST),
    ("on_primary", "primary", TEXT_CONTRAST),
    ("edge", "card", EDGE_CONTRAST),
    ("focus", "card", EDGE_CONTRAST),
)
"""What stands on what, and how clearly it must."""
_READERS: Mapping[str, Callable[[str, Surroundings], object]] = {
    "logo": read_image,
    "dark_logo": read_image,
    "stylesheet": read_stylesheet,
}


def check_files(subject: Subject) -> Iterator[Problem]:
    """Refuse files that are not there, too large, or more than a picture or a stylesheet."""
    for path, theme in _themes(subject):
        for field, read in _READERS.items():
            source: str | None = getattr(theme, field)
            if source is None:
                continue
            try:
                read(source, subject.surroundings)
            except ThemeFileRefusedError as refusal:
                yield error((*path, field), str(refusal))
        if theme.dark_logo is not None and theme.logo is None:
            yield error((*path, "dark_logo"), "needs a logo beside it")


def check_contrast(subject: Subject) -> Iterator[Problem]:
    """Point out colours on which some people could not read what stands there."""
    for path, theme in _themes(subject):
        yield from chain(
            _faint((*path, "light"), theme.light, LIGHT), _faint((*path, "dark"), theme.dark, DARK)
        )


def _faint(path: Path, colours: ThemeColours, standard: Mapping[str, str]) -> Iterator[Problem]:
    chosen = colours.model_dump(exclude_none=True)
    shown = {**standard, **chosen}
    for front, back, least in _PAIRS:
        contrast = find_contrast(shown[front], shown[back])
        if contrast < least and chosen.keys() & {front, back}:
            field = front if front in chosen else back
            yield warning(
                (*path, field),
                f"{front} ({shown[front]}) on {back} ({shown[back]}) has a contrast of "
                f"{contrast:.1f} to 1: some people could not read it",
                f"it should be {least} or more",
            )


def _themes(subject: Subject) -> Iterator[tuple[Path, ThemeSettings]]:
    for path, _, environment in environments(subject):
        if environment.theme is not None:
            yield (*path, "theme"), environment.theme

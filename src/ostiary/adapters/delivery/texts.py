"""What messages say: plain text, one file a language, read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template as Pattern

from ostiary.core.base.ids import mint_uuid
from ostiary.core.base.languages import choose_language
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Channel, Message, Template

_FOLDER = resources.files("ostiary.adapters.delivery") / "languages"


@dataclass(frozen=True, slots=True)
class Wording:
    """How one message is put in one language.

    Args:
        sms: None for what is only ever told by mail.
    """

    subject: Pattern
    body: Pattern
    sms: Pattern | None


@dataclass(frozen=True, slots=True)
class Text:
    """What one person gets to read; by `repr` nothing of it is shown.

    Args:
        id: of this one message, the same at every try to send it.
        subject: of a mail; one line, whatever the values were.
        body: lines end with a line feed.
    """

    id: str
    language: str
    subject: str
    body: str

    def __repr__(self) -> str:
        return f"Text({self.language})"


def write(env: Environment, message: Message) -> Text:
    """Put a message into words, in the language nearest to its reader's.

    Raises: ValueError for a template that has no words for its channel.
    """
    language = choose_language((message.locale,))
    wording = wordings(language)[message.template]
    values = {**message.values, "environment": env.name}
    # A lone surrogate, which only JSON's own escapes can write, is in no text that is sent.
    sound = {name: value.encode(errors="replace").decode() for name, value in values.items()}
    if message.channel is Channel.EMAIL:
        subject, body = _one_line(wording.subject.substitute(sound)), wording.body.substitute(sound)
    elif wording.sms is not None:
        subject, body = "", _one_line(wording.sms.substitute(sound))
    else:
        raise ValueError(f"{message.template} is told by mail alone")
    return Text(mint_uuid(), language, subject, body)


def _one_line(text: str) -> str:
    """Keep values that somebody chose from beginning another line of the head."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


@cache
def wordings(language: str) -> Mapping[Template, Wording]:
    """Return what every message says in one of `LANGUAGES`."""
    tables = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return {
        Template(name): Wording(
            Pattern(table["subject"]),
            Pattern(table["body"]),
            Pattern(table["sms"]) if "sms" in table else None,
        )
        for name, table in tables.items()
    }

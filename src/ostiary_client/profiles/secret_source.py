"""Where a secret comes from: the profile itself, a variable, a file, or a program."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ostiary_client.errors import ConfigurationError
from ostiary_client.secret import Secret

_MOST_CHARACTERS = 64 * 1024
_COMMAND_SECONDS = 120.0
"""A program may have to ask a person first."""
_FORMS = 'has to be a text, { env = "…" }, { file = "…" } or { command = ["…"] }'


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a secret is to be had; `kind` is `value`, `env`, `file` or `command`."""

    kind: str
    place: Any = field(repr=False)

    def describe(self) -> dict[str, Any] | str:
        """Return what a person may see: the way to the secret, and never itself."""
        match self.kind:
            case "value":
                return "(hidden)"
            case "command":
                return {"command": list(self.place)}
            case kind:
                return {kind: str(self.place)}

    def read(self, environ: Mapping[str, str], *, what: str) -> Secret:
        """Fetch the secret.

        Raises: ConfigurationError.
        """
        match self.kind:
            case "value":
                text = self.place.reveal()
            case "env":
                text = _from_variable(self.place, environ, what)
            case "file":
                text = _from_file(self.place, what)
            case _:
                text = _from_command(self.place, what)
        text = text.strip() if self.kind != "value" else text
        if not text:
            raise ConfigurationError(f"{what} is empty")
        if len(text) > _MOST_CHARACTERS:
            raise ConfigurationError(f"{what} has more than {_MOST_CHARACTERS} characters")
        return Secret(text)


def read_source(value: object, directory: Path) -> SecretSource:
    """Return the source that a profile names.

    Raises: ValueError for none of the known forms.
    """
    match value:
        case str() if value:
            return SecretSource("value", Secret(value))
        case {"env": str(name), **rest} if name and not rest:
            return SecretSource("env", name)
        case {"file": str(path), **rest} if path and not rest:
            return SecretSource("file", directory / Path(path).expanduser())
        case {"command": [str(), *_] as words, **rest} if not rest:
            if all(isinstance(word, str) for word in words):
                return SecretSource("command", tuple(words))
    raise ValueError(_FORMS)


def _from_variable(name: str, environ: Mapping[str, str], what: str) -> str:
    if name not in environ:
        raise ConfigurationError(
            f"{what} is to come from the variable {name}, which is not set", remedy=f"Set {name}"
        )
    return environ[name]


def _from_file(path: Path, what: str) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_MOST_CHARACTERS + 2)
    except OSError as error:
        raise ConfigurationError(f"{what} cannot be read from {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{what} in {path} is no text") from None


def _from_command(words: tuple[str, ...], what: str) -> str:
    try:
        # Its questions and complaints go to the terminal; only the answer is taken.
        done = subprocess.run(  # noqa: S603 - the words of the user's own file, no shell
            words, stdout=subprocess.PIPE, timeout=_COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ConfigurationError(
            f"{what} did not come from `{words[0]}` within {_COMMAND_SECONDS:.0f} seconds"
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{what} cannot be had from `{words[0]}`: {error.strerror}"
        ) from None
    if done.returncode != 0:
        raise ConfigurationError(
            f"{what} cannot be had: `{words[0]}` ended with {done.returncode}",
            remedy="Run the command of the profile by hand to see why",
        )
    try:
        return done.stdout.decode()
    except UnicodeDecodeError:
        raise ConfigurationError(f"What `{words[0]}` prints is no text") from None

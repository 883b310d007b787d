"""JSON bodies: read member by member, every mistake noted, all told at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary.dialects.pingone_management.errors import DataError, Detail, invalid, missing
from ostiary.http.errors import bad_request, unsupported_media_type
from ostiary.http.message import Request

JSON = "application/json"
MAX_TEXT_CHARACTERS = 1024
_FLAGS: Mapping[object, bool] = {"true": True, "false": False}


def action_type(name: str) -> str:
    """Return the media type that names an action."""
    return f"application/vnd.pingidentity.{name}+json"


def read_media_type(request: Request, accepted: Collection[str]) -> str:
    """Return the media type of a request, if it is one of `accepted`.

    An action may leave `+json` out.
    Raises: HTTPError 415.
    """
    sent = request.media_type
    for media_type in accepted:
        if sent in (media_type.lower(), media_type.lower().removesuffix("+json")):
            return media_type
    raise unsupported_media_type("The content type is not one that this resource takes.")


@dataclass(frozen=True, slots=True)
class Body:
    """The members of an object, and what is wrong with them.

    Args: prefix is the path of the object in the body, with a dot at its end.
    """

    members: Mapping[str, Any] = field(repr=False)
    prefix: str = ""
    problems: list[Detail] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def text(
        self, name: str, *, is_required: bool = False, max_characters: int = MAX_TEXT_CHARACTERS
    ) -> str | None:
        """Return a text, or None for a member that is not there, null or empty."""
        value = self.members.get(name)
        if value is None or value == "":
            if is_required:
                self.problems.append(missing(self.prefix + name))
            return None
        if not isinstance(value, str):
            self.refuse(name, "Must be a text.")
            return None
        if len(value) > max_characters:
            self.refuse(
                name,
                f"May have {max_characters} characters.",
                rangeMinimumValue=1,
                rangeMaximumValue=max_characters,
            )
            return None
        return value

    def flag(self, name: str, *, is_required: bool = False) -> bool | None:
        """Return true or false, also as a text, as an official script sends it."""
        value = self.members.get(name)
        if value is None:
            if is_required:
                self.problems.append(missing(self.prefix + name))
            return None
        found = value if isinstance(value, bool) else _as_flag(value)
        if found is None:
            self.refuse(name, "Must be true or false.")
        return found

    def inner(self, name: str) -> "Body | None":
        """Return an object in this one, or None for a member that is not there or null."""
        value = self.members.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.refuse(name, "Must be an object.")
            return None
        return Body(value, f"{self.prefix}{name}.", self.problems)

    def refuse(self, name: str, message: str, **inner: object) -> None:
        """Note what is wrong with a member."""
        self.problems.append(invalid(self.prefix + name, message, **inner))

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Note every member that nothing is known of."""
        for name in self.members:
            if name not in known:
                self.refuse(name, "Is not a member that this resource has.")

    def check(self) -> None:
        """Refuse what was found wrong by now.

        Raises: DataError.
        """
        if self.problems:
            raise DataError(self.problems)


def read_body(request: Request, *, may_be_empty: bool = False) -> Body:
    """Return the object that a request holds.

    Raises: HTTPError 400 for what is no JSON object.
    """
    if may_be_empty and not request.body:
        return Body({})
    value = request.json()
    if not isinstance(value, dict):
        raise bad_request("The body is not a JSON object.")
    return Body(value)


def _as_flag(value: object) -> bool | None:
    return _FLAGS.get(value.lower()) if isinstance(value, str) else None

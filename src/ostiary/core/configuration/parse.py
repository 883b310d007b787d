"""From what a file says to a `Configuration`, finding everything that is wrong with its fields."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ostiary.core.configuration.field_messages import message_for
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error
from ostiary.core.configuration.schema import Configuration

Raw = dict[str, Any]
_KEY_MARK = "[key]"
_MAX_ROUNDS = 20
_NAMED = (
    "authentication_applications",
    "clients",
    "policies",
    "resources",
    "steps",
    "token_managers",
    "users",
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What could be read.

    Args:
        configuration: what is left when every refused field is taken out; None if nothing is.
    """

    configuration: Configuration | None
    problems: tuple[Problem, ...]

    def is_damaged(self, path: Path, reads: Collection[str] = ()) -> bool:
        """Tell whether the object at `path` had refused fields: what it lacks says nothing.

        Of an environment without a readable face nothing can be said at all.
        Args: reads are the fields that count; none for any. A field that nobody knows may stand
            for each of them.
        """
        own = object_of(path)
        others = set(_fields_at(own)).difference(reads) if reads else set[str]()
        return any(
            problem.path == (*path[:2], "face")
            or (
                object_of(problem.path) == own
                and not others.intersection(map(str, problem.path[len(own) :][:1]))
            )
            for problem in self.problems
        )

    def as_written(self, path: Path) -> Path:
        """Return where the file has what `configuration` has at `path`.

        In a list the entries behind one that was left out have moved up.
        """
        written: Path = ()
        for part in path:
            here = self._number_in(written, part) if isinstance(part, int) else part
            written = (*written, here)
        return written

    def _number_in(self, table: Path, number: int) -> int:
        """Return which entry of a list it was that is at `number` now."""
        paths = [problem.path for problem in self.problems if problem.path[:-1] == table]
        for left_out in sorted(path[-1] for path in paths if path and isinstance(path[-1], int)):
            number += left_out <= number
        return number


def parse(raw: Raw) -> Parsed:
    """Read a configuration; refused fields are reported and then left out, not stopped at."""
    problems: list[Problem] = []
    remaining = _copy(raw)
    for _ in range(_MAX_ROUNDS):
        try:
            configuration = Configuration.model_validate(remaining)
        except ValidationError as refusal:
            details = refusal.errors(include_url=False, include_input=True)
        else:
            return Parsed(configuration, tuple(problems))
        # Later rounds only meet what the first one's omissions left behind.
        if not problems:
            problems = [_describe(detail) for detail in details if _is_news(detail, details)]
        if not _leave_out(remaining, details):
            break
    return Parsed(None, tuple(problems))


def object_of(path: Path) -> Path:
    """Return the path of the object that a field belongs to."""
    if path[:1] == ("environments",):
        return path[:4] if len(path) > 2 and path[2] in _NAMED else path[:2]
    return path[:1]


def _copy(value: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    """Copy tables and lists so that no two places share one."""
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(entry) for entry in value] if isinstance(value, list) else value


def _is_news(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Tell whether a refusal is not a mere consequence: a list without its bad entry is short."""
    loc = detail["loc"]
    return detail["type"] != "too_short" or not any(
        other["loc"][: len(loc)] == loc and len(other["loc"]) > len(loc) for other in details
    )


def _describe(detail: ErrorDetails) -> Problem:
    path = _path(detail)
    return error(path, message_for(detail["type"], detail.get("ctx", {})), _hint(detail, path))


def _path(detail: ErrorDetails) -> Path:
    return tuple(part for part in detail["loc"] if part != _KEY_MARK)


def _hint(detail: ErrorDetails, path: Path) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return did_you_mean(str(path[-1]), _fields_at(path[:-1]))
        case "literal_error" | "enum" if isinstance(detail["input"], str):
            return did_you_mean(detail["input"], detail["ctx"]["expected"].split("'")[1::2])
        case _:
            return ""


def _fields_at(path: Path) -> tuple[str, ...]:
    """Return the names of the fields that a table may have."""
    kind: object = Configuration
    for part in path:
        model = _model_in(kind)
        if model is None:
            kind = get_args(kind)[-1] if get_args(kind) else None
        elif part in model.model_fields:
            kind = model.model_fields[str(part)].annotation
    model = _model_in(kind)
    return tuple(model.model_fields) if model else ()


def _model_in(kind: object) -> type[BaseModel] | None:
    """Return the table behind an annotation such as `TLSSettings | None`, or None."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    if getattr(kind, "__origin__", None) in {dict, tuple}:
        return None
    return next(filter(None, map(_model_in, get_args(kind))), None)


def _leave_out(remaining: Raw, details: Sequence[ErrorDetails]) -> bool:
    """Take out what was refused, last entries of lists first; False when that is everything."""
    places = sorted({_place(detail) for detail in details}, key=_by_depth_and_index, reverse=True)
    if () in places:
        return False
    for place in places:
        _delete(remaining, place)
    return True


def _place(detail: ErrorDetails) -> Path:
    """Return what to take out: the value, or the whole table when it lacks something."""
    path = _path(detail)
    return path[:-1] if detail["type"] == "missing" else path


def _by_depth_and_index(path: Path) -> tuple[int, int]:
    last = path[-1] if path else 0
    return len(path), last if isinstance(last, int) else 0


def _delete(remaining: Raw, place: Path) -> None:
    table: Any = remaining
    for part in place[:-1]:
        table = table[part]
    last: Any = place[-1]
    if place == ("server", "mode"):
        # Unknown how strict to be: the mild mode finds what is wrong in either.
        table[last] = "dev"
    elif place in set(_named_objects(remaining)) and not isinstance(table[last], dict):
        # The object stays known to those who name it.
        table[last] = {}
    elif isinstance(table, list) or last in table:
        del table[last]


def _named_objects(raw: Raw) -> Iterator[Path]:
    environments = raw.get("environments")
    if not isinstance(environments, dict):
        return
    for name, environment in environments.items():
        yield ("environments", name)
        if isinstance(environment, dict):
            for kind in _NAMED:
                objects = environment.get(kind)
                if isinstance(objects, dict):
                    yield from (("environments", name, kind, key) for key in objects)

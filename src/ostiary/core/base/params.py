"""Request parameters after parsing: read by name, duplicates refused."""

from collections.abc import Callable, Iterable, Mapping

from ostiary.core.base.errors import OAuthCode, OAuthError

REPEATABLE = frozenset({"resource", "audience"})
_NO_LISTS: Mapping[str, tuple[str, ...]] = {}


class Params:
    """Parameters of one request; a parameter without a value counts as absent.

    Spec: RFC 6749 §3.1 and §3.2 (empty is omitted, none may repeat); RFC 8707 §2 and RFC 8693
    §2.1 (`resource` and `audience` may).
    Args:
        values: no name stands twice, no value is empty.
        lists: every value of those that are sent more than once; `values` has the first.
    """

    __slots__ = ("_lists", "_values", "find")

    find: Callable[[str], str | None]
    """Returns the value of a parameter, or None when it is absent.

    It is the look-up of the dict itself: a token request asks it a dozen times.
    """

    def __init__(
        self, values: dict[str, str], lists: Mapping[str, tuple[str, ...]] = _NO_LISTS
    ) -> None:
        self._values = values
        self._lists = lists
        self.find = values.get

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> "Params":
        """Collect decoded pairs.

        Raises: OAuthError invalid_request when a parameter repeats that may not.
        """
        values: dict[str, str] = {}
        lists: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            if not value:
                continue
            if name not in values:
                values[name] = value
            elif name in REPEATABLE:
                lists[name] = (*lists.get(name, (values[name],)), value)
            else:
                raise _repeated(name)
        return cls(values, lists)

    def joined_with(self, other: "Params", names: frozenset[str]) -> "Params":
        """Return these parameters and, of `other`, those named, of which none may repeat.

        Raises: OAuthError invalid_request when one stands in both.
        """
        joined = dict(self._values)
        for name in names:
            value = other.find(name)
            if value is None:
                continue
            if name in joined:
                raise _repeated(name)
            joined[name] = value
        return Params(joined, self._lists)

    def get(self, name: str) -> str:
        """Return the value of a required parameter.

        Raises: OAuthError invalid_request that names it.
        """
        value = self.find(name)
        if value is None:
            raise OAuthError(OAuthCode.INVALID_REQUEST, f"The parameter {name} is missing.")
        return value

    def find_all(self, name: str) -> tuple[str, ...]:
        """Return every value of a repeatable parameter, in the order sent."""
        value = self.find(name)
        return () if value is None else self._lists.get(name, (value,))

    def single_values(self) -> Mapping[str, str]:
        """Return every parameter by its name, where a stranger chooses the names.

        Raises: OAuthError invalid_request for one that is sent more than once.
        """
        for name in self._lists:
            raise _repeated(name)
        return self._values

    def __contains__(self, name: str) -> bool:
        return name in self._values


def _repeated(name: str) -> OAuthError:
    return OAuthError(
        OAuthCode.INVALID_REQUEST,
        "A parameter is sent more than once; send each at most once.",
        parameter=name,
    )

"""Request parameters after parsing: read by name, duplicates refused."""

from collections.abc import Iterable, Mapping

from ostiary.core.base.errors import OAuthCode, OAuthError

REPEATABLE = frozenset({"resource", "audience"})


class Params:
    """Parameters of one request; a parameter without a value counts as absent.

    Spec: RFC 6749 §3.1 and §3.2 (empty is omitted, none may repeat); RFC 8707 §2 and RFC 8693
    §2.1 (`resource` and `audience` may).
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self._values = values

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> "Params":
        """Collect decoded pairs.

        Raises: OAuthError invalid_request when a parameter repeats that may not.
        """
        values: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            if not value:
                continue
            if name in values:
                if name not in REPEATABLE:
                    raise _repeated(name)
                values[name] += (value,)
            else:
                values[name] = (value,)
        return cls(values)

    def joined_with(self, other: "Params", names: frozenset[str]) -> "Params":
        """Return these parameters and, of `other`, those named.

        Raises: OAuthError invalid_request when one stands in both.
        """
        joined = dict(self._values)
        for name in names:
            values = other.find_all(name)
            if values and name in joined:
                raise _repeated(name)
            if values:
                joined[name] = values
        return Params(joined)

    def find(self, name: str) -> str | None:
        """Return the value of a parameter, or None when it is absent."""
        values = self._values.get(name)
        return values[0] if values else None

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
        return self._values.get(name, ())

    def __contains__(self, name: str) -> bool:
        return name in self._values


def _repeated(name: str) -> OAuthError:
    return OAuthError(
        OAuthCode.INVALID_REQUEST,
        "A parameter is sent more than once; send each at most once.",
        parameter=name,
    )

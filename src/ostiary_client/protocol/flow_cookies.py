"""The cookies of one sign-on flow: kept as the server sets them, sent to that server alone."""

import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

_MOST_COOKIES = 20
_MOST_CHARACTERS = 4096
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_VALUE = re.compile(r'"?[!#-+\--:<-\[\]-~]*"?')
_SECONDS = re.compile(r"-?[0-9]{1,12}")


@dataclass(slots=True)
class FlowCookies:
    """A jar for one server, `url`; the latest cookie of a name counts.

    Spec: RFC 6265 §5.2, §5.3, §5.4.
    """

    url: str
    _values: dict[str, str] = field(default_factory=dict, repr=False)

    def take(self, set_cookies: tuple[str, ...], now: float) -> None:
        """Keep what an answer sets, and drop what it takes back.

        Whatever is malformed, or meant for another host, is passed over.
        """
        for line in set_cookies:
            pair, *attributes = line.split(";")
            name, equals, value = (part.strip() for part in pair.partition("="))
            settings = dict(_attribute(text) for text in attributes)
            if not equals or len(line) > _MOST_CHARACTERS or not self._is_ours(settings):
                continue
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                continue
            self._values.pop(name, None)
            if not _is_over(settings, now) and len(self._values) < _MOST_COOKIES:
                self._values[name] = value

    def header(self) -> dict[str, str]:
        """Return the header that sends them all, if there are any."""
        if not self._values:
            return {}
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self._values.items())}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Their values, which no message may show."""
        return tuple(self._values.values())

    def _is_ours(self, settings: dict[str, str]) -> bool:
        """Tell whether the host may set a cookie for that domain.

        Spec: RFC 6265 §5.1.3.
        """
        domain = settings.get("domain", "").lstrip(".").lower()
        host = (urlsplit(self.url).hostname or "").lower()
        return not domain or host == domain or ("." in domain and host.endswith(f".{domain}"))


def _attribute(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip()


def _is_over(settings: dict[str, str], now: float) -> bool:
    """Tell whether a cookie has ended: `Max-Age` counts before `Expires`.

    Spec: RFC 6265 §5.2.1, §5.2.2, §5.3.
    """
    age = settings.get("max-age", "")
    if _SECONDS.fullmatch(age):
        return int(age) <= 0
    try:
        return parsedate_to_datetime(settings.get("expires", "")).timestamp() <= now
    except (TypeError, ValueError, OverflowError):
        return False

"""Browsers named after what they say of themselves."""

import pytest

from ostiary.core.base.user_agents import name_browser

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("user_agent", "program", "system"),
    [
        (f"{_WINDOWS} {_WEBKIT} Chrome/126.0.0.0 Safari/537.36", "Chrome", "Windows"),
        (f"{_WINDOWS} {_WEBKIT} Chrome/126.0 Safari/537.36 Edg/126.0", "Edge", "Windows"),
        (f"{_WINDOWS} {_WEBKIT} Chrome/126.0 Safari/537.36 OPR/112.0", "Opera", "Windows"),
        (f"{_IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari", "iPhone"),
        (f"{_IPHONE} CriOS/126.0 Mobile/15E148 Safari/604.1", "Chrome", "iPhone"),
        (f"{_IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15", "Firefox", "iPhone"),
        (
            f"Mozilla/5.0 (Linux; Android 14) {_WEBKIT} SamsungBrowser/25.0 Chrome/121 Safari",
            "Samsung Internet",
            "Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0",
            "Firefox",
            "macOS",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
            "Firefox",
            "Linux",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_WEBKIT} Chrome/126.0", "Chrome", "ChromeOS"),
        ("curl/8.7.1", "", ""),
        ("", "", ""),
    ],
)
def test_a_browser_is_named_by_what_only_it_says(
    user_agent: str, program: str, system: str
) -> None:
    assert name_browser(user_agent) == (program, system)

"""PingOne's session cookie and its twin, kept within the paths of their environment.

Spec: PingOne "Sessions".
"""

from ostiary.dialects.pingone.paths import environment_path
from ostiary.http.browser_cookies import YEAR_SECONDS, BrowserCookies, KeptCookie

COOKIES = BrowserCookies(
    (
        KeptCookie("cookie", "ST", outlives_browser=True, twin="ST-NO-SS"),
        KeptCookie("device", "__Secure-ostiary-device", YEAR_SECONDS),
        KeptCookie("remembered", "__Secure-ostiary-remembered", YEAR_SECONDS),
        KeptCookie("username", "__Secure-ostiary-username", YEAR_SECONDS),
    ),
    path=environment_path,
)

read_browser = COOKIES.read
write_change = COOKIES.write_change

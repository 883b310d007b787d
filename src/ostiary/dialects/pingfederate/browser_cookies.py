"""PingFederate's cookies, and the state that a program shows instead of them.

Spec: PingFederate "Configuring the PF cookie".
"""

from ostiary.http.browser_cookies import YEAR_SECONDS, BrowserCookies, KeptCookie

API_STATE_HEADER = b"x-pf-authn-api-state"
COOKIES = BrowserCookies(
    (
        KeptCookie("cookie", "PF"),
        KeptCookie("persistent_cookie", "PF.PERSISTENT", 94_608_000),
        KeptCookie("device", "__Host-ostiary-device", YEAR_SECONDS),
        KeptCookie("remembered", "__Host-ostiary-remembered", YEAR_SECONDS),
        KeptCookie("username", "__Host-ostiary-username", YEAR_SECONDS),
    ),
    state_header=API_STATE_HEADER,
)

read_browser = COOKIES.read
write_change = COOKIES.write_change

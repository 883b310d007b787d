"""A person in a browser: fills in the server's form, and comes back to the application."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpx2

from tests.support.html import parse_form

_MOST_PAGES = 10


@dataclass
class WebBrowser:
    """Keeps cookies over the sign-ons of one person; `tls` is whom it believes."""

    tls: ssl.SSLContext
    username: str = "joe"
    password: str = "Password1"
    pages: list[httpx2.Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = httpx2.Client(verify=self.tls, timeout=20)

    def sign_on(self, url: str, until: str) -> str:
        """Go to a URL, sign on and agree where that is asked, and return where that leads.

        Args: until is what the URL begins with at which the browser stops, without going there.
        """
        return self._go_on(self._http.get(url), until)

    def cancel(self, page: httpx2.Response, until: str) -> str:
        """Press the button that breaks the sign-on off, and return where that leads."""
        return self._go_on(self._fill_in(page, button="pf.cancel"), until)

    def _go_on(self, answer: httpx2.Response, until: str) -> str:
        for _ in range(_MOST_PAGES):
            self.pages.append(answer)
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(until):
                    return target
                answer = self._http.get(target)
            else:
                assert answer.status_code == 200, answer.text
                answer = self._fill_in(answer)
        raise AssertionError(f"no way back in sight: {answer.text}")

    def get(self, url: str) -> httpx2.Response:
        """Go to a URL, and stay where that leads."""
        return self._http.get(url)

    def close(self) -> None:
        self._http.close()

    def _fill_in(self, page: httpx2.Response, button: str | None = None) -> httpx2.Response:
        form = parse_form(page.content)
        given: Mapping[str, str] = {
            "pf.username": self.username,
            "pf.pass": self.password,  # PingFederate's forms
            "username": self.username,
            "password": self.password,  # PingOne's
        }
        fields = {name: given.get(name, value) for name, value in form.fields.items()}
        buttons = [each for each in form.buttons if button in {None, each[0]}]
        pressed = dict(buttons[:1])
        return self._http.post(urljoin(str(page.url), form.action), data={**fields, **pressed})

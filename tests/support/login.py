"""A running `ostiary login` that waits for the browser."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx2

from tests.support.sign_on_play import query_of
from tests.support.terminal import Ran, Terminal

_SECONDS = 60


@dataclass
class Login:
    """A login that waits for the browser: its process, and the URL that it told."""

    process: "subprocess.Popen[bytes]"
    url: str

    @property
    def asked(self) -> dict[str, str]:
        return query_of(self.url)

    @property
    def listener(self) -> str:
        return self.asked["redirect_uri"].removesuffix("/callback")

    def come_back(self, path: str = "/callback", **parameters: str) -> httpx2.Response:
        """Come back as the browser does, with a code and the right state unless told otherwise."""
        query = urlencode({"code": "the-code", "state": self.asked["state"], **parameters})
        return httpx2.get(f"{self.listener}{path}?{query}")

    def end(self) -> Ran:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=_SECONDS)
        return Ran(self.process.returncode, out.decode(), err.decode())


@contextmanager
def waiting_login(terminal: Terminal, *options: str) -> Iterator[Login]:
    """Start a login, and read what it says."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = terminal.start("login", "--no-browser", *options, **pipes)
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == b"Sign on in your browser:\n"
        yield Login(process, process.stderr.readline().decode().strip())
    finally:
        process.kill()
        process.communicate()

"""The one browser of a session, and the thread on which alone it is spoken to."""

import base64
import hashlib
import shutil
import ssl
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, sync_playwright

P = ParamSpec("P")
T = TypeVar("T")

_NAMES = ("chromium", "google-chrome")
_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class BrowserThread:
    """Playwright's event loop never leaves this thread, so coroutine tests beside it find none."""

    executor: ThreadPoolExecutor

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function on the thread, and return or raise what it does."""
        return self.executor.submit(function, *args, **kwargs).result()


@contextmanager
def running_thread() -> Iterator[BrowserThread]:
    """Keep such a thread for as long as the block lasts."""
    with ThreadPoolExecutor(1, "browser") as executor:
        yield BrowserThread(executor)


@contextmanager
def running_browser(
    thread: BrowserThread, *, hosts: Iterable[str], ports: Iterable[int]
) -> Iterator[Browser]:
    """Run Chromium without a screen.

    Args:
        hosts: names that lead to this machine; every other one but `localhost` leads nowhere.
        ports: of this machine, whose certificates are trusted as they are now.
    """
    playwright = thread.run(sync_playwright().start)
    try:
        browser = thread.run(
            playwright.chromium.launch,
            executable_path=_find_chromium(),
            args=[*_ARGUMENTS, _resolve(hosts), _trust(ports)],
        )
        yield browser
        thread.run(browser.close)
    finally:
        thread.run(playwright.stop)


def _find_chromium() -> str:
    found = [path for path in map(shutil.which, _NAMES) if path is not None]
    assert found, "there is no Chromium: scripts/system_packages.sh chromium"
    return found[0]


def _resolve(hosts: Iterable[str]) -> str:
    rules = [*(f"MAP {host} 127.0.0.1" for host in hosts), "MAP * ~NOTFOUND", "EXCLUDE localhost"]
    return f"--host-resolver-rules={', '.join(rules)}"


def _trust(ports: Iterable[int]) -> str:
    return f"--ignore-certificate-errors-spki-list={','.join(map(_digest_key, ports))}"


def _digest_key(port: int) -> str:
    """Return the hash by which Chromium knows the key of whoever listens there."""
    pem = ssl.get_server_certificate(("127.0.0.1", port))
    key: Any = x509.load_pem_x509_certificate(pem.encode()).public_key()
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(info).digest()).decode()

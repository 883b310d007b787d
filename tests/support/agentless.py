"""The example applications of `examples/agentless/`, in front of a real server."""

import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.support.processes import can_connect
from tests.support.proxies import make_proxy, running_proxy, server_settings
from tests.support.server import Server, free_port, running_server

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "agentless"
PASS_PHRASES = {
    "DESK_PASS_PHRASE": "pass-phrase-of-the-desk",
    "SHOP_PASS_PHRASE": "pass-phrase-of-the-shop",
}
KINDS = ("flask", "fastapi")
DESK, SHOP = "http://127.0.0.1:5001", "http://127.0.0.1:5002"
"""Where the example configuration expects the applications."""


@dataclass(frozen=True, slots=True)
class Agentless:
    """A server, as browsers reach it, and both applications."""

    server: Server
    base_url: str
    ca_path: Path
    desk: str
    shop: str


def configuration(
    desk: str, shop: str, settings: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the example configuration with the applications elsewhere.

    Args: settings are further ones of the adapters, by name.
    """
    text = (EXAMPLES / "ostiary.toml").read_text()
    assert DESK in text
    assert SHOP in text
    whole = tomllib.loads(text.replace(DESK, desk).replace(SHOP, shop))
    for name, adapter in whole["environments"]["default"]["reference_adapters"].items():
        adapter.update(settings[name])
    return {"environments": whole["environments"]}


@contextmanager
def running_agentless(
    directory: Path,
    *,
    desk: str = "flask",
    shop: str = "fastapi",
    proxy: str | None = None,
    of_desk: Mapping[str, Any] = MappingProxyType({}),
    of_shop: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[Agentless]:
    """Run server and applications, and a proxy where one is named, for as long as a block lasts.

    Args: desk and shop are the frameworks of the two; of_desk and of_shop further settings of their
        adapters.
    """
    directory.mkdir(exist_ok=True)
    ports = {"desk": free_port(), "shop": free_port()}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    whole = configuration(urls["desk"], urls["shop"], {"desk": of_desk, "shop": of_shop})
    with ExitStack() as stack:
        chosen = None if proxy is None else make_proxy(directory / "proxy")
        if chosen is not None:
            whole["server"] = server_settings(chosen)
        server = stack.enter_context(
            running_server(directory / "server", whole, environ=PASS_PHRASES)
        )
        if chosen is not None and proxy is not None:
            stack.enter_context(running_proxy(proxy, chosen, server.ports["http"]))
        base_url = server.base_url if chosen is None else chosen.base_url
        ca_path = server.ca_path if chosen is None else chosen.ca_path
        environ = {**PASS_PHRASES, "SERVER": base_url, "SSL_CERT_FILE": str(ca_path)}
        for name, kind in (("desk", desk), ("shop", shop)):
            log = directory / f"{name}.log"
            stack.enter_context(_running(f"{name}_{kind}", ports[name], environ, log))
        yield Agentless(server, base_url, ca_path, urls["desk"], urls["shop"])


@contextmanager
def _running(module: str, port: int, environ: Mapping[str, str], log: Path) -> Iterator[None]:
    command = [sys.executable, "-m", *_arguments(module, port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + 30
        while not can_connect(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()


def _arguments(module: str, port: int) -> list[str]:
    if module.endswith("_flask"):
        return ["flask", "--app", str(EXAMPLES / f"{module}.py"), "run", "--port", str(port)]
    return ["uvicorn", "--app-dir", str(EXAMPLES), "--port", str(port), f"{module}:app"]

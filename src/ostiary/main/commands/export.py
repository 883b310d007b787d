"""`ostiary export`: the stored configuration as a file."""

import sys
import tomllib
from pathlib import Path
from typing import Any

from ostiary.core.admin.contents import read
from ostiary.core.admin.documents import SHARED_SERVER_FIELDS
from ostiary.core.admin.export import export_toml
from ostiary.core.configuration.store_urls import holds_password
from ostiary.main.administration import Administration, administrate
from ostiary.main.commands.check import read_checked
from ostiary.main.commands.document import show_document
from ostiary.main.config_file import load

_MAY_BE_SECRET = ("master_key", "store")


def run(config: Path, output: Path | None, *, as_json: bool = False) -> int:
    """Write what the store holds, with the local settings of `config`, to `output` or stdout."""
    configuration = read_checked(config, warns=False)
    if configuration is None:
        return 1
    local = _local_settings(load(config).raw)
    left_out = [name for name in _MAY_BE_SECRET if _is_plain_secret(name, local.get(name))]
    for name in left_out:
        del local[name]
    texts: list[str] = []

    async def work(administration: Administration) -> int:
        stored = await administration.editor.configurations.load()
        texts.append(export_toml(stored.version, read(stored.documents), local, left_out))
        return 0

    code = administrate(configuration, work) or _write(texts[0], output, as_json=as_json)
    if code == 0:
        for name in left_out:
            sys.stderr.write(f"server.{name} is left out, for it is a secret in plain text\n")
    return code


def _write(text: str, output: Path | None, *, as_json: bool) -> int:
    if output is None and as_json:
        show_document({"configuration": tomllib.loads(text)})
        return 0
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())  # TOML is UTF-8 whatever the terminal is
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"{output}: cannot be written: {error.strerror}\n")
        return 1
    if as_json:
        show_document({"file": str(output)})
    return 0


def _local_settings(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what [server] says of this node alone."""
    server = raw.get("server", {})
    return {name: value for name, value in server.items() if name not in SHARED_SERVER_FIELDS}


def _is_plain_secret(name: str, value: object) -> bool:
    text = value.get("value") if isinstance(value, dict) else value
    return isinstance(text, str) and (name == "master_key" or holds_password(text))

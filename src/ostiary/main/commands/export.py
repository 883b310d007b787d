"""`ostiary export`: the stored configuration as a file."""

import sys
from pathlib import Path
from typing import Any

from ostiary.core.admin.contents import read
from ostiary.core.admin.documents import SHARED_SERVER_FIELDS
from ostiary.core.admin.export import export_toml
from ostiary.main.administration import Administration, administrate
from ostiary.main.commands.check import read_checked
from ostiary.main.config_file import load

_MAY_BE_SECRET = ("master_key", "store")


def run(config: Path, output: Path | None) -> int:
    """Write what the store holds, with the local settings of `config`, to `output` or stdout."""
    configuration = read_checked(config)
    if configuration is None:
        return 1
    local = _local_settings(load(config).raw)
    texts: list[str] = []

    async def work(administration: Administration) -> int:
        stored = await administration.editor.configurations.load()
        texts.append(export_toml(stored.version, read(stored.documents), local))
        return 0

    return administrate(configuration, work) or _write(texts[0], output)


def _write(text: str, output: Path | None) -> int:
    if output is None:
        sys.stdout.write(text)
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"{output}: cannot be written: {error.strerror}\n")
        return 1
    return 0


def _local_settings(raw: dict[str, Any]) -> dict[str, Any]:
    """Return what [server] says of this node alone, but no secret in plain text."""
    return {
        name: value
        for name, value in raw.get("server", {}).items()
        if name not in SHARED_SERVER_FIELDS
        and not (name in _MAY_BE_SECRET and _is_plain_secret(name, value))
    }


def _is_plain_secret(name: str, value: object) -> bool:
    text = value.get("value") if isinstance(value, dict) else value
    return isinstance(text, str) and (name == "master_key" or "@" in text)

"""`ostiary init`: a commented configuration to start from."""

import sys
from pathlib import Path

from ostiary.main.commands.document import show_document
from ostiary.main.starter import STARTER


def run(path: Path, *, force: bool, as_json: bool = False) -> int:
    """Write the starter; return 1 when something is there already or it cannot be written."""
    if path.suffix != ".toml":
        sys.stderr.write(f"{path}: the starter is TOML: choose a name that ends with .toml\n")
        return 1
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(STARTER)
    except FileExistsError:
        sys.stderr.write(
            f"{path}: is there already; choose another name, or replace it with --force\n"
        )
        return 1
    except OSError as error:
        sys.stderr.write(f"{path}: cannot be written: {error.strerror}\n")
        return 1
    if as_json:
        show_document({"file": str(path)})
    else:
        sys.stdout.write(f"{path} is written. Next: ostiary serve --config {path}\n")
    return 0

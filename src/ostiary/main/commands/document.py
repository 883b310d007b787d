"""The answer of a command as one JSON document, for programs that run it."""

import json
import sys
from collections.abc import Mapping


def show_document(document: Mapping[str, object]) -> None:
    """Print an answer; raises OSError when nobody takes it."""
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    sys.stdout.flush()

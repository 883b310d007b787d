"""Writes docs/cli.md: every subcommand of `ostiary`, from the table of commands."""

import re
from collections.abc import Iterator
from typing import Any

import typer.main

from ostiary_cli import app
from ostiary_cli.commands import COMMANDS
from ostiary_cli.connection import PANEL

_HEAD = """# The command line, option by option

`make docs` writes this page from the table of commands. How things are done with it is told in
[The command line](guides/command-line.md).

## Exit codes

| Code | What it means |
|---|---|
| 0 | done |
| 1 | refused, or failed: by the server, the token, the configuration, or a disk that is full |
| 2 | the options do not fit; from `diff`: something would change |
| 3 | the token is not active (`introspect`) |
| 4 | the server, or a backend, cannot be reached: nobody is there, no answer comes in time, \
or its certificate is wrong |
| 5 | the settings of the client do not fit: arguments, variables, profile, or a file that others \
can read |
| 130 | Control-C |

## Answers and errors

An answer goes to standard output, everything else to standard error. An error is two lines: what
happened, and what to do about it; if a server answered something unexpected, the beginning of that
follows. Nothing that a server says reaches the terminal unfiltered, and no secret is shown.

With `--json` an answer is one JSON document, and an error is one line:

```json
{"error": {"kind": "invalid_client", "message": "…", "remedy": "…", "status": 401, "error": "…"}}
```

`kind`, `message` and `remedy` are always there; `status`, `content`, `error`, `error_description`
and `retry_after_seconds` when a server answered. What a command has to say beside its answer is
`{"notes": ["…"]}` on standard error. Options that do not fit are told as text.

| Command | Members of the answer |
|---|---|
| `token` | the server's answer, with `access_token`, `token_type`, `scope`, `expires_at`, \
`expires_in` (what is left) |
| `token --backend` | `token`, `response` |
| `token --user` | the same, of whoever signed on |
| `login` | `sub`, `issuer`, `scope`, `expires_at`, `claims` of the ID token |
| `whoami` | what the server says of them |
| `logout` | `signed_off`; with `--browser` `logout_url` |
| `introspect` | `active`, and the claims that the server names |
| `revoke` | `revoked` |
| `decode` | `verified`, `header`, `claims`, `problems` |
| `discover` | the server's metadata |
| `profiles list` | `file`, `default`, `profiles`: `name`, `base_url`, `client_id`, `is_default` |
| `profiles show` | `name`, `file`, `is_default`, `settings` |
| `profiles set`, `profiles remove` | `name`, `file` |
| `profiles init`, `init` | `file` |
| `check` | `file`, `problems`: `file`, `line`, `path`, `severity`, `message`, `hint` |
| `diff` | `changes` |
| `apply` | `changes`, `version`, `secrets`: `path`, `secret`; asks nobody, so it takes `--yes` |
| `export` | `configuration`; with `--output` `file` |
| `keys list` | `keys`: `environment`, `key_set`, `algorithm`, `kid`, \
`active_from`, `published_until`, `is_signing`, `is_published` |
| `keys rotate`, `keys import` | `rotations`: `environment`, `key_set`, `algorithm`, \
`kid`, `active_from`, `is_new` |
| `serve` | one document a line, as always: its events |
"""


_KIND = re.compile(r"(?<=[A-Z]) <\w+>$")
_SHARED = f"Beside these: [which server, which client](#{PANEL.lower().replace(' ', '-')}).\n"


def render() -> str:
    """Return the page."""
    group: Any = typer.main.get_command(app.build())
    pages = (_HEAD, *_shared(group.commands["token"]), *_sections(group.commands))
    return "".join(pages)


def _shared(command: Any) -> Iterator[str]:  # noqa: ANN401 - Typer's own
    yield f"\n## {PANEL}\n\n"
    yield "Every command that talks to a server takes those of these that it needs.\n\n"
    context = typer.Context(command)
    yield from _table(
        [option for option in command.get_params(context) if _is_shared(option)], context
    )


def _sections(commands: dict[str, Any]) -> Iterator[str]:
    panel = ""
    for entry in COMMANDS:
        name, command = entry.name, commands[entry.name]
        if entry.panel != panel:
            panel = entry.panel
            yield f"\n## {panel}\n"
        inner = getattr(command, "commands", None)
        if inner is None:
            yield from _described(f"ostiary {name}", command)
        else:
            for last, each in inner.items():
                yield from _described(f"ostiary {name} {last}", each)


def _described(words: str, command: Any) -> Iterator[str]:  # noqa: ANN401 - Typer's own
    context = typer.Context(command, info_name=words)
    arguments = command.collect_usage_pieces(context)
    yield f"\n### `{' '.join((words, *arguments))}`\n\n{command.help}\n\n"
    parameters = [each for each in command.get_params(context) if each.name != "help"]
    own = [each for each in parameters if not _is_shared(each)]
    yield from _table(own, context)
    if len(own) < len(parameters):
        yield f"\n{_SHARED}"


def _is_shared(parameter: Any) -> bool:  # noqa: ANN401 - Typer's own
    return getattr(parameter, "rich_help_panel", None) == PANEL


def _table(parameters: list[Any], context: typer.Context) -> Iterator[str]:
    yield "| Option | What it does |\n|---|---|\n"
    for parameter in parameters:
        names, text = parameter.get_help_record(context)
        yield f"| `{_KIND.sub('', _cell(names))}` | {_cell(text)} |\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

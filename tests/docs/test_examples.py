"""What the pages tell a reader to type works, and answers what the pages say."""

import itertools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ostiary.core.configuration.parse import parse
from tests.support import markdown
from tests.support.markdown import ROOT, Block
from tests.support.server import free_port
from tests.support.session import SessionDirectory

RUN = ("sh", "python")
FILE = re.compile(r"# ([\w.-]+\.toml)\n")
SHOWN = ("json", "text")
EXAMPLES = (".toml", ".svg", ".css")
NOT_RUN = re.compile(r"<!-- not run: .{10,} -->")


def is_run(block: Block) -> bool:
    """Tell whether a block is typed in by the test too."""
    if NOT_RUN.fullmatch(block.before):
        return False
    return block.language in RUN or is_file(block)


def is_file(block: Block) -> bool:
    """Tell whether a configuration begins with the name under which the reader saves it."""
    return block.language == "toml" and FILE.match(block.text) is not None


PAGES = [page for page in markdown.pages() if list(markdown.blocks(page))]
RUN_PAGES = [page for page in PAGES if any(map(is_run, markdown.blocks(page)))]
LIFELINE = ROOT / "tests" / "support" / "lifeline.py"
SECONDS = 90
NAMED_PORTS = ("9031", "9032", "9999", "9080", "6360")
_PRELUDE = Path(__file__).with_name("prelude.sh")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_is_run_checked_or_excused(page: Path) -> None:
    loose = [
        block.line
        for block in markdown.blocks(page)
        if block.language not in (*RUN, *SHOWN, "toml") and not NOT_RUN.fullmatch(block.before)
    ]
    assert loose == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_configuration_examples_fit_the_schema(page: Path) -> None:
    problems = [
        (block.line, problem.text)
        for block in markdown.blocks(page)
        if block.language == "toml"
        for problem in parse(tomllib.loads(block.text)).problems
    ]
    assert problems == []


@pytest.mark.parametrize("page", RUN_PAGES, ids=lambda page: page.name)
def test_examples_do_what_the_page_says(page: Path, tmp_path: Path) -> None:
    ports = _free_ports()
    blocks = [_moved(block, ports) for block in markdown.blocks(page)]
    (tmp_path / "out").mkdir()
    _copy_examples(tmp_path, ports)
    script = tmp_path / "page.sh"
    script.write_text("".join(_script(blocks, ports)))
    with SessionDirectory.of_this_session().lifeline() as lifeline:
        run = subprocess.run(
            [sys.executable, LIFELINE, "--", "timeout", str(SECONDS), "bash", script],
            cwd=tmp_path,
            env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
            stdin=lifeline,
            capture_output=True,
            check=False,
        )
    assert run.returncode == 0, _last_words(tmp_path)
    for said, shown in _shown_after_run(blocks):
        assert _pattern(shown.text).fullmatch(
            (tmp_path / "out" / str(said.line)).read_text().strip()
        ), f"{page.name}:{shown.line}"


def _free_ports() -> dict[str, str]:
    """Return a free port for each that the pages name."""
    ports = {port: str(free_port()) for port in NAMED_PORTS}
    return ports if len(set(ports.values())) == len(ports) else _free_ports()


def _moved(block: Block, ports: dict[str, str]) -> Block:
    return Block(block.language, _move(block.text, ports), block.line, block.before)


def _move(text: str, ports: dict[str, str]) -> str:
    """Replace the ports that the pages name by free ones."""
    return re.sub("|".join(ports), lambda match: ports[match[0]], text)


def _copy_examples(directory: Path, ports: dict[str, str]) -> None:
    for path in (ROOT / "examples").rglob("*"):
        if path.suffix not in EXAMPLES:
            continue
        copy = directory / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_move(path.read_text(), ports))


def _script(blocks: list[Block], ports: dict[str, str]) -> Iterator[str]:
    """Yield one script for the whole page: each block in the shell that the ones before left."""
    serve = re.search(r"^serve:.*\n\t\S*/(ostiary serve .*) \$\(ARGS\)$", _makefile(), re.MULTILINE)
    assert serve
    moves = ";".join(f"s/{old}/{new}/g" for old, new in ports.items())
    yield f"make_serve='{serve[1]}' moves='{moves}' admin={ports['9999']}\n"
    yield _PRELUDE.read_text()
    for block in filter(is_run, blocks):
        redirection = f'>"$out"/{block.line} 2>"$out"/{block.line}.errors'
        yield f"{{\n{_commands(block)}}} {redirection}\n"
    yield "stop_server\n"


def _commands(block: Block) -> str:
    """Return what a reader types to do as a block says."""
    if block.language == "python":
        return f"python - <<'END OF EXAMPLE'\n{block.text}END OF EXAMPLE\n"
    if name := FILE.match(block.text):
        return f"cat >{name[1]} <<'END OF EXAMPLE'\n{block.text}END OF EXAMPLE\n"
    return block.text


def _makefile() -> str:
    return (ROOT / "Makefile").read_text()


def _shown_after_run(blocks: list[Block]) -> Iterator[tuple[Block, Block]]:
    """Yield each shown output with the block that it is the output of."""
    for before, block in itertools.pairwise(blocks):
        if block.language in SHOWN and is_run(before):
            yield before, block


def _pattern(shown: str) -> re.Pattern[str]:
    """Return what matches the output.

    `…` is anything, a number any of as many digits, and several spaces are as many as it takes.
    """
    pattern = re.escape(shown.strip()).replace("…", ".*")
    pattern = re.sub(r"(?:\\ ){2,}", " +", pattern)
    return re.compile(re.sub(r"[0-9]+", lambda run: f"[0-9]{{{len(run[0])}}}", pattern), re.DOTALL)


def _last_words(directory: Path) -> str:
    files = sorted((directory / "out").iterdir(), key=lambda path: path.stat().st_mtime)
    return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in files[-3:])

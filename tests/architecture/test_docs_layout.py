"""docs/layout.md shows the house as it is: its floors, every package, every module."""

import re

from scripts.write_docs import ROOT, SOURCE, heights
from tests.support import markdown

LAYOUT = markdown.DOCS / "layout.md"
_ROW_OF_FLOOR = re.compile(r"\| (\d+) \| ((?:`[\w/]+/`(?:, )?)+) \|")


def test_layout_names_every_module_and_no_other() -> None:
    named = set()
    package = ""
    for line in markdown.prose(LAYOUT).partition("## Every module")[2].splitlines():
        if line.startswith("### "):
            package = markdown.codes(line)[0]
            named.add(package)
        elif line.startswith("- "):
            named.add(package + markdown.codes(line)[0])
    modules = {path for path in SOURCE.rglob("*.py") if path.name != "__init__.py"}
    folders = {path.parent for path in SOURCE.rglob("*.py")}
    assert named == {str(path.relative_to(SOURCE)) for path in modules} | {
        f"{path.relative_to(SOURCE)}/" for path in folders
    }


def test_every_module_says_what_it_is_in_one_line() -> None:
    nameless = [
        line
        for line in markdown.prose(LAYOUT).partition("## Every module")[2].splitlines()
        if re.fullmatch(r"- `\w+\.py`: ?", line)
    ]
    assert nameless == []


def test_floors_are_those_of_the_import_contracts() -> None:
    drawn = {
        f"ostiary.{package.strip('/').replace('/', '.')}": int(floor)
        for floor, packages in _ROW_OF_FLOOR.findall(LAYOUT.read_text())
        for package in markdown.codes(packages)
    }
    built = {
        package: height
        for package, height in heights().items()
        if (SOURCE / package.replace(".", "/")).is_dir()
    }
    assert drawn.keys() == built.keys()
    for container in ("ostiary", "ostiary.core"):
        own = {package for package in built if package.rpartition(".")[0] == container}
        for lower in own:
            for higher in own:
                assert (built[lower] < built[higher]) == (drawn[lower] < drawn[higher])


def test_every_folder_of_tests_is_explained() -> None:
    explained = {
        markdown.codes(row[0])[0]
        for row in markdown.rows(markdown.DOCS / "testing.md", below="Where a test belongs")
    }
    folders = {path.relative_to(ROOT).parts[1] for path in (ROOT / "tests").glob("*/**/*.py")}
    assert explained == {f"tests/{folder}/" for folder in folders}

"""docs/configuration.md says what the schema says."""

from pathlib import Path

from ostiary.main.configuration_reference import render

REFERENCE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_configuration_reference_is_what_the_schema_makes_of_it() -> None:
    assert REFERENCE.read_text() == render(), (
        "run: python -m ostiary.main.configuration_reference > docs/configuration.md"
    )

"""The command line chooses what is measured and where it is kept."""

import pytest

from bench import options
from bench.plan import Part
from bench.work import Work


def test_a_whole_run_measures_everything_and_keeps_it_for_the_project() -> None:
    chosen = options.parse([])
    assert chosen.results == options.RESULTS
    assert set(chosen.plan.works) == set(Work)
    assert chosen.plan.parts == set(Part)
    assert [server.key for server in chosen.plan.servers] == [
        "ostiary",
        "ostiary-memory",
        "ostiary-postgres",
        "oidc-provider",
        "authlib",
        "bare",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--quick"],
        ["--only", "es256"],
        ["--servers", "ostiary"],
        ["--parts", "rounds"],
        ["--rounds", "1"],
        ["--seconds", "1"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_a_part_of_a_run_does_not_replace_a_whole_one(arguments: list[str]) -> None:
    assert options.parse(arguments).results == options.PARTIAL


def test_names_choose_works_servers_and_parts() -> None:
    plan = options.parse(
        ["--only", "rs256,introspect", "--servers", "bare,ostiary", "--parts", "rounds"]
    ).plan
    assert plan.works == [Work.RS256, Work.INTROSPECT]
    assert [server.key for server in plan.servers] == ["ostiary", "bare"]
    assert plan.parts == {Part.ROUNDS}


@pytest.mark.parametrize(
    "arguments", [["--only", "es512"], ["--servers", "nginx"], ["--parts", "lunch"]]
)
def test_an_unknown_name_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        options.parse(arguments)
    assert arguments[1] in capsys.readouterr().err

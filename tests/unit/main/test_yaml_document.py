"""YAML read safely and strictly, with lines."""

import pytest

from ostiary.core.configuration.problems import Path
from ostiary.main.yaml_document import MAX_NODES, InvalidYAMLError, read

DOCUMENT = """\
# a comment
server:
  mode: dev
  hosts: [a.example, b.example]
environments:
  main:
    scopes:
      "api:read": Read
    clients:
      app:
        grant_types:
          - client_credentials
          - refresh_token
        name: >
          folded
          text
        may_introspect: true
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("server",), 2),
        (("server", "mode"), 3),
        (("server", "hosts", 1), 4),
        (("environments", "main", "scopes", "api:read"), 8),
        (("environments", "main", "clients", "app"), 10),
        (("environments", "main", "clients", "app", "grant_types", 1), 13),
        (("environments", "main", "clients", "app", "may_introspect"), 17),
    ],
    ids=repr,
)
def test_everything_has_its_line(path: Path, line: int) -> None:
    _, positions = read(DOCUMENT)

    assert positions.line_of(path) == line


def test_values_are_those_of_the_document() -> None:
    value, _ = read("a: [1, x, true, null]\nb: {c: 2026-12-01T00:00:00Z}")

    assert isinstance(value, dict)
    assert value["a"] == [1, "x", True, None]
    assert value["b"]["c"].isoformat() == "2026-12-01T00:00:00+00:00"


def test_an_anchor_may_be_used_again() -> None:
    value, positions = read("one: &scopes [a, b]\ntwo: *scopes")

    assert value == {"one": ["a", "b"], "two": ["a", "b"]}
    assert positions.line_of(("two", 1)) == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3", 3, 'the key "a" stands twice in one table'),
        ("a:\n  b: 1\n  'b': 2", 3, 'the key "b" stands twice in one table'),
        ("a: 1\nb: !!python/object/apply:os.system [ls]", 2, "holds a tag"),
        ("a: 1\nb: !thing 5", 2, "could not determine a constructor"),
        ("a: !!set {x, y}", 1, "holds a tag"),
        ("a: &a {b: 1}\nc:\n  <<: *a", 3, "merge keys (<<) are not supported"),
        ("a: 1\nb: 2026-13-45", 2, "holds a date or number that does not exist"),
        ("a: 1\n? [b]\n: 2", 2, "holds a tag, or a key that is not text"),
        ("a: 1\n---\nb: 2", 2, "but found another document"),
        ("a: 1\nb: 'open", 2, "found unexpected end of stream"),
        ("a: *nothing", 1, "found undefined alias"),
        ("a: &a\n  b: *a", 1, "is nested too deeply or too large"),
        ("a: 1\nb: \x00", 2, "holds a character that YAML does not allow"),
    ],
)
def test_what_is_not_accepted_is_named_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(InvalidYAMLError) as refusal:
        read(text)

    assert message in str(refusal.value)
    assert refusal.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        "secret: *canary",
        "secret: !canary x",
        "secret: !canary!x y",
        "secret: !<canary> x",
        "a: &canary 1\nb: &canary 2\nc: *canary-2",
        "secret: [*canary'\"x]",
        "%canary\n---\na: *canary",
    ],
)
def test_SEC_244_a_refusal_shows_nothing_that_could_be_a_secret(text: str) -> None:
    with pytest.raises(InvalidYAMLError) as refusal:
        read(text)

    assert "canary" not in str(refusal.value)


def test_a_refusal_still_names_the_character_that_it_is_about() -> None:
    with pytest.raises(InvalidYAMLError, match=r"found character '@' that cannot start any token"):
        read("secret: @home")


def test_aliases_do_not_multiply_without_bound() -> None:
    levels = [f"l{n}: &l{n} [" + ", ".join([f"*l{n - 1}"] * 10) + "]" for n in range(1, 9)]
    text = "\n".join(["l0: &l0 x", *levels])

    assert MAX_NODES < 10**8
    with pytest.raises(InvalidYAMLError, match="too large"):
        read(text)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_document_is_nothing(text: str) -> None:
    assert read(text)[0] is None


@pytest.mark.parametrize("value", ["!!timestamp x", "!!bool x", "!!int ''", "!!float ''"])
def test_a_tag_that_does_not_fit_is_refused_on_its_line(value: str) -> None:
    with pytest.raises(InvalidYAMLError) as refusal:
        read(f"environments: {{}}\nserver: {value}")

    assert refusal.value.line == 2


@pytest.mark.parametrize("tag", ["!!set", "!!omap", "!!pairs"])
def test_a_key_that_a_tag_makes_a_table_is_refused(tag: str) -> None:
    with pytest.raises(InvalidYAMLError, match="a key that is not text"):
        read(f"{tag} x: 1")

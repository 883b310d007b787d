"""The schema: what may stand where, and what is said about what may not."""

import datetime as dt
import tomllib
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from ostiary.core.configuration.check import check
from ostiary.core.configuration.parse import parse
from ostiary.core.configuration.problems import render_path
from ostiary.core.configuration.schema import Configuration, TokenManagerSettings
from tests.support.configurations import VOCABULARY, MadeUpSurroundings, problems_in

ODD_VALUES: tuple[object, ...] = (
    None,
    5,
    -1,
    10**9,
    5.5,
    True,
    "",
    "odd value",
    "x" * 600,
    [],
    [5],
    ["odd value"],
    {},
    {"odd name": 5},
    {5: 5},
    dt.date(2026, 1, 1),
    dt.datetime(2026, 1, 1),  # noqa: DTZ001 - the claim is that it is refused
)


def _field_paths(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        yield (*path, name)
        yield from _inner_paths(field.annotation, (*path, name))


def _inner_paths(annotation: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _field_paths(annotation, path)
    elif typing.get_origin(annotation) is dict:
        yield (*path, "one")
        yield from _inner_paths(typing.get_args(annotation)[1], (*path, "one"))
    else:
        for argument in typing.get_args(annotation):
            if argument is not annotation:
                yield from _inner_paths(argument, path)


def _nested(path: tuple[str, ...], value: object) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    assert isinstance(value, dict)
    return value


ALL_PATHS = sorted(set(_field_paths(Configuration)))


@pytest.mark.parametrize("path", ALL_PATHS, ids=".".join)
def test_whatever_stands_in_a_field_is_refused_in_plain_words(path: tuple[str, ...]) -> None:
    for value in ODD_VALUES:
        for problem in parse(_nested(path, value)).problems:
            assert problem.message != "has a value that does not fit here", (value, problem)
            assert "nput" not in problem.message, (value, problem)


@pytest.mark.parametrize("path", ALL_PATHS, ids=".".join)
def test_a_refused_field_does_not_hide_the_rest(path: tuple[str, ...]) -> None:
    for value in ODD_VALUES:
        parsed = parse(_nested(path, value))
        assert parsed.configuration is not None, value


def test_every_field_is_described() -> None:
    models: list[type[BaseModel]] = [Configuration]
    for model in models:
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"
            assert field.description.endswith((".", "…")), f"{model.__name__}.{name}"
            models += [inner for inner in _models_in(field.annotation) if inner not in models]
    assert TokenManagerSettings in models


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)


def test_unknown_fields_are_refused_with_the_closest_known_one() -> None:
    problems = problems_in(
        """
        [server]
        mode = "dev"
        publik_url = "x"
        [environments.main]
        clints = {}
        [environments.main.clients.app]
        grant_type = ["client_credentials"]
        secret = { evn = "X" }
        [environments.main.token_managers.default]
        lifetime = 5
        """
    )

    assert 'server.publik_url: is not a known field; did you mean "public_url"?' in problems
    assert 'environments.main.clints: is not a known field; did you mean "clients"?' in problems
    app = "environments.main.clients.app"
    assert f'{app}.grant_type: is not a known field; did you mean "grant_types"?' in problems
    assert f'{app}.secret.evn: is not a known field; did you mean "env"?' in problems


def test_misspelt_choices_are_answered_with_the_closest_one() -> None:
    problems = problems_in(
        """
        server.mode = "develop"
        [environments.main]
        face = "pingfed"
        algorithms = ["RS265"]
        """
    )

    assert problems == [
        'server.mode: must be "dev" or "production"; did you mean "dev"?',
        'environments.main.face: must be "pingfederate" or "pingone"; did you mean "pingfederate"?',
        (
            'environments.main.algorithms[0]: must be "RS256", "PS256", "ES256" or "EdDSA"; '
            'did you mean "RS256"?'
        ),
    ]


@pytest.mark.parametrize(
    ("value", "is_accepted"),
    [
        ("https://id.example.com", True),
        ("https://id.example.com:9031", True),
        ("https://[::1]:9031", True),
        ("https://id.example.com/", False),
        ("https://id.example.com/sso", False),
        ("https://id.example.com?x=1", False),
        ("https://id.example.com#x", False),
        ("https://id.example.com:443", False),
        ("https://ID.example.com", False),
        ("https://user@id.example.com", False),
        ("https://id.example.com:99999", False),
        ("https://", False),
        ("https://id example.com", False),
        ("ftp://id.example.com", False),
        ("id.example.com", False),
        ("https://id.example.com\n", False),
    ],
)
def test_a_base_url_is_scheme_host_and_port_alone(value: str, is_accepted: bool) -> None:
    parsed = parse({"server": {"public_url": value}})

    assert (not parsed.problems) is is_accepted


@pytest.mark.parametrize(
    ("value", "is_accepted"),
    [
        ("https://app.example.com", True),
        ("http://localhost:3000", True),
        ("capacitor://localhost", True),
        ("https://app.example.com/", False),
        ("https://app.example.com:443", False),
        ("http://app.example.com:80", False),
        ("https://app.example.com/path", False),
        ("https://*.example.com", False),
        ("app.example.com", False),
        ("null", False),
        ("*", False),
    ],
)
def test_an_origin_is_exact(value: str, is_accepted: bool) -> None:
    parsed = parse({"environments": {"main": {"allowed_origins": [value]}}})

    assert (not parsed.problems) is is_accepted


@pytest.mark.parametrize(
    ("value", "is_accepted"),
    [
        ("127.0.0.1:9031", True),
        ("[::1]:9031", True),
        ("localhost:0", True),
        ("off", True),
        ("9031", False),
        ("127.0.0.1", False),
        (":9031", False),
        ("::1:9031", False),
        ("256.0.0.1:9031", False),
        ("127.0.0.1:65536", False),
        ("127.0.0.1:-1", False),
    ],
)
def test_a_listener_is_host_and_port(value: str, is_accepted: bool) -> None:
    parsed = parse({"server": {"listeners": {"tls": value}}})

    assert (not parsed.problems) is is_accepted


@pytest.mark.parametrize(
    ("value", "is_accepted"),
    [
        ("oauth/jwks", True),
        ("jwks", True),
        ("/oauth/jwks", False),
        ("oauth/jwks/", False),
        ("oauth//jwks", False),
        ("../jwks", False),
        ("oauth/./jwks", False),
        ("oauth/jw ks", False),
        ("ref/dropoff", False),
        ("", False),
    ],
)
def test_a_jwks_path_stays_below_ext(value: str, is_accepted: bool) -> None:
    manager = {"style": "pingfederate", "jwks_path": value}
    parsed = parse({"environments": {"main": {"token_managers": {"default": manager}}}})

    assert (not parsed.problems) is is_accepted


@pytest.mark.parametrize(
    "name", ["", "has space", "has/slash", "-dash", "ü", "a" * 65, "line\nbreak", "__proto__."]
)
def test_names_of_objects_are_plain(name: str) -> None:
    parsed = parse({"environments": {name: {}}})

    assert bool(parsed.problems) is (name != "__proto__.")


def test_S0_15_scope_names_may_hold_a_colon() -> None:
    parsed = parse({"environments": {"main": {"scopes": {"api:read": "Read", "api:write": ""}}}})

    assert parsed.problems == ()
    assert parsed.configuration is not None
    assert set(parsed.configuration.environments["main"].scopes) == {"api:read", "api:write"}


@pytest.mark.parametrize("name", ["api read", 'api"read', "api\\read", "ápi", ""])
def test_scope_names_that_no_request_can_send_are_refused(name: str) -> None:
    parsed = parse({"environments": {"main": {"scopes": {name: "Read"}}}})

    assert parsed.problems


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"env": "A", "file": "b"},
        {"value": "a", "generate": True},
        {"generate": False},
        {"allow_short": True},
    ],
    ids=repr,
)
def test_a_secret_has_exactly_one_source(source: dict[str, object]) -> None:
    client = {"secret": source}
    parsed = parse({"environments": {"main": {"clients": {"app": client}}}})

    assert [render_path(problem.path) for problem in parsed.problems] == [
        "environments.main.clients.app.secret"
    ]


def test_a_time_without_zone_is_refused() -> None:
    problems = problems_in(
        """
        server.mode = "dev"
        [environments.main.clients.app]
        secret = { generate = true }
        previous_secret = { env = "X", expires_at = 2026-12-01T00:00:00 }
        """
    )

    assert (
        "environments.main.clients.app.previous_secret.expires_at: must be a date with time and "
        "time zone, such as 2026-12-01T00:00:00Z" in problems
    )


def test_no_representation_shows_a_secret() -> None:
    text = """
        server.mode = "dev"
        server.store = "postgresql://me:very-hidden@db/ostiary"
        environments.main.clients.app.secret = "very-hidden"
    """
    configuration = parse(tomllib.loads(text)).configuration

    assert configuration is not None
    assert "very-hidden" not in repr(configuration)
    assert "very-hidden" not in configuration.model_dump_json()


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.datetimes()
)
NAMES = st.sampled_from(sorted({name for path in ALL_PATHS for name in path})) | st.text(max_size=5)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(
    server=TREES,
    clients=st.dictionaries(NAMES, TREES, max_size=3),
    managers=st.dictionaries(NAMES, TREES, max_size=3),
    rest=st.dictionaries(NAMES, TREES, max_size=3),
)
def test_REL_38_no_configuration_makes_the_check_fail(
    server: object, clients: object, managers: object, rest: dict[str, object]
) -> None:
    environment = {**rest, "clients": clients, "token_managers": managers}
    raw = {"server": server, "environments": {"main": environment, "other": environment}}

    verdict = check(raw, VOCABULARY, MadeUpSurroundings())

    assert verdict.configuration is None or not any(p.is_error for p in verdict.problems)

"""What omitted fields mean."""

import tomllib

import pytest

from ostiary.core.base.ids import is_uuid
from ostiary.core.configuration import implied
from ostiary.core.configuration.parse import parse
from ostiary.core.configuration.schema import Configuration, EnvironmentSettings
from ostiary.core.model.environment import Face


def _read(text: str) -> Configuration:
    configuration = parse(tomllib.loads(text)).configuration
    assert configuration is not None
    return configuration


def _environment(text: str) -> EnvironmentSettings:
    return _read(f"[environments.main]\n{text}").environments["main"]


@pytest.mark.parametrize(
    ("face", "style", "seconds", "path", "scope_format"),
    [
        ("pingfederate", "pingfederate", 7200, "oauth/jwks", "array"),
        ("pingone", "pingone", 3600, None, "string"),
    ],
)
def test_an_environment_without_managers_has_one_in_its_own_style(
    face: str, style: str, seconds: int, path: str | None, scope_format: str
) -> None:
    environment = _environment(f'face = "{face}"')

    ((key, manager),) = implied.token_managers(environment).items()

    assert key == "default"
    assert implied.default_token_manager(environment) == "default"
    assert implied.style(environment, manager) == style
    assert manager.algorithm == "RS256"
    assert implied.lifetime_seconds(environment, manager) == seconds
    assert implied.jwks_path(environment, key, manager) == path
    assert implied.scope_format(environment, manager) == scope_format


@pytest.mark.parametrize(("face", "style"), [("pingfederate", "rfc9068"), ("pingone", "pingone")])
def test_a_new_manager_has_the_style_of_the_specification_or_of_pingone(
    face: str, style: str
) -> None:
    environment = _environment(f'face = "{face}"\ntoken_managers.new = {{}}')

    assert implied.style(environment, environment.token_managers["new"]) == style


def test_the_default_manager_is_the_one_called_so_or_the_first() -> None:
    named = _environment("token_managers.other = {}\ntoken_managers.default = {}")
    unnamed = _environment("token_managers.other = {}\ntoken_managers.another = {}")
    chosen = _environment(
        'default_token_manager = "b"\ntoken_managers.a = {}\ntoken_managers.b = {}'
    )

    assert implied.default_token_manager(named) == "default"
    assert implied.default_token_manager(unnamed) == "other"
    assert implied.default_token_manager(chosen) == "b"


@pytest.mark.parametrize(
    ("fields", "seconds"), [("lifetime_minutes = 5", 300), ("lifetime_seconds = 90", 90)]
)
def test_a_lifetime_is_given_in_minutes_or_seconds(fields: str, seconds: int) -> None:
    environment = _environment(f"[environments.main.token_managers.new]\n{fields}")

    manager = environment.token_managers["new"]
    assert implied.lifetime_seconds(environment, manager) == seconds


@pytest.mark.parametrize(
    ("fields", "methods"),
    [
        ("", ("none",)),
        ("secret = { generate = true }", ("client_secret_basic", "client_secret_post")),
        ("jwks = { keys = [] }", ("private_key_jwt",)),
        ('secret = { generate = true }\nauth_methods = ["client_secret_jwt"]',
         ("client_secret_jwt",)),
    ],
)  # fmt: skip
def test_a_client_authenticates_with_what_it_has(fields: str, methods: tuple[str, ...]) -> None:
    environment = _environment(f"[environments.main.clients.app]\n{fields}")

    assert implied.auth_methods(environment.clients["app"]) == methods


def test_ids_are_derived_from_environment_type_and_key_and_stay_the_same() -> None:
    environment = _environment('face = "pingone"\nclients.app = {}\nclients.other = {}')
    app, other = environment.clients["app"], environment.clients["other"]

    app_id = implied.client_id("main", environment, "app", app)

    assert app_id == "96665b33-a45b-50ae-a4c1-3b25f2e25509"
    assert implied.environment_id("main", environment) == "87f402fb-aa23-5040-b5da-1a8116a281dd"
    ids = {
        app_id,
        implied.client_id("main", environment, "other", other),
        implied.client_id("elsewhere", environment, "app", app),
        implied.environment_id("main", environment),
        implied.environment_id("elsewhere", environment),
        implied.organization_id("main", environment),
    }
    assert len(ids) == 6
    assert all(is_uuid(found) for found in ids)


def test_a_client_of_pingfederates_face_is_called_by_its_key() -> None:
    environment = _environment("clients.my-app = {}")

    found = implied.client_id("main", environment, "my-app", environment.clients["my-app"])

    assert found == "my-app"


def test_requests_may_be_addressed_to_every_name_that_is_configured() -> None:
    configuration = _read(
        """
        server.public_url = "https://id.example.com:9031"
        server.hosts = ["localhost"]
        environments.one = { base_url = "https://one.example.com", hosts = ["uno.example.com"] }
        """
    )

    assert implied.allowed_hosts(configuration) == {
        "id.example.com",
        "localhost",
        "one.example.com",
        "uno.example.com",
    }


def test_the_only_environment_of_a_face_is_its_default() -> None:
    configuration = _read('environments.one = {}\nenvironments.two = { face = "pingone" }')

    assert implied.default_environment(configuration, Face.PINGFEDERATE) == "one"
    assert implied.default_environment(configuration, Face.PINGONE) == "two"


def test_of_two_environments_of_a_face_none_is_the_default_unless_named() -> None:
    two = "environments.one = {}\nenvironments.two = {}\n"

    assert implied.default_environment(_read(two), Face.PINGFEDERATE) is None
    named = _read(f'{two}server.default_environment = "two"')
    assert implied.default_environment(named, Face.PINGFEDERATE) == "two"


@pytest.mark.parametrize(
    ("directory", "url"),
    [
        (".ostiary", "sqlite:///.ostiary/ostiary.db"),
        ("/var/lib/ostiary/", "sqlite:////var/lib/ostiary/ostiary.db"),
    ],
)
def test_the_store_is_sqlite_in_the_data_directory(directory: str, url: str) -> None:
    server = _read(f'server.data_directory = "{directory}"').server

    assert implied.default_store(server) == url

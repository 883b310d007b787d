"""examples/seeds/ostiary.toml: the configuration in which every sample works."""

from pathlib import Path

import pytest

from ostiary.core.configuration import implied
from ostiary.core.configuration.schema import ClientSettings, Configuration, EnvironmentSettings
from ostiary.core.model.device_request import DEVICE_GRANT
from ostiary.core.model.environment import Face
from ostiary.main.config_file import CheckedConfiguration, check_file
from ostiary.main.vocabulary import built_in_vocabulary

EXAMPLE = Path(__file__).parents[2] / "examples" / "seeds" / "ostiary.toml"


@pytest.fixture(scope="module")
def checked() -> CheckedConfiguration:
    return check_file(EXAMPLE, built_in_vocabulary(), {})


@pytest.fixture(scope="module")
def configuration(checked: CheckedConfiguration) -> Configuration:
    assert checked.configuration is not None
    return checked.configuration


@pytest.fixture(scope="module")
def default(configuration: Configuration) -> EnvironmentSettings:
    return configuration.environments["default"]


def _secret(client: ClientSettings) -> str:
    assert client.secret is not None
    assert client.secret.value is not None
    return client.secret.value.get_secret_value()


def test_the_example_is_accepted_with_warnings_about_secrets_and_old_ways_alone(
    checked: CheckedConfiguration,
) -> None:
    texts = [located.problem.text for located in checked.problems]

    assert texts
    secrets = ("plain text", "this file holds secrets", "has fewer than 15 characters")
    old_ways = (
        *("is deprecated", "leave PKCE out", "which no standard knows"),
        "ask for codes in the client's name",
    )
    expected = secrets + old_ways
    assert all(any(words in text for words in expected) for text in texts)
    assert not any(located.problem.is_error for located in checked.problems)


@pytest.mark.parametrize(
    ("client_id", "secret", "grant_types", "scopes"),
    [
        (
            "sdk-client-id",
            "sdk-client-secret",
            ("client_credentials",),
            ("openid", "profile", "email", "api:read", "api:write"),
        ),
        ("rs_client", "rs-client-secret", (), ()),
        ("ac_oic_client", "ac_oic_client-secret", ("client_credentials",), ("openid",)),
    ],
)
def test_S0_33_the_clients_of_the_samples_are_there(
    default: EnvironmentSettings,
    client_id: str,
    secret: str,
    grant_types: tuple[str, ...],
    scopes: tuple[str, ...],
) -> None:
    client = default.clients[client_id]

    assert implied.client_id("default", default, client_id, client) == client_id
    assert _secret(client) == secret
    assert implied.grant_types(client) == grant_types
    assert client.scopes == scopes
    assert set(implied.auth_methods(client)) >= {"client_secret_basic", "client_secret_post"}


def test_the_resource_server_may_ask_about_every_token(default: EnvironmentSettings) -> None:
    client = default.clients["rs_client"]

    assert client.may_introspect
    assert set(client.token_managers) == set(default.token_managers)


def test_S1_13_a_manager_makes_the_tokens_of_the_bearer_sample(
    default: EnvironmentSettings,
) -> None:
    client = default.clients["ac_oic_client"]
    (name,) = implied.client_token_managers(default, client)
    manager = default.token_managers[name]

    assert name == "6pac"
    assert manager.key_id == "k1"
    assert manager.manager_header
    assert manager.authorization_details
    assert implied.scope_format(default, manager) == "array"
    assert manager.client_claim == "client_id"
    assert manager.attributes == {"Username": "joe", "OrgName": "Ping Identity Corporation"}
    assert implied.lifetime_seconds(default, manager) == 7200


def test_the_managers_of_later_samples_are_there(default: EnvironmentSettings) -> None:
    assert default.token_managers["app"].client_claim == "client_id_name"
    assert default.token_managers["reference"].selector == "0001"
    assert default.token_managers["reference"].length == 35


def test_S3_4_the_mobile_application_signs_on_without_redirects(
    default: EnvironmentSettings,
) -> None:
    client = default.clients["im_client"]

    assert client.allow_redirectless
    assert client.redirect_uris == ()
    assert implied.auth_methods(client) == ("none",)
    assert implied.bypass_approval(client)
    assert implied.restrict_scopes(client)


def test_S3_2_S3_13_the_mobile_application_gets_codes_and_tokens_of_every_kind(
    default: EnvironmentSettings,
) -> None:
    client = default.clients["im_client"]

    assert set(implied.response_types(client)) == {
        "code",
        "token",
        "id_token",
        "code id_token",
        "code token",
        "id_token token",
        "code id_token token",
    }


def test_S3_26_the_mobile_application_gets_reference_tokens(default: EnvironmentSettings) -> None:
    managers = implied.client_token_managers(default, default.clients["im_client"])

    assert [default.token_managers[name].kind for name in managers] == ["reference"]


def test_S2_15_S2_17_the_old_desktop_program_may_do_what_its_guide_has_it_do(
    default: EnvironmentSettings,
) -> None:
    client = default.clients["app_client"]

    assert client.redirect_uris == ("myinteract://ssosignedin",)
    assert client.pkce == "optional"
    assert client.authorization_alias
    assert len(_secret(client)) == 64
    assert set(implied.grant_types(client)) >= {"authorization_code", "refresh_token"}
    assert "client_secret_post" in implied.auth_methods(client)


def test_weak_ways_are_open_to_those_who_need_them_alone(default: EnvironmentSettings) -> None:
    others = [
        client for key, client in default.clients.items() if key not in {"im_client", "app_client"}
    ]

    assert all(client.pkce == "required" for client in others)
    assert not any(client.authorization_alias for client in others)
    assert not any(client.allow_redirectless for client in others)
    assert not any("token" in word for c in others for word in implied.response_types(c))


def test_S0_22_the_device_script_may_leave_its_secret_out_where_it_asks_for_codes(
    default: EnvironmentSettings,
) -> None:
    client = default.clients["sdk-client"]

    assert _secret(client) == "CLIENT_SECRET"
    assert implied.grant_types(client) == (DEVICE_GRANT,)
    assert client.device.without_authentication
    others = [each for key, each in default.clients.items() if key != "sdk-client"]
    assert not any(each.device.without_authentication for each in others)


@pytest.mark.parametrize("key", ["web-client", "cli-client"])
def test_the_clients_of_the_guides_sign_users_on(default: EnvironmentSettings, key: str) -> None:
    client = default.clients[key]

    assert implied.response_types(client) == ("code",)
    assert {"authorization_code", "refresh_token"} <= set(implied.grant_types(client))
    assert "http://127.0.0.1/callback" in client.redirect_uris
    assert client.post_logout_redirect_uris
    assert {"openid", "profile", "email"} <= set(client.scopes)


def test_S3_14_the_form_of_the_samples_offers_to_remember_nothing(
    default: EnvironmentSettings,
) -> None:
    (key,) = default.policies["default"].steps or ()
    form = default.steps[key]

    assert form.type == "username_password"
    assert not form.remember_my_username
    assert not form.this_is_my_device


@pytest.mark.parametrize(
    ("username", "password"),
    [("joe", "Password1"), ("test.outbound.auth.int@yopmail.com", "Pa55word")],
)
def test_S2_7_S3_23_the_people_of_the_samples_are_there(
    default: EnvironmentSettings, username: str, password: str
) -> None:
    user = default.users[username]

    assert user.enabled
    assert user.password is not None
    assert user.password.value is not None
    assert user.password.value.get_secret_value() == password


@pytest.mark.parametrize(
    ("key", "single", "multi"),
    [("default", "default", "multi_factor"), ("customers", "Single_Factor", "Multi_Factor")],
)
def test_both_faces_have_a_policy_with_a_second_factor_beside_the_one_that_counts(
    configuration: Configuration, key: str, single: str, multi: str
) -> None:
    environment = configuration.environments[key]
    first, second = environment.policies[multi].steps or ()

    assert implied.default_policy(environment) == single
    assert environment.policies[single].steps == (first,)
    assert environment.steps[second].type == "second_factor"
    assert environment.steps[second].no_authenticators == "enrol"


def test_pingones_environment_and_its_worker_have_their_fixed_ids(
    configuration: Configuration,
) -> None:
    customers = configuration.environments["customers"]
    key, worker = "worker", customers.clients["worker"]

    assert customers.face is Face.PINGONE
    assert implied.environment_id("customers", customers) == "00000000-0000-4000-8000-000000000002"
    assert (
        implied.client_id("customers", customers, key, worker)
        == "00000000-0000-4000-8000-0000000000a1"
    )
    assert worker.type == "worker"
    assert _secret(worker) == "worker-secret"
    assert implied.grant_types(worker) == ("client_credentials",)


def test_each_face_has_its_default_environment(configuration: Configuration) -> None:
    assert implied.default_environment(configuration, Face.PINGFEDERATE) == "default"
    assert implied.default_environment(configuration, Face.PINGONE) == "customers"


def test_the_names_that_samples_use_are_allowed(configuration: Configuration) -> None:
    assert implied.allowed_hosts(configuration) >= {
        "localhost",
        "127.0.0.1",
        "auth.example.com",
        "ping.example.com",
        "pf.example.com",
        "www.example.com",
        "auth.pingone.com",
    }


def test_SEC_253_the_example_is_no_production_configuration(tmp_path: Path) -> None:
    path = tmp_path / "ostiary.toml"
    path.write_text(EXAMPLE.read_text().replace('mode = "dev"', 'mode = "production"'))

    checked = check_file(path, built_in_vocabulary(), {})

    known = [p for p in checked.problems if "is the secret of an example" in p.problem.message]
    assert checked.configuration is None
    assert len(known) == 9

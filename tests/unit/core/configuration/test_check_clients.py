"""Checks of clients: ids, names, methods, application types."""

import pytest

from tests.support.configurations import client_problems, problems_in

APP = "environments.main.clients.app"
CONFIDENTIAL = 'secret = { generate = true }\ngrant_types = ["client_credentials"]\n'
SCOPES = 'scopes = { openid = "", "api:read" = "", offline_access = "" }'


def test_a_confidential_client_has_no_problems() -> None:
    assert client_problems(CONFIDENTIAL) == []


def test_unknown_names_are_refused_with_the_closest_known_ones() -> None:
    problems = client_problems(
        """
        secret = { generate = true }
        grant_types = ["client_credential"]
        auth_methods = ["client_secret_basik"]
        scopes = ["openid", "api:reed"]
        token_managers = ["defualt"]
        """,
        environment=SCOPES,
    )

    assert [problem for problem in problems if "warning" not in problem] == [
        f'{APP}.scopes[1]: "api:reed" is not a scope of this environment; did you mean "api:read"?',
        (
            f'{APP}.token_managers[0]: "defualt" is not a token manager of this environment; '
            'did you mean "default"?'
        ),
        (
            f'{APP}.grant_types[0]: "client_credential" is not supported; '
            'did you mean "client_credentials"?'
        ),
        (
            f'{APP}.auth_methods[0]: "client_secret_basik" is not supported; '
            'did you mean "client_secret_basic"?'
        ),
    ]


def test_a_name_like_nothing_known_is_answered_with_what_there_is() -> None:
    problems = client_problems('secret = { generate = true }\ngrant_types = ["zzz"]')

    assert problems == [
        (
            f'{APP}.grant_types[0]: "zzz" is not supported; supported are authorization_code, '
            "client_credentials, password, refresh_token, "
            "urn:ietf:params:oauth:grant-type:device_code, "
            "urn:ietf:params:oauth:grant-type:jwt-bearer, "
            "urn:ietf:params:oauth:grant-type:token-exchange"
        )
    ]


def test_two_clients_with_one_client_id_are_refused() -> None:
    problems = problems_in(
        f"""
        server.mode = "dev"
        [environments.main.clients.app]
        {CONFIDENTIAL}
        [environments.main.clients.other]
        {CONFIDENTIAL}
        client_id = "app"
        """
    )

    assert problems == [
        (
            "environments.main.clients.other.client_id: is the client_id of "
            "environments.main.clients.app.client_id"
        )
    ]


def test_two_environments_may_have_the_same_client_id() -> None:
    problems = problems_in(
        f"""
        server.mode = "dev"
        [environments.one]
        base_url = "https://one.example.com"
        [environments.one.clients.app]
        {CONFIDENTIAL}
        [environments.two]
        base_url = "https://two.example.com"
        [environments.two.clients.app]
        {CONFIDENTIAL}
        """
    )

    assert problems == []


@pytest.mark.parametrize(
    "client_id",
    ["app", "00000000-0000-4000-8000-0000000000A1", "{00000000-0000-4000-8000-0000000000a1}"],
)
def test_client_ids_of_pingones_face_are_uuids_in_lower_case(client_id: str) -> None:
    (problem,) = client_problems(
        f'{CONFIDENTIAL}client_id = "{client_id}"', environment='face = "pingone"'
    )

    assert problem.startswith(f"{APP}.client_id: must be a UUID in lower case")


def test_a_derived_client_id_of_pingones_face_is_accepted() -> None:
    assert client_problems(CONFIDENTIAL, environment='face = "pingone"') == []


def test_S4_32_method_none_with_client_credentials_is_refused_at_the_field() -> None:
    problems = client_problems('auth_methods = ["none"]\ngrant_types = ["client_credentials"]')

    assert problems == [
        (
            f"{APP}.auth_methods: client_credentials needs a client that authenticates; "
            '"none" does not; give it a secret or jwks'
        )
    ]


def test_S4_32_a_client_without_credentials_has_method_none() -> None:
    (problem,) = client_problems('grant_types = ["client_credentials"]')

    assert problem.startswith(f"{APP}.grant_types: client_credentials needs a client")


def test_S4_33_offline_access_needs_the_refresh_token_grant() -> None:
    fields = (
        'secret = { generate = true }\nscopes = ["openid", "offline_access"]\n'
        'redirect_uris = ["https://app.example.com/callback"]\n'
    )

    refused = client_problems(f'{fields}grant_types = ["authorization_code"]', environment=SCOPES)
    accepted = client_problems(
        f'{fields}grant_types = ["authorization_code", "refresh_token"]', environment=SCOPES
    )

    assert refused == [
        f'{APP}.scopes[1]: "offline_access" is valid with the grant type refresh_token only'
    ]
    assert accepted == []


@pytest.mark.parametrize(
    "grants", ['["authorization_code"]', "[]", '["client_credentials", "authorization_code"]']
)
def test_S4_34_a_worker_has_client_credentials_alone(grants: str) -> None:
    problems = client_problems(
        f'type = "worker"\nsecret = {{ generate = true }}\ngrant_types = {grants}',
        environment='face = "pingone"',
    )

    assert f'{APP}.grant_types: must be ["client_credentials"] for type = "worker"' in problems


def test_S4_34_a_worker_needs_to_name_no_grant() -> None:
    fields = 'type = "worker"\nsecret = { generate = true }'

    assert client_problems(fields, environment='face = "pingone"') == []


def test_application_types_belong_to_pingones_face() -> None:
    assert client_problems(f'{CONFIDENTIAL}type = "worker"') == [
        f'{APP}.type: belongs to an environment with face = "pingone" only'
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ('auth_methods = ["client_secret_basic"]', ".secret: is missing: client_secret_basic"),
        ('auth_methods = ["client_secret_jwt"]', ".secret: is missing: client_secret_jwt"),
        ('auth_methods = ["private_key_jwt"]', ".jwks: is missing: private_key_jwt"),
        ("auth_methods = []", ".auth_methods: must not be empty"),
        (
            'secret = { generate = true }\nauth_methods = ["none", "client_secret_basic"]',
            '.auth_methods: "none" cannot stand beside another method',
        ),
        (
            'secret = { generate = true }\nauth_methods = ["none"]',
            ".secret: warning: is never asked for",
        ),
        (
            "previous_secret = { stored = true, expires_at = 2026-12-01T00:00:00Z }",
            ".previous_secret: needs a secret that replaces it",
        ),
        (
            "secret = { generate = true }\nissuer_audience_only = true",
            ".issuer_audience_only: warning: has no effect",
        ),
        ("may_introspect = true", ".may_introspect: needs a client that authenticates"),
    ],
)
def test_methods_and_credentials_fit_together(fields: str, expected: str) -> None:
    problems = client_problems(f'{fields}\ngrant_types = ["refresh_token"]')

    assert [problem[: len(APP + expected)] for problem in problems] == [APP + expected]


def test_default_scopes_are_among_the_scopes() -> None:
    problems = client_problems(
        f'{CONFIDENTIAL}scopes = ["openid"]\ndefault_scopes = ["api:read"]', environment=SCOPES
    )

    assert problems == [
        f'{APP}.default_scopes[0]: "api:read" is not one of the scopes of this client'
    ]


def test_a_client_that_can_do_nothing_is_pointed_out() -> None:
    (problem,) = client_problems("secret = { generate = true }")

    assert problem.startswith(f"{APP}: warning: can do nothing")
    assert problem.endswith('give it grant_types = ["client_credentials"], for example')


def test_a_client_with_redirect_uris_is_advised_to_take_the_grant_that_uses_them() -> None:
    uris = 'redirect_uris = ["https://app.example.com/callback"]'

    assert client_problems(uris) == [
        (
            f"{APP}: warning: can do nothing: it has no grant_types and may not introspect; "
            'give it grant_types = ["authorization_code"], for example'
        ),
        f"{APP}.redirect_uris: warning: have no effect without the grant type authorization_code",
    ]


def test_a_refused_field_brings_no_complaints_about_what_it_leaves_missing() -> None:
    problems = client_problems('secrt = { generate = true }\ngrant_types = ["client_credentials"]')

    assert problems == [f'{APP}.secrt: is not a known field; did you mean "secret"?']


def test_what_does_not_hang_on_a_refused_field_is_told_beside_it() -> None:
    uris = 'redirect_uris = ["nowhere"]\ngrant_types = ["authorization_code"]\n'

    problems = client_problems(f'{uris}pkce = "optional"\ncookieless = true')

    assert [problem.split(": ")[0].removeprefix(f"{APP}.") for problem in problems] == [
        "redirect_uris[0]",
        "pkce",
        "cookieless",
    ]


@pytest.mark.parametrize("refused", ["secret = 5", "secrt = { generate = true }"])
def test_what_may_hang_on_a_refused_field_is_not_told_beside_it(refused: str) -> None:
    problems = client_problems(f'{refused}\npkce = "optional"')

    assert [problem for problem in problems if ".pkce" in problem] == []


def test_an_unreadable_face_brings_no_complaints_about_the_environments_clients() -> None:
    problems = client_problems(f'{CONFIDENTIAL}type = "worker"', environment='face = "pingtwo"')

    assert len(problems) == 1
    assert problems[0].startswith("environments.main.face:")


def test_roles_belong_to_workers_alone() -> None:
    face, role = 'face = "pingone"', 'roles = ["Identity Data Admin"]'
    secret = 'secret = { generate = true }\ngrant_types = ["client_credentials"]'
    assert client_problems(f'type = "worker"\n{secret}\n{role}', environment=face) == []
    assert client_problems(f'type = "service"\n{secret}\n{role}', environment=face) == [
        'environments.main.clients.app.roles: belong to a client of type = "worker" only'
    ]
    assert client_problems(
        f'type = "worker"\n{secret}\nmanaged_populations = ["staff"]', environment=face
    ) == ["environments.main.clients.app.managed_populations: belong to roles: it has none"]


def test_a_role_that_does_not_exist_is_refused() -> None:
    (problem,) = client_problems('roles = ["Emperor"]', environment='face = "pingone"')
    assert problem.startswith("environments.main.clients.app.roles[0]: must be one of Client App")

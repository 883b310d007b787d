"""Checks of environments: ids, hosts, references."""

import pytest

from tests.support.configurations import problems_in

DEV = 'server.mode = "dev"\n'
UUID = "00000000-0000-4000-8000-000000000002"


def test_an_environment_id_is_a_uuid_in_lower_case() -> None:
    problems = problems_in(f'{DEV}environments.main.id = "{UUID.upper().replace("2", "A")}"')

    assert problems == ["environments.main.id: must be a UUID in lower case"]


def test_two_environments_with_one_id_are_refused() -> None:
    problems = problems_in(
        f"""
        {DEV}
        environments.one = {{ face = "pingone", id = "{UUID}" }}
        environments.two = {{ face = "pingone", id = "{UUID}" }}
        """
    )

    assert problems == [
        "environments.two.id: is the id of another environment: environments.one.id"
    ]


def test_two_pingfederate_faces_that_claim_one_host_are_refused() -> None:
    problems = problems_in(
        f"""
        {DEV}
        [environments.one]
        base_url = "https://id.example.com"
        [environments.two]
        hosts = ["other.example.com", "id.example.com"]
        """
    )

    assert problems == [
        (
            "environments.two.hosts: claims the host id.example.com, which belongs to "
            "environments.one.base_url"
        )
    ]


def test_SEC_223_two_pingfederate_faces_never_have_one_issuer() -> None:
    problems = problems_in(
        f"""
        {DEV}
        server.public_url = "https://id.example.com"
        server.default_environment = "one"
        [environments.one]
        [environments.two]
        hosts = ["other.example.com"]
        """
    )

    assert problems == [
        (
            "environments.two.base_url: would be https://id.example.com, the issuer of "
            "environments.one.base_url"
        )
    ]


def test_ports_do_not_tell_two_pingfederate_faces_apart() -> None:
    problems = problems_in(
        f"""
        {DEV}
        environments.one.base_url = "https://id.example.com:9031"
        environments.two.base_url = "https://id.example.com:9041"
        """
    )

    assert len(problems) == 1
    assert problems[0].startswith("environments.two.base_url: claims the host id.example.com")


def test_a_pingfederate_face_that_nobody_reaches_is_refused() -> None:
    problems = problems_in(
        f"""
        {DEV}
        server.default_environment = "one"
        [environments.one]
        [environments.two]
        """
    )

    assert problems == [
        (
            "environments.two: cannot be reached: it claims no host and is not "
            "server.default_environment; give it a base_url or hosts of its own"
        )
    ]


def test_pingone_faces_share_a_host() -> None:
    problems = problems_in(
        f"""
        {DEV}
        environments.one = {{ face = "pingone", base_url = "https://id.example.com" }}
        environments.two = {{ face = "pingone", base_url = "https://id.example.com" }}
        environments.three = {{ base_url = "https://id.example.com" }}
        """
    )

    assert problems == []


def test_a_scope_that_a_resource_misspells_is_named() -> None:
    problems = problems_in(
        f"""
        {DEV}
        [environments.main]
        scopes = {{ "orders:read" = "Read orders" }}
        resources.orders = {{ audience = "https://orders.example", scopes = ["order:read"] }}
        """
    )

    assert problems == [
        (
            'environments.main.resources.orders.scopes[0]: "order:read" is not a scope of this '
            'environment; did you mean "orders:read"?'
        )
    ]


def test_two_resources_with_one_audience_are_refused() -> None:
    problems = problems_in(
        f"""
        {DEV}
        [environments.main.resources]
        one.audience = "https://api.example.com"
        two.audience = "https://api.example.com"
        """
    )

    assert problems == [
        (
            "environments.main.resources.two.audience: is the audience of "
            "environments.main.resources.one.audience"
        )
    ]


def test_a_default_token_manager_must_exist() -> None:
    problems = problems_in(f'{DEV}environments.main.default_token_manager = "defualt"')

    assert problems == [
        (
            'environments.main.default_token_manager: "defualt" is not a token manager of this '
            'environment; did you mean "default"?'
        )
    ]


def test_a_page_without_tls_is_pointed_out() -> None:
    problems = problems_in(
        f"""
        {DEV}
        [environments.main]
        allowed_origins = ["http://localhost:3000", "http://app.example.com"]
        """
    )

    assert len(problems) == 1
    assert problems[0].startswith("environments.main.allowed_origins[1]: warning: is a page")


@pytest.mark.parametrize("domain", ["auth.example.com", "example.com"])
def test_passkeys_may_be_bound_to_the_host_or_to_a_domain_above_it(domain: str) -> None:
    problems = problems_in(
        f"""
        {DEV}
        [environments.main]
        base_url = "https://auth.example.com:9031"
        passkey_domain = "{domain}"
        """
    )

    assert problems == []


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("auth.example.com", "other.example.com"),
        ("auth.example.com", "ample.com"),
        ("auth.example.com", "com"),
        ("example.com", "auth.example.com"),
        ("192.0.2.1", "2.1"),
    ],
)
def test_passkeys_are_bound_to_no_other_domain(host: str, domain: str) -> None:
    problems = problems_in(
        f"""
        {DEV}
        [environments.main]
        base_url = "https://{host}"
        passkey_domain = "{domain}"
        """
    )

    assert len(problems) == 1
    assert problems[0].startswith("environments.main.passkey_domain: must be ")

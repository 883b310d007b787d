"""Checks of sessions, claims and authentication applications."""

import pytest

from tests.support.configurations import problems_in

MAIN = "environments.main"


def _problems(fields: str) -> list[str]:
    return problems_in(f'server.mode = "dev"\n[environments.main]\n{fields}')


def _application(fields: str) -> list[str]:
    return _problems(f"[environments.main.authentication_applications.signon]\n{fields}")


def test_sign_on_settings_that_fit_have_no_problems() -> None:
    problems = _problems(
        """
        default_authentication_application = "signon"
        scopes = { staff = "Know that you work here" }
        scope_claims = { staff = ["team"] }
        claim_attributes = { team = "department" }
        sessions = { partitioned = true, persistent = true }
        allowed_origins = [
            "https://signon.example.com",
            "https://other.example.com",
            "https://localhost:3000",
            "http://[::1]:8080",
        ]
        [environments.main.authentication_applications.signon]
        url = "https://signon.example.com/app?theme=dark"
        origins = ["https://other.example.com", "https://localhost:*", "http://[::1]:*"]
        client = "app"
        [environments.main.clients.app]
        grant_types = ["authorization_code"]
        allow_redirectless = true
        """
    )

    assert problems == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "sessions = { idle_minutes = 90, max_minutes = 60 }",
            "sessions.idle_minutes: warning: is longer than max_minutes: it has no effect",
        ),
        (
            "sessions = { partitioned = true }",
            "sessions.partitioned: warning: has no effect: cookies stay within the site",
        ),
        (
            'sessions = { cross_site = false }\nallowed_origins = ["https://app.example.com"]',
            (
                "sessions.cross_site: warning: keeps sessions from pages of "
                "https://app.example.com, which is another site"
            ),
        ),
        (
            'scopes = { staff = "" }\nscope_claims = { staf = ["team"] }',
            'scope_claims.staf: is not a scope of this environment; did you mean "staff"?',
        ),
        ("code_seconds = 601", "code_seconds: must be at most 600"),
        ("flow_minutes = 0", "flow_minutes: must be at least 1"),
        (
            'subject = "name"',
            'subject: must be "id" or "username"',
        ),
        (
            'default_authentication_application = "signon"',
            (
                'default_authentication_application: "signon" is not an authentication '
                "application of this environment"
            ),
        ),
    ],
)
def test_settings_that_do_not_fit_are_named(fields: str, expected: str) -> None:
    problems = _problems(fields)

    assert len(problems) == 1
    assert problems[0].startswith(f"{MAIN}.{expected}")


@pytest.mark.parametrize(
    "url",
    [
        "http://signon.example.com/",
        "https://signon.example.com/#part",
        "https://user@signon.example.com/",
        "https://",
        "https://signon.example.com:port/",
        "https://signon.example.com/a b",
        "javascript:alert(1)",
        "signon.example.com",
    ],
)
def test_people_are_sent_to_a_page_with_tls_alone(url: str) -> None:
    (problem,) = _application(f'url = "{url}"')

    assert problem.startswith(f"{MAIN}.authentication_applications.signon.url: must ")


def test_people_may_be_sent_to_this_machine_without_tls() -> None:
    assert _application('url = "http://localhost:3000/signon"') == []


@pytest.mark.parametrize(
    "origin",
    [
        "https://*.example.com",
        "*",
        "null",
        "https://app.example.com/",
        "https://app.example.com:1:*",
    ],
)
def test_pages_that_may_call_are_named(origin: str) -> None:
    (problem,) = _application(f'url = "https://a.example.com"\norigins = ["{origin}"]')

    assert problem.startswith(f"{MAIN}.authentication_applications.signon.origins[0]: ")


@pytest.mark.parametrize("origin", ["https://*.example.com", "https://*.example.com:*"])
def test_a_star_in_an_origin_is_said_to_stand_for_a_port_only(origin: str) -> None:
    (problem,) = _application(f'url = "https://a.example.com"\norigins = ["{origin}"]')

    assert problem.endswith('must name its host: a * stands for a port only, "https://host:*"')


def test_a_star_is_no_origin_that_may_call() -> None:
    (problem,) = _problems('allowed_origins = ["https://*.example.com"]')

    assert problem == (
        f"{MAIN}.allowed_origins[0]: every origin must be named; a wildcard would let any page in"
    )


def _code_page(client: str, allowed_origins: str = "[]") -> list[str]:
    return _problems(
        f"""
        allowed_origins = {allowed_origins}
        [environments.main.authentication_applications.signon]
        url = "https://signon.example.com/app"
        origins = ["https://localhost:*"]
        client = "app"
        [environments.main.clients.app]
        allow_redirectless = true
        {client}
        """
    )


CODES = 'grant_types = ["authorization_code"]'


def test_a_page_that_may_start_a_flow_but_not_redeem_its_code_is_pointed_out() -> None:
    assert _code_page(CODES) == [
        (
            f"{MAIN}.allowed_origins: warning: has no https://signon.example.com, "
            'https://localhost:*: pages of the authentication application "signon" cannot redeem '
            'the codes of its client "app"; add what redeems codes'
        )
    ]
    allowed = '["https://signon.example.com", "https://localhost:3000"]'
    assert _code_page(CODES, allowed) == []


@pytest.mark.parametrize(
    "client",
    [
        f"{CODES}\nsecret = {{ generate = true }}",
        'response_types = ["id_token"]\nscopes = ["openid"]',
    ],
    ids=["its server redeems them", "it has no codes"],
)
def test_a_page_that_redeems_no_codes_need_not_be_allowed_to(client: str) -> None:
    assert [problem for problem in _code_page(client) if "allowed_origins" in problem] == []


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("ap", '"ap" is not a client of this environment; did you mean "app"?'),
        ("app", 'warning: "app" may start no flow: it lacks allow_redirectless'),
    ],
)
def test_the_client_of_an_application_can_start_flows(client: str, expected: str) -> None:
    problems = _problems(
        f"""
        [environments.main.authentication_applications.signon]
        url = "https://signon.example.com"
        client = "{client}"
        [environments.main.clients.app]
        grant_types = ["authorization_code"]
        redirect_uris = ["https://app.example.com/callback"]
        """
    )

    assert problems == [f"{MAIN}.authentication_applications.signon.client: {expected}"]


def test_claims_of_users_do_not_hide_others() -> None:
    problems = _problems(
        """
        [environments.main.token_managers.default]
        attributes = { Email = "none" }
        user_attributes = { Email = "mail", sub = "name" }
        """
    )

    manager = f"{MAIN}.token_managers.default"
    assert problems == [
        f"{manager}.user_attributes.Email: is the claim of {manager}.attributes.Email",
        f"{manager}.user_attributes.sub: is a claim that the server writes itself",
    ]

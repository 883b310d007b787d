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

"""Reference adapters: what a check says of their callers."""

import pytest

from tests.support.configurations import LONG_SECRET, problems_in

PLACE = "environments.main.reference_adapters.sample"
PAIR = f'username = "app"\npass_phrase = "{LONG_SECRET}"\n'
ENVIRONMENT = f"""
[environments.main]
scopes = {{ read = "Read" }}
[environments.main.clients.app]
secret = "{LONG_SECRET}"
grant_types = ["client_credentials"]
[environments.main.clients.open]
auth_methods = ["none"]
grant_types = ["authorization_code"]
redirect_uris = ["https://app.example.com/"]
"""


def adapter_problems(adapter: str, *, server: str = "", environment: str = "") -> list[str]:
    """Return what a check finds in an adapter of these fields."""
    text = f'server.mode = "dev"\n{server}\n{ENVIRONMENT}\n{environment}'
    found = problems_in(f"{text}\n[environments.main.reference_adapters.sample]\n{adapter}")
    return [each.removeprefix(PLACE) for each in found if each.startswith(PLACE)]


@pytest.mark.parametrize(
    "adapter",
    [
        PAIR,
        'token_manager = "default"\nclients = ["app"]\nrequired_scopes = ["read"]',
        PAIR + 'direction = "sp"\nincoming_format = "query"\noutgoing_format = "properties"',
    ],
)
def test_an_adapter_that_can_be_called_is_good(adapter: str) -> None:
    found = adapter_problems(adapter)

    assert [each for each in found if "plain text" not in each] == []


@pytest.mark.parametrize(
    ("adapter", "problem"),
    [
        ("", ": can be called by nobody"),
        ('username = "app"', ".pass_phrase: is missing: username and pass_phrase go together"),
        (
            f'pass_phrase = "{LONG_SECRET}"',
            ".username: is missing: username and pass_phrase go together",
        ),
        (
            PAIR.replace('"app"', '"a:b"'),
            '.username: must not hold ":", where HTTP Basic ends a user name',
        ),
        (
            'username = "app"\npass_phrase = { generate = true }',
            ".pass_phrase: cannot be generated: the application has it, too",
        ),
        (
            'token_manager = "gone"\nclients = ["app"]',
            '.token_manager: "gone" is not a token manager of this environment',
        ),
        (
            'token_manager = "default"\nclients = ["gone"]',
            '.clients[0]: "gone" is not a client of this environment',
        ),
        (
            'token_manager = "default"\nclients = ["app"]\nrequired_scopes = ["gone"]',
            '.required_scopes[0]: "gone" is not a scope of this environment',
        ),
        (
            'token_manager = "default"',
            ".clients: must name who may call with an access token",
        ),
        (
            PAIR + 'clients = ["app"]',
            ".clients: says something of access tokens: set token_manager",
        ),
        (
            PAIR + "user_tokens = true",
            ".user_tokens: says something of access tokens: set token_manager",
        ),
        (
            'token_manager = "default"\nclients = ["open"]',
            ".clients[0]: warning: is a public client: whoever knows its client_id can get",
        ),
        (
            'subject_dn = "CN=app"',
            ".subject_dn: needs certificates of an authority, and client_authorities names none",
        ),
        (
            'issuer_dn = "*"',
            ".issuer_dn: warning: takes certificates, and no listener asks for any",
        ),
        (PAIR + 'subject_dn = "app"', ".subject_dn: must be a distinguished name"),
        (PAIR + 'incoming_format = "properties"', ".incoming_format: must be "),
        (PAIR + "reference_seconds = 0", ".reference_seconds: "),
        (PAIR + "reference_bytes = 8", ".reference_bytes: "),
    ],
)
def test_what_is_wrong_with_an_adapter_is_told(adapter: str, problem: str) -> None:
    assert any(each.startswith(problem) for each in adapter_problems(adapter)), adapter_problems(
        adapter
    )


def test_certificates_need_no_warning_where_a_listener_asks_for_them() -> None:
    found = adapter_problems(
        'subject_dn = "*"', server='server.listeners.mutual_tls = "127.0.0.1:9032"'
    )

    assert not any("no listener" in each for each in found)


def test_S1_20_a_pass_phrase_that_is_short_or_in_plain_text_is_told() -> None:
    found = adapter_problems('username = "app"\npass_phrase = "short"')

    assert [each.partition(";")[0] for each in found] == [
        ".pass_phrase: warning: stands here in plain text",
        ".pass_phrase: warning: has fewer than 16 characters and could be guessed",
    ]
    assert not any("generate" in each for each in found)


def test_an_environment_with_the_other_face_has_no_place_for_one() -> None:
    text = f"""
        server.mode = "dev"
        [environments.main]
        face = "pingone"
        [environments.main.reference_adapters.sample]
        {PAIR}
    """
    assert f"{PLACE}: has no place in an environment of this face" in problems_in(text)

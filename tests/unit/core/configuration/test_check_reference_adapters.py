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
        PAIR + 'direction = "sp"\nendpoint = "https://a.example/"\noutgoing_format = "properties"',
        PAIR + 'endpoint = "http://localhost:8080/app?a=b"\ntransport = "form_post"',
        PAIR + 'targets = ["https://a.example", "https://a.example/x?y=z", "https://a.example/*"]',
        PAIR + 'logout_endpoint = "https://a.example/out"\nlogout_mode = "front_channel"',
        PAIR + 'attributes = ["mail"]\npopulation = "staff"\nkeep_json = false',
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
        (
            PAIR + 'endpoint = "http://a.example/"',
            '.endpoint: must start with "https://"; plain HTTP is for loopback addresses',
        ),
        (PAIR + 'endpoint = "https://a.example/#x"', ".endpoint: must be a URL such as "),
        (PAIR + 'transport = "post"', ".transport: must be "),
        (PAIR + 'targets = ["https://*/"]', ".targets[0]: must be a URL; a * may stand at"),
        (PAIR + 'targets = ["https://a.example/*/b"]', ".targets[0]: must be a URL; a * may"),
        (PAIR + 'targets = ["https://a.example/**"]', ".targets[0]: must be a URL; a * may"),
        (PAIR + 'targets = ["https://a.example*"]', ".targets[0]: must name its host"),
        (PAIR + 'targets = ["https://a.example/?x=*"]', ".targets[0]: must name its host"),
        (PAIR + 'targets = ["http://a.example/*"]', '.targets[0]: must start with "https://"'),
        (PAIR + 'attributes = ["a b"]', ".attributes[0]: "),
        (PAIR + 'attributes = ["subject"]', ".attributes[0]: warning: goes without saying"),
        (
            PAIR + 'users = "known"\nattributes = ["mail"]',
            '.attributes: warning: has no effect with users = "known"',
        ),
        (
            PAIR + 'direction = "sp"\ntake_unasked = true',
            '.take_unasked: warning: has no effect with direction = "sp"',
        ),
        (
            PAIR + "take_unasked = true",
            ".take_unasked: warning: lets whoever gets somebody to follow a link sign them on",
        ),
        (
            PAIR + 'logout_mode = "front_channel"',
            ".logout_endpoint: is missing: logout_mode says to tell it",
        ),
        (
            PAIR + 'logout_endpoint = "https://a.example/out"',
            ".logout_endpoint: warning: has no effect without logout_mode",
        ),
        (
            PAIR + 'logout_endpoint = "https://169.254.1.1/"\nlogout_mode = "back_channel"',
            ".logout_endpoint: ",
        ),
        (
            PAIR + "skip_host_name_check = true",
            ".skip_host_name_check: warning: has no effect",
        ),
        (
            PAIR
            + 'logout_endpoint = "https://a.example/out"\nlogout_mode = "back_channel"\n'
            + "skip_host_name_check = true",
            ".skip_host_name_check: warning: lets anybody with a certificate of a trusted",
        ),
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


@pytest.mark.parametrize(
    ("step", "adapter", "problem"),
    [
        ("", PAIR, "must name the reference adapter whose application signs people on"),
        ('adapter = "samble"', PAIR, '"samble" is not a reference adapter of this environment'),
        (
            'adapter = "sample"',
            PAIR + 'direction = "sp"\nendpoint = "https://a.example/"',
            '"sample" vouches for nobody',
        ),
        ('adapter = "sample"', PAIR, '"sample" has no endpoint: people could be sent nowhere'),
    ],
)
def test_a_step_that_sends_people_nowhere_is_refused(step: str, adapter: str, problem: str) -> None:
    found = problems_of_step(step, adapter)

    assert any(each.startswith(problem) for each in found), found


def test_a_step_that_sends_people_to_an_application_is_good() -> None:
    endpoint = 'endpoint = "https://a.example/"'

    assert problems_of_step('adapter = "sample"', f"{PAIR}{endpoint}") == []


def problems_of_step(step: str, adapter: str) -> list[str]:
    """Return what a check finds in the adapter of a step of these fields."""
    place = "environments.main.steps.portal.adapter: "
    found = problems_in(f"""
        server.mode = "dev"
        {ENVIRONMENT}
        [environments.main.steps.portal]
        type = "reference_id"
        {step}
        [environments.main.reference_adapters.sample]
        {adapter}
    """)
    return [each.removeprefix(place) for each in found if each.startswith(place)]

"""Checks of [server.mail] and [server.sms], and of what needs them."""

import pytest

from tests.support.certificates import make_authority
from tests.support.configurations import PRODUCTION, MadeUpSurroundings, check_text, problems_in

SENDER = 'sender = "Example <no-reply@example.com>"\n'
MAIL = f'\n[server.mail]\nhost = "smtp.example.com"\n{SENDER}'
SMS = '\n[server.sms]\nwebhook = "https://sms.example.com/send"\ntoken = { env = "SMS" }\n'
FACTOR = 'type = "second_factor"\n'
ENVIRONMENT = "\n[environments.main]\n"
SURROUNDINGS = MadeUpSurroundings({"SMTP": "s3cret", "SMS": "t0ken"})


def problems(tables: str, *, base: str = PRODUCTION, rest: str = ENVIRONMENT) -> list[str]:
    return problems_in(f"{base}{tables}{rest}", SURROUNDINGS)


def test_a_mail_server_and_a_web_service_have_no_problems() -> None:
    sign_on = 'username = "ostiary"\npassword = { env = "SMTP" }\n'
    assert problems(f"{MAIL}{sign_on}{SMS}") == []


@pytest.mark.parametrize(
    "sender", ["", "Joe", "joe@example.com\\r\\nBcc: eve@example.com", "a <b> <joe@example.com>"]
)
def test_SEC_239_a_sender_is_one_mailbox(sender: str) -> None:
    (problem,) = problems(f'\n[server.mail]\nhost = "smtp.example.com"\nsender = "{sender}"\n')
    assert problem.startswith("server.mail.sender: must be an e-mail address")


def test_SEC_239_the_sender_of_an_environment_is_one_mailbox() -> None:
    rest = f'{ENVIRONMENT}mail_sender = "Shop <shop@example.org>\\nX: y"\n'
    (problem,) = problems(MAIL, rest=rest)
    assert problem.startswith("environments.main.mail_sender: must be an e-mail address")


def test_the_sender_of_an_environment_is_kept() -> None:
    text = f'{PRODUCTION}{MAIL}{ENVIRONMENT}mail_sender = "Shop <shop@example.org>"\n'
    configuration = check_text(text, SURROUNDINGS).configuration
    assert configuration is not None
    assert configuration.environments["main"].mail_sender == "Shop <shop@example.org>"


def test_mail_in_the_clear_is_for_this_machine_alone() -> None:
    clear = 'security = "none"\n'
    assert problems(f"{MAIL}{clear}") == [
        (
            "server.mail.security: lets everybody between here and there read the codes; "
            'use "starttls" or "tls", or an SMTP server on this machine'
        )
    ]
    assert problems(f'\n[server.mail]\nhost = "localhost"\n{SENDER}{clear}') == []


def test_a_password_does_not_travel_readable() -> None:
    mail = f'\n[server.mail]\nhost = "localhost"\n{SENDER}security = "none"\nusername = "joe"\n'
    assert problems(f'{mail}password = {{ env = "SMTP" }}\n') == [
        'server.mail.password: must not travel readable; use "starttls" or "tls"'
    ]


@pytest.mark.parametrize(
    ("line", "missing"),
    [('username = "joe"', "password"), ('password = { env = "SMTP" }', "username")],
)
def test_username_and_password_belong_together(line: str, missing: str) -> None:
    assert problems(f"{MAIL}{line}\n") == [
        f"server.mail.{missing}: is missing: username and password belong together"
    ]


@pytest.mark.parametrize("source", ["{ generate = true }", "{ stored = true }"])
def test_the_other_side_knows_the_password(source: str) -> None:
    (problem,) = problems(f'{MAIL}username = "joe"\npassword = {source}\n')
    assert problem == "server.mail.password: must be one that the other side knows"


def test_a_secret_in_plain_text_is_refused_in_production() -> None:
    (problem,) = problems(f'{MAIL}username = "joe"\npassword = "s3cret"\n')
    assert problem.startswith("server.mail.password: stands here in plain text")
    (problem,) = problems(SMS.replace('{ env = "SMS" }', '"t0ken"'))
    assert problem.startswith("server.sms.token: stands here in plain text")


def test_a_secret_that_is_not_there_is_refused() -> None:
    (problem,) = problems(f'{MAIL}username = "joe"\npassword = {{ env = "NOPE" }}\n')
    assert problem == "server.mail.password: the environment variable NOPE is not set"


def test_an_authority_file_must_hold_certificates(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    make_authority(file)
    text = f'{PRODUCTION}{MAIL}ca_file = "ca.pem"\n{ENVIRONMENT}'
    good = MadeUpSurroundings(files={"ca.pem": file.read_text()})
    bad = MadeUpSurroundings(files={"ca.pem": "nothing"})
    assert problems_in(text, good) == []
    assert problems_in(text, bad) == [
        "server.mail.ca_file: the file ca.pem holds no certificates in PEM form"
    ]
    assert problems_in(text) == [
        "server.mail.ca_file: the file ca.pem cannot be read: No such file or directory"
    ]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://sms.example.com/", "must be https"),
        ("https://10.0.0.1/", "must not lead to an internal address"),
        ("https://sms.example.com:22/", "must have a port that the server may connect to"),
    ],
)
def test_SEC_212_a_web_service_is_where_the_server_may_connect_to(url: str, reason: str) -> None:
    (problem,) = problems(f'\n[server.sms]\nwebhook = "{url}"\ntoken = {{ env = "SMS" }}\n')
    assert problem == f"server.sms.webhook: {reason}; see [server.outbound]"


def test_SEC_212_what_is_no_url_is_no_web_service() -> None:
    (problem,) = problems('\n[server.sms]\nwebhook = "ftp://x"\ntoken = { env = "SMS" }\n')
    assert problem.startswith("server.sms.webhook: must be an https URL")


def test_a_web_service_that_anybody_may_use_is_refused() -> None:
    table = '\n[server.sms]\nwebhook = "https://sms.example.com/"\n'
    assert problems(table) == [
        "server.sms.token: is missing: anybody who reaches the web service could use it"
    ]


@pytest.mark.parametrize(
    ("step", "field", "channel", "table"),
    [
        ("recovery = true", "recovery", "mail", "server.mail"),
        ("registration = true", "registration", "mail", "server.mail"),
        (f'{FACTOR}methods = ["totp", "email"]', "methods", "mail", "server.mail"),
        (f'{FACTOR}methods = ["sms"]', "methods", "text messages", "server.sms"),
    ],
)
def test_a_step_that_sends_what_nothing_carries_is_refused_in_production(
    step: str, field: str, channel: str, table: str
) -> None:
    rest = f"{ENVIRONMENT}\n[environments.main.steps.sending]\n{step}\n"
    refusal = (
        f"environments.main.steps.sending.{field}: needs {channel}, and nothing sends any; "
        f"add [{table}]"
    )
    assert refusal in problems("", rest=rest)
    assert refusal not in problems(MAIL + SMS, rest=rest)


def test_factors_that_nothing_can_send_are_left_out_where_none_is_named() -> None:
    rest = f"{ENVIRONMENT}\n[environments.main.steps.sending]\n{FACTOR}\n"
    assert not any("nothing sends" in problem for problem in problems("", rest=rest))


def test_in_dev_mode_the_log_carries_what_nothing_else_does() -> None:
    step = "\n[environments.main.steps.form]\nrecovery = true\n"
    assert problems("", base='server.mode = "dev"\n', rest=ENVIRONMENT + step) == []

"""Directories that are kept elsewhere: what a check says of them."""

import pytest

from tests.support.configurations import problems_in

PLACE = "environments.main.directories.people"
PLAIN = 'servers = ["127.0.0.1"]\nbase_dn = "dc=x"\nsecurity = "none"\n'
ACCOUNT = 'bind_dn = "cn=a"\nbind_password = "secret"\n'
BASE = 'servers = ["ldap.example.com"]\nbase_dn = "dc=example,dc=com"\n'


def problems(directory: str, *, environment: str = "") -> list[str]:
    """Return what a check finds wrong in an environment with a directory of these fields."""
    text = f"[environments.main]\n{environment}\n[{PLACE}]\n{directory}"
    prefix = "environments.main."
    found = problems_in(f'server.mode = "dev"\n{text}')
    return [
        each.removeprefix(prefix)
        for each in found
        if each.startswith(prefix) and "plain text" not in each
    ]


def directory_problems(directory: str) -> list[str]:
    """Return what a check finds wrong in a directory of these fields."""
    own = "directories.people"
    return [each.removeprefix(own) for each in problems(directory) if each.startswith(own)]


@pytest.mark.parametrize(
    "directory",
    [
        BASE,
        BASE + 'bind_dn = "cn=a"\nbind_password = "secret"\npassword_change = "extended"',
        'servers = ["[::1]:389", "10.0.0.1"]\nbase_dn = "O=Example"\nsecurity = "starttls"',
        'servers = ["127.0.0.1"]\nbase_dn = "dc=x"\nsecurity = "none"',
        'servers = ["a.example:3269"]\nbase_dn = "dc=x"\nstyle = "active_directory"',
        BASE + 'username_filter = "(&(a=b)(|(uid={username})(c=\\\\28)))"',
    ],
)
def test_a_directory_that_can_be_asked_is_good(directory: str) -> None:
    assert directory_problems(directory) == []


@pytest.mark.parametrize(
    ("directory", "problem"),
    [
        (
            'servers = ["ldap.example.com"]\nbase_dn = "dc=x"\nsecurity = "none"',
            ".security: lets everybody between here and there read passwords",
        ),
        (
            PLAIN + ACCOUNT + 'password_change = "unicode"',
            ".password_change: needs TLS",
        ),
        (
            'servers = ["a.example", "b.example:3269"]\nbase_dn = "dc=x"\n'
            + ACCOUNT
            + 'password_change = "unicode"',
            ".servers[1]: is a global catalogue, which changes no passwords",
        ),
        (BASE + 'bind_dn = "cn=a"', ".bind_password: is missing"),
        (BASE + 'bind_password = "secret"', ".bind_dn: is missing"),
        (
            BASE + 'bind_dn = "cn=a"\nbind_password = { generate = true }',
            ".bind_password: cannot be generated",
        ),
        (BASE + 'password_change = "modify"', ".password_change: needs an account"),
        (BASE + 'authorities = "nowhere.pem"', ".authorities: "),
        (BASE + 'username_filter = "(uid=joe)"', ".username_filter: must hold {username}"),
        (BASE + 'username_filter = "(uid={username}"', ".username_filter: must be one filter"),
        (BASE + 'username_filter = "(uid={username})(a=b)"', ".username_filter: must be one"),
        (BASE + 'users_filter = "(uid={username})"', ".users_filter: must not hold a name"),
        (BASE + 'users_filter = "(uid=\\\\zz)"', ".users_filter: must be one filter"),
        (BASE + 'id_attribute = "entry UUID"', ".id_attribute: must be the name of an attribute"),
        *(
            (
                BASE + f'attributes = {{ note = "{name}" }}',
                ".attributes.note: must not be an attribute that holds passwords",
            )
            for name in ("userPassword", "USERPASSWORD", "2.5.4.35", "unicodePwd")
        ),
        ('servers = ["LDAP.example.com"]\nbase_dn = "dc=x"', ".servers[0]: must be a host"),
        ('servers = ["a.example:70000"]\nbase_dn = "dc=x"', ".servers[0]: must have a port"),
        ('servers = ["ldaps://a.example"]\nbase_dn = "dc=x"', ".servers[0]: must be a host"),
        ("servers = []\nbase_dn = 'dc=x'", ".servers: "),
        ('servers = ["a.example"]\nbase_dn = "example"', ".base_dn: must be the name of an entry"),
    ],
)
def test_a_directory_that_cannot_be_asked_or_trusted_is_refused(
    directory: str, problem: str
) -> None:
    assert any(each.startswith(problem) for each in directory_problems(directory))


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ('directory_order = ["peple"]', 'directory_order[0]: "peple" is not a directory'),
        ('directory_order = ["local", "local"]', "directory_order[1]: is named twice"),
        ("directory_order = []", "directory_order: must name a directory"),
        ('steps.form.directories = ["other"]', 'steps.form.directories[0]: "other" is not'),
    ],
)
def test_an_order_names_directories_that_are_there(environment: str, problem: str) -> None:
    found = problems(BASE, environment=environment)

    assert any(each.startswith(problem) for each in found)


def test_no_other_directory_has_the_name_of_the_stores() -> None:
    text = f"server.mode = 'dev'\n[environments.main.directories.local]\n{BASE}"

    assert any("always there" in each for each in problems_in(text))

"""Profiles: which source counts, which file may hold secrets, and where no secret ever goes."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ostiary_client import AsyncClient, Client
from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles import Profile, load_profile
from ostiary_client.profiles.fields import FIELDS
from ostiary_client.secret import Secret

URL = "https://login.shop.example"
SHOP = f"""
default_profile = "shop"
[profiles.shop]
base_url = "{URL}"
client_id = "app"
client_secret = "hush"
scope = "read write"
issuer = "urn:shop"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def _load(
    path: Path,
    text: str = SHOP,
    name: str | None = None,
    *,
    environ: dict[str, str] | None = None,
    **overrides: Any,
) -> Profile:
    path.write_text(text)
    path.chmod(0o600)
    variables = {"OSTIARY_CONFIG": str(path), **(environ or {})}
    return load_profile(name, environ=variables, overrides=overrides)


def _refusal(path: Path, text: str = SHOP, name: str | None = None, **how: Any) -> str:
    with pytest.raises(ConfigurationError) as refused:
        _load(path, text, name, **how)
    return str(refused.value)


def test_S0_16_a_profile_sets_a_client_up(path: Path) -> None:
    profile = _load(path)

    assert profile == Profile(
        URL,
        name="shop",
        client_id="app",
        client_secret=Secret("hush"),
        scope=("read", "write"),
        issuer="urn:shop",
    )


def test_S0_16_without_a_file_variables_are_enough(tmp_path: Path) -> None:
    environ = {
        "HOME": str(tmp_path),
        "OSTIARY_BASE_URL": URL,
        "OSTIARY_CLIENT_ID": "app",
        "OSTIARY_CLIENT_SECRET": "hush",
        "OSTIARY_TIMEOUT_SECONDS": "2.5",
        "OSTIARY_TRUSTED_ORIGINS": "https://a.example https://b.example",
        "OSTIARY_INSECURE_HTTP": "false",
        "OSTIARY_SCOPE": "",
    }

    profile = load_profile(environ=environ)

    assert profile.client_options() == {
        "client_id": "app",
        "client_secret": Secret("hush"),
        "timeout_seconds": 2.5,
        "trusted_origins": ("https://a.example", "https://b.example"),
        "insecure_http": False,
    }


def test_the_file_is_where_the_XDG_specification_says(tmp_path: Path) -> None:
    place = tmp_path / "xdg" / "ostiary" / "config.toml"
    place.parent.mkdir(parents=True)
    place.write_text(SHOP)
    place.chmod(0o600)

    assert load_profile(environ={"XDG_CONFIG_HOME": str(tmp_path / "xdg")}).name == "shop"
    with pytest.raises(ConfigurationError, match="No base URL"):
        load_profile(environ={"XDG_CONFIG_HOME": "xdg", "HOME": str(tmp_path)})


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="OSTIARY_CONFIG"):
        load_profile(environ={"OSTIARY_CONFIG": str(tmp_path / "none.toml")})


@pytest.mark.parametrize("field", ["scope", "resource", "audience", "key_id", "auth_method"])
def test_arguments_count_before_variables_and_those_before_the_profile(
    path: Path, field: str
) -> None:
    def value(**how: Any) -> object:
        text = f'[profiles.p]\nbase_url = "{URL}"\n{field} = "none"\n'
        found = getattr(_load(path, text, "p", **how), field)
        return found[0] if isinstance(found, tuple) else found

    environ = {f"OSTIARY_{field.upper()}": "e"}
    assert value() == "none"
    assert value(environ=environ) == "e"
    assert value(environ=environ, **{field: "a"}) == "a"
    assert value(**{field: None}) == "none"


@pytest.mark.parametrize(
    ("name", "environ", "chosen"),
    [
        ("two", {"OSTIARY_PROFILE": "three"}, "two"),
        (None, {"OSTIARY_PROFILE": "three"}, "three"),
        (None, {}, "one"),
    ],
)
def test_a_profile_is_named_by_argument_variable_or_default(
    path: Path, name: str | None, environ: dict[str, str], chosen: str
) -> None:
    tables = "".join(f'[profiles.{n}]\nbase_url = "{URL}"\n' for n in ("one", "two", "three"))

    profile = _load(path, f'default_profile = "one"\n{tables}', name, environ=environ)

    assert profile.name == chosen


# --- a secret goes to its own server only -------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        "https://evil.example",
        "http://login.shop.example",
        "https://login.shop.example:8443",
        "https://login.shop.example/another-tenant",
        "https://login.shop.example.evil.example",
        "https://evil.example/https://login.shop.example",
    ],
)
@pytest.mark.parametrize("name", [None, "shop"], ids=["default", "named"])
@pytest.mark.parametrize("source", ["argument", "variable"])
def test_S0_29_a_profiles_secret_goes_to_no_other_server(
    path: Path, other: str, name: str | None, source: str
) -> None:
    how: dict[str, Any] = {"base_url": other}
    if source == "variable":
        how = {"environ": {"OSTIARY_BASE_URL": other}}

    refusal = _refusal(path, SHOP, name, **how)

    assert f"The credentials of profile shop are for {URL}, not for {other}" in refusal
    assert "hush" not in refusal


def test_S0_29_a_variables_secret_goes_to_no_other_server(path: Path) -> None:
    environ = {"OSTIARY_BASE_URL": URL, "OSTIARY_CLIENT_SECRET": "hush"}

    refusal = _refusal(path, "", environ=environ, base_url="https://evil.example")

    assert "The credentials of the environment are for" in refusal


def test_S0_29_a_variables_secret_beside_a_profile_is_for_that_profiles_server(
    path: Path,
) -> None:
    text = f'default_profile = "p"\n[profiles.p]\nbase_url = "{URL}"\n'
    environ = {"OSTIARY_CLIENT_SECRET": "hush"}

    assert _load(path, text, environ=environ).client_secret == Secret("hush")
    assert "are for" in _refusal(path, text, environ=environ, base_url="https://evil.example")


@pytest.mark.parametrize(
    "same",
    [
        f"{URL}/",
        "HTTPS://LOGIN.SHOP.EXAMPLE",
        f"{URL}:443",
        f"{URL}/as",
        f"{URL}/.well-known/openid-configuration",
    ],
)
def test_another_spelling_of_the_same_server_is_no_other_server(path: Path, same: str) -> None:
    assert _load(path, base_url=same).client_secret == Secret("hush")


def test_credentials_of_its_own_go_to_a_server_of_its_own(path: Path) -> None:
    profile = _load(path, base_url="https://other.example", client_id="me", client_secret="mine")

    assert profile.client_options() == {
        "client_id": "me",
        "client_secret": Secret("mine"),
        "trusted_origins": (),
        "insecure_http": False,
    }


def test_what_a_named_profile_says_of_its_server_is_not_said_of_another(path: Path) -> None:
    text = SHOP + 'ca_file = "ca.pem"\ntrusted_origins = ["https://a.example"]\n'

    profile = _load(path, text, "shop", base_url="https://other.example", client_secret="mine")

    assert (profile.issuer, profile.ca_file, profile.trusted_origins) == (None, None, ())
    assert profile.scope == ("read", "write")


def test_a_certificate_is_shown_to_its_own_server_alone(path: Path) -> None:
    text = SHOP + 'cert_file = "own.pem"\n'

    assert _load(path, text, "shop").client_options()["cert"] == (
        path.parent / "own.pem",
        path.parent / "own.pem",
    )
    foreign = _load(path, text, "shop", base_url="https://other.example", client_secret="mine")
    assert foreign.cert_file is None


def test_a_key_without_its_certificate_is_refused(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Give cert_file too"):
        _load(path, SHOP + 'cert_key_file = "own.key"\n', "shop")


def test_a_secret_is_for_its_own_client_only(path: Path) -> None:
    refusal = _refusal(path, SHOP, "shop", client_id="other")

    assert "The credentials of profile shop are those of the client app, not of other" in refusal
    assert _load(path, client_id="app").client_secret == Secret("hush")


def test_another_client_is_not_held_up_by_the_default_profile(path: Path) -> None:
    text = SHOP + 'auth_method = "client_secret_post"\ncert_file = "own.pem"\n'

    profile = _load(path, text, client_id="till")

    assert (profile.client_id, profile.base_url) == ("till", URL)
    assert (profile.client_secret, profile.auth_method, profile.cert_file) == (None, None, None)


def test_credentials_without_a_server_of_their_own_are_refused(path: Path) -> None:
    refusal = _refusal(path, '[profiles.p]\nclient_secret = "x"\n', "p", base_url=URL)

    assert "no base_url" in refusal


def test_a_stronger_credential_replaces_a_weaker_one_of_another_kind(path: Path) -> None:
    text = (
        f'[profiles.p]\nbase_url = "{URL}"\nprivate_key = "PEM"\nauth_method = "private_key_jwt"\n'
        'key_id = "k1"\n'
    )

    profile = _load(path, text, "p", client_secret="mine")

    assert profile.private_key is None
    assert (profile.auth_method, profile.key_id) == (None, None)


def test_without_credentials_none_are_fetched(path: Path) -> None:
    path.write_text(SHOP.replace('"hush"', '{ command = ["false"] }'))
    path.chmod(0o600)

    profile = load_profile(environ={"OSTIARY_CONFIG": str(path)}, with_credentials=False)

    assert profile.client_secret is None


# --- where secrets may stand ----------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_plain_secret_may_stand_in_a_file_of_ones_own(path: Path, mode: int) -> None:
    path.write_text(SHOP)
    path.chmod(mode)

    assert load_profile(environ={"OSTIARY_CONFIG": str(path)}).client_secret == Secret("hush")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o666])
def test_SEC_270_a_plain_secret_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    path.write_text(SHOP)
    path.chmod(mode)

    with pytest.raises(ConfigurationError) as refused:
        load_profile(environ={"OSTIARY_CONFIG": str(path)})

    assert f"chmod 600 {path}" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_SEC_270_a_file_that_others_can_change_chooses_no_credentials(path: Path) -> None:
    path.write_text(SHOP.replace('"hush"', '{ env = "X" }'))
    environ = {"OSTIARY_CONFIG": str(path), "X": "hush"}

    path.chmod(0o644)
    assert load_profile(environ=environ).client_secret == Secret("hush")
    path.chmod(0o664)
    with pytest.raises(ConfigurationError, match="others may change it"):
        load_profile(environ=environ)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_SEC_270_a_file_of_another_user_is_refused(path: Path) -> None:
    path.write_text(SHOP)
    path.chmod(0o600)
    os.chown(path, 12345, 12345)

    with pytest.raises(ConfigurationError, match="belongs to another user"):
        load_profile(environ={"OSTIARY_CONFIG": str(path)})


def test_a_file_without_credentials_may_be_anybodys_to_read(path: Path) -> None:
    path.write_text(f'default_profile = "p"\n[profiles.p]\nbase_url = "{URL}"\n')
    path.chmod(0o666)

    assert load_profile(environ={"OSTIARY_CONFIG": str(path)}).base_url == URL


def test_secrets_come_from_variables_files_and_programs(path: Path) -> None:
    (path.parent / "secret").write_text(" hush \n")
    program = f"print({'hush'!r})"
    for source in (
        '{ env = "X" }',
        '{ file = "secret" }',
        f'{{ command = ["{sys.executable}", "-c", "{program}"] }}',
    ):
        profile = _load(path, SHOP.replace('"hush"', source), environ={"X": "hush"})
        assert profile.client_secret == Secret("hush")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('{ env = "X" }', "the variable X, which is not set"),
        ('{ file = "none" }', "No such file"),
        ('{ file = "empty" }', "is empty"),
        ('{ file = "bytes" }', "is no text"),
        ('{ command = ["false"] }', "`false` ended with 1"),
        ('{ command = ["no-such-program"] }', "No such file"),
        ("{ command = [] }", "has to be a text, { env ="),
        ('{ command = "pass show x" }', "has to be a text, { env ="),
        ('{ env = "X", file = "x" }', "has to be a text, { env ="),
        ('""', "has to be a text, { env ="),
        ("5", "has to be a text, { env ="),
    ],
)
def test_a_secret_that_cannot_be_had_is_explained(path: Path, source: str, words: str) -> None:
    (path.parent / "empty").write_text("\n")
    (path.parent / "bytes").write_bytes(b"\xff\xfe")

    assert words in _refusal(path, SHOP.replace('"hush"', source))


def test_a_private_key_comes_from_its_file(path: Path) -> None:
    (path.parent / "key.pem").write_text("PEM\n")

    profile = _load(path, SHOP.replace('client_secret = "hush"', 'private_key_file = "key.pem"'))

    assert profile.private_key == Secret("PEM")


# --- mistakes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[profiles.p]\nclientid = 5\n", "unknown field 'clientid' is in profile p"),
        ("[profile.p]\n", 'config.toml; did you mean "profiles"?'),
        ("[[profiles]]\n", "not written as [profiles.NAME]"),
        ('profiles = { p = "x" }\n', "not written as [profiles.NAME]"),
        ("default_profile = 5\n", "default_profile"),
        ("= 5", "is no TOML"),
        ("[profiles.p]\nbase_url = 5\n", "base_url in profile p"),
        ("[profiles.p]\ntimeout_seconds = true\n", "timeout_seconds in profile p"),
        ("[profiles.p]\ntimeout_seconds = -1\n", "has to be a number of seconds"),
        ("[profiles.p]\ntimeout_seconds = nan\n", "has to be a number of seconds"),
        ("[profiles.p]\ntimeout_seconds = 1e300\n", "a number of seconds, at most 86400"),
        (f"[profiles.p]\ntimeout_seconds = {'9' * 400}\n", "a number of seconds, at most 86400"),
        (f"x = {'[' * 20_000}\n", "is nested too deeply"),
        (f"x = {'9' * 10_000}\n", "a number in it that is far too long"),
        ('[profiles.p]\nca_file = "~nosuchuser/x"\n', "ca_file in profile p"),
        ('[profiles.p]\nca_file = "a\\u0000b"\n', "has a NUL character in it"),
        ('[profiles.p]\nclient_secret = { file = "~nosuchuser/x" }\n', "nobody who is known here"),
        ('[profiles.p]\nclient_secret = { file = "a\\u0000b" }\n', "has a NUL character in it"),
        (
            '[profiles.p]\nclient_secret = { command = ["pass", "a\\u0000b"] }\n',
            "has a NUL character in it",
        ),
        ('[profiles.p]\ncache = "perhaps"\n', "has to be true or false"),
        ("[profiles.p]\nscope = [5]\n", "a list of texts"),
        ("[profiles.p]\nca_file = 5\n", "the name of a file"),
        (
            '[profiles.p]\nclient_secret = "a"\nclient_secret_file = "b"\n',
            "Both client_secret and client_secret_file are in profile p",
        ),
    ],
)
def test_a_mistake_in_the_file_is_explained(path: Path, text: str, words: str) -> None:
    assert words in _refusal(path, text, "p")


def test_a_profile_that_is_not_there_is_told_apart_from_those_that_are(path: Path) -> None:
    refusal = _refusal(path, SHOP, "shpo")

    assert "There is no profile 'shpo'" in refusal
    assert 'did you mean "shop"? Profiles there: shop' in refusal


def test_a_file_in_the_home_of_nobody_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="OSTIARY_CONFIG starts with the home"):
        load_profile(environ={"OSTIARY_CONFIG": "~nosuchuser/config.toml"})


def test_a_user_without_a_home_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)

    with pytest.raises(ConfigurationError, match="Set HOME"):
        load_profile(environ={})


def test_an_unknown_argument_is_refused(path: Path) -> None:
    assert "unknown field 'bogus'" in _refusal(path, bogus=1)


def test_a_huge_or_binary_file_is_refused(path: Path) -> None:
    for content in (b"#" * 1_100_000, b"\xff"):
        path.write_bytes(content)
        with pytest.raises(ConfigurationError):
            load_profile(environ={"OSTIARY_CONFIG": str(path)})


# --- clients ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_S0_16_both_clients_are_made_from_a_profile(
    path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Client] | type[AsyncClient]
) -> None:
    for name in FIELDS:
        monkeypatch.delenv(f"OSTIARY_{name.upper()}", raising=False)
    path.write_text(SHOP)
    path.chmod(0o600)
    monkeypatch.setenv("OSTIARY_CONFIG", str(path))

    client = kind.from_profile("shop", scope="other", now=lambda: 5.0)

    conversations = client._conversations
    assert conversations.base_url == URL
    assert conversations.identity is not None
    assert conversations.identity.client_secret == Secret("hush")
    assert conversations.usual.scopes == ("other",)
    assert conversations.now() == 5.0
    assert "hush" not in repr(client) + repr(conversations)
    if isinstance(client, Client):
        client.close()


def test_S0_29_a_program_cannot_send_a_profiles_secret_elsewhere(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(SHOP)
    path.chmod(0o600)
    monkeypatch.setenv("OSTIARY_CONFIG", str(path))

    with pytest.raises(ConfigurationError, match="are for"):
        Client.from_profile("shop", base_url="https://evil.example")

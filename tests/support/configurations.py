"""Configurations for tests: written as TOML, checked against surroundings made up in memory."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.core.configuration.check import Verdict, check
from ostiary.core.configuration.problems import render_path
from ostiary.core.configuration.secret_sources import UnreadableFileError
from ostiary.core.configuration.vocabulary import Vocabulary

_LONG_NAMED = ("device_code", "jwt-bearer", "token-exchange")
VOCABULARY = Vocabulary(
    grant_types=frozenset(
        {"client_credentials", "authorization_code", "refresh_token", "password"}
        | {f"urn:ietf:params:oauth:grant-type:{name}" for name in _LONG_NAMED}
    ),
    auth_methods=frozenset(
        {
            "client_secret_basic",
            "client_secret_post",
            "client_secret_jwt",
            "private_key_jwt",
            "tls_client_auth",
            "self_signed_tls_client_auth",
            "none",
        }
    ),
    step_types=frozenset(
        {"identifier_first", "reference_id", "second_factor", "username_password"}
    ),
    store_schemes=frozenset({"memory", "sqlite", "postgresql"}),
    said_attributes=frozenset({"authnCtx", "forceAuthn"}),
    carried_parameters=frozenset({"ref", "resumepath"}),
)
LONG_SECRET = "0123456789abcdef0123456789abcdef"
PRODUCTION = """
[server]
mode = "production"
public_url = "https://id.example.com"
listeners.tls = "off"
listeners.http = "127.0.0.1:9080"
"""
"""A production server behind a proxy; its tables may not be opened again."""


@dataclass(frozen=True, slots=True)
class MadeUpSurroundings:
    """Environment variables and files that exist for one test."""

    environ: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    readable: frozenset[str] = frozenset()

    def find_variable(self, name: str) -> str | None:
        return self.environ.get(name)

    def read_text(self, path: str) -> str:
        if path not in self.files:
            raise UnreadableFileError("No such file or directory")
        return self.files[path]

    def read_bytes(self, path: str, max_bytes: int) -> bytes:
        content = self.read_text(path).encode()
        if len(content) > max_bytes:
            raise UnreadableFileError(f"it has more than {max_bytes} bytes")
        return content

    def may_others_read(self, path: str) -> bool:
        return path in self.readable


def check_text(
    text: str, surroundings: MadeUpSurroundings | None = None, *, file: str = ""
) -> Verdict:
    """Check a configuration written as TOML."""
    return check(tomllib.loads(text), VOCABULARY, surroundings or MadeUpSurroundings(), file=file)


def problems_in(
    text: str, surroundings: MadeUpSurroundings | None = None, *, file: str = ""
) -> list[str]:
    """Return what a check finds, as `path: text` without file and line."""
    verdict = check_text(text, surroundings, file=file)
    return [
        f"{render_path(problem.path)}: {'' if problem.is_error else 'warning: '}{problem.text}"
        for problem in verdict.problems
    ]


def client_problems(
    client: str, *, server: str = 'server.mode = "dev"', environment: str = ""
) -> list[str]:
    """Return what a check finds in an environment with one client `app` of these fields."""
    return problems_in(
        f"{server}\n[environments.main]\n{environment}\n[environments.main.clients.app]\n{client}"
    )

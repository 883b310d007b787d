"""Store URLs with passwords in them, and without."""

import pytest

from ostiary.core.configuration.store_urls import holds_password


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:pw@host/database",
        "postgresql://:pw@host/database",
        "postgresql://user:p@w/d@host/database",
        "postgresql://user@host/database?password=pw",
        "postgresql:///database?host=/run&password=pw",
        "postgresql://host/database?sslmode=require&sslpassword=pw",
        "postgresql://host/database?pass%77ord=pw",
        "postgresql://host/database?oauth_client_secret=pw",
        "postgresql://host/database?scram_client_key=pw",
        "postgresql://host/database?password=",
    ],
)
def test_SEC_244_a_password_is_found_wherever_a_url_may_have_it(url: str) -> None:
    assert holds_password(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user@host/database",
        "postgresql://host:5432/database?sslmode=verify-full",
        "postgresql://user@[::1]:5432/database",
        "sqlite:///data/password.db",
        "memory:",
    ],
)
def test_a_url_without_a_password_may_be_shown(url: str) -> None:
    assert not holds_password(url)

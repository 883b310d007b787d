"""What the URL of a store gives away."""

from urllib.parse import parse_qsl

_SECRET_WORDS = ("password", "secret", "scram")


def holds_password(url: str) -> bool:
    """Tell whether a URL holds a password, before its host or in its query.

    PostgreSQL's parameters are `password`, `sslpassword`, `oauth_client_secret`,
    `scram_client_key` and `scram_server_key`.
    """
    credentials, at, _ = url.partition("://")[2].rpartition("@")
    if at and ":" in credentials:
        return True
    parameters = parse_qsl(url.partition("?")[2], keep_blank_values=True)
    return any(word in name.lower() for name, _ in parameters for word in _SECRET_WORDS)

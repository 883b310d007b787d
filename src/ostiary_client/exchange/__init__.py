"""A backend's own tokens: given for an issuer's, good at this backend alone, and revocable."""

from ostiary_client.exchange.kept_tokens import KeptTokens
from ostiary_client.exchange.login_schemes import (
    AuthenticationType,
    LoginScheme,
    login_scheme_router,
)
from ostiary_client.exchange.secret_token import SecretToken
from ostiary_client.exchange.sql_tokens import SQLTokens
from ostiary_client.exchange.tokens import Tokens
from ostiary_client.exchange.user_exchange import UserExchange

__all__ = [
    "AuthenticationType",
    "KeptTokens",
    "LoginScheme",
    "SQLTokens",
    "SecretToken",
    "Tokens",
    "UserExchange",
    "login_scheme_router",
]

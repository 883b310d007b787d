"""Every grant type of this server, in the order in which metadata lists them."""

from ostiary.core.grants.authorization_code import AuthorizationCodeGrant
from ostiary.core.grants.client_credentials import ClientCredentials
from ostiary.core.grants.contract import Grant
from ostiary.core.grants.device_code import DeviceCodeGrant
from ostiary.core.grants.jwt_bearer import JWTBearerGrant
from ostiary.core.grants.password import PasswordGrant
from ostiary.core.grants.refresh_token import RefreshTokenGrant
from ostiary.core.grants.token_exchange import TokenExchangeGrant

ALL: tuple[type[Grant], ...] = (
    AuthorizationCodeGrant,
    ClientCredentials,
    DeviceCodeGrant,
    JWTBearerGrant,
    PasswordGrant,
    RefreshTokenGrant,
    TokenExchangeGrant,
)

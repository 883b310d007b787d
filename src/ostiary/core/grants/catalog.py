"""Every grant type of this server, in the order in which metadata lists them."""

from ostiary.core.grants.authorization_code import AuthorizationCodeGrant
from ostiary.core.grants.client_credentials import ClientCredentials
from ostiary.core.grants.contract import Grant
from ostiary.core.grants.refresh_token import RefreshTokenGrant

ALL: tuple[type[Grant], ...] = (AuthorizationCodeGrant, ClientCredentials, RefreshTokenGrant)

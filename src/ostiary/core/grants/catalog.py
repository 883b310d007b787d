"""Every grant type of this server, in the order in which metadata lists them."""

from ostiary.core.grants.client_credentials import ClientCredentials
from ostiary.core.grants.contract import Grant

ALL: tuple[type[Grant], ...] = (ClientCredentials,)

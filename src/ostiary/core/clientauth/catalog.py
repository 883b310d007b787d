"""Every client-authentication method of this server, in the order in which metadata lists them."""

from ostiary.core.clientauth.client_secret_basic import ClientSecretBasic
from ostiary.core.clientauth.client_secret_jwt import ClientSecretJWT
from ostiary.core.clientauth.client_secret_post import ClientSecretPost
from ostiary.core.clientauth.contract import ClientAuthenticator
from ostiary.core.clientauth.mutual_tls import SelfSignedTLSClientAuth, TLSClientAuth
from ostiary.core.clientauth.none import NoAuthentication
from ostiary.core.clientauth.private_key_jwt import PrivateKeyJWT

ALL: tuple[type[ClientAuthenticator], ...] = (
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJWT,
    PrivateKeyJWT,
    TLSClientAuth,
    SelfSignedTLSClientAuth,
    NoAuthentication,
)

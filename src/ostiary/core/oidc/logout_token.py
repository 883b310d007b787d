"""Logout tokens: what the server says to a client about the end of a session.

Spec: OpenID Connect Back-Channel Logout 1.0 §2.4.
"""

from ostiary.core.base.ids import mint_alphanumeric
from ostiary.core.formats import jwt
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import Participation
from ostiary.core.ports.signing import Signer
from ostiary.core.tokens.id_token import choose_key

LIFETIME_SECONDS = 120
"""At most two minutes, as the standard advises."""
EVENT = "http://schemas.openid.net/event/backchannel-logout"
_HEADERS = (("typ", "logout+jwt"),)
_ID_CHARACTERS = 22


async def mint_logout_token(
    env: Environment, signer: Signer, client: Client, participation: Participation, now: float
) -> str:
    """Mint the token by which a client knows that it is really told, and of whom.

    It is signed like the client's ID tokens, and never has a nonce, so that neither can pass for
    the other.
    Raises: UnavailableError when nobody can sign now.
    """
    key = choose_key(env, client.id_token_algorithm, now)
    claims: dict[str, object] = {
        "iss": env.issuer,
        "sub": participation.subject,
        "aud": client.client_id,
        "iat": int(now),
        "exp": int(now) + LIFETIME_SECONDS,
        "jti": mint_alphanumeric(_ID_CHARACTERS),
        "events": {EVENT: {}},
    }
    if client.logout.names_session_in_back:
        claims["sid"] = participation.session_id
    signed = jwt.signing_input(key, _HEADERS, claims)
    return jwt.compact(signed, await signer.sign(key, signed))

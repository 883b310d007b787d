"""Tokens as texts: signed, or handles of what will be stored."""

from collections.abc import Mapping

from ostiary.core.crypto.keys import SigningKey
from ostiary.core.formats import jwt
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, ReferenceToken
from ostiary.core.model.token_manager import TokenKind, TokenManager
from ostiary.core.ports.signing import Signer
from ostiary.core.tokens import claims
from ostiary.core.tokens.access_tokens import refer
from ostiary.core.tokens.id_token import choose_key, half_hash, write_id_token
from ostiary.core.tokens.occasion import Occasion


async def mint_access_token(
    env: Environment, signer: Signer, manager: TokenManager, token: AccessToken, now: float
) -> tuple[str, tuple[ReferenceToken, ...]]:
    """Mint an access token as its manager makes them, and return it with what is to be stored.

    Raises: UnavailableError when nobody can sign now.
    """
    if manager.kind is TokenKind.REFERENCE:
        handle, record = refer(manager, token, now)
        return handle, (record,)
    key = env.key_sets[manager.key_set].signing_key(manager.algorithm, now)
    members = claims.write_claims(env, manager, token)
    signed = jwt.signing_input(key, claims.headers(manager), members)
    return jwt.compact(signed, await signer.sign(key, signed)), ()


async def mint_id_token(
    signer: Signer,
    occasion: Occasion,
    *,
    access_token: str | None = None,
    code: str | None = None,
) -> str:
    """Mint an ID token; it names what goes out beside it.

    Raises: UnavailableError when nobody can sign now.
    """
    key = choose_key(occasion.env, occasion.client.id_token_algorithm, occasion.now)
    is_alone = access_token is None and code is None
    members = write_id_token(occasion, is_alone=is_alone)
    if access_token is not None:
        members["at_hash"] = half_hash(key.algorithm, access_token)
    if code is not None:
        members["c_hash"] = half_hash(key.algorithm, code)
    return await sign_jwt(signer, key, members)


async def sign_jwt(signer: Signer, key: SigningKey, members: Mapping[str, object]) -> str:
    """Sign claims with a key of the environment."""
    signed = jwt.signing_input(key, (), members)
    return jwt.compact(signed, await signer.sign(key, signed))

"""A sign-on played by hand: an issuer's metadata, keys and answers, without a socket."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ostiary_client.conversations import conversations
from ostiary_client.protocol.messages import Request, Response
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import NO_RETRIES
from ostiary_client.signon.authorization_request import AuthorizationRequest
from ostiary_client.signon.conversations import SignOnConversations
from tests.support import jose
from tests.support.conversation import Conversation, answer
from tests.support.played_issuer import NOW, jwk_of, private_key

ISSUER = "https://login.example"
REDIRECT_URI = "https://app.example/callback"
CODE, ACCESS_TOKEN, REFRESH_TOKEN = "the-code", "the-access-token", "the-refresh-token"
KEY = private_key("sign-on")


def metadata(**document: Any) -> Metadata:
    """Return the issuer's metadata; `document` is what it says beside its endpoints."""
    return Metadata(
        ISSUER,
        token_endpoint=f"{ISSUER}/as/token.oauth2",
        jwks_uri=f"{ISSUER}/pf/JWKS",
        authorization_endpoint=f"{ISSUER}/as/authorization.oauth2",
        userinfo_endpoint=f"{ISSUER}/idp/userinfo.openid",
        end_session_endpoint=f"{ISSUER}/idp/init_logout.openid",
        document=document,
    )


def people(known: Metadata | None = None, **options: Any) -> SignOnConversations:
    """Return the sign-on of the public client `app`, whose clock stands still."""
    usual: dict[str, Any] = {
        "client_id": "app",
        "metadata": known or metadata(),
        "now": lambda: NOW,
        "retries": NO_RETRIES,
    }
    return SignOnConversations(conversations(ISSUER, **{**usual, **options}))


def begin(whose: SignOnConversations, **parameters: Any) -> AuthorizationRequest:
    """Begin a sign-on for `openid`; nothing is asked of the server."""
    asked = {"scopes": "openid", "redirect_uri": REDIRECT_URI, **parameters}
    scopes, redirect_uri = asked.pop("scopes"), asked.pop("redirect_uri")
    return Conversation().hold(whose.authorization_request(scopes, redirect_uri, asked))


def query_of(url: str) -> dict[str, str]:
    """Return the parameters of a URL; none stands twice."""
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def form_of(request: Request) -> dict[str, str]:
    """Return the form that a request posts."""
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True))


def keys() -> Response:
    """Answer with the issuer's keys."""
    return answer({"keys": [jwk_of(KEY, "k1")]})


def id_token(nonce: str | None, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """Return a good ID token for a sign-on, changed; a claim of None is left out."""
    usual = {
        "iss": ISSUER,
        "sub": "joe",
        "aud": "app",
        "nonce": nonce,
        "iat": NOW,
        "exp": NOW + 300,
    }
    whole = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jose.compact({"alg": "ES256", "kid": "k1", **(header or {})}, whole, KEY)


def tokens_answer(id_token: str | None, **members: Any) -> Response:
    """Answer as the token endpoint does when all is well."""
    usual = {
        "access_token": ACCESS_TOKEN,
        "refresh_token": REFRESH_TOKEN,
        "token_type": "Bearer",
        "expires_in": 3600,
        "id_token": id_token,
    }
    whole = {name: value for name, value in {**usual, **members}.items() if value is not None}
    return answer(whole)


def way_back(request: AuthorizationRequest, **parameters: str | None) -> str:
    """Return the URL that the browser comes back to, changed."""
    usual = {"code": CODE, "state": request.state}
    whole = {name: value for name, value in {**usual, **parameters}.items() if value is not None}
    return f"{REDIRECT_URI}?{urlencode(whole)}"

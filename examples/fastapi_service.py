r"""An API that believes the access tokens of two issuers: its own, and a partner's.

Run it with

    OWN_ISSUER=https://localhost:9031 \
    PARTNER_ISSUER=https://localhost:9031/00000000-0000-4000-8000-000000000002/as \
    ORDERS_AUDIENCE=https://orders.example CA_FILE=.ostiary/tls/ca.pem \
    uvicorn --app-dir examples fastapi_service:app
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI

from ostiary_client.fastapi import Bearer, Token, TrustedIssuer

AUDIENCE = os.environ["ORDERS_AUDIENCE"]
bearer = Bearer(
    TrustedIssuer(os.environ["OWN_ISSUER"], audience=AUDIENCE),
    TrustedIssuer(os.environ["PARTNER_ISSUER"], audience=AUDIENCE),
    verify=os.environ.get("CA_FILE") or True,
)
app = FastAPI(title="Orders", lifespan=bearer.lifespan)


@app.get("/orders")
def list_orders(token: Annotated[Token, Depends(bearer.requires("orders:read"))]) -> dict[str, str]:
    """Say who asks, and who vouches for them."""
    return {"client": token.client_id or "", "issuer": token.issuer}


@app.get("/")
async def whoami(token: Annotated[Token, Depends(bearer)]) -> list[str]:
    """Say what the caller may do; any valid token will do."""
    return sorted(token.scopes)

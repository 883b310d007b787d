r"""A backend that takes the tokens of two issuers, and gives its own for them.

Run it with

    OWN_ISSUER=https://localhost:9031 PARTNER_ISSUER=https://accounts.partner.example \
    PARTNER_CLIENT_ID=phone ORDERS_AUDIENCE=https://orders.example CA_FILE=.ostiary/tls/ca.pem \
    uvicorn --app-dir examples backend:app
"""

import os
from typing import Annotated

from fastapi import Depends, FastAPI

from ostiary_client.exchange import SecretToken, SQLTokens, UserExchange
from ostiary_client.fastapi import Bearer, TrustedIssuer

AUDIENCE = os.environ["ORDERS_AUDIENCE"]
bearer = Bearer(
    TrustedIssuer(os.environ["OWN_ISSUER"], audience=AUDIENCE),
    TrustedIssuer(
        os.environ["PARTNER_ISSUER"],
        audience=AUDIENCE,
        accept_id_token=True,
        client_id=os.environ["PARTNER_CLIENT_ID"],
    ),
    verify=os.environ.get("CA_FILE") or True,
)
tokens = SQLTokens(os.environ.get("TOKENS", "sqlite:///tokens.db"))
exchange = UserExchange(bearer, tokens, member="secret_token")
app = FastAPI(title="Orders", lifespan=bearer.lifespan)
app.include_router(exchange.router)


@app.get("/orders")
def list_orders(caller: Annotated[SecretToken, Depends(exchange)]) -> dict[str, str]:
    """Say who asks, and who vouched for them."""
    return {"caller": caller.subject or caller.client_id or "", "issuer": caller.issuer}

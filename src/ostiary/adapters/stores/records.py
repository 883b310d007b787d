"""Records as they lie in a store: access tokens as JSON, documents in order."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ostiary.adapters.stores.backend import unavailable
from ostiary.core.model.token import AccessToken
from ostiary.core.ports.configuration import Document


def _to_dict(value: object) -> dict[Any, Any]:
    # msgspec writes dicts; the model promises no more than a Mapping.
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"an attribute of type {type(value).__name__} cannot be stored")


encode = msgspec.json.Encoder(enc_hook=_to_dict).encode
_decode = msgspec.json.Decoder(AccessToken).decode


def decode(body: bytes) -> AccessToken:
    """Read a stored access token; members added by a newer version are passed over.

    Raises: UnavailableError for what is no record of ours.
    """
    try:
        return _decode(body)
    except msgspec.DecodeError as error:
        raise unavailable("a stored access token is unreadable") from error


def document_order(document: Document) -> tuple[str, str, str]:
    """Sort documents as the databases do: by the bytes of environment, type and key."""
    return document.id.environment, document.id.type, document.id.key

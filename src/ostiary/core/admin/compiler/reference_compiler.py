"""Reference adapters compiled from their documents."""

from collections.abc import Collection, Iterable

from ostiary.core.admin.bodies import ClientBody, ReferenceAdapterBody
from ostiary.core.admin.contents import ConfigurationBrokenError, Contents, describe, select
from ostiary.core.base import b64
from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.crypto.distinguished_names import NamePattern
from ostiary.core.crypto.secret_digests import SecretDigest
from ostiary.core.model.reference_adapter import CallerRules, ReferenceAdapter
from ostiary.core.ports.configuration import DocumentId


def compile_reference_adapters(
    documents: Contents, managers: Collection[TokenManagerId]
) -> dict[str, ReferenceAdapter]:
    """Return the adapters of one environment by key.

    Args: documents are those of this environment only.
    Raises: ConfigurationBrokenError.
    """
    clients = {place.key: body.client_id for place, body in select(documents, ClientBody)}
    return {
        place.key: _compile(place, body, clients, managers)
        for place, body in select(documents, ReferenceAdapterBody)
    }


def check_policies(adapters: Iterable[ReferenceAdapter], policies: Collection[str]) -> None:
    """Refuse adapters by whose policies nobody could sign on. Raises: ConfigurationBrokenError."""
    for adapter in adapters:
        for key in adapter.policies:
            if key not in policies:
                message = f"reference adapter {adapter.key}: policy {key} does not exist"
                raise ConfigurationBrokenError(message)


def _compile(
    place: DocumentId,
    body: ReferenceAdapterBody,
    clients: dict[str, str],
    managers: Collection[TokenManagerId],
) -> ReferenceAdapter:
    _check_known(place, "client", body.clients, clients)
    named = () if body.token_manager is None else (body.token_manager,)
    _check_known(place, "token manager", named, managers)
    try:
        callers = _callers(body, clients)
    except ValueError as error:
        raise ConfigurationBrokenError(f"{describe(place)}: {error}") from error
    return ReferenceAdapter(
        key=place.key,
        direction=body.direction,
        callers=callers,
        reference_seconds=body.reference_seconds,
        reference_bytes=body.reference_bytes,
        outgoing_format=body.outgoing_format,
        incoming_format=body.incoming_format,
        includes_null=body.include_null,
        takes_second_spelling=body.dashed_headers,
        keeps_json=body.keep_json,
        endpoint=body.endpoint,
        transport=body.transport,
        targets=body.targets,
        policies=body.policies,
        logout_endpoint=body.logout_endpoint,
        logout_mode=body.logout_mode,
        skips_host_name_check=body.skip_host_name_check,
        attributes=body.attributes,
        users=body.users,
        population=body.population,
        takes_unasked=body.take_unasked,
    )


def _callers(body: ReferenceAdapterBody, clients: dict[str, str]) -> CallerRules:
    kept = body.pass_phrase
    manager = body.token_manager
    return CallerRules(
        username=body.username,
        pass_phrase=None if kept is None else SecretDigest(kept.kind, b64.decode(kept.digest)),
        subject=None if body.subject_dn is None else NamePattern.parse(body.subject_dn),
        issuer=None if body.issuer_dn is None else NamePattern.parse(body.issuer_dn),
        token_manager=None if manager is None else TokenManagerId(manager),
        client_ids=frozenset(ClientId(clients[key]) for key in body.clients),
        required_scopes=frozenset(body.required_scopes),
        takes_user_tokens=body.user_tokens,
    )


def _check_known(
    place: DocumentId, kind: str, named: Iterable[str], known: Collection[str]
) -> None:
    for name in named:
        if name not in known:
            raise ConfigurationBrokenError(f"{describe(place)}: {kind} {name} does not exist")

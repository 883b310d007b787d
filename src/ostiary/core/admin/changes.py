"""What a change of the configuration comes to, one line per field, secrets hidden."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from ostiary.core.admin.bodies import (
    BODIES,
    AuthenticationApplicationBody,
    Body,
    ClientAuthorityBody,
    ClientBody,
    ClientCertificateBody,
    DirectoryBody,
    EnvironmentBody,
    InstallationKeyBody,
    PolicyBody,
    PopulationBody,
    ReferenceAdapterBody,
    ResourceBody,
    RetiredEnvironmentBody,
    RetiredKeyIdBody,
    SecretBody,
    ServerBody,
    SigningKeyBody,
    StepBody,
    ThemeBody,
    ThemeColoursBody,
    ThemeLinksBody,
    TokenManagerBody,
    TrustedIssuerBody,
    default_of,
)
from ostiary.core.admin.contents import Contents
from ostiary.core.base.data_urls import read_data_url
from ostiary.core.configuration.problems import Path, render_path
from ostiary.core.crypto.certificate_authorities import parse_certificates
from ostiary.core.crypto.secret_digests import DigestKind
from ostiary.core.ports.configuration import DocumentId

_PLURALS = {
    AuthenticationApplicationBody.document_type: "authentication_applications",
    ClientAuthorityBody.document_type: "client_authorities",
    ClientBody.document_type: "clients",
    DirectoryBody.document_type: "directories",
    InstallationKeyBody.document_type: "installation_keys",
    PolicyBody.document_type: "policies",
    PopulationBody.document_type: "populations",
    ReferenceAdapterBody.document_type: "reference_adapters",
    ResourceBody.document_type: "resources",
    SigningKeyBody.document_type: "signing_keys",
    StepBody.document_type: "steps",
    TokenManagerBody.document_type: "token_managers",
    TrustedIssuerBody.document_type: "trusted_issuers",
}
_ORDER = {body.document_type: rank for rank, body in enumerate(BODIES)}
_SECRETS = frozenset({"bind_password", "pass_phrase", "secret", "previous_secret"})
_HIDDEN = frozenset({"private_key", "sealed", "certificate", "thumbprint"})
_FILES = frozenset({"dark_logo", "logo", "stylesheet"})
_INTERNAL = frozenset({"longest_lifetime_seconds"})
_MOMENTS = frozenset({"active_from", "created_at", "expires_at", "published_until"})
_ORIGINS = {
    DigestKind.SHA256: "generated (hidden)",
    DigestKind.HMAC_SHA256: "set (hidden)",
}
_PEM = "-----BEGIN CERTIFICATE-----"
_NOTHING = "nothing"
_FROM_NOTHING = f"{_NOTHING} → "
_BOOKKEEPING = (InstallationKeyBody, RetiredKeyIdBody, RetiredEnvironmentBody)
"""What the server notes for itself: documents of which no file knows."""


def path_of(place: DocumentId) -> Path:
    """Return where the configuration file has, or would have, an object."""
    if place.type == ServerBody.document_type:
        return ("server",)
    if place.type == EnvironmentBody.document_type:
        return ("environments", place.key)
    if place.type == ThemeBody.document_type:
        return ("environments", place.environment, "theme")
    if place.environment:
        return ("environments", place.environment, _PLURALS[place.type], place.key)
    return (place.type, place.key)


def describe_changes(before: Contents, after: Contents) -> tuple[str, ...]:
    """Return one line for each object that comes or goes and each field that changes."""
    ids = sorted(
        {*before, *after},
        key=lambda place: (place.environment, _ORDER.get(place.type, 0), place.key),
    )
    return tuple(
        line for place in ids for line in _describe(place, before.get(place), after.get(place))
    )


def _describe(place: DocumentId, old: Body | None, new: Body | None) -> Iterator[str]:
    path, known = path_of(place), new or old
    if isinstance(known, _BOOKKEEPING):
        # What the server forgets goes with an environment, or comes back with one: that is told.
        if new is not None and new != old:
            yield _describe_bookkeeping(place, new, is_new=old is None)
    elif new is None:
        yield f"- {render_path(path)}"
    elif old is None:
        yield from _describe_new(path, new)
    else:
        for info in msgspec.structs.fields(new):
            was, becomes = getattr(old, info.name), getattr(new, info.name)
            if was != becomes:
                for member, line in _describe_field(info.name, was, becomes):
                    yield f"{render_path((*path, *member))}: {line}"


def _describe_bookkeeping(place: DocumentId, body: Body, *, is_new: bool) -> str:
    """Say in words what the server remembers of itself and no file has."""
    said = _words_for(place, body)
    return f"+ {said}" if is_new else f"{said}: changed (hidden)"


def _words_for(place: DocumentId, body: Body) -> str:
    match body:
        case RetiredEnvironmentBody(environment=name):
            shown = render_path(("environments", name))
            return f"the id {place.key} stays with {shown}, no other environment gets it"
        case RetiredKeyIdBody():
            return f'the key id "{place.key}" is used up, no other key gets it'
        case _:
            shown = render_path(("environments", place.environment))
            return f"the key that digests client secrets of {shown}"


def _describe_new(path: Path, new: Body) -> Iterator[str]:
    """Yield what comes: an object, and each of its fields that says more than its default."""
    if isinstance(new, SigningKeyBody):
        # The kid of a key that is only planned means nothing yet, unless somebody chose it.
        kid = f' "{new.kid}"' if new.name else ""
        yield f"+ {render_path((*path[:-1], new.set))}: {new.algorithm} key{kid}"
        return
    yield f"+ {render_path(path)}"
    for info in msgspec.structs.fields(new):
        becomes = getattr(new, info.name)
        if becomes not in (default_of(info), ()):
            for member, line in _describe_field(info.name, _empty(becomes), becomes):
                yield f"+ {render_path((*path, *member))}: {line.removeprefix(_FROM_NOTHING)}"


def _empty(value: object) -> object:
    return {} if isinstance(value, dict) else None


def _describe_field(name: str, was: object, becomes: object) -> Iterator[tuple[Path, str]]:
    """Yield what happens to one field, or to each member of one."""
    if isinstance(becomes, ClientCertificateBody | ThemeColoursBody | ThemeLinksBody):
        was, becomes = msgspec.to_builtins(was) or {}, msgspec.to_builtins(becomes)
    if name in _INTERNAL:
        return
    if name in _HIDDEN:
        if was is not None:
            yield (name,), "changed (hidden)"
    elif name in _SECRETS:
        yield from _describe_secret(name, was, becomes)
    elif isinstance(becomes, dict) and isinstance(was, dict):
        for key in sorted({*was, *becomes}):
            if was.get(key) != becomes.get(key):
                yield (name, key), _arrow(_show(was.get(key)), _show(becomes.get(key)))
    else:
        yield (name,), _arrow(_show_of(name, was), _show_of(name, becomes))


def _describe_secret(name: str, was: object, becomes: object) -> Iterator[tuple[Path, str]]:
    was = was if isinstance(was, SecretBody) else None
    if not isinstance(becomes, SecretBody):
        yield (name,), "removed"
        return
    if was is None or was.digest != becomes.digest:
        yield (name,), _ORIGINS[becomes.kind] if was is None else "changed (hidden)"
    elif (was.sealed is None) is not (becomes.sealed is None):
        yield (name,), "readable now (hidden)" if becomes.sealed else "kept as a digest only"
    old_end = was.expires_at if was else None
    if old_end != becomes.expires_at:
        line = _arrow(_show_moment(old_end), _show_moment(becomes.expires_at))
        yield (name, "expires_at"), line.removeprefix(_FROM_NOTHING) if was is None else line


def _arrow(was: str, becomes: str) -> str:
    return f"{was} → {becomes}"


def _show_of(name: str, value: object) -> str:
    if name in _MOMENTS:
        return _show_moment(value)
    return _show_file(value) if name in _FILES else _show(value)


def _show(value: object) -> str:
    if value in (None, (), {}):
        return _NOTHING
    if isinstance(value, str) and value.startswith(_PEM):
        return ", ".join(map(_show_certificate, parse_certificates(value)))
    if isinstance(value, list | tuple) and str(next(iter(value))).startswith(_PEM):
        return ", ".join(map(_show, value))
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def _show_certificate(certificate: Certificate) -> str:
    digest = certificate.fingerprint(SHA256()).hex()
    return f"the certificate of {certificate.subject.rfc4514_string()}, SHA-256 {digest[:12]}"


def _show_file(text: object) -> str:
    """Say what a file is, which is too long to be shown."""
    if not isinstance(text, str):
        return _NOTHING
    media_type, content = read_data_url(text)
    return f"{media_type}, {len(content)} bytes, SHA-256 {sha256(content).hexdigest()[:12]}"


def _show_moment(moment: object) -> str:
    if not isinstance(moment, float):
        return _NOTHING
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")

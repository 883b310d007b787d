"""The plan: what has to change so that the store says what the configuration wants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ostiary.core.admin.bind_passwords import settle_bind_passwords
from ostiary.core.admin.bodies import (
    GOVERNED,
    EnvironmentBody,
    RetiredEnvironmentBody,
    SigningKeyBody,
)
from ostiary.core.admin.changes import describe_changes, path_of
from ostiary.core.admin.contents import Contents, Draft, encode, find, identify, read, select
from ostiary.core.admin.keys.installation_keys import ensure_installation_keys
from ostiary.core.admin.keys.signing_keys import ensure_keys, forget_expired_keys, forget_key
from ostiary.core.admin.pass_phrases import settle_pass_phrases
from ostiary.core.admin.secret_settling import settle_secrets
from ostiary.core.base.secret import Secret
from ostiary.core.configuration.problems import Problem, error, render_path
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.ports.configuration import Document, DocumentId, StoredConfiguration

if TYPE_CHECKING:
    # What reads files is loaded by commands alone: it takes a worker's start twice as long.
    from ostiary.core.admin.documents import Desired


class PlanRefusedError(Exception):
    """The stored configuration does not allow what is wanted; `problems` says what and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{render_path(p.path)}: {p.text}" for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Plan:
    """One change set, to be written in one transaction.

    Args:
        version: of the configuration that it starts from.
        changes: one line per object and field, for people.
        generated: secrets that it makes, each to be shown once when it is carried out.
    """

    version: int
    puts: tuple[Document, ...] = ()
    deletes: tuple[DocumentId, ...] = ()
    changes: tuple[str, ...] = ()
    generated: Mapping[DocumentId, Secret[str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.puts and not self.deletes

    @property
    def removed_environments(self) -> tuple[str, ...]:
        """The keys of environments that go with everything in them."""
        kind = EnvironmentBody.document_type
        return tuple(sorted(place.key for place in self.deletes if place.type == kind))


def plan(stored: StoredConfiguration, desired: "Desired", sealer: Sealer, *, now: float) -> Plan:
    """Work out what applying `desired` changes; keys and secrets that are lacking are made.

    What is not mentioned goes, of the types that a configuration file governs; keys go with their
    environment only.
    Raises: PlanRefusedError, SealBrokenError, ConfigurationBrokenError.
    """
    before = read(stored.documents)
    problems = _refuse_retired_ids(before, desired)
    draft = _replace_governed(before, desired)
    ensure_installation_keys(draft, sealer)
    settled = settle_secrets(before, draft, desired.secrets, sealer=sealer, now=now)
    problems += settle_pass_phrases(before, draft, desired.pass_phrases, sealer)
    problems += settle_bind_passwords(before, draft, desired.bind_passwords, sealer)
    if problems := problems + settled.problems:
        raise PlanRefusedError(problems)
    forget_expired_keys(draft, now=now)
    ensure_keys(draft, sealer, now=now)
    return compare(stored, before, draft, settled.generated)


def compare(
    stored: StoredConfiguration,
    before: Contents,
    draft: Contents,
    generated: Mapping[DocumentId, Secret[str]] | None = None,
) -> Plan:
    """Return the plan that leads from the stored contents to a draft of them."""
    return Plan(
        version=stored.version,
        puts=tuple(
            Document(place, encode(body))
            for place, body in draft.items()
            if before.get(place) != body
        ),
        deletes=tuple(place for place in before if place not in draft),
        changes=describe_changes(before, draft),
        generated=generated or {},
    )


def carry_out(stored: StoredConfiguration, plan: Plan) -> StoredConfiguration:
    """Return what the store holds once a plan is carried out."""
    gone = {*plan.deletes, *(document.id for document in plan.puts)}
    kept = tuple(document for document in stored.documents if document.id not in gone)
    return StoredConfiguration(plan.version + 1, kept + plan.puts)


def _replace_governed(before: Contents, desired: "Desired") -> Draft:
    draft: Draft = {place: body for place, body in before.items() if not isinstance(body, GOVERNED)}
    draft.update(desired.bodies)
    for place, population in desired.populations.items():
        draft.setdefault(place, population)
    for place, old in select(before, EnvironmentBody):
        new = find(draft, EnvironmentBody, place.environment, place.key)
        if new is None:
            _delete_environment(draft, place.key)
        if new is None or new.id != old.id:
            retired = RetiredEnvironmentBody(environment=place.key)
            draft[identify(RetiredEnvironmentBody, "", old.id)] = retired
    for _, body in tuple(select(draft, EnvironmentBody)):
        # The same environment has come back to its own place.
        draft.pop(identify(RetiredEnvironmentBody, "", body.id), None)
    return draft


def _delete_environment(draft: Draft, key: str) -> None:
    for place in [place for place in draft if place.environment == key]:
        if isinstance(draft[place], SigningKeyBody):
            forget_key(draft, place)
        else:
            del draft[place]


def _refuse_retired_ids(before: Contents, desired: "Desired") -> list[Problem]:
    """Find environments that would get the id of another one, deleted or deleted by this plan."""
    owners = {place.key: body.environment for place, body in select(before, RetiredEnvironmentBody)}
    owners |= {body.id: place.key for place, body in select(before, EnvironmentBody)}
    return [
        error(
            (*path_of(place), "id"),
            f'belonged to the environment "{owners[body.id]}" and is never given to another',
        )
        for place, body in select(desired.bodies, EnvironmentBody)
        if owners.get(body.id, place.key) != place.key
    ]

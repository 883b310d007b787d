"""Populations as they are administrated: documents of the configuration that no file governs.

They are read from the store each time: whoever has made one finds it at once, whichever process is
asked next.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import msgspec

from ostiary.core.admin.apply import ATTEMPTS
from ostiary.core.admin.bodies import PopulationBody
from ostiary.core.admin.contents import encode, identify, read, select
from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import mint_uuid
from ostiary.core.model.audit.administration import ConfigurationApplied
from ostiary.core.model.environment import Environment
from ostiary.core.model.population import STANDARD_POPULATION, Population, population_id
from ostiary.core.ports.configuration import (
    Configurations,
    Document,
    DocumentId,
    VersionConflictError,
)
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.events import Events

SOURCE = "management"
Known = Mapping[str, Population]
"""The populations of one environment, by their ids."""


@dataclass(frozen=True, slots=True)
class Census:
    """The populations of one environment, and how many users each has, by its key."""

    known: Known
    users: Mapping[str, int]


class PopulationNameTakenError(Exception):
    """Another population has this name."""


class PopulationInUseError(Exception):
    """A population cannot go: users belong to it, or it is the default one."""


class UnknownPopulationError(LookupError):
    """No population has this id."""


@dataclass(frozen=True, slots=True)
class PopulationAdministration:
    """Makes, changes and deletes populations."""

    configurations: Configurations
    directory: Directory
    events: Events
    clock: Clock

    async def select(self, env: Environment) -> Census:
        """Return every population, in the order of names, with how many users each has.

        Raises: UnavailableError.
        """
        users = await self.directory.count_by_population(env)
        documents = (await self.configurations.load()).documents
        return Census(_read(env, documents, users), users)

    async def get(self, env: Environment, id: str) -> Population:
        """Return a population by its id.

        Raises: UnknownPopulationError, UnavailableError.
        """
        documents = (await self.configurations.load()).documents
        return _get(await self._known(env, documents, id), id)

    async def get_default(self, env: Environment) -> Population:
        """Return the one whose members users become whom nobody puts anywhere.

        Raises: UnavailableError.
        """
        known = _read(env, (await self.configurations.load()).documents)
        return next(population for population in known.values() if population.is_default)

    async def add(
        self, env: Environment, *, name: str, description: str, is_default: bool
    ) -> Population:
        """Make a population.

        Raises: PopulationNameTakenError, VersionConflictError, UnavailableError.
        """
        now = self.clock.now()
        new = Population(mint_uuid(), name, description, is_default, now, now)

        def change(known: Known) -> Population:
            _check_name(known, new)
            return new

        return await self._put(env, change, new.key)

    async def change(
        self, env: Environment, id: str, edit: Callable[[Population], Population]
    ) -> Population:
        """Change what `edit` makes of a population; the default one stays the default.

        Raises: UnknownPopulationError, PopulationNameTakenError, VersionConflictError,
            UnavailableError.
        """

        def change(known: Known) -> Population:
            old = _get(known, id)
            new = edit(old)
            new = replace(
                new,
                is_default=new.is_default or old.is_default,
                created_at=old.created_at,
                updated_at=self.clock.now(),
            )
            _check_name(known, new)
            return new

        return await self._put(env, change, id)

    async def delete(self, env: Environment, id: str) -> None:
        """Delete a population that nobody belongs to.

        Whoever is put into it at this very moment stays in it, and can be put elsewhere.

        Raises: UnknownPopulationError, PopulationInUseError, VersionConflictError,
            UnavailableError.
        """
        for attempt in range(ATTEMPTS):
            stored = await self.configurations.load()
            population = _get(await self._known(env, stored.documents, id), id)
            users = await self.directory.count_by_population(env)
            is_kept = population.is_default or population.key == STANDARD_POPULATION.key
            if is_kept or users.get(population.key):
                raise PopulationInUseError
            try:
                version = await self.configurations.replace(
                    expected_version=stored.version, put=(), delete=(_place(env, population),)
                )
            except VersionConflictError:
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            self.events.emit(ConfigurationApplied(version, 1, SOURCE))
            return

    async def _put(
        self, env: Environment, change: Callable[[Known], Population], id: str
    ) -> Population:
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._put_once(env, change, id)
            except VersionConflictError:
                continue
        return await self._put_once(env, change, id)

    async def _put_once(
        self, env: Environment, change: Callable[[Known], Population], id: str
    ) -> Population:
        stored = await self.configurations.load()
        known = await self._known(env, stored.documents, id)
        new = change(known)
        written = [new]
        if new.is_default:
            # Only one is the default.
            written += [
                replace(old, is_default=False)
                for old in known.values()
                if old.is_default and old.key != new.key
            ]
        version = await self.configurations.replace(
            expected_version=stored.version,
            put=tuple(_document(env, population) for population in written),
            delete=(),
        )
        self.events.emit(ConfigurationApplied(version, len(written), SOURCE))
        return new

    async def _known(self, env: Environment, documents: tuple[Document, ...], id: str) -> Known:
        """Return the populations; those that only users name are looked for if `id` is unknown."""
        known = _read(env, documents)
        if id in known:
            return known
        return _read(env, documents, await self.directory.count_by_population(env))


def _read(env: Environment, documents: tuple[Document, ...], used: Collection[str] = ()) -> Known:
    """Return the populations that are stored, that must be there, and that users are in.

    An imported user may name one that nobody has made.
    """
    own = [
        document
        for document in documents
        if document.id.type == PopulationBody.document_type and document.id.environment == env.key
    ]
    found = [
        Population(
            place.key, body.name, body.description, body.default, body.created_at, body.updated_at
        )
        for place, body in select(read(own), PopulationBody)
    ]
    if all(population.key != STANDARD_POPULATION.key for population in found):
        has_default = any(population.is_default for population in found)
        found.append(replace(STANDARD_POPULATION, is_default=not has_default))
    stored = {population.key for population in found}
    found += [Population(key, key) for key in used if key not in stored]
    found.sort(key=lambda population: (population.name.casefold(), population.key))
    return {population_id(env, population.key): population for population in found}


def _get(known: Known, id: str) -> Population:
    population = known.get(id)
    if population is None:
        raise UnknownPopulationError
    return population


def _check_name(known: Known, new: Population) -> None:
    for other in known.values():
        if other.key != new.key and other.name.casefold() == new.name.casefold():
            raise PopulationNameTakenError


def _place(env: Environment, population: Population) -> DocumentId:
    return identify(PopulationBody, env.key, population.key)


def _document(env: Environment, population: Population) -> Document:
    members = {
        "name": population.name,
        "description": population.description,
        "default": population.is_default,
        "created_at": population.created_at,
        "updated_at": population.updated_at,
    }
    return Document(_place(env, population), encode(msgspec.convert(members, PopulationBody)))

"""`/populations`: the groups that users belong to."""

from dataclasses import dataclass, replace

from ostiary.core.admin.callers import Caller
from ostiary.core.admin.populations import (
    PopulationAdministration,
    PopulationInUseError,
    PopulationNameTakenError,
    UnknownPopulationError,
)
from ostiary.core.model.environment import Environment
from ostiary.core.model.permission import Permission
from ostiary.core.model.population import Population, population_id
from ostiary.dialects.pingone.password_policy_wire import policy_id
from ostiary.dialects.pingone_management.access import Access, races_told
from ostiary.dialects.pingone_management.bodies import JSON, Body, read_body, read_media_type
from ostiary.dialects.pingone_management.errors import DataError, Detail, DetailCode, absent
from ostiary.dialects.pingone_management.filters import Getters, read_filter, select
from ostiary.dialects.pingone_management.hal import (
    Members,
    environment_url,
    links,
    render_collection,
    render_one,
    times,
)
from ostiary.http.message import NO_STORE, Request, Response, empty_response

POPULATION_VARIABLE = "populationId"
MAX_NAME_CHARACTERS = 256
_READ_ONLY = frozenset({"_links", "createdAt", "environment", "id", "updatedAt", "userCount"})
_KNOWN = _READ_ONLY | {"name", "description", "default", "passwordPolicy"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A population as a body has it."""

    name: str
    description: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class PopulationsEndpoint:
    """The populations of an environment."""

    access: Access
    populations: PopulationAdministration

    async def get_all(self, request: Request) -> Response:
        """List populations. Spec: PingOne "Populations"."""
        env, caller = await self.access.admit(request, Permission.READ_POPULATIONS)
        getters = _getters(env)
        wanted = read_filter(request.query_params(), getters)
        census = await self.populations.select(env)
        reached = [each for each in census.known.values() if caller.reaches(each.key)]
        url = environment_url(env, request)
        return render_collection(
            f"{url}/populations",
            "populations",
            [
                render_population(env, population, url, census.users.get(population.key, 0))
                for population in select(wanted, reached, getters)
            ],
        )

    async def post(self, request: Request) -> Response:
        """Make a population. Spec: PingOne "Populations"."""
        env, caller = await self._admit_writer(request)
        wanted = _read(env, request)
        try:
            with races_told():
                made = await self.populations.add(
                    env,
                    name=wanted.name,
                    description=wanted.description,
                    is_default=wanted.is_default,
                )
        except PopulationNameTakenError as taken:
            raise _taken() from taken
        self.access.callers.record(env, caller, "populations.create", made.key)
        return render_one(render_population(env, made, environment_url(env, request), 0), 201)

    async def get(self, request: Request) -> Response:
        """Show a population. Spec: PingOne "Populations"."""
        env, caller = await self.access.admit(request, Permission.READ_POPULATIONS)
        try:
            found = await self.populations.get(env, request.path_values[POPULATION_VARIABLE])
        except UnknownPopulationError as unknown:
            raise absent() from unknown
        if not caller.reaches(found.key):
            raise absent()
        return await self._answer(request, env, found)

    async def put(self, request: Request) -> Response:
        """Change a population. Spec: PingOne "Populations"."""
        env, caller = await self._admit_writer(request)
        wanted = _read(env, request)

        def edit(found: Population) -> Population:
            return replace(
                found,
                name=wanted.name,
                description=wanted.description,
                is_default=wanted.is_default,
            )

        try:
            with races_told():
                id = request.path_values[POPULATION_VARIABLE]
                changed = await self.populations.change(env, id, edit)
        except UnknownPopulationError as unknown:
            raise absent() from unknown
        except PopulationNameTakenError as taken:
            raise _taken() from taken
        self.access.callers.record(env, caller, "populations.update", changed.key)
        return await self._answer(request, env, changed)

    async def delete(self, request: Request) -> Response:
        """Delete a population that nobody belongs to. Spec: PingOne "Populations"."""
        env, caller = await self._admit_writer(request)
        id = request.path_values[POPULATION_VARIABLE]
        try:
            with races_told():
                await self.populations.delete(env, id)
        except UnknownPopulationError as unknown:
            raise absent() from unknown
        except PopulationInUseError as used:
            message = "Users belong to this population, or it is one that has to be there."
            raise DataError([Detail(DetailCode.CONSTRAINT_VIOLATION, message)]) from used
        self.access.callers.record(env, caller, "populations.delete", id)
        return empty_response(204, NO_STORE)

    async def _admit_writer(self, request: Request) -> tuple[Environment, Caller]:
        """Let a caller in who may change populations, all of them.

        Raises: as `Access.admit`.
        """
        env, caller = await self.access.admit(request, Permission.WRITE_POPULATIONS)
        if caller.populations is not None:
            raise self.access.forbid(env, caller)
        return env, caller

    async def _answer(self, request: Request, env: Environment, found: Population) -> Response:
        counts = await self.populations.directory.count_by_population(env)
        url = environment_url(env, request)
        return render_one(render_population(env, found, url, counts.get(found.key, 0)))


def render_population(
    env: Environment, population: Population, environment_url: str, users: int
) -> Members:
    """Return a population as PingOne shows it. Spec: PingOne "Populations"."""
    id, policy = population_id(env, population.key), policy_id(env)
    return {
        "_links": links(
            self=f"{environment_url}/populations/{id}",
            environment=environment_url,
            passwordPolicy=f"{environment_url}/passwordPolicies/{policy}",
        ),
        "id": id,
        "environment": {"id": env.id},
        "name": population.name,
        "description": population.description,
        "default": population.is_default,
        "passwordPolicy": {"id": policy},
        "userCount": users,
        **times(population.created_at, population.updated_at),
    }


def _read(env: Environment, request: Request) -> Wanted:
    """Read a population.

    Raises: HTTPError 400, 415; DataError.
    """
    read_media_type(request, (JSON,))
    body = read_body(request)
    body.refuse_unknown(_KNOWN)
    wanted = Wanted(
        name=(body.text("name", is_required=True, max_characters=MAX_NAME_CHARACTERS) or ""),
        description=body.text("description") or "",
        is_default=body.flag("default") is True,
    )
    _check_policy(env, body)
    body.check()
    return wanted


def _check_policy(env: Environment, body: Body) -> None:
    policy = body.inner("passwordPolicy")
    if policy is not None and policy.text("id", is_required=True) not in (None, policy_id(env)):
        policy.refuse("id", "There is no such password policy.", allowedValues=[policy_id(env)])


def _getters(env: Environment) -> Getters[Population]:
    return {
        "id": lambda population: population_id(env, population.key),
        "name": lambda population: population.name,
    }


def _taken() -> DataError:
    message = "Another population has this name."
    return DataError([Detail(DetailCode.UNIQUENESS_VIOLATION, message, "name")])

"""`/users`: listed, made, read, changed, locked, deleted."""

from dataclasses import dataclass, replace

from ostiary.core.admin.callers import Caller
from ostiary.core.admin.populations import PopulationAdministration, UnknownPopulationError
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.admin.user_editing import UserEditing
from ostiary.core.admin.user_search import UserSearch, Wanted
from ostiary.core.base.new_usernames import check_new_username
from ostiary.core.base.usernames import UsernameRefusedError, is_same_username
from ostiary.core.model.environment import Environment
from ostiary.core.model.permission import Permission
from ostiary.core.model.population import Population, population_id
from ostiary.core.model.user import User
from ostiary.core.ports.users import UsernameTakenError
from ostiary.core.signon.new_passwords import WeakPasswordError
from ostiary.dialects.pingone_management.access import races_told
from ostiary.dialects.pingone_management.bodies import (
    JSON,
    Body,
    action_type,
    read_body,
    read_media_type,
)
from ostiary.dialects.pingone_management.errors import (
    DataError,
    Detail,
    DetailCode,
    invalid,
)
from ostiary.dialects.pingone_management.filters import read_filter, reader_of
from ostiary.dialects.pingone_management.hal import (
    Part,
    environment_url,
    links,
    render_collection,
    render_one,
)
from ostiary.dialects.pingone_management.known_users import Found, KnownUsers
from ostiary.dialects.pingone_management.own_changes import is_own_to_change
from ostiary.dialects.pingone_management.paging import read_page
from ostiary.dialects.pingone_management.password_wire import weak_password
from ostiary.dialects.pingone_management.user_bodies import (
    UserChange,
    apply_profile,
    read_change,
    read_new_user,
    read_population,
)
from ostiary.dialects.pingone_management.user_wire import (
    filter_getters,
    render_user,
    user_url,
)
from ostiary.http.message import NO_STORE, Request, Response, empty_response

IMPORT = action_type("user.import")
LOCK, UNLOCK = action_type("account.lock"), action_type("account.unlock")
_KEPT_QUERY = ("filter", "limit")


@dataclass(frozen=True, slots=True)
class UsersEndpoint:
    """The users of an environment."""

    known: KnownUsers
    users: UserAdministration
    editing: UserEditing
    search: UserSearch
    populations: PopulationAdministration

    async def get_all(self, request: Request) -> Response:
        """List users. Spec: PingOne "Users"."""
        env, caller = await self.known.access.admit(request, Permission.READ_USERS)
        query, url = request.query_params(), environment_url(env, request)
        getters, page = filter_getters(env), read_page(query)
        wanted = Wanted(
            read_filter(query, getters),
            lambda user: reader_of(user, getters),
            caller.populations,
        )
        found = await self.search.find(env, wanted, after=page.after, limit=page.limit)
        sent = ((name, query.find(name)) for name in _KEPT_QUERY)
        part = Part(
            total=found.total,
            query={name: value for name, value in sent if value is not None},
            cursor=None if found.is_last else found.users[-1].id,
        )
        shown = [render_user(env, user, url) for user in found.users]
        return render_collection(f"{url}/users", "users", shown, part)

    async def post(self, request: Request) -> Response:
        """Make a user, or import one with its password. Spec: PingOne "Users"."""
        env, caller = await self.known.access.admit(request, Permission.WRITE_USERS)
        media_type, body = read_media_type(request, (JSON, IMPORT)), read_body(request)
        population = await self._population(env, caller, body, read_population(body))
        new = read_new_user(body, population.key, is_import=media_type == IMPORT)
        _check_username(new.username)
        try:
            user = await self.users.add(env, new)
        except UsernameTakenError as taken:
            raise _taken() from taken
        except WeakPasswordError as weak:
            raise DataError([weak_password("password.value", weak.unmet)]) from weak
        self.known.access.callers.record(env, caller, "users.create", user.id)
        return self._answer(request, env, user, 201)

    async def get(self, request: Request) -> Response:
        """Show a user. Spec: PingOne "Users"."""
        found = await self.known.find(request, Permission.READ_USERS)
        return self._answer(request, found.env, found.user)

    async def put(self, request: Request) -> Response:
        """Replace what is known of a user. Spec: PingOne "Users"."""
        return await self._change(request, is_whole=True)

    async def patch(self, request: Request) -> Response:
        """Change some of what is known of a user; null removes. Spec: PingOne "Users"."""
        return await self._change(request, is_whole=False)

    async def delete(self, request: Request) -> Response:
        """Delete a user and all that it has. Spec: PingOne "Users"."""
        found = await self.known.find_managed(request)
        with races_told():
            await self.users.delete(found.env, found.user)
        self.known.access.callers.record(found.env, found.caller, "users.delete", found.user.id)
        return empty_response(204, NO_STORE)

    async def post_action(self, request: Request) -> Response:
        """Lock or unlock a user. Spec: PingOne "Users"."""
        found = await self.known.find_managed(request)
        action = read_media_type(request, (LOCK, UNLOCK))
        with races_told():
            user = await self.editing.set_locked(found.env, found.user, locked=action == LOCK)
        done = "users.lock" if action == LOCK else "users.unlock"
        self.known.access.callers.record(found.env, found.caller, done, user.id)
        return self._answer(request, found.env, user)

    async def get_enabled(self, request: Request) -> Response:
        """Tell whether a user is enabled. Spec: PingOne "Users"."""
        found = await self.known.find(request, Permission.READ_USERS)
        return _answer_enabled(request, found.env, found.user)

    async def put_enabled(self, request: Request) -> Response:
        """Enable or disable a user. Spec: PingOne "Users"."""
        found = await self.known.find_managed(request)
        read_media_type(request, (JSON,))
        body = read_body(request)
        enabled = body.flag("enabled", is_required=True)
        body.check()
        user = await self._enable(found, found.user, enabled=enabled)
        return _answer_enabled(request, found.env, user)

    async def get_population(self, request: Request) -> Response:
        """Show which population a user belongs to. Spec: PingOne "Users"."""
        found = await self.known.find(request, Permission.READ_USERS)
        return _answer_population(request, found.env, found.user)

    async def put_population(self, request: Request) -> Response:
        """Put a user into another population. Spec: PingOne "Users"."""
        found = await self.known.find_managed(request)
        read_media_type(request, (JSON,))
        body = read_body(request)
        id = body.text("id", is_required=True)
        body.check()
        population = await self._population(found.env, found.caller, body, id, target="id")
        with races_told():
            user = await self.editing.change(
                found.env, found.user, lambda user: self._moved(user, population)
            )
        self.known.access.callers.record(found.env, found.caller, "users.move", user.id)
        return _answer_population(request, found.env, user)

    async def _change(self, request: Request, *, is_whole: bool) -> Response:
        found = await self.known.find(request, Permission.WRITE_USERS)
        read_media_type(request, (JSON,))
        body = read_body(request)
        change = read_change(body, is_whole=is_whole)
        if change.username is not None:
            _check_username(change.username, found.user.username)
        population = None
        if change.population is not None:
            population = await self._population(found.env, found.caller, body, change.population)
        user = await self._save(found, change, population)
        if change.enabled is not None and change.enabled != user.enabled:
            user = await self._enable(found, user, enabled=change.enabled)
        self.known.access.callers.record(found.env, found.caller, "users.update", user.id)
        return self._answer(request, found.env, user)

    async def _save(self, found: Found, change: UserChange, population: Population | None) -> User:
        def edit(user: User) -> User:
            self._check_own(found, user, change, population)
            if population is not None:
                user = self._moved(user, population)
            return replace(
                user,
                username=change.username or user.username,
                attributes=apply_profile(user, change),
                updated_at=self.users.clock.now(),
            )

        try:
            with races_told():
                return await self.editing.change(found.env, found.user, edit)
        except UsernameTakenError as taken:
            raise _taken() from taken

    async def _enable(self, found: Found, user: User, *, enabled: bool | None) -> User:
        with races_told():
            changed = await self.editing.set_enabled(found.env, user, enabled=enabled is True)
        done = "users.enable" if enabled else "users.disable"
        self.known.access.callers.record(found.env, found.caller, done, user.id)
        return changed

    def _check_own(
        self, found: Found, user: User, change: UserChange, population: Population | None
    ) -> None:
        """Refuse a user who would be somebody else, or elsewhere, by own wish.

        Args: user is as the change finds it: another one may have come first.
        Raises: ForbiddenError.
        """
        if found.caller.user_id is None:
            return
        if not is_own_to_change(found.env, user, change, population):
            raise self.known.access.forbid(found.env, found.caller)

    async def _population(
        self, env: Environment, caller: Caller, body: Body, id: str | None, target: str = ""
    ) -> Population:
        """Return the population that is named, or the default one.

        Raises: DataError for one that is not there, or not for this caller.
        """
        body.check()
        try:
            found = await (
                self.populations.get_default(env) if id is None else self.populations.get(env, id)
            )
        except UnknownPopulationError:
            found = None
        if found is None or not caller.reaches(found.key):
            target = target or "population.id"
            raise DataError([invalid(target, "There is no such population.")])
        return found

    def _moved(self, user: User, population: Population) -> User:
        return replace(user, population=population.key, updated_at=self.users.clock.now())

    def _answer(
        self, request: Request, env: Environment, user: User, status: int = 200
    ) -> Response:
        return render_one(render_user(env, user, environment_url(env, request)), status)


def _answer_enabled(request: Request, env: Environment, user: User) -> Response:
    url = user_url(environment_url(env, request), user.id)
    return render_one({"_links": links(self=f"{url}/enabled", user=url), "enabled": user.enabled})


def _answer_population(request: Request, env: Environment, user: User) -> Response:
    base = environment_url(env, request)
    url, id = user_url(base, user.id), population_id(env, user.population)
    return render_one({"_links": links(self=f"{url}/population", user=url), "id": id})


def _check_username(username: str, current: str = "") -> None:
    """Refuse what cannot be a new name; a name that somebody has already stays good."""
    if is_same_username(username, current):
        return
    try:
        check_new_username(username)
    except UsernameRefusedError as refused:
        raise DataError([invalid("username", f"The username {refused.reason}.")]) from refused


def _taken() -> DataError:
    message = "Somebody else has this username."
    return DataError([Detail(DetailCode.UNIQUENESS_VIOLATION, message, "username")])

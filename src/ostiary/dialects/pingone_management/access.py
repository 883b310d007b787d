"""Who may call: the token of a request, held against what the endpoint needs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from ostiary.core.admin.callers import Caller, Callers, find_environment, invalid_token
from ostiary.core.admin.user_editing import UserGoneError
from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.permission import Permission
from ostiary.core.ports.configuration import VersionConflictError
from ostiary.core.ports.users import UserChangedError
from ostiary.core.signon.ended_access import AccessLeftError
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.dialects.pingone_management.errors import ForbiddenError, absent
from ostiary.http.bearer import read_bearer
from ostiary.http.credentials import find_certificate
from ostiary.http.message import Request

SELF_SCOPES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "p1:read:user": frozenset({Permission.READ_USERS}),
        "p1:update:user": frozenset({Permission.WRITE_USERS}),
        "p1:reset:userPassword": frozenset({Permission.RESET_PASSWORDS}),
        "p1:validate:userPassword": frozenset({Permission.CHECK_PASSWORDS}),
        "p1:read:sessions": frozenset({Permission.READ_SESSIONS}),
    }
)
"""What a user's own token permits, about that user alone."""
_RETRY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Access:
    """Lets callers in, or not.

    Whether a token permits something is decided before anything is looked up, so that a refusal
    says nothing of what there is.
    """

    tenancy: Tenancy
    callers: Callers

    async def admit(
        self, request: Request, *needed: Permission, about: str | None = None
    ) -> tuple[Environment, Caller]:
        """Return environment and caller of a request.

        Args:
            needed: one of these is enough.
            about: the id of the user whom it is about.
        Raises: HTTPError 401 without a token, 404 for an unknown environment; OAuthError
            invalid_token; ForbiddenError; UnavailableError.
        """
        env = self.tenancy.resolve(request)
        caller = await self.identify(env, request)
        if not any(caller.may(permission, about=about) for permission in needed):
            raise self.forbid(env, caller)
        return env, caller

    async def admit_anywhere(
        self, request: Request, needed: Permission
    ) -> tuple[Environment, Caller]:
        """Return the environment that a token is of, and the caller, where the path names none.

        Raises: as `admit`.
        """
        presented = read_bearer(request)
        env = find_environment(self.tenancy.snapshots.current, presented)
        if env is None or env.face is not Face.PINGONE:
            raise invalid_token()
        caller = await self.identify(env, request)
        if not caller.may(needed):
            raise self.forbid(env, caller)
        return env, caller

    async def identify(self, env: Environment, request: Request) -> Caller:
        """Return who calls, whatever the caller may do.

        Raises: as `admit`.
        """
        return await self.callers.identify(
            env,
            read_bearer(request),
            permissions_by_scope=SELF_SCOPES,
            address=request.address,
            certificate=find_certificate(request),
        )

    def forbid(self, env: Environment, caller: Caller) -> ForbiddenError:
        """Return the refusal of a caller, and record it."""
        error = ForbiddenError()
        self.callers.refuse(env, error, caller, caller.address)
        return error


@contextmanager
def races_told() -> Iterator[None]:
    """Turn what comes of lost races, and of a store that fails half way, into answers.

    Raises: HTTPError 404 for what is gone, UnavailableError for what may be tried again.
    """
    try:
        yield
    except UserGoneError as error:
        raise absent() from error
    except (UserChangedError, VersionConflictError) as error:
        raise UnavailableError(
            "Somebody else is changing the same; try again.", retry_after_seconds=_RETRY_SECONDS
        ) from error
    except AccessLeftError as error:
        raise UnavailableError(
            "The change is stored, and sessions or grants may be left; try again.",
            retry_after_seconds=_RETRY_SECONDS,
        ) from error

"""Sessions, claims and authentication applications: references that hold, cookies that arrive."""

from collections.abc import Iterator

from ostiary.core.base.sites import is_same_site, origin_of
from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import Subject, environments
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error, warning
from ostiary.core.configuration.schema import (
    ClientSettings,
    Configuration,
    EnvironmentSettings,
)
from ostiary.core.configuration.url_types import ANY_PORT
from ostiary.core.model.client import AuthMethod


def check_sessions(subject: Subject) -> Iterator[Problem]:
    """Point out times that exclude each other, and cookies that would not arrive."""
    for path, _, environment in environments(subject):
        sessions, here = environment.sessions, (*path, "sessions")
        if sessions.idle_minutes > sessions.max_minutes:
            yield warning((*here, "idle_minutes"), "is longer than max_minutes: it has no effect")
        foreign = _foreign_origins(subject.configuration, environment)
        if sessions.cross_site is False and foreign:
            yield warning(
                (*here, "cross_site"),
                f"keeps sessions from pages of {foreign[0]}, which is another site",
            )
        if sessions.partitioned and not (sessions.cross_site or foreign):
            yield warning((*here, "partitioned"), "has no effect: cookies stay within the site")


def _foreign_origins(
    configuration: Configuration, environment: EnvironmentSettings
) -> tuple[str, ...]:
    base_url = implied.base_url(configuration, environment)
    pages = (*environment.allowed_origins, *_application_origins(environment))
    return tuple(origin for origin in pages if not is_same_site(origin, base_url))


def _application_origins(environment: EnvironmentSettings) -> Iterator[str]:
    for application in environment.authentication_applications.values():
        yield origin_of(application.url)
        yield from application.origins


def check_claims(subject: Subject) -> Iterator[Problem]:
    """Refuse claims of scopes that do not exist."""
    for path, _, environment in environments(subject):
        for scope in environment.scope_claims:
            if scope not in environment.scopes:
                yield error(
                    (*path, "scope_claims", scope),
                    "is not a scope of this environment",
                    did_you_mean(scope, environment.scopes),
                )


def check_applications(subject: Subject) -> Iterator[Problem]:
    """Refuse clients and applications that do not exist."""
    for path, _, environment in environments(subject):
        for key, application in environment.authentication_applications.items():
            if application.client is not None:
                here: Path = (*path, "authentication_applications", key, "client")
                yield from _check_client(environment, application.client, here)
        known = environment.authentication_applications
        chosen = environment.default_authentication_application
        if chosen is not None and chosen not in known:
            yield error(
                (*path, "default_authentication_application"),
                f'"{chosen}" is not an authentication application of this environment',
                did_you_mean(chosen, known),
            )


def check_code_pages(subject: Subject) -> Iterator[Problem]:
    """Point out pages that may start a flow without redirects, but not redeem the code of it.

    A client that authenticates redeems codes on its own server.
    """
    for path, _, environment in environments(subject):
        for key, application in environment.authentication_applications.items():
            client = environment.clients.get(application.client or "")
            if client is None or not _is_public_with_codes(client):
                continue
            origins = (origin_of(application.url), *application.origins)
            missing = [origin for origin in origins if not _is_allowed(environment, origin)]
            if missing:
                yield warning(
                    (*path, "allowed_origins"),
                    f"has no {', '.join(missing)}: pages of the authentication application "
                    f'"{key}" cannot redeem the codes of its client "{application.client}"',
                    "add what redeems codes",
                )


def _is_public_with_codes(client: ClientSettings) -> bool:
    is_public = AuthMethod.NONE in implied.auth_methods(client)
    has_codes = implied.CODE_GRANT in implied.grant_types(client)
    return is_public and has_codes and client.allow_redirectless


def _is_allowed(environment: EnvironmentSettings, origin: str) -> bool:
    """Tell whether an origin, or with a star for its port any such, may call the API."""
    if origin.endswith(ANY_PORT):
        stem = origin.removesuffix(ANY_PORT)
        return any(each.rpartition(":")[0] == stem for each in environment.allowed_origins)
    return origin in environment.allowed_origins


def _check_client(environment: EnvironmentSettings, key: str, path: Path) -> Iterator[Problem]:
    client = environment.clients.get(key)
    if client is None:
        message = f'"{key}" is not a client of this environment'
        yield error(path, message, did_you_mean(key, environment.clients))
    elif not client.allow_redirectless:
        yield warning(path, f'"{key}" may start no flow: it lacks allow_redirectless')

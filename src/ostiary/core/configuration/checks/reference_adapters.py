"""Reference adapters: ways to call them that are whole, and references to what there is."""

from collections.abc import Iterable, Iterator

from ostiary.core.base.outbound import OutboundRefusedError, make_rules
from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import (
    PlacedAdapter,
    Subject,
    environments,
    reference_adapters,
)
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error, warning
from ostiary.core.configuration.schema import EnvironmentSettings
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.faces import FACES
from ostiary.core.model.reference_adapter import SUBJECT, Direction, LogoutMode, UserSource

_OF_TOKENS = ("clients", "required_scopes", "user_tokens")
_OF_APPLICATIONS_THAT_KNOW = ("users", "population", "take_unasked")
STEP_TYPE = "reference_id"


def check_references(subject: Subject) -> Iterator[Problem]:
    """Refuse token managers, clients and scopes that the environment does not have."""
    for placed in reference_adapters(subject):
        adapter, environment, path = placed.adapter, placed.environment, placed.path
        managers = implied.token_managers(environment)
        if adapter.token_manager is not None and adapter.token_manager not in managers:
            here: Path = (*path, "token_manager")
            yield _unknown(here, adapter.token_manager, "a token manager", managers)
        for index, key in enumerate(adapter.clients):
            if key not in environment.clients:
                yield _unknown((*path, "clients", index), key, "a client", environment.clients)
        for index, scope in enumerate(adapter.required_scopes):
            if scope not in environment.scopes:
                here = (*path, "required_scopes", index)
                yield _unknown(here, scope, "a scope", environment.scopes)
        policies = implied.policies(environment)
        for index, key in enumerate(adapter.policies):
            if key not in policies:
                here = (*path, "policies", index)
                yield _unknown(here, key, "a policy", policies)


def check_steps(subject: Subject) -> Iterator[Problem]:
    """Refuse steps that send people nowhere."""
    for path, _, environment in environments(subject):
        for key, step in environment.steps.items():
            if step.type == STEP_TYPE:
                here: Path = (*path, "steps", key, "adapter")
                yield from _check_step(environment, step.adapter, here)


def _check_step(environment: EnvironmentSettings, key: str | None, path: Path) -> Iterator[Problem]:
    known = environment.reference_adapters
    if key is None:
        yield error(path, "must name the reference adapter whose application signs people on")
    elif key not in known:
        yield _unknown(path, key, "a reference adapter", known)
    elif known[key].direction is not Direction.IDP:
        yield error(path, f'"{key}" vouches for nobody', 'its direction must be "idp"')
    elif known[key].endpoint is None:
        yield error(path, f'"{key}" has no endpoint: people could be sent nowhere')


def check_browsers(subject: Subject) -> Iterator[Problem]:
    """Refuse a logout that leads nowhere, and point out what has no effect."""
    outbound = subject.configuration.server.outbound
    rules = make_rules(outbound.allow, outbound.ports, is_dev=subject.is_dev)
    for placed in reference_adapters(subject):
        adapter, path = placed.adapter, placed.path
        is_told = adapter.logout_mode is not LogoutMode.NONE
        if is_told and adapter.logout_endpoint is None:
            yield error((*path, "logout_endpoint"), "is missing: logout_mode says to tell it")
        if not is_told and adapter.logout_endpoint is not None:
            hint = 'set logout_mode to "front_channel" or "back_channel"'
            yield warning((*path, "logout_endpoint"), "has no effect without logout_mode", hint)
        if adapter.logout_mode is LogoutMode.BACK_CHANNEL and adapter.logout_endpoint is not None:
            try:
                rules.read(adapter.logout_endpoint)
            except OutboundRefusedError as refusal:
                yield error((*path, "logout_endpoint"), refusal.message, "see [server.outbound]")
        yield from _check_host_name(placed)
        yield from _warn_of_no_effect(placed)
        yield from _warn_of_ways(placed)


def _check_host_name(placed: PlacedAdapter) -> Iterator[Problem]:
    path: Path = (*placed.path, "skip_host_name_check")
    if not placed.adapter.skip_host_name_check:
        return
    if placed.adapter.logout_mode is not LogoutMode.BACK_CHANNEL:
        yield warning(path, 'has no effect: the server calls with "back_channel" alone')
    else:
        yield warning(
            path,
            "lets anybody with a certificate of a trusted authority stand in for the application",
            "give the application a certificate for the host in logout_endpoint",
        )


def _warn_of_no_effect(placed: PlacedAdapter) -> Iterator[Problem]:
    adapter, path = placed.adapter, placed.path
    is_of_service = adapter.direction is Direction.SP
    for name in _OF_APPLICATIONS_THAT_KNOW if is_of_service else ("policies",):
        if name in adapter.model_fields_set:
            yield warning((*path, name), f'has no effect with direction = "{adapter.direction}"')
    if not is_of_service and adapter.users is UserSource.KNOWN:
        for name in ("attributes", "population"):
            if name in adapter.model_fields_set:
                yield warning((*path, name), 'has no effect with users = "known"')
    if SUBJECT in adapter.attributes:
        yield warning(
            (*path, "attributes", adapter.attributes.index(SUBJECT)), "goes without saying"
        )


def _warn_of_ways(placed: PlacedAdapter) -> Iterator[Problem]:
    """Point out an application that nobody gets to, and one that anybody may send people from."""
    adapter, path = placed.adapter, placed.path
    if adapter.direction is Direction.SP:
        if adapter.endpoint is None and not adapter.targets:
            yield warning(
                path,
                "is handed nothing: nobody can be sent to its application",
                "set endpoint or targets",
            )
    elif adapter.take_unasked:
        yield warning(
            (*path, "take_unasked"),
            "lets whoever gets somebody to follow a link sign them on as somebody else",
            "leave it off where people begin at this server",
        )


def check_callers(subject: Subject) -> Iterator[Problem]:
    """Refuse ways to call that are half there, and an adapter that nobody can call."""
    for placed in reference_adapters(subject):
        adapter, path = placed.adapter, placed.path
        if not FACES[placed.environment.face].has_reference_adapters:
            yield error(path, "has no place in an environment of this face")
        yield from _check_pair(placed)
        if adapter.token_manager is not None and not adapter.clients:
            yield error((*path, "clients"), "must name who may call with an access token")
        if adapter.token_manager is None:
            for name in _OF_TOKENS:
                if getattr(adapter, name):
                    yield error((*path, name), "says something of access tokens: set token_manager")
        if not any((adapter.username, adapter.token_manager, _has_certificates(placed))):
            yield error(
                path, "can be called by nobody", "set username, subject_dn or token_manager"
            )
        if _has_certificates(placed):
            yield from _check_certificates(subject, placed)
        yield from _warn_of_public_clients(placed)


def _check_pair(placed: PlacedAdapter) -> Iterator[Problem]:
    adapter = placed.adapter
    if (adapter.username is None) is not (adapter.pass_phrase is None):
        missing = "username" if adapter.username is None else "pass_phrase"
        yield error((*placed.path, missing), "is missing: username and pass_phrase go together")
    if adapter.pass_phrase is not None and adapter.pass_phrase.generate:
        yield error(
            (*placed.path, "pass_phrase"), "cannot be generated: the application has it, too"
        )
    if adapter.username is not None and ":" in adapter.username:
        yield error(
            (*placed.path, "username"), 'must not hold ":", where HTTP Basic ends a user name'
        )


def _has_certificates(placed: PlacedAdapter) -> bool:
    return placed.adapter.subject_dn is not None or placed.adapter.issuer_dn is not None


def _check_certificates(subject: Subject, placed: PlacedAdapter) -> Iterator[Problem]:
    named = "subject_dn" if placed.adapter.subject_dn is not None else "issuer_dn"
    path: Path = (*placed.path, named)
    if not placed.environment.client_authorities:
        yield error(path, "needs certificates of an authority, and client_authorities names none")
    server = subject.configuration.server
    if server.listeners.mutual_tls is None and server.proxies.certificate_header is None:
        yield warning(
            path,
            "takes certificates, and no listener asks for any",
            'give server.listeners.mutual_tls an address, such as "127.0.0.1:9032"',
        )


def _warn_of_public_clients(placed: PlacedAdapter) -> Iterator[Problem]:
    for index, key in enumerate(placed.adapter.clients):
        client = placed.environment.clients.get(key)
        if client is not None and AuthMethod.NONE in implied.auth_methods(client):
            yield warning(
                (*placed.path, "clients", index),
                "is a public client: whoever knows its client_id can get such tokens",
                "name a client that proves who it is",
            )


def _unknown(path: Path, name: str, kind: str, known: Iterable[str]) -> Problem:
    return error(
        path, f'"{name}" is not {kind} of this environment', did_you_mean(name, tuple(known))
    )

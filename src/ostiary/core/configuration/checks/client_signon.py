"""Clients that sign users on: what they may ask for, how it gets back, what weakens them."""

from collections.abc import Iterator

from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import PlacedClient, Subject, clients
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error, warning
from ostiary.core.model.client import PKCE, AuthMethod
from ostiary.core.model.device_request import DEVICE_GRANT
from ostiary.core.model.faces import FACES

OPENID = "openid"
_REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a grant's name
PASSWORD = "password"  # noqa: S105 - a grant's name
_DEPRECATED_GRANTS = frozenset({PASSWORD})
_REQUIRE_PKCE = 'set "required"'
_FOLLOWS_REDIRECTLESS = ("bypass_approval", "restrict_scopes")


def check_references(subject: Subject) -> Iterator[Problem]:
    """Refuse policies that do not exist, and algorithms that the environment has no key for."""
    for placed in clients(subject):
        client, environment = placed.client, placed.environment
        known = implied.policies(environment)
        if client.policy is not None and client.policy not in known:
            yield error(
                (*placed.path, "policy"),
                f'"{client.policy}" is not a policy of this environment',
                did_you_mean(client.policy, known),
            )
        for index, name in enumerate(client.policies):
            if name not in known:
                yield error(
                    (*placed.path, "policies", index),
                    f'"{name}" is not a policy of this environment',
                    did_you_mean(name, known),
                )
        if client.policies and client.policy is None:
            yield warning((*placed.path, "policies"), "has no effect without policy")
        applications = environment.authentication_applications
        chosen = client.authentication_application
        if chosen is not None and chosen not in applications:
            yield error(
                (*placed.path, "authentication_application"),
                f'"{chosen}" is not an authentication application of this environment',
                did_you_mean(chosen, applications),
            )
        for field in ("id_token_algorithm", "userinfo_algorithm"):
            algorithm = getattr(client, field)
            if algorithm is not None and algorithm not in environment.algorithms:
                yield error(
                    (*placed.path, field),
                    f'"{algorithm}" is not among the algorithms of this environment',
                )


def check_response_types(subject: Subject) -> Iterator[Problem]:
    """Refuse what cannot work, and point out what is deprecated.

    Spec: RFC 9700 §2.1.2 (no tokens through the browser), §2.4 (no password grant).
    """
    for placed in clients(subject):
        types = implied.response_types(placed.client)
        grants = implied.grant_types(placed.client)
        for index, name in enumerate(types):
            here: Path = (*placed.path, "response_types", index)
            words = set(name.split(" "))
            if "code" in words and implied.CODE_GRANT not in grants:
                yield error(here, f'"{name}" needs the grant type {implied.CODE_GRANT}')
            if "id_token" in words and OPENID not in placed.client.scopes:
                yield error(here, f'"{name}" needs the scope {OPENID}')
            if "token" in words:
                yield warning(
                    here,
                    f'"{name}" is deprecated: its tokens travel through the browser',
                    "use code",
                )
        for index, name in enumerate(placed.client.grant_types or ()):
            if name in _DEPRECATED_GRANTS:
                path: Path = (*placed.path, "grant_types", index)
                yield warning(path, f'"{name}" is deprecated: the client sees passwords of users')


def check_redirects(subject: Subject) -> Iterator[Problem]:
    """Point out clients whose users would find no way back, and grants that lead nowhere."""
    for placed in clients(subject):
        client, path = placed.client, placed.path
        types = implied.response_types(client)
        if types and not client.redirect_uris and not client.allow_redirectless:
            yield warning(
                (*path, "redirect_uris"), "are missing: without any, users cannot sign on to it"
            )
        if client.redirect_uris and not types:
            message = f"have no effect without the grant type {implied.CODE_GRANT}"
            yield warning((*path, "redirect_uris"), message)
        asks_for_codes = any("code" in name.split(" ") for name in types)
        if implied.CODE_GRANT in implied.grant_types(client) and not asks_for_codes:
            yield warning((*path, "response_types"), "has no code, for authorization_code")


def check_pkce(subject: Subject) -> Iterator[Problem]:
    """Refuse public clients without PKCE, and point out every other one.

    Spec: RFC 9700 §2.1.1.
    """
    for placed in clients(subject):
        pkce, path = placed.client.pkce, (*placed.path, "pkce")
        if pkce is PKCE.REQUIRED:
            continue
        if _is_public(placed):
            yield error(path, 'must be "required" for a client that proves nothing')
        elif pkce is PKCE.PLAIN:
            message = "accepts PKCE's challenges in plain, and whoever sees one can answer it"
            yield warning(path, message, f"have the client send S256, then {_REQUIRE_PKCE}")
        else:
            message = "lets the client leave PKCE out, and nothing ties its codes to who asked"
            yield warning(path, message, f"have the client send PKCE (S256), then {_REQUIRE_PKCE}")


def check_redirectless(subject: Subject) -> Iterator[Problem]:
    """Refuse to turn off what comes with the redirectless mode, and what needs it.

    Spec: PingFederate "Mobile application authentication through REST APIs".
    """
    for placed in clients(subject):
        client, path = placed.client, placed.path
        if client.allow_redirectless:
            for field in _FOLLOWS_REDIRECTLESS:
                if field in client.model_fields_set and not getattr(client, field):
                    yield error((*path, field), "cannot be false with allow_redirectless")
        elif client.cookieless:
            yield error((*path, "cookieless"), "needs allow_redirectless")
        if client.cookieless and not FACES[placed.environment.face].has_cookieless:
            yield error((*path, "cookieless"), "has no place in the flows of this face")


def check_refresh(subject: Subject) -> Iterator[Problem]:
    """Refuse refresh tokens that a thief could use unseen, and point out idle settings.

    Spec: RFC 9700 §4.14.2 (rotation for public clients).
    """
    for placed in clients(subject):
        refresh, path = placed.client.refresh, (*placed.path, "refresh")
        if not refresh.rolling and _is_public(placed):
            yield error((*path, "rolling"), "must be true for a client that proves nothing")
        if refresh.idle_days > refresh.lifetime_days:
            yield warning((*path, "idle_days"), "is longer than lifetime_days: it has no effect")
        has_grant = _REFRESH_TOKEN in implied.grant_types(placed.client)
        if "refresh" in placed.client.model_fields_set and not has_grant:
            yield warning(path, f"has no effect without the grant type {_REFRESH_TOKEN}")


def check_devices(subject: Subject) -> Iterator[Problem]:
    """Point out settings of devices that have no effect, and codes that anybody may ask for."""
    for placed in clients(subject):
        device, path = placed.client.device, (*placed.path, "device")
        if DEVICE_GRANT not in implied.grant_types(placed.client):
            if "device" in placed.client.model_fields_set:
                yield warning(path, f"has no effect without the grant type {DEVICE_GRANT}")
        elif device.without_authentication and not _is_public(placed):
            message = "lets anybody ask for codes in the client's name"
            hint = "have the client send its secret there too"
            yield warning((*path, "without_authentication"), message, hint)
        if device.interval_seconds >= device.lifetime_seconds:
            yield error((*path, "interval_seconds"), "must be less than lifetime_seconds")


def check_passwords(subject: Subject) -> Iterator[Problem]:
    """Refuse passwords of users from clients that prove nothing, unless they say so themselves.

    Spec: RFC 9700 §2.4.
    """
    for placed in clients(subject):
        switch, path = placed.client.password_without_proof, (*placed.path, "grant_types")
        if PASSWORD not in implied.grant_types(placed.client):
            if switch:
                message = f"has no effect without the grant type {PASSWORD}"
                yield warning((*placed.path, "password_without_proof"), message)
        elif not _is_public(placed):
            if switch:
                message = "has no effect: this client proves who it is"
                yield warning((*placed.path, "password_without_proof"), message)
        elif not switch:
            yield error(
                path,
                f'"{PASSWORD}" is for clients that prove who they are',
                "give it a secret or a key; or see password_without_proof",
            )


def check_alias(subject: Subject) -> Iterator[Problem]:
    """Point out clients that write a grant's name as no standard has it."""
    for placed in clients(subject):
        if not placed.client.authorization_alias:
            continue
        path: Path = (*placed.path, "authorization_alias")
        if implied.CODE_GRANT in implied.grant_types(placed.client):
            message = "accepts grant_type=authorization, which no standard knows"
            yield warning(path, message, "have the client write authorization_code")
        else:
            yield warning(path, f"has no effect without the grant type {implied.CODE_GRANT}")


def _is_public(placed: PlacedClient) -> bool:
    return AuthMethod.NONE in implied.auth_methods(placed.client)

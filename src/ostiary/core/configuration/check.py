"""Everything that is wrong with a configuration, found at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ostiary.core.configuration.checks import (
    certificates,
    client_authentication,
    client_keys,
    client_logout,
    client_signon,
    clients,
    delivery,
    directories,
    environments,
    outbound,
    policies,
    receivers,
    reference_adapters,
    reference_names,
    secrets,
    server,
    signon,
    theme,
    tls,
    token_managers,
    trusted_issuers,
    users,
)
from ostiary.core.configuration.checks.subject import Check, Subject
from ostiary.core.configuration.parse import Raw, parse
from ostiary.core.configuration.problems import Problem
from ostiary.core.configuration.schema import Configuration
from ostiary.core.configuration.secret_sources import Surroundings
from ostiary.core.configuration.vocabulary import Vocabulary

OF_VALUES: tuple[Check, ...] = (
    server.check_listeners,
    server.check_proxies,
    server.check_store,
    server.check_defaults,
    tls.check_tls,
    outbound.check_outbound,
    delivery.check_mail,
    delivery.check_sms,
    secrets.check_store_secret,
    secrets.check_master_key,
    environments.check_ids,
    environments.check_base_urls,
    environments.check_resources,
    environments.check_default_manager,
    environments.check_origins,
    environments.check_passkey_domains,
    token_managers.check_keys_apart,
    token_managers.check_selectors,
    token_managers.check_resources,
    token_managers.check_entropy,
    token_managers.check_claims,
    token_managers.check_lifetimes,
    clients.check_client_ids,
    clients.check_names,
    client_signon.check_references,
    policies.check_steps,
    signon.check_claims,
    signon.check_applications,
    client_keys.check_jwks,
    certificates.check_files,
    directories.check_references,
    reference_adapters.check_references,
    trusted_issuers.check_issuers,
    reference_names.check_attributes,
    reference_names.check_parameters,
    secrets.check_client_secrets,
    users.check_names,
    users.check_passwords,
    users.check_lockout,
    theme.check_files,
    theme.check_contrast,
    secrets.check_file_mode,
)
"""Checks of what is there: they hold whatever else is wrong with an object."""
OF_WHOLES: tuple[Check, ...] = (
    environments.check_presence,
    environments.check_public_url,
    environments.check_hosts,
    environments.check_issuers,
    token_managers.check_effects,
    clients.check_default_scopes,
    clients.check_types,
    clients.check_roles,
    client_authentication.check_methods,
    certificates.check_certificates,
    client_authentication.check_client_credentials,
    client_authentication.check_offline_access,
    client_authentication.check_purpose,
    client_signon.check_response_types,
    client_signon.check_redirects,
    client_signon.check_pkce,
    client_signon.check_redirectless,
    client_logout.check_logout_uris,
    client_signon.check_refresh,
    client_signon.check_devices,
    client_signon.check_passwords,
    client_signon.check_alias,
    delivery.check_needs,
    directories.check_connections,
    policies.check_policies,
    policies.check_default_policies,
    policies.check_implied_policy,
    reference_adapters.check_steps,
    reference_adapters.check_callers,
    reference_adapters.check_browsers,
    trusted_issuers.check_keys,
    trusted_issuers.check_effects,
    receivers.check_sources,
    signon.check_sessions,
    signon.check_code_pages,
)
"""Checks that miss something: silent on an object of which a field was refused."""
_READS: Mapping[Check, frozenset[str]] = {
    client_signon.check_pkce: frozenset({"auth_methods", "jwks", "pkce", "secret"}),
    client_signon.check_redirectless: frozenset(
        {"allow_redirectless", "bypass_approval", "cookieless", "restrict_scopes"}
    ),
    policies.check_policies: frozenset({"steps", "tree"}),
}
"""The fields that some of them look at: whatever else was refused, they are heard."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a check.

    Args:
        configuration: None when any problem is an error.
    """

    configuration: Configuration | None
    problems: tuple[Problem, ...]


def check(
    raw: Raw, vocabulary: Vocabulary, surroundings: Surroundings, *, file: str = ""
) -> Verdict:
    """Read a configuration and find everything that is wrong with it.

    Args: file is where it stands; "" when it does not come from a file.
    """
    parsed = parse(raw)
    problems = list(parsed.problems)
    if parsed.configuration is not None:
        subject = Subject(parsed.configuration, vocabulary, surroundings, file)
        problems += [
            replace(problem, path=parsed.as_written(problem.path))
            for find in OF_VALUES
            for problem in find(subject)
        ]
        problems += [
            replace(problem, path=parsed.as_written(problem.path))
            for find in OF_WHOLES
            for problem in find(subject)
            if not parsed.is_damaged(problem.path, _READS.get(find, ()))
        ]
    is_good = not any(problem.is_error for problem in problems)
    return Verdict(parsed.configuration if is_good else None, tuple(problems))

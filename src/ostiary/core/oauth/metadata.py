"""Server metadata: what this server can do, computed from what is registered."""

from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.core.base.languages import LANGUAGES
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.client import BY_CERTIFICATE, AuthMethod
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment
from ostiary.core.oauth import response_types
from ostiary.core.oauth.checks.claims import known_claims
from ostiary.core.oauth.checks.proof_key import S256

_ADVERTISED_MODES = (ResponseMode.QUERY, ResponseMode.FRAGMENT, ResponseMode.FORM_POST)
"""`pi.flow` is no mode for everybody; PingFederate does not list it either."""
_IMPLICIT = "implicit"
"""Not a grant of the token endpoint, but the name of what the other one hands out itself."""
_OF_PEOPLE = frozenset({"authorization_code", "password", "refresh_token"})
"""Grants of no use to a dialect on which nobody signs on, and not to be listed there (RFC 8414)."""
_CLAIMS_OF_ID_TOKENS = frozenset({"iss", "aud", "exp", "iat", "nonce", "at_hash", "c_hash", "sid"})
_LOGOUT = tuple(
    f"{channel}_logout_{what}supported"
    for channel in ("frontchannel", "backchannel")
    for what in ("", "session_")
)
"""What is said of both kinds of logout beyond one application."""
_ASKING = frozenset(
    {
        "token_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "userinfo_endpoint",
        "device_authorization_endpoint",
    }
)
"""Endpoints that programs call themselves, by their members of metadata."""
ASSERTION_METHODS = frozenset({AuthMethod.PRIVATE_KEY_JWT, AuthMethod.CLIENT_SECRET_JWT})


@dataclass(frozen=True, slots=True)
class Metadata:
    """Describes an environment in the members that every dialect's document shares.

    Args:
        grant_types, auth_methods: as registered, in the order of their catalogs.
        assertion_algorithms: signature algorithms that clients may use.
    """

    grant_types: tuple[str, ...]
    auth_methods: tuple[AuthMethod, ...]
    assertion_algorithms: tuple[str, ...]

    def describe(self, env: Environment) -> dict[str, object]:
        """Return the metadata members; endpoints are the dialect's to add.

        Spec: RFC 8414 §2; OpenID Connect Discovery 1.0 §3.
        """
        unseen = frozenset() if env.mutual_tls_url else BY_CERTIFICATE
        methods = [str(method) for method in self.auth_methods if method not in unseen]
        authenticating = [method for method in methods if method != AuthMethod.NONE]
        members: dict[str, object] = {
            "issuer": env.issuer,
            "scopes_supported": sorted(env.scopes),
            "response_types_supported": [],
            "grant_types_supported": [each for each in self.grant_types if each not in _OF_PEOPLE],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": sorted(self._id_token_algorithms(env)),
            "token_endpoint_auth_methods_supported": methods,
            "introspection_endpoint_auth_methods_supported": authenticating,
            "revocation_endpoint_auth_methods_supported": methods,
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
        if ASSERTION_METHODS.intersection(self.auth_methods):
            for endpoint in ("token", "introspection", "revocation"):
                members[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = list(
                    self.assertion_algorithms
                )
        return members

    def describe_sign_on(self, env: Environment) -> dict[str, object]:
        """Return the members of a dialect that signs people on; they stand over `describe`'s own.

        Spec: OpenID Connect Discovery 1.0 §3; RFC 8414 §2; RFC 9207 §3; OpenID Connect
            Back-Channel Logout 1.0 §2.1; OpenID Connect Front-Channel Logout 1.0 §3.
        """
        contexts = {policy.context for policy in env.policies.values() if policy.context}
        algorithms = sorted(self._id_token_algorithms(env))
        members: dict[str, object] = {
            "response_types_supported": list(response_types.SUPPORTED),
            "response_modes_supported": [str(mode) for mode in _ADVERTISED_MODES],
            "grant_types_supported": [*self.grant_types, _IMPLICIT],
            "code_challenge_methods_supported": [S256],
            "prompt_values_supported": list(response_types.PROMPTS),
            "claim_types_supported": ["normal"],
            "ui_locales_supported": list(LANGUAGES),
            "claims_supported": sorted(known_claims(env) | _CLAIMS_OF_ID_TOKENS),
            "claims_parameter_supported": True,
            "userinfo_signing_alg_values_supported": algorithms,
            "authorization_response_iss_parameter_supported": True,
            **dict.fromkeys(_LOGOUT, True),
        }
        if contexts:
            members["acr_values_supported"] = sorted(contexts)
        return members

    def describe_mutual_tls(self, env: Environment, urls: Mapping[str, str]) -> dict[str, object]:
        """Return what is said of certificates: where endpoints ask for them.

        Spec: RFC 8705 §5, §3.3.
        Args: urls: of the dialect's endpoints by their members.
        """
        if env.mutual_tls_url is None or not BY_CERTIFICATE.intersection(self.auth_methods):
            return {}
        asking = {
            member: env.at_mutual_tls(url) for member, url in urls.items() if member in _ASKING
        }
        return {
            "mtls_endpoint_aliases": asking,
            "tls_client_certificate_bound_access_tokens": True,
        }

    @staticmethod
    def _id_token_algorithms(env: Environment) -> set[str]:
        return {key.algorithm for key in env.key_sets[ENVIRONMENT_KEYS].keys}

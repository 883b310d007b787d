"""The names of the parameters that the OAuth back-channel endpoints read."""

BACK_CHANNEL_PARAMETERS = frozenset(
    {
        "access_token_manager_id",
        "actor_token",
        "actor_token_type",
        "assertion",
        "aud",
        "audience",
        "client_assertion",
        "client_assertion_type",
        "client_id",
        "client_secret",
        "code",
        "code_verifier",
        "device_code",
        "grant_type",
        "password",
        "redirect_uri",
        "refresh_token",
        "requested_token_type",
        "resource",
        "scope",
        "subject_token",
        "subject_token_type",
        "token",
        "token_type_hint",
        "username",
    }
)
"""Known parameters: in a query string they would end up in logs, so faces refuse them there.

Spec: RFC 6749 §2.3.1, §3.2; RFC 9700 §4.2.4.
"""

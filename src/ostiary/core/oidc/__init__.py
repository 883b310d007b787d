"""OpenID Connect beside the token endpoint: userinfo and logout."""

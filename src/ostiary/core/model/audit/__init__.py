"""Events: what happened, in types that cannot carry a token or a password."""

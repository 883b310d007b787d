"""The checks of an authorization request: each settles one part of it, or refuses."""

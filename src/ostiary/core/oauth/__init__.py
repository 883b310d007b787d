"""The OAuth endpoints as core objects: token, introspection, revocation, metadata."""

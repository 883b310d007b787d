"""The package's refusals."""


class VerificationError(Exception):
    """Another password."""


class InvalidHashError(ValueError):
    """No hash of this kind."""

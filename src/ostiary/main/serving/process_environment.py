"""What serving processes have of the environment: what libraries read, and no secrets of ours."""

from collections.abc import Mapping

_NAMES = frozenset(
    {
        *("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "TMPDIR", "TZ", "TZDIR", "USER"),
        *("HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS"),
        *("KRB5CCNAME", "KRB5_CONFIG", "OPENSSL_CONF", "OPENSSL_MODULES"),
        *("LD_LIBRARY_PATH", "LD_PRELOAD", "SSL_CERT_DIR", "SSL_CERT_FILE"),
    }
)
_PREFIXES = ("LC_", "MALLOC_", "PG", "PYTHON")
"""Locale, memory, libpq and the interpreter."""


def for_serving(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a serving process keeps.

    What the configuration refers to is no part of it: a worker that could be made to show its
    environment would show that.
    """
    return {
        name: value
        for name, value in environ.items()
        if name in _NAMES or name.startswith(_PREFIXES)
    }

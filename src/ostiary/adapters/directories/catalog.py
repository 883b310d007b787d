"""The kinds of directories that are kept elsewhere: a row for each."""

from ostiary.adapters.directories.remotes import Remote
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import EnvironmentId
from ostiary.core.model.ldap_directory import LDAPDirectory
from ostiary.core.ports.events import Events

_RETRY_SECONDS = 60


def open_directory(environment: EnvironmentId, directory: LDAPDirectory, events: Events) -> Remote:
    """Return a directory that nothing has been asked yet.

    Raises: UnavailableError on a machine without the extra `ldap`.
    """
    try:
        from ostiary.adapters.directories.ldap.directory import RemoteDirectory
    except ImportError as error:
        raise UnavailableError(
            "The directory of users cannot be asked now; try again.",
            retry_after_seconds=_RETRY_SECONDS,
            directory=directory.key,
            reason="python-ldap is not installed here",
        ) from error

    return RemoteDirectory(environment, directory, events)

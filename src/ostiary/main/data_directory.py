"""The data directory: made when it is not there yet."""

from pathlib import Path

from ostiary.core.configuration.schema import ServerSettings


class DataDirectoryRefusedError(Exception):
    """The data directory cannot be made; the message says why and what to do."""


def make_data_directory(server: ServerSettings, *, choice: str) -> Path:
    """Return the data directory, which exists from now on.

    Args: choice is what names another one.
    Raises: DataDirectoryRefusedError.
    """
    directory = Path(server.data_directory)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataDirectoryRefusedError(
            f"the data directory {directory} cannot be made: {error.strerror}; "
            f"choose another with {choice}"
        ) from error
    return directory

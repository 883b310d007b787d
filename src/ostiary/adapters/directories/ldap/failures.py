"""What can go wrong between this server and a directory's."""


class ServerFailedError(Exception):
    """A server cannot be asked now; another one may know.

    Args: reason: in a word, for the event log.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AskedWrongError(Exception):
    """The directory understood and refused: it would tomorrow, too.

    Args: reason: what it called that, for the event log.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooManyError(AskedWrongError):
    """More entries match than were asked for."""

    def __init__(self) -> None:
        super().__init__("too_many")


class PasswordNotTakenError(AskedWrongError):
    """The directory does not take a new password.

    Args: error: number of a password policy's error; None where it gave none.
    """

    def __init__(self, reason: str, error: int | None = None) -> None:
        super().__init__(reason)
        self.error = error

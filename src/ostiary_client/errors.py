"""Everything that can go wrong, as types; each message says what to do next."""

from dataclasses import dataclass


class OstiaryClientError(Exception):
    """The base of every error of this package.

    Messages never hold a secret, a token or a terminal control character.
    """

    def __init__(self, problem: str, *, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        point = "" if self.problem.endswith("?") else "."
        return f"{self.problem}{point} {self.remedy}" if self.remedy else f"{self.problem}{point}"


class ConfigurationError(OstiaryClientError):
    """The program, its environment variables or its profile say too little, or nonsense."""


# --- no answer ---------------------------------------------------------------


class TransportError(OstiaryClientError):
    """No answer came.

    `was_sent` is False only when it is certain that the server saw nothing of the request.
    """

    def __init__(self, problem: str, *, remedy: str = "", was_sent: bool = True) -> None:
        super().__init__(problem, remedy=remedy)
        self.was_sent = was_sent


class ServerUnreachableError(TransportError):
    """Nobody listens there, the name does not resolve, or the connection broke."""


class TimedOutError(TransportError):
    """The server took longer than the program allows."""


class CertificateError(TransportError):
    """The server's certificate is expired, unknown or another host's."""


# --- an answer, and not the one that was asked for ---------------------------


class ResponseError(OstiaryClientError):
    """The server answered with something else than what was asked for.

    `status` is the HTTP status; `content` the answer's beginning, without secrets;
    `retry_after_seconds` how long the server asked to wait, if it did.
    """

    def __init__(
        self,
        problem: str,
        *,
        remedy: str = "",
        status: int = 0,
        content: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(problem, remedy=remedy)
        self.status = status
        self.content = content
        self.retry_after_seconds = retry_after_seconds


class UnreadableResponseError(ResponseError):
    """An HTML page, broken JSON, a redirect, or far too much of anything."""


class RateLimitedError(ResponseError):
    """The server asks for a pause: 429."""


class ServerFailedError(ResponseError):
    """The server failed or is overloaded: 5xx."""


class OAuthError(ResponseError):
    """The server refused: `error` is the code of RFC 6749, `error_description` its words."""

    def __init__(  # noqa: PLR0913 - one parameter a fact
        self,
        problem: str,
        *,
        remedy: str = "",
        status: int = 0,
        content: str = "",
        retry_after_seconds: float | None = None,
        error: str = "",
        error_description: str = "",
    ) -> None:
        super().__init__(
            problem,
            remedy=remedy,
            status=status,
            content=content,
            retry_after_seconds=retry_after_seconds,
        )
        self.error = error
        self.error_description = error_description


class InvalidClientError(OAuthError):
    """The server does not accept this client id with this secret or key."""


class SignOnRequiredError(OAuthError):
    """The person's tokens cannot be renewed any more: they have to sign on again."""


class AuthorizationError(OAuthError):
    """The server sends somebody back without having signed them on; `error` says why."""

    @property
    def errorCode(self) -> str:  # noqa: N802 - a name that clients of such servers know
        """The same as `error`."""
        return self.error

    @property
    def errorMsg(self) -> str:  # noqa: N802 - a name that clients of such servers know
        """The same as `error_description`."""
        return self.error_description


class AccessDeniedError(AuthorizationError):
    """The person, or the server for them, said no: `access_denied`."""


class InteractionRequiredError(AuthorizationError):
    """Somebody has to see a page, and `prompt=none` forbade that: `interaction_required`."""


class LoginRequiredError(InteractionRequiredError):
    """Nobody is signed on: `login_required`."""


class ConsentRequiredError(InteractionRequiredError):
    """The person has not agreed yet: `consent_required`."""


class AccountSelectionRequiredError(InteractionRequiredError):
    """The person has to choose one of their accounts: `account_selection_required`."""


class DeviceExpiredError(OAuthError):
    """Nobody let the device in before its code was over: `expired_token`."""


class AccessTokenMissingError(ResponseError):
    """The server said yes, and sent no access token."""


class DiscoveryError(OstiaryClientError):
    """The server's metadata is missing, or says what cannot be trusted."""


class IssuerMismatchError(DiscoveryError):
    """The metadata belongs to another issuer than the one that was asked for."""


# --- signing people on --------------------------------------------------------


class CallbackMismatchError(OstiaryClientError):
    """What came back does not belong to the sign-on that was begun: nothing of it was used."""


@dataclass(frozen=True, slots=True)
class FlowDetail:
    """What is wrong with one field, `target`, or with the whole.

    `unmet` are the rules that a new password breaks, by the server's names.
    """

    code: str = ""
    message: str = ""
    user_message: str = ""
    target: str | None = None
    attempts_remaining: int | None = None
    retry_after_seconds: float | None = None
    unmet: tuple[str, ...] = ()


class FlowError(ResponseError):
    """A step of a sign-on flow was refused; the flow stands where it stood before.

    `code` is the server's word for it, `message` its text for programs, `user_message` the one
    for people; `details` says it of each field.
    """

    def __init__(  # noqa: PLR0913 - one parameter a fact
        self,
        problem: str,
        *,
        remedy: str = "",
        status: int = 0,
        content: str = "",
        code: str = "",
        message: str = "",
        user_message: str = "",
        details: tuple[FlowDetail, ...] = (),
    ) -> None:
        super().__init__(problem, remedy=remedy, status=status, content=content)
        self.code = code
        self.message = message
        self.user_message = user_message
        self.details = details


class WrongPasswordError(FlowError):
    """The username or the password is not right; servers do not say which, or whether both are."""


class FlowEndedError(FlowError):
    """The flow is over, and nobody is signed on; `code` says why, if the server does."""


class FlowStepError(FlowError):
    """The flow wants a step that this call does not take; `code` is the state it stands in."""


# --- managing an environment --------------------------------------------------


@dataclass(frozen=True, slots=True)
class ManagementDetail:
    """What is wrong with one member, `target`, whose names are joined by dots, or with the whole.

    `unmet` are the rules that a new password breaks, `allowed_values` what would have been taken,
    both by the server's names.
    """

    code: str = ""
    message: str = ""
    target: str = ""
    attempts_remaining: int | None = None
    retry_after_seconds: int | None = None
    unmet: tuple[str, ...] = ()
    allowed_values: tuple[str, ...] = ()


class ManagementError(ResponseError):
    """The management API refused a call; nothing was changed.

    `code` is the server's word for it, `message` its text; `details` say it of each member.
    """

    def __init__(  # noqa: PLR0913 - one parameter a fact
        self,
        problem: str,
        *,
        remedy: str = "",
        status: int = 0,
        content: str = "",
        code: str = "",
        message: str = "",
        details: tuple[ManagementDetail, ...] = (),
    ) -> None:
        super().__init__(problem, remedy=remedy, status=status, content=content)
        self.code = code
        self.message = message
        self.details = details


class TokenRefusedError(ManagementError):
    """The token opens nothing here: of another environment, for something else, or revoked."""


class PermissionMissingError(ManagementError):
    """The token is good, and neither a role nor a scope permits this."""


class NotFoundError(ManagementError):
    """What is to be read or changed is not there, or not there for this client."""


class InvalidDataError(ManagementError):
    """What was sent cannot be; `details` say what is wrong with which member."""


class NotUniqueError(InvalidDataError):
    """Another one has this name already."""


class StillInUseError(InvalidDataError):
    """What is to be deleted is needed by others."""


class NewPasswordRefusedError(InvalidDataError):
    """The new password breaks rules of the policy: see `unmet` of the details."""


class CurrentPasswordRefusedError(InvalidDataError):
    """The password that was presented is not the user's."""


class PasswordLockedError(InvalidDataError):
    """Too many passwords were wrong: see `retry_after_seconds` of the details."""


# --- handing attributes over ---------------------------------------------------


class ReferenceIdError(ResponseError):
    """The back channel of a Reference ID adapter refused a call; nothing was kept or handed out."""


class CallerRefusedError(ReferenceIdError):
    """The adapter does not take this caller; servers do not say which part of it was wrong."""


class AttributesRefusedError(ReferenceIdError):
    """The attributes cannot be dropped off; `content` says what is wrong with them."""


class UnknownReferenceError(ReferenceIdError):
    """The reference stands for nothing: it is spent, over, or another adapter's."""


class ResumePathError(OstiaryClientError):
    """Where somebody is to be sent back to is no path of the server: nobody is to go there."""


# --- the backend that exchanges a token for its own --------------------------


class BackendError(OstiaryClientError):
    """The base of what goes wrong at a backend that hands out tokens of its own."""


class BackendUnreachableError(BackendError):
    """No answer came from the backend."""


class BackendRefusedError(BackendError):
    """The backend answered with an error, `status`; `content` is the answer's beginning."""

    def __init__(
        self, problem: str, *, remedy: str = "", status: int = 0, content: str = ""
    ) -> None:
        super().__init__(problem, remedy=remedy)
        self.status = status
        self.content = content


class SecretTokenMissingError(BackendError):
    """The backend said yes, and sent no token."""


# --- tokens that others present ----------------------------------------------


class InvalidTokenError(OstiaryClientError):
    """A presented token is not accepted: forged, over, or meant for somebody else."""


class InsufficientScopeError(OstiaryClientError):
    """The token is valid and does not permit this; `required` lists the scopes that do."""

    def __init__(self, problem: str, *, remedy: str = "", required: tuple[str, ...] = ()) -> None:
        super().__init__(problem, remedy=remedy)
        self.required = required


class IssuerUnavailableError(OstiaryClientError):
    """An issuer cannot be asked, so that its tokens can be neither accepted nor refused."""


class KeysUnavailableError(IssuerUnavailableError):
    """An issuer's keys cannot be had, so that its tokens can be neither accepted nor refused."""

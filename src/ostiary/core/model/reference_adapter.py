"""Reference adapters: where an application and the server hand each other a person's attributes."""

from dataclasses import dataclass
from enum import StrEnum

from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.crypto.distinguished_names import NamePattern
from ostiary.core.crypto.secret_digests import SecretDigest
from ostiary.core.model.user import DEFAULT_POPULATION

SUBJECT = "subject"
"""The attribute that says who a person is."""


class Direction(StrEnum):
    """Who knows the person.

    Spec: PingFederate "Reference ID adapter" (IdP adapter, SP adapter).
    """

    IDP = "idp"
    """An application that does: it hands in attributes."""
    SP = "sp"
    """The server: an application fetches attributes."""


class AttributeFormat(StrEnum):
    """How attributes are written."""

    JSON = "json"
    PROPERTIES = "properties"
    """Lines of `name=value`, as Java reads them; only on the way out."""
    QUERY = "query"
    """Request parameters; only on the way in."""


class Transport(StrEnum):
    """How a browser carries a reference to an application."""

    QUERY = "query"
    FORM_POST = "form_post"


class LogoutMode(StrEnum):
    """How an application is told that somebody signed off."""

    NONE = "none"
    FRONT_CHANNEL = "front_channel"
    """The browser goes there, and comes back."""
    BACK_CHANNEL = "back_channel"
    """The server calls it."""


class UserSource(StrEnum):
    """Whom an adapter may sign on."""

    CREATED = "created"
    """Users of its own, made and kept up to date by what its application says of them."""
    KNOWN = "known"
    """Users who are there already, by their names."""


@dataclass(frozen=True, slots=True)
class CallerRules:
    """Which applications may call an adapter, each way apart from the others.

    Args:
        username, pass_phrase: of callers that send both; the pass phrase as it is kept.
        subject, issuer: names that the certificate of a caller may have; None for any, and with
            neither no certificate will do.
        token_manager: whose access tokens will do; None for none.
        client_ids: clients to which those tokens were issued.
        required_scopes: all of which a token must have.
        takes_user_tokens: tokens for a user's data will do like a program's own.
    """

    username: str | None = None
    pass_phrase: SecretDigest | None = None
    subject: NamePattern | None = None
    issuer: NamePattern | None = None
    token_manager: TokenManagerId | None = None
    client_ids: frozenset[ClientId] = frozenset()
    required_scopes: frozenset[str] = frozenset()
    takes_user_tokens: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceAdapter:
    """One place of the back channel, with its own callers and its own references.

    Spec: PingFederate "Reference ID adapter" (an adapter instance).

    Args:
        key: by which callers name it.
        reference_seconds: how long a reference waits to be used.
        reference_bytes: random bytes of a reference.
        includes_null: attributes without a value are handed out, too.
        keeps_json: lists and objects are handed out as they are; otherwise as JSON in a text.
        takes_second_spelling: callers may name it and themselves in the other way of writing that a
            dialect has for that.
        endpoint: where a browser is sent: to sign on, or with what was dropped for the application.
        transport: how the browser brings references there, and to `logout_endpoint`.
        targets: URLs beside `endpoint` to which a browser may be sent, exact, or with `*` as the
            last character of the path.
        logout_endpoint: where the application is told that somebody signed off.
        skips_host_name_check: the server calls it though its certificate has another name.
        attributes: names, beside the subject's, of which something is kept of a person.
        users: whom it may sign on.
        population: of users that it makes.
        takes_unasked: a reference may begin a flow without having been asked for.
        policies: by which people sign on to be known to its application, the first where nothing
            else is asked for; none for the environment's.
    """

    key: str
    direction: Direction = Direction.IDP
    callers: CallerRules = CallerRules()
    reference_seconds: int = 3
    reference_bytes: int = 30
    outgoing_format: AttributeFormat = AttributeFormat.JSON
    incoming_format: AttributeFormat = AttributeFormat.JSON
    includes_null: bool = False
    takes_second_spelling: bool = False
    keeps_json: bool = True
    endpoint: str | None = None
    transport: Transport = Transport.QUERY
    targets: tuple[str, ...] = ()
    logout_endpoint: str | None = None
    logout_mode: LogoutMode = LogoutMode.NONE
    skips_host_name_check: bool = False
    attributes: tuple[str, ...] = ()
    users: UserSource = UserSource.CREATED
    population: str = DEFAULT_POPULATION
    takes_unasked: bool = False
    policies: tuple[str, ...] = ()

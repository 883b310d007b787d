"""How people sign on: sessions, steps, policies, and the programs that show the steps to them."""

from typing import Any, Literal

from pydantic import Field, StrictBool, StrictInt

from ostiary.core.configuration.field_types import ClaimName, KeyName
from ostiary.core.configuration.schema_directories import DirectoryKeys
from ostiary.core.configuration.schema_secrets import Settings
from ostiary.core.configuration.url_types import ApplicationOrigin, ApplicationURL
from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.model.user import DEFAULT_POPULATION

YEAR_MINUTES = 365 * 24 * 60


class SessionSettings(Settings):
    """How long a browser stays signed on, and which cookies show it."""

    idle_minutes: StrictInt = Field(
        default=60, ge=1, le=YEAR_MINUTES, description="Unused, a session ends after so long."
    )
    max_minutes: StrictInt = Field(
        default=480, ge=1, le=YEAR_MINUTES, description="And after so long in any case."
    )
    persistent: StrictBool = Field(
        default=False,
        description="A second cookie, `PF.PERSISTENT`, keeps users signed on when the browser is "
        "closed and opened again; on PingOne's face the cookie `ST` itself does.",
    )
    cross_site: StrictBool | None = Field(
        default=None,
        description="Cookies also go with requests that pages of other sites make "
        "(`SameSite=None`); default: on when `allowed_origins` or an authentication application "
        "names a page of another site.",
    )
    partitioned: StrictBool = Field(
        default=False,
        description="Such a cookie counts only within the site that it was set in (`Partitioned`).",
    )


class StepSettings(Settings):
    """One thing that is asked of a person who signs on (PingFederate: adapter instance)."""

    type: str = Field(
        default="username_password",
        description="Which kind: `username_password`, `identifier_first`, `second_factor` or "
        "`reference_id`.",
    )
    adapter: KeyName | None = Field(
        default=None,
        description="Kind `reference_id`: the reference adapter whose application signs people "
        "on; the browser goes there, and comes back with a reference.",
    )
    remember_my_username: StrictBool = Field(
        default=False,
        description="Kind `username_password`: offer to fill in the username the next time.",
    )
    this_is_my_device: StrictBool = Field(
        default=False,
        description="Kind `username_password`: offer to remember the device.",
    )
    recovery: StrictBool = Field(
        default=False,
        description="Kind `username_password`: whoever has forgotten the password may choose "
        "another one with what is sent by mail, and whoever has forgotten the username is sent it; "
        "kind `identifier_first`: the username alone.",
    )
    recovery_by: Literal["code", "link"] = Field(
        default="code",
        description="Kind `username_password`: what is sent, a code that is entered in the same "
        "browser, or a link that opens a page of its own in any browser.",
    )
    registration: StrictBool = Field(
        default=False,
        description="Kind `username_password`: people may register; a code proves their e-mail "
        "address.",
    )
    registration_population: KeyName = Field(
        default=DEFAULT_POPULATION,
        description="Kind `username_password`: which group of users new ones belong to.",
    )
    directories: DirectoryKeys = Field(
        default=(),
        description="Kind `username_password`: directories that are asked, in this order; default: "
        "those of the environment.",
    )
    password_change: StrictBool = Field(
        default=False,
        description="Kind `username_password`: people may change their password on the way.",
    )
    confirms_changes: StrictBool = Field(
        default=False,
        description="Kind `username_password`: tell that a password was changed, and wait for the "
        "person to go on.",
    )
    methods: tuple[AuthenticatorKind, ...] = Field(
        default=(),
        description="Kind `second_factor`: which authenticators count, in the order in which new "
        "ones are offered: `totp`, `passkey`, `email`, `sms`, `recovery_codes`; default: all that "
        "can be used here.",
    )
    no_authenticators: Literal["enrol", "bypass", "block"] = Field(
        default="enrol",
        description="Kind `second_factor`: whoever has none sets one up, goes on without, or is "
        "kept out.",
    )
    choose_first: StrictBool = Field(
        default=False,
        description="Kind `second_factor`: let people with several choose before any code is sent.",
    )
    remember_minutes: StrictInt = Field(
        default=0,
        ge=0,
        le=YEAR_MINUTES,
        description="Kind `second_factor`: for so long a browser is not asked again whose user "
        "wished that; 0: people cannot wish it.",
    )


class PolicySettings(Settings):
    """What users have to show before they are signed on."""

    acr: ClaimName | None = Field(
        default=None,
        description="What ID tokens say of whoever satisfied it, and by which `acr_values` asks "
        "for it.",
    )
    steps: tuple[KeyName, ...] | None = Field(
        default=None,
        description='Steps that must succeed one after the other: `["identifier", "form"]`.',
    )
    tree: dict[str, Any] | None = Field(
        default=None,
        description="Instead of `steps`, a tree. A node asks a step, `{ step = NAME, success = "
        '…, failure = … }`, or chooses by a fact, `{ select = "client", cases = { NAME = … }, '
        "otherwise = … }`; facts are `client`, `scope`, `acr`, `population` and `attribute:NAME`. "
        'A branch is another node, a list of steps, `"done"` or `"fail"`; left out, `success` is '
        "done, `failure` and `otherwise` fail.",
    )


class AuthenticationApplicationSettings(Settings):
    """A program that shows the steps to people itself, by the authentication API."""

    url: ApplicationURL = Field(
        description="Where a browser is sent to sign on; `flowId` is added to its query, on "
        "PingOne's face `environmentId` too."
    )
    origins: tuple[ApplicationOrigin, ...] = Field(
        default=(),
        description="Pages that may call the API beside those of the URL's own origin; "
        "`https://host:*` stands for every port.",
    )
    client: KeyName | None = Field(
        default=None,
        description="The one client that it may start flows for without a redirect; default: "
        "every one that allows it.",
    )

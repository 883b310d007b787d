"""Registering: what is asked for, what is sent, and when somebody becomes a user."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import UserId, mint_uuid
from ostiary.core.base.mail_addresses import MAX_ADDRESS_CHARACTERS, is_mail_address
from ostiary.core.base.new_usernames import check_new_username
from ostiary.core.base.usernames import MAX_USERNAME_CHARACTERS, UsernameRefusedError
from ostiary.core.model.audit.accounts import UserAdded
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import DEFAULT_POPULATION, User, UserPassword
from ostiary.core.ports.delivery import Channel, Delivery, Message, Template
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.events import Events
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.users import UsernameTakenError
from ostiary.core.signon.address_holders import find_holders
from ostiary.core.signon.contacts import email_of
from ostiary.core.signon.factor_words import FactorRefused
from ostiary.core.signon.message_rate import MessageRate
from ostiary.core.signon.new_passwords import Owner, find_unmet
from ostiary.core.signon.one_time_codes import (
    CodeAlphabet,
    KeptCode,
    OneTimeCodes,
    OverCode,
    RightCode,
    WrongCode,
)
from ostiary.core.steps.address_problems import NO_ADDRESS
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Input,
    InputKind,
    Passed,
    Problem,
    ProblemKind,
    Refused,
    Situation,
)
from ostiary.core.steps.factor_problems import refused_factor
from ostiary.core.steps.new_password_problems import broken_rules, new_password_input

REGISTER = Action("user", "register")
SOURCE = "registration"
CODE_CHARACTERS = 8
CODE_MINUTES = 15
TAKEN = Problem(
    ProblemKind.TAKEN,
    "The username is taken.",
    "Somebody has this username already. Choose another one.",
    "username",
)
WRONG = Problem(
    ProblemKind.CODE,
    "The code is not valid.",
    "This is not the code, or it is too old.",
    "verificationCode",
)
_PURPOSE = "registration"


@dataclass(frozen=True, slots=True)
class Registering:
    """Takes names, addresses and passwords, and makes users of those whose address has answered.

    Nobody is there before, so that names cannot be kept from others.
    Settings: registration_population: which group of users new ones belong to.
    """

    directory: Directory
    hashing: PasswordHashing
    one_time_codes: OneTimeCodes
    delivery: Delivery
    message_rate: MessageRate
    events: Events
    clock: Clock

    async def register(
        self, env: Environment, situation: Situation, inputs: Mapping[str, Any]
    ) -> Ask | Refused:
        """Take what somebody registers with, and send the code that proves the address.

        Raises: UnavailableError.
        """
        username, email = inputs["username"].strip(), inputs["email"].strip()
        problems = list(_check(username, email))
        owner = Owner(username, (email, inputs.get("givenName", ""), inputs.get("familyName", "")))
        unmet = find_unmet(env.passwords, owner, inputs["password"])
        problems.extend(broken_rules(unmet, "password"))
        if not problems and await self.directory.find_by_username(env, username) is not None:
            problems.append(TAKEN)
        if problems:
            return Refused(tuple(problems))
        if limited := await self._find_limit(env, situation, email):
            return limited
        pending = {
            "username": username,
            "email": email,
            "given_name": inputs.get("givenName", "").strip(),
            "family_name": inputs.get("familyName", "").strip(),
            # A hash, as it would lie with the user; the flow goes nowhere but to the same store.
            "hash": await self.hashing.make_hash(inputs["password"]),
        }
        return await self._send(env, situation, pending)

    async def send_again(self, env: Environment, situation: Situation) -> Ask | Refused:
        """Send another code, which takes the place of any before.

        Raises: UnavailableError.
        """
        pending = situation.state["pending"]
        limited = await self._find_limit(env, situation, pending["email"])
        return limited or await self._send(env, situation, pending)

    async def _find_limit(
        self, env: Environment, situation: Situation, email: str
    ) -> Refused | None:
        address = situation.visitor.address
        seconds = await self.message_rate.count_verification(env, email, address=address)
        if not seconds:
            return None
        return Refused((refused_factor(FactorRefused("limit", retry_seconds=seconds), None),))

    async def _send(
        self, env: Environment, situation: Situation, pending: Mapping[str, Any]
    ) -> Ask:
        """Send a code, or tell whoever reads the mail there that there is an account already.

        On the page both look the same; no code is right in the second case.
        Spec: OWASP ASVS, V6.3.8.
        """
        code, kept = self.one_time_codes.make(
            env,
            _PURPOSE,
            _bound_to(situation, pending),
            length=CODE_CHARACTERS,
            alphabet=CodeAlphabet.ALPHANUMERIC,
            lifetime_seconds=CODE_MINUTES * 60,
        )
        values = {"code": code, "minutes": str(CODE_MINUTES)}
        locale = situation.language
        to = str(pending["email"])
        message = Message(Channel.EMAIL, to, Template.VERIFY_EMAIL, values, locale)
        # An address that somebody only says to have is still anybody's.
        holders = await find_holders(self.directory, env, to, who_proved_it=True)
        if holders:
            to = email_of(env, holders[0]) or to
            message = Message(Channel.EMAIL, to, Template.ACCOUNT_EXISTS, {}, locale, holders[0].id)
        self.delivery.send(env, message)
        return Ask({"stage": "code", "pending": dict(pending), "code": kept.to_state()})

    async def verify(
        self, env: Environment, situation: Situation, presented: str
    ) -> Ask | Passed | Refused:
        """Compare the code, and make the user.

        Raises: UnavailableError.
        """
        state = situation.state
        kept = KeptCode.from_state(state["code"])
        bound_to = _bound_to(situation, state["pending"])
        if not await self.message_rate.may_guess(env, kept):
            return Refused((WRONG,))
        result = self.one_time_codes.check(env, _PURPOSE, bound_to, kept, presented)
        match result:
            case RightCode():
                return await self._make(env, situation, state["pending"])
            case WrongCode():
                return Ask({**state, "code": result.kept.to_state()}, (WRONG,))
            case OverCode():
                return Refused((WRONG,))
            case never:
                assert_never(never)

    async def _make(
        self, env: Environment, situation: Situation, pending: Mapping[str, Any]
    ) -> Ask | Passed:
        now = self.clock.now()
        population = situation.instance.settings.get("registration_population")
        names = {key: pending[key] for key in ("given_name", "family_name") if pending[key]}
        max_age = env.passwords.max_age_seconds
        user = User(
            id=UserId(mint_uuid()),
            username=pending["username"],
            population=population if isinstance(population, str) else DEFAULT_POPULATION,
            attributes={"email": pending["email"], "email_verified": True, **names},
            password=UserPassword(
                pending["hash"], now, expires_at=None if max_age is None else now + max_age
            ),
            created_at=now,
            updated_at=now,
        )
        try:
            await self.directory.create(env, [user])
        except UsernameTakenError:
            return Ask({"stage": "form", "username": pending["username"]}, (TAKEN,))
        await self.message_rate.clear_verification(env, pending["email"])
        self.events.emit(UserAdded(env.id, user.id, SOURCE))
        return Passed(user.id, ("pwd",), identifier=user.username, credential=user.credential)


def _bound_to(situation: Situation, pending: Mapping[str, Any]) -> str:
    return f"{situation.flow.id} {pending['email']}"


def _check(username: str, email: str) -> Iterator[Problem]:
    try:
        check_new_username(username)
    except UsernameRefusedError as refused:
        yield Problem(
            ProblemKind.VALUE,
            f"The username {refused.reason}.",
            "This cannot be a username.",
            "username",
        )
    if not is_mail_address(email):
        yield NO_ADDRESS


FIELDS = (
    Input(
        "username",
        "Username",
        is_required=True,
        autocomplete="username",
        max_characters=MAX_USERNAME_CHARACTERS,
    ),
    Input(
        "email",
        "E-mail address",
        InputKind.EMAIL,
        is_required=True,
        autocomplete="email",
        max_characters=MAX_ADDRESS_CHARACTERS,
    ),
    Input("givenName", "First name", autocomplete="given-name"),
    Input("familyName", "Last name", autocomplete="family-name"),
)


def form_inputs(username: str = "") -> tuple[Input, ...]:
    """Return what is asked for; the name may be filled in."""
    first, *others = FIELDS
    return (replace(first, value=username), *others, new_password_input("password", "Password"))

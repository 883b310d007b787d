"""What people see of their own account, as a page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ostiary.core.base.phrases import Phrase
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import SignOnPlace
from ostiary.core.oidc.client_access import ClientAccess
from ostiary.core.oidc.logout import CONFIRMATION
from ostiary.core.oidc.own_account import Account, OwnSession, Receipt
from ostiary.web.list_pages import Deed, Entry, ListPage, Section

TOKEN, ACTION, SESSION, CLIENT = "token", "action", "session", "client"
END_SESSION, END_OTHERS, WITHDRAW = "end_session", "end_others", "withdraw"
FORGET_BROWSERS = "forget_browsers"
SIGNED_ON_AGAIN = Phrase("You have signed on again. Choose now what to change.")
_NOTICES: Mapping[Receipt, Phrase] = {
    Receipt.ENDED: Phrase("That session has ended."),
    Receipt.ENDED_OTHERS: Phrase("All your other sessions have ended."),
    Receipt.WITHDRAWN: Phrase("That application has no access any more."),
    Receipt.FORGOTTEN: Phrase("No browser is remembered any more."),
    Receipt.STALE: Phrase("That page was out of date, so nothing was changed. Here it is anew."),
}


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Makes the page.

    Args:
        path: of the page itself, which its forms go to.
        sign_off_path: where people sign off.
    """

    path: Callable[[Environment], str]
    sign_off_path: Callable[[Environment], str]

    def make(self, env: Environment, account: Account, *, is_fresh: bool = False) -> ListPage:
        """Return the page of one person.

        Args: is_fresh: the person has just signed on again, in order to change something.
        """
        told = None if account.receipt is None else _NOTICES[account.receipt]
        return ListPage(
            "Your account",
            "Your account",
            notice=told or (SIGNED_ON_AGAIN if is_fresh else ""),
            lines=(Phrase("You are signed on as {username}.", username=account.user.username),),
            sections=tuple(self._sections(env, account)),
        )

    def _sections(self, env: Environment, account: Account) -> Iterator[Section]:
        yield self._sessions(env, account)
        if remembers_browsers(env):
            yield Section(
                "Browsers that are remembered",
                lines=("Where you wished it, nobody asks you for a second factor for a while.",),
                deed=self._deed(env, account, "Ask me everywhere again", FORGET_BROWSERS),
            )
        yield self._accesses(env, account)

    def _sessions(self, env: Environment, account: Account) -> Section:
        others = len(account.sessions) + account.unseen - 1
        more = Phrase("There are {count} more sessions than these.", count=str(account.unseen))
        return Section(
            "Where you are signed on",
            lines=(more,) if account.unseen else (),
            entries=[self._session(env, account, each) for each in account.sessions],
            deed=self._deed(env, account, "End all other sessions", END_OTHERS) if others else None,
        )

    def _session(self, env: Environment, account: Account, shown: OwnSession) -> Entry:
        if shown.is_current:
            confirmation = ((CONFIRMATION, account.confirmation),)
            deed = Deed("Sign off here", self.sign_off_path(env), confirmation)
        else:
            named = (SESSION, shown.session.id)
            deed = self._deed(env, account, "End this session", END_SESSION, named)
        return Entry(_place_of(shown.session.place), lines=tuple(_lines_of(shown)), deed=deed)

    def _accesses(self, env: Environment, account: Account) -> Section:
        none = ("No application has access to your account.",)
        return Section(
            "Applications with access to your account",
            lines=() if account.accesses else none,
            entries=[self._access(env, account, each) for each in account.accesses],
        )

    def _access(self, env: Environment, account: Account, access: ClientAccess) -> Entry:
        named = (CLIENT, access.client_id)
        return Entry(
            access.name,
            lines=(Phrase("It has had access since {moment}:", moment=_moment(access.since)),),
            items=access.allows,
            deed=self._deed(env, account, "Withdraw access", WITHDRAW, named),
        )

    def _deed(
        self, env: Environment, account: Account, label: str, action: str, *more: tuple[str, str]
    ) -> Deed:
        return Deed(label, self.path(env), ((TOKEN, account.token), (ACTION, action), *more))


def remembers_browsers(env: Environment) -> bool:
    """Tell whether people may wish that in any step."""
    return any(step.settings.get("remember_minutes") for step in env.steps.values())


def _lines_of(shown: OwnSession) -> Iterator[str]:
    session = shown.session
    if shown.is_current:
        yield Phrase("This is the browser in front of you.")
    yield Phrase(
        "Signed on {begun}, last used {used}.",
        begun=_moment(session.created_at),
        used=_moment(session.used_at),
    )
    if session.place.address:
        yield Phrase("Signed on from the address {address}.", address=session.place.address)
    if shown.clients:
        yield Phrase("Applications: {names}", names=", ".join(shown.clients))


def _place_of(place: SignOnPlace) -> str:
    if place.program and place.system:
        return Phrase("{program} on {system}", program=place.program, system=place.system)
    return place.program or place.system or Phrase("A browser or an application")


def _moment(seconds: float) -> str:
    """Return a moment for people; the time zone of theirs is nothing that a browser tells."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")

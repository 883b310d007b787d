"""Places of the account page, and of the page behind a link that recovers a password."""

from collections.abc import Iterator

from ostiary.core.model.environment import Face
from ostiary.web import account_page, recovery_page
from tests.support.matrix.artefacts import ACCOUNT, NEW_PASSWORD
from tests.support.matrix.front_channel import Parameters, ends_session, sends
from tests.support.matrix.place import BEGUN, Place, Seen

RECOVERY = {
    Face.PINGFEDERATE: "/ext/pwdreset/Reset",
    Face.PINGONE: "/{environmentId}/signon/password",
}


def own_pages(face: Face) -> Iterator[Place]:
    """List the places of a face's pages for people themselves."""
    account, recovery = ACCOUNT[face], RECOVERY[face]
    yield Place(
        "whose account is shown",
        account,
        "GET",
        frozenset({"session cookie"}),
        sends(account, "GET", {}, {"browser": "{}"}),
        _is_shown,
        moves=BEGUN,
    )
    yield from _account(account)
    link = {recovery_page.LINK: "{}"}
    chosen = {**link, recovery_page.NEW_PASSWORD: NEW_PASSWORD}
    for method, sent in (("GET", link), ("POST", chosen)):
        send = sends(recovery, method, sent)
        yield Place(f"a link by {method}", recovery, method, frozenset({"recovery link"}), send)


def _account(route: str) -> Iterator[Place]:
    others = {account_page.ACTION: account_page.END_OTHERS, account_page.TOKEN: "account token"}
    one = {**others, account_page.ACTION: account_page.END_SESSION, account_page.SESSION: "{}"}

    def place(name: str, kind: str, sent: Parameters, cookie: str = "session cookie") -> Place:
        send = sends(route, "POST", sent, {"browser": cookie})
        return Place(name, route, "POST", frozenset({kind}), send, ends_session, moves=BEGUN)

    yield place("whose account is changed", "session cookie", others, "{}")
    yield place("an account page's token", "account token", {**others, account_page.TOKEN: "{}"})
    yield place("a session of one's own", "session id", one)


def _is_shown(seen: Seen) -> bool:
    return seen.answer.status == 200 and "flows.rows" not in seen.changed

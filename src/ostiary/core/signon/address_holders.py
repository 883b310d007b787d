"""Who has an e-mail address: several users may."""

from ostiary.core.base.mail_addresses import address_key
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.signon.contacts import email_of

MAX_HOLDERS = 10
_VERIFIED = "email_verified"


async def find_holders(
    directory: Directory, env: Environment, address: str, *, who_proved_it: bool
) -> tuple[User, ...]:
    """Return the first users that an address leads to, `MAX_HOLDERS` at most.

    Where the environment has the address in an attribute of its own choice, all users are looked
    at; count callers before.

    Args: who_proved_it: only those who have shown to read the mail there; otherwise all but those
        of whom it is said that they have not.
    Raises: UnavailableError.
    """
    sought = address_key(address)

    def holds(user: User) -> bool:
        found = email_of(env, user)
        if found is None or address_key(found) != sought:
            return False
        verified = user.attributes.get(_VERIFIED)
        return verified is True if who_proved_it else verified is not False

    is_kept = env.claim_attributes.get("email", "email") == "email"
    within = address if is_kept else None
    return (await directory.search(env, matches=holds, address=within, limit=MAX_HOLDERS)).users

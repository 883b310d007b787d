"""`ostiary user factors`, as an administrator types it."""

import asyncio

from ostiary.core.base.ids import UserId
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from tests.cli.applied_site import Site
from tests.support.authenticators import make_authenticator
from tests.support.environments import make_environment
from tests.support.stores import opened


def enrol(site: Site, user_id: str) -> list[Authenticator]:
    """Store an e-mail address and a passkey of a user."""
    mail = make_authenticator(
        1, user_id=UserId(user_id), kind=AuthenticatorKind.EMAIL, credential_id=None, nickname=""
    )
    made = [mail, make_authenticator(2, user_id=UserId(user_id), is_default=True, used_at=0.0)]

    async def add() -> None:
        async with opened(f"sqlite:///{site.directory}/data/ostiary.db") as store:
            for each in made:
                await store.authenticators.add(make_environment("main"), each)

    asyncio.run(add())
    return made


def test_factors_are_shown_without_secrets_and_removed(site: Site) -> None:
    joe = site.answer("user", "add", "joe", "--no-password")["user"]
    mail, passkey = enrol(site, joe["id"])

    shown = site.run("user", "factors", "joe").stdout
    assert shown.splitlines()[1].split() == [
        *(passkey.id, "passkey", "Schlüssel", "j***@example.com", "default", "never"),
    ]
    assert f"{mail.id}  email    -          j***@example.com  active   2025-06-15T" in shown
    listed = site.answer("user", "factors", "joe")["authenticators"]
    assert [each["id"] for each in listed] == [passkey.id, mail.id]
    assert "sealed" not in str(listed)

    unknown = site.run("user", "factors", "joe", "--remove", mail.id, "--remove", "other")
    assert unknown.returncode == 1
    assert "the user has no authenticator other; nothing was changed" in unknown.stderr
    done = site.run("user", "factors", "joe", "--remove", mail.id)
    assert done.stdout == f"joe: email {mail.id} removed\n"
    gone = site.answer("user", "factors", "joe", "--remove-all")["authenticators"]
    assert [each["id"] for each in gone] == [passkey.id]
    assert site.answer("user", "factors", "joe") == {"authenticators": []}
    assert site.audited()[-2:] == ["authenticator_removed"] * 2


def test_browsers_are_forgotten_of_whoever_has_a_second_factor(site: Site) -> None:
    joe = site.answer("user", "add", "joe", "--no-password")["user"]
    none = site.run("user", "factors", "joe", "--forget-browsers")
    assert none.stdout == "joe: has no second factor\n"
    enrol(site, joe["id"])
    done = site.run("user", "factors", "joe", "--forget-browsers")
    assert done.stdout == "joe: no browser is remembered any more\n"
    assert site.answer("user", "factors", "joe", "--forget-browsers") == {"done": "forgotten"}
    assert site.audited()[-2:] == ["browsers_forgotten"] * 2


def test_some_and_all_exclude_each_other(site: Site) -> None:
    assert site.run("user", "factors", "joe", "--remove", "x", "--remove-all").returncode == 2

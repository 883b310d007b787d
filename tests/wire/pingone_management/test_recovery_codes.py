"""`/users/{userId}/password`: recovered by a code from the mail."""

import asyncio

import pytest

from ostiary.core.model.audit.accounts import PasswordChanged
from ostiary.core.model.user import User
from ostiary.core.signon.one_time_codes import MAX_FAILURES
from tests.support.app import canary_free
from tests.support.asgi import Answer
from tests.support.management import NEW_PASSWORD, Management, make_management, refusal

pytestmark = pytest.mark.anyio
PREFIX = "application/vnd.pingidentity.password."
SEND, RECOVER = f"{PREFIX}sendRecoveryCode", f"{PREFIX}recover+json"
CHECK = f"{PREFIX}check+json"
MAIL = {"email": "eve@example.com"}
OTHER = "yet another long password"
REFUSED = (400, "INVALID_DATA", [("INVALID_VALUE", "recoveryCode")])


async def send(
    management: Management, user: User, media_type: str = SEND, token: str | None = None
) -> Answer:
    path = f"/users/{user.id}/password"
    return await management.call("POST", path, media_type=media_type, token=token)


async def recover(
    management: Management,
    user: User,
    code: str,
    password: str = NEW_PASSWORD,
    token: str | None = None,
) -> Answer:
    body = {"recoveryCode": code, "newPassword": password}
    path = f"/users/{user.id}/password"
    return await management.call("POST", path, body, media_type=RECOVER, token=token)


async def is_password(management: Management, user: User, password: str) -> bool:
    path, body = f"/users/{user.id}/password", {"password": password}
    return (await management.call("POST", path, body, media_type=CHECK)).status == 200


@pytest.mark.parametrize("media_type", [SEND, f"{SEND}+json"])
async def test_a_code_from_the_mail_is_good_for_another_password(media_type: str) -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    sent = await send(management, eve, media_type)
    assert (sent.status, sent.json()["status"]) == (200, "OK")
    code = management.app.outbox.code()
    assert (management.app.outbox.messages[-1].to, len(code)) == ("eve@example.com", 8)
    assert (await recover(management, eve, code.lower())).status == 200
    assert await is_password(management, eve, NEW_PASSWORD)
    assert PasswordChanged(management.env.id, eve.id, "recovery") in management.app.events.events
    assert ("passwords.recover", eve.id) in management.done()


async def test_SEC_123_a_code_is_good_once() -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    await send(management, eve)
    code = management.app.outbox.code()
    await recover(management, eve, code)
    again = await recover(management, eve, code, OTHER)
    assert refusal(again) == REFUSED
    assert await is_password(management, eve, NEW_PASSWORD)


async def test_SEC_123_of_two_at_the_same_time_one_is_taken() -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    await send(management, eve)
    code = management.app.outbox.code()
    both = await asyncio.gather(
        *(recover(management, eve, code, new) for new in (NEW_PASSWORD, OTHER))
    )
    assert sorted(answer.status for answer in both) == [200, 400]


async def test_SEC_123_a_code_is_good_for_five_minutes_and_its_user() -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    joe = await management.add(2, attributes={"email": "joe@example.com"})
    await send(management, eve)
    code = management.app.outbox.code()
    assert refusal(await recover(management, joe, code)) == REFUSED
    await send(management, joe)
    assert refusal(await recover(management, joe, code)) == REFUSED
    management.app.clock.advance(5 * 60)
    assert refusal(await recover(management, eve, code)) == REFUSED


async def test_SEC_161_after_five_guesses_at_once_or_in_a_row_the_right_code_is_none() -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    await send(management, eve)
    code = management.app.outbox.code()
    left = []
    for _ in range(MAX_FAILURES):
        wrong = await recover(management, eve, "22222222")
        left.append(wrong.json()["details"][0]["innerError"]["failuresRemaining"])
    assert left == [4, 3, 2, 1, 0]
    assert refusal(await recover(management, eve, code)) == REFUSED


async def test_SEC_161_five_codes_in_a_row_are_sent() -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    for _ in range(5):
        assert (await send(management, eve)).status == 200
    limited = await send(management, eve)
    assert limited.status == 429
    assert limited.header("retry-after") == "60"
    assert len(management.app.outbox.messages) == 5


async def test_a_password_that_will_not_do_leaves_the_code_good() -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    await send(management, eve)
    code = management.app.outbox.code()
    weak = await recover(management, eve, code, "abc")
    assert refusal(weak) == (400, "INVALID_DATA", [("INVALID_VALUE", "newPassword")])
    assert (await recover(management, eve, code)).status == 200


async def test_a_password_that_is_set_meanwhile_ends_the_code() -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    await send(management, eve)
    code = management.app.outbox.code()
    path = f"/users/{eve.id}/password"
    await management.call("PUT", path, {"value": OTHER}, media_type=f"{PREFIX}set+json")
    assert refusal(await recover(management, eve, code)) == REFUSED


async def test_who_has_no_address_is_sent_nothing() -> None:
    management = await make_management()
    eve = await management.add(attributes={})
    refused = refusal(await send(management, eve))
    assert refused == (400, "INVALID_DATA", [("INVALID_VALUE", "email")])
    assert not management.app.outbox.messages


async def test_users_recover_their_own_passwords_and_no_others() -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    joe = await management.add(2, attributes={"email": "joe@example.com"})
    token = await management.user_token(eve)
    assert (await send(management, joe, token=token)).status == 403
    assert (await recover(management, joe, "22222222", token=token)).status == 403
    assert (await send(management, eve, token=token)).status == 200
    code = management.app.outbox.code()
    assert (await recover(management, eve, code, token=token)).status == 200


async def test_no_code_is_kept_or_told() -> None:
    management = await make_management()
    eve = await management.add(attributes=MAIL)
    await send(management, eve)
    code = management.app.outbox.code()
    kept = await management.find(eve.id)
    assert kept is not None
    assert code not in str(kept.recovery_code)
    await recover(management, eve, code)
    kept = await management.find(eve.id)
    assert kept is not None
    assert kept.recovery_code is None
    canary_free(management.app, code, NEW_PASSWORD)

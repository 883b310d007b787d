"""A refresh token's family under any sequence of uses, thefts, pauses and changes of its user."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ostiary.core.model.client import RefreshPolicy
from tests.support.app import run_now
from tests.support.asgi import Answer
from tests.support.codes import Codes, by_manager, make_web_client, signed_on
from tests.support.tenants import POST

GRACE, IDLE, LIFETIME = 10.0, 3 * 86_400.0, 10 * 86_400.0
POLICY = RefreshPolicy(grace_seconds=GRACE, idle_seconds=IDLE, lifetime_seconds=LIFETIME)
GRANTED = frozenset({"profile", "email"})
SCOPES = st.sets(st.sampled_from(["profile", "email", "openid", "read"]), min_size=1)
PAUSES = st.sampled_from([1.0, 9.0, 11.0, 3600.0, 86_400.0, IDLE + 1])


class RefreshFamily(RuleBasedStateMachine):
    """Says of every use what must come of it, from nothing but the order of uses and the clock."""

    @initialize()
    def begin(self) -> None:
        rolling = make_web_client("rolling", POST, refresh=POLICY)
        self.codes: Codes = run_now(signed_on(rolling))
        # Without openid, and with a quick algorithm: nothing has to wait for a thread.
        request: dict[str, Any] = {"scope": "profile email", "target": by_manager("modern")}
        tokens = run_now(self.codes.tokens("rolling", **request))
        self.known = [tokens["refresh_token"]]
        self.access_tokens = [tokens["access_token"]]
        self.began_at = self.used_at = self.rotated_at = self.codes.app.clock.now()
        self.is_alive, self.is_enabled = True, True

    @property
    def now(self) -> float:
        return self.codes.app.clock.now()

    def _use(self, token: str, **params: str) -> Answer:
        return run_now(self.codes.refresh(token, "rolling", **params))

    def _is_over(self) -> bool:
        return not self.is_alive or self.now >= int(self.began_at) + LIFETIME

    @rule(scopes=SCOPES)
    def use_the_current_token(self, scopes: set[str]) -> None:
        answer = self._use(self.known[-1], scope=" ".join(sorted(scopes)))
        if self._is_over() or self.now >= self.used_at + IDLE:
            assert answer.error == (400, "invalid_grant")
        elif not scopes <= GRANTED:
            assert answer.error == (400, "invalid_scope")
        elif not self.is_enabled:
            assert answer.error == (400, "invalid_grant")
        else:
            found = answer.json()
            assert set(found["scope"].split()) == scopes
            assert found["refresh_token"] not in self.known
            self.known.append(found["refresh_token"])
            self.access_tokens.append(found["access_token"])
            self.used_at = self.rotated_at = self.now

    @rule(back=st.integers(1, 4))
    def use_an_older_token(self, back: int) -> None:
        if back >= len(self.known):
            return
        answer = self._use(self.known[-1 - back])
        is_in_grace = back == 1 and self.now < self.rotated_at + GRACE
        if self._is_over():
            assert answer.error == (400, "invalid_grant")
        elif is_in_grace and self.is_enabled:
            assert answer.json()["refresh_token"] == self.known[-1]
            self.access_tokens.append(answer.json()["access_token"])
        else:
            assert answer.error == (400, "invalid_grant")
            self.is_alive = self.is_alive and is_in_grace

    @rule(seconds=PAUSES)
    def wait(self, seconds: float) -> None:
        self.codes.app.clock.advance(seconds)

    @rule()
    def switch_the_user(self) -> None:
        self.is_enabled = not self.is_enabled
        run_now(self.codes.change_user(enabled=self.is_enabled))

    @precondition(lambda self: len(self.known) > 3)
    @rule(is_sign_off=st.booleans())
    def end_the_grant(self, *, is_sign_off: bool) -> None:
        if is_sign_off:
            run_now(self.codes.app.store.sessions.end(self.codes.env, self.codes.session.id))
        else:
            run_now(self.codes.revoke(self.known[-1], "rolling"))
        self.is_alive = False

    @invariant()
    def access_tokens_are_as_good_as_their_grant(self) -> None:
        if not hasattr(self, "codes"):
            return
        token = self.access_tokens[-1]
        is_active = run_now(self.codes.is_active(token))
        assert not is_active or (self.is_enabled and not self._is_over())
        if not self.is_alive:
            assert not any(run_now(self.codes.is_active(each)) for each in self.access_tokens)


def test_SEC_70_SEC_71_SEC_73_a_family_stays_in_one_hand() -> None:
    run_state_machine_as_test(
        RefreshFamily, settings=settings(max_examples=25, stateful_step_count=25)
    )

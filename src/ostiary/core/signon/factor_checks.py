"""An answer to a second factor decided: counted, compared, and spent."""

from dataclasses import dataclass

from ostiary.core.crypto.webauthn import credential_id_of
from ostiary.core.model.audit.authenticators import (
    SecondFactorAccepted,
    SecondFactorLocked,
    SecondFactorRefused,
)
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Standing
from ostiary.core.ports.authenticators import AuthenticatorChangedError
from ostiary.core.ports.events import Events
from ostiary.core.signon.factor_answers import Answer, Over, Result, Right, Wrong, compare
from ostiary.core.signon.factor_counts import FactorCounts, codes_of, guesses_of
from ostiary.core.signon.factor_words import FactorRefused, RefusalReason
from ostiary.core.signon.one_time_codes import MAX_FAILURES, OneTimeCodes
from ostiary.core.signon.usable_authenticators import CHANNELS, UsableAuthenticators

_TRIES = 5
"""Somebody may change an authenticator while its answer is compared: then it is once more."""


@dataclass(frozen=True, slots=True)
class FactorChecks:
    """Decides answers: it counts before it compares, and only a right answer clears the count."""

    usable: UsableAuthenticators
    counts: FactorCounts
    one_time_codes: OneTimeCodes
    events: Events

    async def check(
        self, env: Environment, asked: Authenticator, answer: Answer
    ) -> Authenticator | FactorRefused:
        """Decide one answer; see `SecondFactors.check`."""
        if answer.is_late:
            return self._refused(env, asked.kind, answer, FactorRefused("over"))
        user_id, device = answer.user.id, answer.context.device
        standing = await self.counts.begin(env, guesses_of(user_id), device=device)
        result = await self._spend(env, asked, answer) if standing.is_admitted else None
        if not isinstance(result, Right):
            return self._refuse(env, asked.kind, answer, standing, result)
        used = result.authenticator
        await self.counts.clear(env, guesses_of(user_id), device=device)
        if used.kind in CHANNELS:
            await self.counts.clear(env, codes_of(user_id), device=device)
        self.events.emit(
            SecondFactorAccepted(env.id, user_id, used.id, used.kind, answer.context.address)
        )
        return used

    async def _spend(self, env: Environment, asked: Authenticator, answer: Answer) -> Result:
        """Compare with what is stored now, and store what the answer used up."""
        credential_id = credential_id_of(answer.text) or b""
        for _ in range(_TRIES):
            kept = await self.usable.find(env, answer.user.id, asked, credential_id=credential_id)
            if kept is None:
                break
            result = compare(env, kept, answer, self.one_time_codes)
            if not isinstance(result, Right):
                return result
            try:
                saved = await self.usable.authenticators.save(
                    env, result.authenticator, expected_version=kept.version
                )
            except AuthenticatorChangedError:
                continue
            return Right(saved)
        return answer.wrong()

    def _refuse(
        self,
        env: Environment,
        kind: AuthenticatorKind,
        answer: Answer,
        standing: Standing,
        result: Wrong | Over | None,
    ) -> FactorRefused:
        """Refuse an answer that was compared, or with None one that was not."""
        refused = refusal(self.counts, standing, result)
        if standing.is_admitted and refused.reason == "locked":
            failures = standing.failures.failures
            self.events.emit(
                SecondFactorLocked(env.id, answer.user.id, failures, answer.context.address)
            )
        reason = refused.reason if result is None or refused.kept is None else "wrong"
        return self._refused(env, kind, answer, refused, reason)

    def _refused(
        self,
        env: Environment,
        kind: AuthenticatorKind,
        answer: Answer,
        refused: FactorRefused,
        reason: RefusalReason | None = None,
    ) -> FactorRefused:
        self.events.emit(
            SecondFactorRefused(
                env.id, answer.user.id, kind, reason or refused.reason, answer.context.address
            )
        )
        return refused


def refusal(counts: FactorCounts, standing: Standing, result: Wrong | Over | None) -> FactorRefused:
    """Return how an answer is refused, by how often there was a wrong one."""
    counted = result.challenge if isinstance(result, Wrong) else None
    if locked := counts.seconds_until(standing.failures.locked_until):
        return FactorRefused("locked", remaining=0, retry_seconds=locked, kept=counted)
    if counted is None:
        return FactorRefused("over")
    remaining = min(standing.remaining, MAX_FAILURES - counted.failures)
    return FactorRefused("wrong", remaining=remaining, kept=counted)

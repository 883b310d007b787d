"""What is wrong with a new password, as problems with an input."""

from collections.abc import Iterable

from ostiary.core.crypto.passwords import MAX_PASSWORD_BYTES
from ostiary.core.signon.new_passwords import Unmet
from ostiary.core.steps.contract import Input, InputKind, Problem, ProblemKind


def new_password_input(name: str = "newPassword", label: str = "New password") -> Input:
    """Return the input for a new password."""
    return Input(
        name,
        label,
        InputKind.NEW_PASSWORD,
        is_required=True,
        autocomplete="new-password",
        max_characters=MAX_PASSWORD_BYTES,
    )


def broken_rules(unmet: Iterable[Unmet], target: str = "newPassword") -> tuple[Problem, ...]:
    """Return a problem for each rule that a new password breaks."""
    return tuple(
        Problem(
            ProblemKind.NEW_PASSWORD,
            f"The new password {each.reason}.",
            each.advice,
            target,
            unmet=(each.rule.value,),
        )
        for each in unmet
    )

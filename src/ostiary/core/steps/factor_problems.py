"""What came of a refused factor, as a problem with an input."""

from ostiary.core.signon.factor_words import FactorRefused
from ostiary.core.steps.contract import Problem, ProblemKind


def refused_factor(refused: FactorRefused, target: str | None) -> Problem:
    """Say why a factor was not taken; the person and the program learn the same.

    Args: target: the input that was sent, or None where nothing was typed.
    """
    match refused.reason:
        case "wrong":
            return Problem(
                ProblemKind.CODE,
                "The code is not valid.",
                "This is not right. Try again.",
                target,
                remaining=refused.remaining,
            )
        case "over":
            return Problem(
                ProblemKind.CODE,
                "The code is over; ask for another one.",
                "This is not valid any more. Ask for another one.",
                target,
            )
        case "locked":
            return Problem(
                ProblemKind.ATTEMPTS,
                "There were too many wrong attempts.",
                "There were too many wrong attempts. Wait a while, and try again.",
                target,
                retry_seconds=refused.retry_seconds,
            )
        case "limit":
            return Problem(
                ProblemKind.LIMIT,
                "No more codes are sent for now.",
                "No more codes are sent for now. Wait a while, or use another way.",
                retry_seconds=refused.retry_seconds,
            )


def again(target: str) -> Problem:
    """Say that what was asked before is over, and that the same is asked anew."""
    return Problem(
        ProblemKind.CODE,
        "What was asked is over; answer what is asked now.",
        "That took too long, or there were too many wrong attempts. Try again.",
        target,
    )

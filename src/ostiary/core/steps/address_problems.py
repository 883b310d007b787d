"""What is wrong with an address that somebody typed, as a problem with an input."""

from ostiary.core.steps.contract import Problem, ProblemKind

NO_ADDRESS = Problem(
    ProblemKind.VALUE,
    "The e-mail address is not valid.",
    "This is not an e-mail address.",
    "email",
)
NO_NUMBER = Problem(
    ProblemKind.VALUE,
    "The telephone number is not valid.",
    "Enter the number with its country, such as +44 20 7946 0000.",
    "phone",
)

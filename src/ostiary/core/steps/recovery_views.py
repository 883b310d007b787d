"""What the steps that recover passwords and usernames show."""

from ostiary.core.base.mail_addresses import MAX_ADDRESS_CHARACTERS
from ostiary.core.base.usernames import MAX_USERNAME_CHARACTERS
from ostiary.core.steps.contract import Action, Input, InputKind, Offer, Situation, State, View
from ostiary.core.steps.new_password_problems import new_password_input

NAME = Action("accountRecoveryUsername", "check")
CHECK = Action("recoveryCode", "check")
RECOVER = Action("password", "recover")
RESEND = Action("password", "sendRecoveryCode")
RESEND_LINK = Action("recoveryLink", "resend")
RESET = Action("passwordReset", "check")
CANCEL = Action("accountRecovery", "cancel")
CONTINUE = Action("authentication", "continue")
FORGOT_USERNAME = Action("username", "recover")
ADDRESS = Action("usernameRecoveryEmail", "check")
CANCEL_USERNAME = Action("usernameRecovery", "cancel")


def name_view(situation: Situation, *, is_by_link: bool) -> View:
    """Return the page that asks whose password it is."""
    username = str(situation.state.get("username", ""))
    notice = str(situation.state.get("notice", ""))
    named = Input(
        "username",
        "Username",
        is_required=True,
        value=username,
        autocomplete="username",
        max_characters=MAX_USERNAME_CHARACTERS,
    )
    send = "Send a link" if is_by_link else "Send a code"
    by_code = "A code will be sent to the e-mail address of your account."
    by_link = "A link will be sent to the e-mail address of your account."
    line = by_link if is_by_link else by_code
    return View(
        State("accountRecovery", "usernameRequired"),
        (
            Offer(NAME, send, (named,), is_primary=True),
            Offer(FORGOT_USERNAME, "Forgotten username?"),
            Offer(CANCEL, "Cancel"),
        ),
        fields={"username": username} if username else {},
        title="Forgotten password",
        lines=(notice or line,),
    )


_CODE = Input(
    "recoveryCode", "Code", InputKind.CODE, is_required=True, autocomplete="one-time-code"
)
CODE_VIEW = View(
    State("recoveryCode", "required"),
    (
        Offer(CHECK, "Continue", (_CODE,), is_primary=True),
        Offer(RECOVER, "", (_CODE, new_password_input())),
        Offer(RESEND, "Send another code"),
        Offer(CANCEL, "Cancel"),
    ),
    title="Enter the code",
    lines=(
        "If there is an account of that name, a code is on its way to its e-mail address.",
        "It is valid for five minutes.",
    ),
)
LINK_VIEW = View(
    State("accountRecovery", "otlVerificationRequired"),
    (
        Offer(CONTINUE, "Sign on", is_primary=True),
        Offer(RESEND_LINK, "Send another link"),
    ),
    title="Look into your mail",
    lines=(
        "If there is an account of that name, a link is on its way to its e-mail address.",
        "It is valid for ten minutes, on any device. Choose a new password there.",
    ),
)
RESET_VIEW = View(
    State("passwordReset", "required"),
    (
        Offer(RESET, "Change password", (new_password_input(),), is_primary=True),
        Offer(CANCEL, "Cancel"),
    ),
    title="Choose a new password",
    lines=("You will be signed out everywhere else.",),
)
DONE_VIEW = View(
    State("successfulPassword", "reset"),
    (Offer(CONTINUE, "Sign on", is_primary=True),),
    title="Your password is changed",
    lines=("Sign on with the new one.",),
)
_ADDRESS = Input(
    "email",
    "E-mail address",
    InputKind.EMAIL,
    is_required=True,
    autocomplete="email",
    max_characters=MAX_ADDRESS_CHARACTERS,
)
ADDRESS_VIEW = View(
    State("usernameRecovery", "emailRequired"),
    (
        Offer(ADDRESS, "Send my username", (_ADDRESS,), is_primary=True),
        Offer(CANCEL_USERNAME, "Cancel"),
    ),
    title="Forgotten username",
    lines=("Your username will be sent to the e-mail address of your account.",),
)
SENT_VIEW = View(
    State("usernameRecovery", "emailSent"),
    (Offer(CONTINUE, "Sign on", is_primary=True),),
    title="Look into your mail",
    lines=("If there is an account with that e-mail address, its username is on its way there.",),
)

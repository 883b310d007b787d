"""The page behind a link that recovers a password: another one is chosen there, in any browser."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.signon.new_passwords import Unmet
from ostiary.core.signon.recovery_links import (
    ChosenPassword,
    RecoveryLinks,
    SpentLink,
    WeakPassword,
)
from ostiary.http.languages import page_language
from ostiary.http.message import Request, Response
from ostiary.http.same_site import check_same_site
from ostiary.web.pages import Button, ErrorPage, Field, FormPage, MessagePage, Page
from ostiary.web.rendering import Pages

LINK, NEW_PASSWORD = "link", "newPassword"
_TITLE = "Choose a new password"
_DONE = MessagePage(
    _TITLE, "Your password is changed", lines=("You can sign on with the new one now.",)
)
_SPENT = ErrorPage(
    _TITLE,
    "This link is not valid any more",
    lines=(
        "A link is valid for ten minutes and once, until the password is changed.",
        "Go back to where you sign on, and have another one sent.",
    ),
)
_REQUIRED = "Required field."


@dataclass(frozen=True, slots=True)
class RecoveryPage:
    """A face's page behind such links.

    A look changes nothing: programs that check mails open links too. The form bears the link's
    value, which nobody has who did not get the mail; that is its token.

    Args:
        resolve: returns the environment of a request.
        path: returns where the form goes.
    """

    links: RecoveryLinks
    pages: Pages
    resolve: Callable[[Request], Environment]
    path: Callable[[Environment], str]

    async def get(self, request: Request) -> Response:
        """Ask for another password, if the link is good. Raises: UnavailableError."""
        env, value = self.resolve(request), request.query_params().find(LINK) or ""
        user = await self.links.find(env, value)
        if user is None:
            return self._show(env, request, _SPENT)
        return self._show(env, request, self._form(env, user, value))

    async def post(self, request: Request) -> Response:
        """Set the password.

        Raises: HTTPError 403 for a form on a page of another web site; UnavailableError.
        """
        check_same_site(request)
        env, form = self.resolve(request), request.form()
        value, new = form.find(LINK) or "", form.find(NEW_PASSWORD) or ""
        if not new:
            return await self._again(env, request, value, (_REQUIRED,))
        chosen = await self.links.choose(env, value, new, locale=page_language(request))
        match chosen:
            case ChosenPassword():
                return self._show(env, request, _DONE)
            case WeakPassword(unmet):
                return await self._again(env, request, value, _advice(unmet))
            case SpentLink():
                return self._show(env, request, _SPENT)
            case never:
                assert_never(never)

    async def _again(
        self, env: Environment, request: Request, value: str, problems: Sequence[str]
    ) -> Response:
        user = await self.links.find(env, value)
        if user is None:
            return self._show(env, request, _SPENT)
        return self._show(env, request, self._form(env, user, value, problems))

    def _form(
        self, env: Environment, user: User, value: str, problems: Sequence[str] = ()
    ) -> FormPage:
        return FormPage(
            _TITLE,
            _TITLE,
            self.path(env),
            fields=[
                Field(LINK, "", "hidden", value=value),
                Field(
                    "username",
                    "Username",
                    value=user.username,
                    read_only=True,
                    autocomplete="username",
                ),
                Field(
                    NEW_PASSWORD,
                    "New password",
                    "password",
                    required=True,
                    autocomplete="new-password",
                    problem=problems[0] if problems else None,
                ),
            ],
            buttons=[Button("ok", "clicked", "Change password", is_primary=True)],
            problems=problems[1:],
            lines=("You will be signed out everywhere else.",),
        )

    def _show(self, env: Environment, request: Request, page: Page) -> Response:
        status = 400 if isinstance(page, ErrorPage) else 200
        return self.pages.render(page, status, language=page_language(request), env=env)


def _advice(unmet: Sequence[Unmet]) -> tuple[str, ...]:
    return tuple(each.advice for each in unmet)

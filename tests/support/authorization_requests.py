"""Authorization requests that are only read: settled, refused, or not even trusted."""

from typing import Any

import pytest

from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorization_request import check_request
from ostiary.core.oauth.authorization_response import RedirectableError, UntrustedRequestError
from ostiary.core.oauth.checks.asked import NO_EXTENSIONS, RequestExtensions
from tests.support.authorizing import make_issuing_environment, make_params, make_relying_party


def make_reading_environment(**client: Any) -> Environment:
    """Make an environment with one application that is configured so."""
    return make_issuing_environment(make_relying_party(**client))


def settled(
    env: Environment, extensions: RequestExtensions = NO_EXTENSIONS, **changes: Any
) -> AuthorizationRequest:
    """Return a good request, but for the changes, as it is settled."""
    return check_request(env, make_params(**changes), extensions)


def refused(
    env: Environment, extensions: RequestExtensions = NO_EXTENSIONS, **changes: Any
) -> RedirectableError:
    """Return why an application is told that its request is refused."""
    with pytest.raises(RedirectableError) as caught:
        settled(env, extensions, **changes)
    assert caught.value.response.members["error"] == caught.value.code
    assert caught.value.response.members["error_description"] == caught.value.description
    return caught.value


def distrusted(env: Environment, **changes: Any) -> UntrustedRequestError:
    """Return why the person alone is told that a request is refused."""
    with pytest.raises(UntrustedRequestError) as caught:
        settled(env, **changes)
    return caught.value


def tried(env: Environment, **changes: Any) -> AuthorizationRequest | RedirectableError:
    """Return a request as it is settled, or why the application is told that it is refused."""
    try:
        return settled(env, **changes)
    except RedirectableError as error:
        return error

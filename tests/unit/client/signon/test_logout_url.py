"""Where a browser is sent to sign its person off."""

from dataclasses import replace

import pytest

from ostiary_client.errors import DiscoveryError
from ostiary_client.signon.token_set import TokenSet
from tests.support.conversation import Conversation
from tests.support.sign_on_play import ISSUER, metadata, people, query_of


@pytest.mark.parametrize("hint", ["the-id-token", TokenSet("a", id_token="the-id-token")])
def test_the_url_says_who_signs_off_where_and_what_comes_after(hint: TokenSet | str) -> None:
    url = Conversation().hold(people().logout_url(hint, "https://app.example/bye", "s 1"))

    assert url.startswith(f"{ISSUER}/idp/init_logout.openid?")
    assert query_of(url) == {
        "client_id": "app",
        "id_token_hint": "the-id-token",
        "post_logout_redirect_uri": "https://app.example/bye",
        "state": "s 1",
    }


def test_what_is_not_given_is_not_sent() -> None:
    url = Conversation().hold(people().logout_url(TokenSet("a"), None, None))

    assert query_of(url) == {"client_id": "app"}


def test_a_server_without_such_an_endpoint_is_told() -> None:
    known = replace(metadata(), end_session_endpoint=None)

    with pytest.raises(DiscoveryError, match="end_session_endpoint"):
        Conversation().hold(people(known).logout_url(None, None, None))

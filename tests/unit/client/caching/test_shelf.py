"""The tokens that a client holds."""

from ostiary_client.caching.refresh_policy import Freshness, RefreshPolicy
from ostiary_client.caching.shelf import TokenShelf
from ostiary_client.caching.token_request import TokenRequest, token_request
from ostiary_client.tokens import AccessToken

T0 = 1000.0
A, B = TokenRequest(("a",)), TokenRequest(("b",))


def shelf_with(*requests: TokenRequest) -> TokenShelf:
    shelf = TokenShelf(RefreshPolicy())
    for request in requests:
        shelf.put(request, token(" ".join(request.scopes)), T0)
    return shelf


def token(value: str) -> AccessToken:
    return AccessToken(value, expires_at=T0 + 3600)


def held(shelf: TokenShelf, request: TokenRequest, age: float = 0.0) -> str | None:
    found = shelf.look(request, T0 + age)[1]
    return found.value if found else None


def test_each_request_has_its_own_token() -> None:
    shelf = shelf_with(A, B)

    assert (held(shelf, A), held(shelf, B), held(shelf, TokenRequest())) == ("a", "b", None)


def test_equal_requests_share_a_token_however_they_are_written() -> None:
    written = token_request("b  a b", resource="https://x", parameters={"z": "1", "y": "2"})
    again = token_request(("a", "b"), parameters={"y": "2", "resource": "https://x", "z": "1"})

    assert written == again


def test_requests_that_differ_share_none() -> None:
    requests = {
        token_request(None),
        token_request("a"),
        token_request("a", resource="https://x"),
        token_request("a", audience="https://x"),
        token_request("a", parameters={"x": "https://x"}),
    }
    assert len(requests) == 5


def test_a_token_that_is_over_is_not_held_any_longer() -> None:
    shelf = shelf_with(A)

    assert held(shelf, A, age=3600) is None
    assert held(shelf, A) is None


def test_one_token_is_forgotten_by_its_value() -> None:
    shelf = shelf_with(A, B)
    shelf.forget("a")
    shelf.forget("unknown")

    assert (held(shelf, A), held(shelf, B)) == (None, "b")


def test_all_tokens_are_forgotten_at_once() -> None:
    shelf = shelf_with(A, B)
    shelf.forget()

    assert (held(shelf, A), held(shelf, B)) == (None, None)


def test_the_thousand_that_were_used_last_are_held() -> None:
    requests = [TokenRequest((str(number),)) for number in range(1000)]
    shelf = shelf_with(*requests)
    assert held(shelf, requests[0]) == "0"

    shelf.put(A, token("a"), T0)
    assert held(shelf, requests[0]) == "0"
    assert held(shelf, requests[1]) is None
    assert held(shelf, requests[2]) == "2"


def test_a_token_that_could_not_be_renewed_is_left_alone_for_a_while() -> None:
    shelf = shelf_with(A)
    assert shelf.look(A, T0 + 3550)[0] is Freshness.DUE

    shelf.postpone(A, T0 + 3550)
    assert shelf.look(A, T0 + 3554)[0] is Freshness.FRESH
    assert shelf.look(A, T0 + 3556)[0] is Freshness.DUE


def test_a_token_that_ended_or_was_forgotten_meanwhile_is_not_used_longer() -> None:
    shelf = shelf_with(A, B)
    shelf.forget("b")

    assert shelf.postpone(A, T0 + 3600) is None
    assert shelf.postpone(B, T0) is None

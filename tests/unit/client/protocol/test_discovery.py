"""Finding a server's metadata from whatever people give as its address."""

from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_client.errors import (
    ConfigurationError,
    DiscoveryError,
    IssuerMismatchError,
    OstiaryClientError,
    RateLimitedError,
    ServerFailedError,
    UnreadableResponseError,
)
from ostiary_client.protocol.discovery import discover
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import NO_RETRIES
from tests.support.conversation import Conversation, answer

BASE = "https://pf.example:9031"
ENVIRONMENT = "https://auth.pingone.example/00000000-0000-4000-8000-000000000002"
OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"
NOT_HERE = answer({"error": "not found"}, 404)


def document(issuer: str = BASE, **members: Any) -> dict[str, Any]:
    return {"issuer": issuer, "token_endpoint": f"{issuer.rstrip('/')}/as/token.oauth2", **members}


def find(conversation: Conversation, base: str = BASE, **options: Any) -> Metadata:
    return conversation.hold(discover(base, policy=NO_RETRIES, **options))


def urls_tried(base: str) -> list[str]:
    conversation = Conversation(NOT_HERE, NOT_HERE, NOT_HERE)
    with pytest.raises(DiscoveryError):
        find(conversation, base)
    return conversation.urls


def test_a_base_url_is_asked_for_both_documents() -> None:
    assert urls_tried(BASE) == [BASE + OPENID, BASE + OAUTH]


def test_the_oauth_document_of_an_issuer_with_a_path_is_where_rfc8414_puts_it() -> None:
    assert urls_tried(f"{BASE}/tenant/a") == [f"{BASE}/tenant/a{OPENID}", f"{BASE}{OAUTH}/tenant/a"]


def test_a_pingone_environment_is_asked_below_as_first() -> None:
    assert urls_tried(ENVIRONMENT)[:2] == [f"{ENVIRONMENT}/as{OPENID}", ENVIRONMENT + OPENID]


def test_a_pingone_issuer_is_asked_where_it_says() -> None:
    assert urls_tried(f"{ENVIRONMENT}/as")[0] == f"{ENVIRONMENT}/as{OPENID}"


@pytest.mark.parametrize("base", [ENVIRONMENT, f"{ENVIRONMENT}/as", f"{ENVIRONMENT}/as{OPENID}"])
def test_a_pingone_environment_is_found_from_each_of_its_addresses(base: str) -> None:
    issuer = f"{ENVIRONMENT}/as"

    assert find(Conversation(answer(document(issuer))), base).issuer == issuer


@pytest.mark.parametrize(
    ("base", "first"),
    [
        (f"{BASE}/", BASE + OPENID),
        (f" {BASE} \n", BASE + OPENID),
        (BASE + OPENID, BASE + OPENID),
        (f"{BASE}{OPENID}/", BASE + OPENID),
        (BASE + OAUTH, BASE + OPENID),
        (f"{BASE}{OAUTH}/tenant", f"{BASE}/tenant{OPENID}"),
    ],
)
def test_what_people_paste_leads_to_the_base_url(base: str, first: str) -> None:
    assert urls_tried(base)[0] == first


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410])
def test_the_next_address_is_tried_after_a_refusal(status: int) -> None:
    conversation = Conversation(answer({"error": "no"}, status), answer(document()))

    assert find(conversation).token_endpoint == f"{BASE}/as/token.oauth2"
    assert conversation.urls == [BASE + OPENID, BASE + OAUTH]


def test_the_error_names_every_address_that_was_tried_and_what_came() -> None:
    with pytest.raises(DiscoveryError, match=r"openid-configuration \(HTTP 404\) nor at .*403"):
        find(Conversation(NOT_HERE, answer({}, 403)))


def test_SEC_264_metadata_of_another_issuer_is_refused() -> None:
    with pytest.raises(IssuerMismatchError, match=r"evil\.example, not https://pf"):
        find(Conversation(answer(document("https://evil.example"))))


@pytest.mark.parametrize("issuer", [None, 5, "", [BASE], BASE + "/x", BASE[:-1]])
def test_SEC_264_metadata_without_the_right_issuer_is_refused(issuer: object) -> None:
    with pytest.raises(IssuerMismatchError):
        find(Conversation(answer(document() | {"issuer": issuer})))


def test_SEC_264_a_mismatch_is_not_tried_elsewhere() -> None:
    conversation = Conversation(answer(document("https://evil.example")), answer(document()))

    with pytest.raises(IssuerMismatchError):
        find(conversation)
    assert len(conversation.requests) == 1


def test_an_issuer_may_end_with_a_slash() -> None:
    assert find(Conversation(answer(document(f"{BASE}/")))).issuer == f"{BASE}/"


def test_an_issuer_that_was_given_is_the_one_that_counts() -> None:
    conversation = Conversation(
        answer(document("https://sso.example", token_endpoint=f"{BASE}/as/token.oauth2"))
    )

    assert find(conversation, issuer="https://sso.example").issuer == "https://sso.example"


def test_an_issuer_that_was_given_is_compared_to_the_letter() -> None:
    with pytest.raises(IssuerMismatchError):
        find(Conversation(answer(document())), issuer=f"{BASE}/")


@pytest.mark.parametrize(
    "member", ["token_endpoint", "introspection_endpoint", "revocation_endpoint"]
)
def test_SEC_264_endpoints_for_credentials_may_not_be_elsewhere(member: str) -> None:
    elsewhere = document() | {member: "https://evil.example/as/token.oauth2"}

    with pytest.raises(DiscoveryError, match=rf"{member} at another host, https://evil\.example"):
        find(Conversation(answer(elsewhere)))


@pytest.mark.parametrize(
    "url",
    [
        "https://pf.example/token",
        "https://pf.example:9031.evil.example/token",
        "https://pf.example:9031@evil.example/token",
        "https://evil.example\\@pf.example:9031/token",
        "https://pf.example:09032/token",
        "http://pf.example:9031/token",
        "https://\uff50f.example:9031/token",
        "//pf.example:9031/token",
        "/token",
        "javascript:alert(1)",
        "https://pf.example:9031/\ud800",
        "https://pf.example:9031/\n",
        "https://pf.ex\tample:9031/token",
        "https://pf.example:port/token",
    ],
)
def test_SEC_264_an_address_that_only_looks_like_the_servers_is_refused(url: str) -> None:
    with pytest.raises(DiscoveryError):
        find(Conversation(answer(document(token_endpoint=url))))


def test_another_host_may_be_trusted_by_name() -> None:
    elsewhere = "https://tokens.example/token"
    conversation = Conversation(answer(document(token_endpoint=elsewhere)))

    found = find(conversation, trusted_origins=("https://tokens.example/",))
    assert found.token_endpoint == elsewhere


def test_the_standard_port_may_be_written_or_not() -> None:
    written = "https://sso.example:443/token"
    base = "https://sso.example"
    found = find(Conversation(answer(document(base, token_endpoint=written))), base)

    assert found.token_endpoint == written


def test_keys_may_be_elsewhere_but_not_without_tls() -> None:
    keys = "https://keys.example/jwks"
    assert find(Conversation(answer(document(jwks_uri=keys)))).jwks_uri == keys

    with pytest.raises(DiscoveryError, match=r"jwks_uri that cannot be used: .* has no TLS"):
        find(Conversation(answer(document(jwks_uri="http://keys.example/jwks"))))


def test_a_base_url_without_tls_is_refused_before_anything_is_sent() -> None:
    conversation = Conversation()

    with pytest.raises(ConfigurationError, match="has no TLS"):
        find(conversation, "http://pf.example:9031")
    assert conversation.requests == []


def test_a_network_that_is_trusted_needs_no_tls() -> None:
    base = "http://pf.example:9031"

    assert find(Conversation(answer(document(base))), base, insecure_http=True).issuer == base


@pytest.mark.parametrize("base", ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"])
def test_this_machine_needs_no_tls(base: str) -> None:
    assert find(Conversation(answer(document(base))), base).issuer == base


@pytest.mark.parametrize(
    "base",
    [
        "", " ", "localhost:9031", "pf.example", "ftp://pf.example", "https://", "https://:9031",
        "https://user:secret@pf.example", "https://pf.example:99999", "https://[::1", "https://a b",
        "https://pf.example/\u202e", "https://pf.example?tenant=1", "https://pf.example#top",
    ],
)  # fmt: skip
def test_what_is_no_base_url_is_refused_before_anything_is_sent(base: str) -> None:
    conversation = Conversation()

    with pytest.raises(ConfigurationError):
        find(conversation, base)
    assert conversation.requests == []


@pytest.mark.parametrize(
    "body", [b"", b"<html>Sign on</html>", b"[]", b"null", b'{"issuer": ', b"\xff\xfe\x00", b"{}{}"]
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableResponseError):
        find(Conversation(answer(body=body)))


def test_a_redirect_is_not_followed() -> None:
    conversation = Conversation(answer(None, 302, {"location": "https://evil.example"}))

    with pytest.raises(UnreadableResponseError, match="redirect"):
        find(conversation)
    assert len(conversation.requests) == 1


def test_a_failing_server_is_not_a_wrong_address() -> None:
    with pytest.raises(ServerFailedError):
        find(Conversation(answer({}, 500)))
    with pytest.raises(RateLimitedError):
        find(Conversation(answer({}, 429)))


@pytest.mark.parametrize("value", [5, None, [], {}, "", True])
def test_an_endpoint_of_another_type_is_as_good_as_none(value: object) -> None:
    found = find(Conversation(answer(document(introspection_endpoint=value))))

    with pytest.raises(DiscoveryError, match="names no introspection_endpoint"):
        found.endpoint("introspection_endpoint")


@pytest.mark.parametrize("methods", [None, "client_secret_post", [], [1], {"a": 1}, ["x", None]])
def test_methods_of_another_type_are_as_good_as_none(methods: object) -> None:
    members: Any = {"token_endpoint_auth_methods_supported": methods}

    found = find(Conversation(answer(document(**members))))
    assert found.token_endpoint_auth_methods == ("client_secret_basic",)


def test_nothing_secret_goes_out_to_find_metadata() -> None:
    conversation = Conversation(answer(document()))
    find(conversation)
    (request,) = conversation.requests

    assert (request.method, request.body) == ("GET", b"")
    assert dict(request.headers) == {"accept": "application/json"}


URLS = st.one_of(
    st.text(),
    st.text().map(lambda text: f"https://pf.example:9031/{text}"),
    st.text().map(lambda text: f"https://pf.example:9031{text}"),
    st.text().map(lambda text: f"https://{text}pf.example:9031/token"),
)


@given(url=URLS)
def test_SEC_264_credentials_go_to_the_servers_own_origin_whatever_it_says(url: str) -> None:
    try:
        endpoint = find(Conversation(answer(document(token_endpoint=url)))).token_endpoint
    except DiscoveryError:
        return
    if endpoint is not None:  # an empty text
        sent_to = httpx2.URL(endpoint)
        assert (sent_to.scheme, sent_to.host, sent_to.port) == ("https", "pf.example", 9031)


@given(base=st.text() | URLS)
def test_any_base_url_is_asked_or_refused(base: str) -> None:
    conversation = Conversation(NOT_HERE, NOT_HERE, NOT_HERE)

    with pytest.raises(OstiaryClientError):
        find(conversation, base)

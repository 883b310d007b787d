"""Forms of other web sites do nothing here."""

import pytest

from ostiary.http.errors import HTTPError
from ostiary.http.message import Request
from ostiary.http.same_site import check_same_site


def make_request(method: str, *sites: bytes) -> Request:
    sent = [(b"origin", b"null"), *((b"sec-fetch-site", site) for site in sites)]
    return Request(method, "/x", headers=sent)


@pytest.mark.parametrize("site", [b"cross-site", b"Same-Origin", b"", b"none, none", b"\xff"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_SEC_139_a_form_of_another_web_site_is_refused(method: str, site: bytes) -> None:
    with pytest.raises(HTTPError) as refused:
        check_same_site(make_request(method, site))
    assert refused.value.status == 403


def test_SEC_139_two_answers_to_where_a_form_comes_from_are_refused() -> None:
    with pytest.raises(HTTPError) as refused:
        check_same_site(make_request("POST", b"none", b"cross-site"))
    assert refused.value.status == 400


@pytest.mark.parametrize("site", [b"same-origin", b"same-site", b"none"])
def test_our_own_forms_pass(site: bytes) -> None:
    check_same_site(make_request("POST", site))


def test_a_browser_that_does_not_say_passes() -> None:
    check_same_site(make_request("POST"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_links_from_elsewhere_may_be_followed(method: str) -> None:
    check_same_site(make_request(method, b"cross-site"))

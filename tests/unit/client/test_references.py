"""How an application's adapter is set up, and where a browser may be sent back to."""

import math
from typing import Any

import pytest

from ostiary_client import ConfigurationError, ReferenceId, ResumePathError
from ostiary_client.protocol.client_authentication import Credentials
from ostiary_client.protocol.references import BackChannel
from ostiary_client.protocol.retry import NO_RETRIES
from ostiary_client.references.attributes import ReferencedAttributes
from ostiary_client.references.return_url import return_url
from tests.client.asking import NO_TLS

BASE = "https://login.example:9031"
PAIR = {"username": "app", "pass_phrase": "phrase"}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "nothing to prove"),
        ({"username": "app"}, "without a pass phrase"),
        ({**PAIR, "token": "t"}, "Choose with method"),
        ({**PAIR, "method": "bearer"}, "nothing to prove"),
        ({**PAIR, "method": "magic"}, "no method 'magic'"),
        ({"token": "t", "method": "basic"}, "nothing to prove"),
        ({"method": "certificate"}, "nothing to prove"),
        ({"username": "a:b", "pass_phrase": "p"}, "colon"),
        ({"username": "app", "pass_phrase": "Käse", "method": "headers"}, "method='basic'"),
        ({"username": "app", "pass_phrase": "p ", "method": "headers"}, "method='basic'"),
        ({"username": "app", "pass_phrase": "p\r\nx: y", "method": "headers"}, "method='basic'"),
        ({**PAIR, "instance_id": "a\r\nb"}, "instance_id"),
        ({**PAIR, "instanceId": "a"}, "no option instanceId"),
        ({**PAIR, "back_channel_url": "http://login.example"}, "no TLS"),
        ({**PAIR, "back_channel_url": "https://a@b"}, "user name or password"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_sent(
    given: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        ReferenceId(BASE, verify=NO_TLS, **given)


def test_a_base_url_without_tls_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no TLS"):
        ReferenceId("http://login.example", username="app", pass_phrase="phrase", verify=NO_TLS)


def test_neither_pass_phrase_nor_token_is_shown() -> None:
    with ReferenceId(BASE, verify=NO_TLS, username="app", pass_phrase="phrase") as references:
        assert "phrase" not in repr(references._caller)
    with ReferenceId(BASE, verify=NO_TLS, token="secret-token") as references:
        assert "secret-token" not in repr(references._caller)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/as/abc/resume", f"{BASE}/as/abc/resume?REF=R%2F1"),
        ("/as/abc/resume?a=b", f"{BASE}/as/abc/resume?a=b&REF=R%2F1"),
        ("/", f"{BASE}/?REF=R%2F1"),
    ],
)
def test_the_way_back_carries_the_reference(path: str, expected: str) -> None:
    assert return_url(f"{BASE}/as", path, "R/1") == expected


def test_the_way_back_after_a_logout_carries_none() -> None:
    assert return_url(BASE, "/as/abc/resume") == f"{BASE}/as/abc/resume"


def test_the_way_back_names_where_the_person_wants_to_go() -> None:
    url = return_url(BASE, "/r", "R", target="https://app.example/?a=b&c=d")
    assert url == f"{BASE}/r?REF=R&TargetResource=https%3A%2F%2Fapp.example%2F%3Fa%3Db%26c%3Dd"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "resume",
        "//evil.example/x",
        "/\\evil.example/x",
        "\\\\evil.example",
        "https://evil.example/x",
        "@evil.example/x",
        ".evil.example/x",
        ":443@evil.example",
        "/x\r\nset-cookie: a=b",
        "/x y",
        "/x\ty",
        "/x#fragment",
        "/x\"onload='",
        "/x<script>",
        "/ü",
        "javascript:alert(1)",
    ],
)
def test_SEC_172_the_way_back_leads_nowhere_else(path: str) -> None:
    with pytest.raises(ResumePathError):
        return_url(BASE, path, "R")


@pytest.mark.parametrize(
    "attributes",
    [{"a": math.nan}, {"a": object()}, {"a": "\ud800"}, {1: {2: b"x"}}],
    ids=["not a number", "an object", "half a character", "bytes"],
)
def test_what_json_cannot_hold_is_not_dropped_off(attributes: Any) -> None:
    channel = BackChannel(BASE, {}, NO_RETRIES)
    with pytest.raises(ConfigurationError, match="cannot be written as JSON"):
        next(channel.drop_off(attributes, Credentials()))


@pytest.mark.parametrize("reference", ["", "a b", "a\nb", "é"])
def test_what_can_be_no_reference_is_not_sent(reference: str) -> None:
    with (
        ReferenceId(BASE, verify=NO_TLS, username="app", pass_phrase="phrase") as references,
        pytest.raises(Exception, match="no reference"),
    ):
        references.pick_up(reference)


def test_what_is_asked_of_an_application_has_names() -> None:
    found = ReferencedAttributes(
        {
            "resumePath": "/r",
            "forceAuthn": "true",
            "TargetResource": "https://app.example",
            "sessionid": "s",
            "groups": ["a"],
        }
    )
    assert (found.resume_path, found.session_id) == ("/r", "s")
    assert (found.target, found.is_fresh_wanted) == ("https://app.example", True)
    assert found.subject is None
    assert found["groups"] == ["a"]
    assert not ReferencedAttributes({}).is_fresh_wanted

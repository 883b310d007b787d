"""The authentication API answers in JSON whatever happens, in a shape that its widget reads."""

from typing import Any

import pytest

from ostiary.core.base.errors import TooManyAttemptsError, UnavailableError
from ostiary.core.flow.errors import FlowCode
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.steps.contract import Problem, ProblemKind
from ostiary.dialects.pingfederate.authn_errors import (
    DETAIL_CODES,
    FLOW_CODES,
    render_authn_error,
    render_problems,
)
from tests.support.asgi import Answer
from tests.support.browsing import FLOWS, PI_FLOW, XSRF, Browsing, make_sign_on_app

WIDGET = "https://widget.example.com"
APPLICATION = AuthenticationApplication("widget", WIDGET, ())
TOP_LEVEL = {
    "VALIDATION_ERROR",
    "INVALID_REQUEST",
    "INVALID_ACTION_ID",
    "REQUEST_FAILED",
    "RESOURCE_NOT_FOUND",
    "UNEXPECTED_ERROR",
}


def check(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """Claim what is true of every error: JSON, readable by the application, and no state."""
    assert (answer.status, answer.header("content-type")) == (status, "application/json")
    assert answer.header("access-control-allow-origin") == WIDGET
    assert answer.header("access-control-allow-credentials") == "true"
    members = answer.json()
    assert isinstance(members, dict)
    assert "status" not in members
    assert members["code"] == code
    assert members["message"]
    return members


@pytest.mark.parametrize(
    ("method", "headers", "body", "status", "code"),
    [
        ("GET", [], b"", 400, "INVALID_REQUEST"),
        ("GET", [XSRF], b"", 404, "RESOURCE_NOT_FOUND"),
        ("DELETE", [XSRF], b"", 405, "INVALID_REQUEST"),
        ("PUT", [XSRF], b"", 405, "INVALID_REQUEST"),
        ("POST", [XSRF], b"{}", 415, "INVALID_REQUEST"),
        ("POST", [XSRF, ("content-type", "text/html")], b"{}", 415, "INVALID_REQUEST"),
        (
            "POST",
            [XSRF, ("content-type", "application/json")],
            b'"' + b"x" * 70_000,
            413,
            "INVALID_REQUEST",
        ),
        (
            "POST",
            [XSRF, ("content-type", "application/json"), ("content-encoding", "gzip")],
            b"{}",
            415,
            "INVALID_REQUEST",
        ),
    ],
)
async def test_the_refusals_of_the_edge_have_the_shape_too(
    method: str, headers: list[tuple[str, str]], body: bytes, status: int, code: str
) -> None:
    browsing = Browsing(make_sign_on_app(applications=(APPLICATION,)), origin=WIDGET)
    answer = await browsing.request(method, f"{FLOWS}PyH5g", headers, body)
    check(answer, status, code)


async def test_a_store_that_is_down_is_an_unexpected_error_to_be_tried_again() -> None:
    def refuse(name: str) -> None:
        if name == "memory.flows.find" and is_down:
            raise UnavailableError("The store is down.", retry_after_seconds=1)

    is_down = False
    app = make_sign_on_app(applications=(APPLICATION,), reach=refuse)
    browsing = Browsing(app, origin=WIDGET)
    flow_id = (await browsing.authorize(PI_FLOW)).json()["id"]
    is_down = True
    answer = await browsing.state(flow_id)
    check(answer, 503, "UNEXPECTED_ERROR")
    assert answer.header("retry-after")


async def test_a_defect_is_an_unexpected_error_with_an_id() -> None:
    def break_down(name: str) -> None:
        if name == "memory.flows.find":
            raise ZeroDivisionError

    app = make_sign_on_app(applications=(APPLICATION,), reach=break_down)
    app.failures.are_expected = True
    answer = await Browsing(app, origin=WIDGET).state("A" * 22)
    members = check(answer, 500, "UNEXPECTED_ERROR")
    assert "Error id" in members["message"]
    assert len(app.failures.reported) == 1


async def test_a_store_that_is_down_gets_a_page_in_a_browser() -> None:
    def refuse(name: str) -> None:
        if name == "memory.flows.find":
            raise UnavailableError("The store is down.", retry_after_seconds=1)

    browsing = Browsing(make_sign_on_app(reach=refuse))
    answer = await browsing.get(f"/as/{'A' * 22}/resume/as/authorization.ping")
    assert (answer.status, answer.header("retry-after")) == (503, "1")
    assert answer.header("content-type") == "text/html; charset=utf-8"


def test_too_many_attempts_are_explained_to_the_person() -> None:
    error = TooManyAttemptsError("Wait a moment.", retry_after_seconds=3)
    answer = render_authn_error(error, None)
    assert answer.status == 429
    assert b'"REQUEST_FAILED"' in answer.body
    assert b'"userMessage":"Wait a moment."' in answer.body


def test_every_kind_of_problem_has_a_code() -> None:
    assert set(DETAIL_CODES) == set(ProblemKind)
    assert set(FLOW_CODES) == set(FlowCode)
    assert {code for _, code in FLOW_CODES.values()} <= TOP_LEVEL


@pytest.mark.parametrize("kind", ProblemKind)
def test_a_problem_with_a_target_has_a_text_for_the_person(kind: ProblemKind) -> None:
    problem = Problem(kind, "Developer text.", "Person text.", "otp", remaining=2)
    answer = render_problems([problem], None, ())
    assert answer.status == 400
    assert b'"target":"otp"' in answer.body
    assert b'"userMessage":"Person text."' in answer.body
    assert b'"attemptsRemaining":2' in answer.body


def test_a_limit_that_is_reached_is_a_failed_request() -> None:
    problem = Problem(ProblemKind.ATTEMPTS, "Developer text.", "Person text.")
    assert b'"code":"REQUEST_FAILED"' in render_problems([problem], "state", ()).body

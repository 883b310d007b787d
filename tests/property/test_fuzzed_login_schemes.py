"""The service that says how somebody signs on: whatever is asked is answered or refused."""

from urllib.parse import quote_from_bytes

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import strategies as st

from ostiary_client.exchange import AuthenticationType, LoginScheme, login_scheme_router
from tests.support.fuzzing import edited, fuzzed, search

DEFAULT = LoginScheme(AuthenticationType.OUTBOUND, "app_client")
PIECES = st.sampled_from(["&", "=", "%", "%ff", ";"])


@pytest.fixture(scope="module")
def schemes() -> TestClient:
    app = FastAPI()
    app.include_router(login_scheme_router(lambda username: None, default=DEFAULT))
    return TestClient(app)


@fuzzed
def test_no_form_is_a_failure(schemes: TestClient, examples: int) -> None:
    def check(body: bytes) -> None:
        answer = schemes.post("/getLoginScheme", content=body)
        assert answer.status_code in {200, 422}

    forms = edited(
        "username=joe%40example.com&more=1", st.sampled_from(["&", "=", "%", "%ff", ";"])
    )
    search(examples, st.binary(max_size=200) | forms.map(str.encode), check)


@fuzzed
def test_no_query_is_a_failure(schemes: TestClient, examples: int) -> None:
    def check(raw: bytes) -> None:
        query = quote_from_bytes(raw, safe="=&%+;")
        answer = schemes.get(f"/getLoginSchema?{query}")
        assert answer.status_code in {200, 422}

    forms = edited("username=joe", PIECES).map(str.encode)
    search(examples, st.binary(max_size=60) | forms, check)

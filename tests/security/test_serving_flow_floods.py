"""How many sign-ons one address may begin at a running server is what its file says."""

from pathlib import Path

import pytest

from tests.support.grant_server import AUTHORIZE, one_worker
from tests.support.server import running_server

TARGET = f"{AUTHORIZE}?client_id=mobile&response_type=token&response_mode=pi.flow"


@pytest.mark.parametrize(("limit", "expected"), [(2, [200, 200, 429]), (0, [200] * 3)])
def test_the_number_is_the_configured_one(tmp_path: Path, limit: int, expected: list[int]) -> None:
    configuration = {**one_worker(), "server": {"flows_per_minute": limit}}
    with running_server(tmp_path, configuration) as server:
        assert [server.ask(TARGET).status for _ in expected] == expected

"""The self-test of the back channel: it names headers, tells no value, and is for development."""

from typing import Any

import pytest

from tests.support.app import make_app

PATH = "/ext/ref/self-test"


async def told(*headers: tuple[str, str]) -> Any:
    answer = await make_app(has_explorer=True).pingfederate.get(PATH, list(headers))
    assert answer.status == 200
    assert answer.header("cache-control") == "no-store"
    return answer.json()


async def test_outside_of_dev_mode_there_is_none() -> None:
    assert (await make_app().pingfederate.get(PATH)).status == 404


async def test_headers_with_dots_are_named_when_they_arrive() -> None:
    found = await told(("Ping.InstanceId", "secret-1"), ("ping.uname", "secret-2"))
    assert found["arrived"] == ["ping.instanceId", "ping.uname"]
    assert found["missing"] == ["ping.pwd"]
    assert found["look_alikes"] == []


async def test_dashes_are_told_apart_from_look_alikes() -> None:
    found = await told(("ping-uname", "a"), ("ping_uname", "b"), ("ping~pwd", "c"))
    assert found["dashed"] == ["ping-uname"]
    assert found["look_alikes"] == ["ping_uname", "ping~pwd"]
    assert found["arrived"] == []


@pytest.mark.parametrize("name", ["ping.uname", "ping-pwd", "ping_pwd", "Authorization", "Cookie"])
async def test_no_value_is_told(name: str) -> None:
    assert "hush-hush" not in str(await told((name, "hush-hush")))


async def test_a_header_that_stands_twice_is_named() -> None:
    assert (await told(("ping.uname", "a"), ("ping.uname", "b")))["arrived"] == ["ping.uname"]


async def test_it_says_whether_somebody_tried_to_prove_anything_else() -> None:
    assert (await told(("Authorization", "Basic x")))["authorization"] is True
    assert (await told())["authorization"] is False
    assert (await told())["certificate"] is False

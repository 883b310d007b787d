"""Files written as text."""

import pytest

from ostiary.core.base.data_urls import read_data_url, write_data_url


@pytest.mark.parametrize("content", [b"", b"a", b"\x00\xff" * 100])
def test_a_file_comes_back_as_it_was(content: bytes) -> None:
    text = write_data_url("image/svg+xml", content)
    assert read_data_url(text) == ("image/svg+xml", content)


@pytest.mark.parametrize(
    "text",
    ["", "data:,a", "data:image/png,a", "data:image/png;base64,a", "data:image/png;base64,YQ==\n"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|padd|multiple"):
        read_data_url(text)

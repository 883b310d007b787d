"""base64url is read strictly: one text for one value."""

import pytest

from ostiary.core.base import b64


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"", "", id="nothing"),
        pytest.param(b"f", "Zg", id="one byte"),
        pytest.param(b"fo", "Zm8", id="two bytes"),
        pytest.param(b"foo", "Zm9v", id="three bytes"),
        pytest.param(b"\xfb\xff", "-_8", id="the two characters of the URL alphabet"),
    ],
)
def test_text_and_bytes_belong_together(data: bytes, text: str) -> None:
    assert b64.encode(data) == text
    assert b64.decode(text) == data
    assert b64.decode(text.encode()) == data


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Zg==", id="padding"),
        pytest.param("Zg=", id="half the padding"),
        pytest.param("Zm9v\n", id="line end"),
        pytest.param(" Zm9v", id="space"),
        pytest.param("+/8", id="the plain alphabet"),
        pytest.param("Zh", id="bits left over"),
        pytest.param("Z", id="a single character"),
        pytest.param("Zm9v.", id="a dot"),
        pytest.param("Zm9é", id="no ASCII"),
    ],
)
def test_SEC_104_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which kind does not matter to any caller
        b64.decode(text)

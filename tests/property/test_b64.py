"""base64url: every value has one text, and no other text is read."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base import b64


@given(st.binary(max_size=100))
def test_every_value_reads_back(data: bytes) -> None:
    text = b64.encode(data)
    assert "=" not in text
    assert b64.decode(text) == data


@given(st.text(max_size=60) | st.text(alphabet="AQgw-_+/= \n.", max_size=12))
def test_SEC_104_whatever_is_read_is_the_one_text_of_its_value(text: str) -> None:
    try:
        data = b64.decode(text)
    except ValueError:
        return
    assert b64.encode(data) == text


@given(st.binary(min_size=1, max_size=60), st.data())
def test_SEC_104_the_standard_form_is_read_only_where_it_is_the_same(
    data: bytes, draw: st.DataObject
) -> None:
    standard = base64.b64encode(data).decode()
    is_same = standard == b64.encode(data)
    try:
        assert b64.decode(standard) == data
        assert is_same
    except ValueError:
        assert not is_same

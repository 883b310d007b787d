"""A secret shows itself to nobody who does not ask for it."""

import copy
import logging
import traceback

import pytest

from ostiary.core.base.secret import Secret

CANARY = "canary-secret"


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(repr, id="repr"),
        pytest.param(str, id="str"),
        pytest.param("{}".format, id="format"),
        pytest.param("%s".__mod__, id="percent"),
        pytest.param(lambda secret: repr([secret]), id="repr of a list"),
        pytest.param(lambda secret: repr({"key": secret}), id="repr of a dict"),
        pytest.param(lambda secret: repr(copy.copy(secret)), id="repr of a copy"),
    ],
)
def test_SEC_244_no_text_made_of_it_holds_it(shown: object) -> None:
    assert callable(shown)
    assert CANARY not in shown(Secret(CANARY))


def test_SEC_244_a_traceback_through_its_holder_does_not_hold_it() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        _fail_with(Secret(CANARY))
    shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    text = "".join(shown.format())
    assert "holder = Secret" in text
    assert CANARY not in text


def test_SEC_244_a_log_line_does_not_hold_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("given %r and %s", Secret(CANARY), Secret(CANARY))
    assert "Secret" in caplog.text
    assert CANARY not in caplog.text


def test_it_reveals_itself_when_asked() -> None:
    assert Secret(CANARY).reveal() == CANARY


def _fail_with(holder: Secret[str]) -> float:
    return len(holder.__slots__) / 0

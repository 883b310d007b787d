"""A certificate that cannot be used is refused by the names of its files."""

import time
from pathlib import Path

import pytest

from ostiary.main import development_tls
from ostiary.main.worker.tls_context import server_context


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file"), (b"", "PEM"), (b"not PEM", "PEM")],
    ids=["missing", "empty", "broken"],
)
@pytest.mark.parametrize("broken", ["certificate", "private_key"])
def test_an_unusable_certificate_is_refused_by_name(
    tmp_path: Path, broken: str, content: bytes | None, reason: str
) -> None:
    made = development_tls.provide(tmp_path, ["localhost"], now=time.time())
    path: Path = getattr(made, broken)
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(OSError, match=reason) as refused:
        server_context(str(made.certificate), str(made.private_key))

    assert str(made.certificate) in str(refused.value)
    assert str(made.private_key) in str(refused.value)


def test_a_key_of_another_certificate_is_refused_by_name(tmp_path: Path) -> None:
    made = development_tls.provide(tmp_path / "one", ["localhost"], now=time.time())
    other = development_tls.provide(tmp_path / "other", ["localhost"], now=time.time())

    with pytest.raises(OSError, match="KEY_VALUES_MISMATCH") as refused:
        server_context(str(made.certificate), str(other.private_key))

    assert str(made.certificate) in str(refused.value)

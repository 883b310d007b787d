"""The file of a generated master key: raced, damaged, open to others, or not readable at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from ostiary.core.base import b64
from ostiary.core.configuration.schema import ServerSettings
from ostiary.core.crypto.sealing import SealBrokenError
from ostiary.main.master_key import FILE_NAME, MasterKey, MasterKeyRefusedError, find_master_key
from ostiary.main.surroundings import MachineSurroundings

KEY = bytes(range(32))
SURROUNDINGS = MachineSurroundings({})


def _settings(directory: Path, mode: str = "production") -> ServerSettings:
    return ServerSettings.model_validate({"data_directory": str(directory), "mode": mode})


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    program = (
        "from ostiary.main.master_key import find_master_key as find\n"
        "from ostiary.core.configuration.schema import ServerSettings\n"
        "from ostiary.main.surroundings import MachineSurroundings\n"
        f"settings = ServerSettings(data_directory={str(tmp_path)!r})\n"
        "print(find(settings, MachineSurroundings({})).id)\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(3)
    ]
    ids = {process.communicate(timeout=60)[0] for process in processes}
    assert len(ids) == 1
    assert len(ids.pop().strip()) == 8


@pytest.mark.parametrize("content", ["", "not base64url!", b64.encode(KEY) + "AA"])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(MasterKeyRefusedError, match=FILE_NAME):
        find_master_key(_settings(tmp_path), SURROUNDINGS)
    assert path.read_text() == content


def test_a_file_that_others_may_read_is_pointed_out_in_dev_mode(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = _settings(tmp_path, "dev")
    first = find_master_key(settings, SURROUNDINGS)
    assert capsys.readouterr().err == ""
    (tmp_path / FILE_NAME).chmod(0o640)
    assert find_master_key(settings, SURROUNDINGS).id == first.id
    assert "chmod 600" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir(mode=0o700)
    with pytest.raises(MasterKeyRefusedError, match=FILE_NAME):
        find_master_key(_settings(tmp_path), SURROUNDINGS)


def test_a_data_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    directory.write_text("")
    with pytest.raises(MasterKeyRefusedError, match="data"):
        find_master_key(_settings(directory), SURROUNDINGS)


def test_SEC_246_what_another_master_key_has_sealed_does_not_open() -> None:
    sealed = MasterKey.of(KEY).sealer.seal(b"secret", context="place")
    assert MasterKey.of(KEY).sealer.open(sealed, context="place") == b"secret"
    with pytest.raises(SealBrokenError):
        MasterKey.of(bytes(32)).sealer.open(sealed, context="place")

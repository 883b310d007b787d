"""The master key: made once, kept private, told apart from others."""

import base64
from pathlib import Path

import pytest

from ostiary.core.configuration.schema import ServerSettings
from ostiary.main.master_key import MasterKey, MasterKeyRefusedError, find_master_key
from ostiary.main.surroundings import MachineSurroundings

KEY = base64.urlsafe_b64encode(bytes(range(32))).rstrip(b"=").decode()


def settings(directory: Path, **members: object) -> ServerSettings:
    return ServerSettings.model_validate({"data_directory": str(directory), **members})


def test_a_generated_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    server, surroundings = settings(tmp_path / "data"), MachineSurroundings({})

    first = find_master_key(server, surroundings)
    second = find_master_key(server, surroundings)

    assert first.id == second.id
    assert first.key.reveal() == second.key.reveal()
    assert len(first.key.reveal()) == 32
    assert (tmp_path / "data" / "master.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["master.key"]


def test_a_key_comes_from_where_the_configuration_says(tmp_path: Path) -> None:
    server = settings(tmp_path, master_key={"env": "MASTER"})

    found = find_master_key(server, MachineSurroundings({"MASTER": KEY}))

    assert found.key.reveal() == bytes(range(32))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["short", KEY + "A", KEY[:-1] + "=", "ä" * 43])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    server = settings(tmp_path, master_key={"env": "MASTER"})

    with pytest.raises(MasterKeyRefusedError, match="32 bytes"):
        find_master_key(server, MachineSurroundings({"MASTER": text}))


def test_SEC_252_a_key_that_others_may_read_is_refused_in_production(tmp_path: Path) -> None:
    find_master_key(settings(tmp_path), MachineSurroundings({}))
    (tmp_path / "master.key").chmod(0o640)

    with pytest.raises(MasterKeyRefusedError, match="chmod 600"):
        find_master_key(settings(tmp_path), MachineSurroundings({}))


def test_another_key_has_another_id() -> None:
    assert MasterKey.of(bytes(32)).id != MasterKey.of(bytes(range(32))).id
    assert MasterKey.of(bytes(32)).id == MasterKey.of(bytes(32)).id


def test_a_key_does_not_show() -> None:
    assert KEY not in repr(MasterKey.of(bytes(range(32))))
    assert "0, 1, 2" not in repr(MasterKey.of(bytes(range(32))))


def test_an_unwritable_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(MasterKeyRefusedError, match="file"):
        find_master_key(settings(tmp_path / "file" / "data"), MachineSurroundings({}))

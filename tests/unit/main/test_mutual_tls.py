"""The context of the listener that asks for certificates follows the configuration."""

import time
from pathlib import Path

import pytest

from ostiary.core.crypto.certificate_authorities import CertificateAuthorities
from ostiary.core.model.snapshot import Snapshot
from ostiary.main import development_tls
from ostiary.main.worker.mutual_tls import MutualTLS
from ostiary.main.worker.snapshots import SnapshotHolder
from tests.support.certificates import make_authority


def _trusting(*paths: Path) -> Snapshot:
    texts = [path.read_text() for path in paths]
    return Snapshot(1, {}, client_authorities=CertificateAuthorities.parse(texts).dump())


def test_a_context_is_made_anew_for_other_authorities_only(tmp_path: Path) -> None:
    files = development_tls.provide(tmp_path, (), now=time.time())
    authority = make_authority(tmp_path / "authority.pem")
    holder = SnapshotHolder()
    listening = MutualTLS(str(files.certificate), str(files.private_key), holder)
    before = listening.choose()
    assert before.get_ca_certs() == []

    holder.swap(_trusting(authority.path))
    trusting = listening.choose()
    assert len(trusting.get_ca_certs()) == 1
    holder.swap(_trusting(authority.path))
    assert listening.choose() is trusting


def test_nobody_is_trusted_by_an_old_context_when_the_new_one_cannot_be_made(
    tmp_path: Path,
) -> None:
    files = development_tls.provide(tmp_path, (), now=time.time())
    authority = make_authority(tmp_path / "authority.pem")
    holder = SnapshotHolder()
    holder.swap(_trusting(authority.path))
    listening = MutualTLS(str(files.certificate), str(files.private_key), holder)
    listening.choose()

    key = files.private_key.read_bytes()
    files.private_key.unlink()
    holder.swap(_trusting())
    for _ in range(2):
        with pytest.raises(OSError, match="cannot be used"):
            listening.choose()

    files.private_key.write_bytes(key)
    assert listening.choose().get_ca_certs() == []

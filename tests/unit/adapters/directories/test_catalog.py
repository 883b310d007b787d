"""Kinds of directories, and what a machine without their driver says."""

import sys

import pytest

from ostiary.adapters.directories.catalog import open_directory
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import EnvironmentId
from ostiary.core.model.ldap_directory import LDAPDirectory, LDAPServer
from tests.support.app import RecordedEvents


def test_without_the_driver_the_directory_alone_is_out_of_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ostiary.adapters.directories.ldap.directory", None)
    directory = LDAPDirectory("people", (LDAPServer("localhost", 636),), "dc=example")

    with pytest.raises(UnavailableError) as refused:
        open_directory(EnvironmentId("e"), directory, RecordedEvents())

    assert refused.value.detail["reason"] == "python-ldap is not installed here"

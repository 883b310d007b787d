"""A domain controller of Active Directory for tests: Samba's, from Debian's packages.

It listens on an address of loopback that it has for itself, since its ports cannot be chosen, and
runs under tests/support/lifeline.py. Debian has it in samba, samba-ad-provision,
samba-dsdb-modules and ldb-tools.
"""

import asyncio
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import ldap

from ostiary.core.model.ldap_directory import LDAPDirectory
from tests.support.administration import ES256, Installation
from tests.support.certificates import make_authority
from tests.support.session import SessionDirectory

BASE_DN = "DC=corp,DC=example,DC=com"
USERS = f"CN=Users,{BASE_DN}"
SERVICE = "ostiary@corp.example.com"
SERVICE_PASSWORD = "Password-of-1-service"
PASSWORD = "Password-1"
Attributes = Mapping[str, str | bytes]
LONG_AGO = "130000000000000000"
NORMAL_ACCOUNT, DISABLED_ACCOUNT = "512", "514"
_SAMBA, _TOOL, _LDBMODIFY = "/usr/sbin/samba", "/usr/bin/samba-tool", "/usr/bin/ldbmodify"
_SETUP = "/usr/share/samba/setup/provision.ldif"
_LIFELINE = Path(__file__).with_name("lifeline.py")
_TLS_PORT = 636
_START_SECONDS = 60
_CONFIGURATION = """
[global]
netbios name = DC1
realm = CORP.EXAMPLE.COM
workgroup = CORP
server role = active directory domain controller
server services = ldap
bind interfaces only = yes
interfaces = {address}/8
old password allowed period = 0
tls enabled = yes
tls certfile = {directory}/server.pem
tls keyfile = {directory}/server.pem
tls cafile = {directory}/ca.pem
log file = {directory}/log
posix:eadb = {directory}/eadb.tdb
private dir = {directory}/private
state directory = {directory}/state
cache directory = {directory}/cache
lock directory = {directory}/lock
pid directory = {directory}/run
ncalrpc dir = {directory}/ncalrpc
binddns dir = {directory}/dns
winbindd socket directory = {directory}/winbind
ntp signd socket directory = {directory}/ntp
[sysvol]
path = {directory}/state/sysvol
[netlogon]
path = {directory}/state/sysvol/corp.example.com/scripts
"""
_RIGHTS = (
    "OA;;CR;00299570-246d-11d0-a768-00aa006e0529",  # Reset Password
    "OA;;WP;bf967a0a-0de6-11d0-a285-00aa003049e2",  # write pwdLastSet
)
_RULES = {
    "msDS-PasswordSettingsPrecedence": "1",
    "msDS-MaximumPasswordAge": "-9223372036854775808",
    "msDS-MinimumPasswordAge": "0",
    "msDS-MinimumPasswordLength": "7",
    "msDS-PasswordHistoryLength": "3",
    "msDS-PasswordComplexityEnabled": "TRUE",
    "msDS-PasswordReversibleEncryptionEnabled": "FALSE",
    "msDS-LockoutObservationWindow": "-18000000000",
    "msDS-LockoutDuration": "-18000000000",
    "msDS-LockoutThreshold": "0",
}
_TOLD = (
    ES256.format("main")
    + f"""
[environments.main.directories.corporate]
servers = ["{{address}}"]
authorities = '''{{authority}}'''
style = "active_directory"
bind_dn = "{SERVICE}"
bind_password = "{SERVICE_PASSWORD}"
base_dn = "{BASE_DN}"
password_change = "unicode"
pause_seconds = 1
"""
)


def why_not() -> str:
    """Return why this machine can run none; "" if it can."""
    if os.geteuid() != 0:
        return "only root may listen on port 636"
    missing = [each for each in (_SAMBA, _TOOL, _LDBMODIFY, _SETUP) if not Path(each).exists()]
    return f"Samba is not installed here: {', '.join(missing)}" if missing else ""


class DomainController:
    """A domain corp.example.com with an account for the server, and whom a test adds."""

    def __init__(self) -> None:
        parent = SessionDirectory.of_this_session().path
        self.directory = Path(tempfile.mkdtemp(prefix="dc-", dir=parent))
        numbers = random.SystemRandom()
        self.address = f"127.{numbers.randrange(1, 255)}.{numbers.randrange(256)}.5"
        self.authority = make_authority(self.directory / "ca.pem")
        self.authority.issue(self.directory / "server.pem", self.address).chmod(0o600)
        self._directory = asyncio.run(self._configure())
        self._provision()
        self._start()
        self.add("ostiary", password=SERVICE_PASSWORD)

    def configured(self, **fields: Any) -> LDAPDirectory:
        """Return what a server is told of this one; fields are overridden by name."""
        return replace(self._directory, **fields)

    def add(
        self, name: str, attributes: Attributes | None = None, *, password: str = PASSWORD
    ) -> str:
        """Add a person; return the name of the entry."""
        dn = f"CN={name},{USERS}"
        self.create(
            dn,
            objectClass="user",
            **{
                "sAMAccountName": name,
                "userPrincipalName": f"{name}@corp.example.com",
                "mail": f"{name}@example.com",
                "sn": "Person",
                "userAccountControl": NORMAL_ACCOUNT,
                "unicodePwd": quoted(password),
                **(attributes or {}),
            },
        )
        return dn

    def create(self, dn: str, **attributes: str | bytes) -> None:
        """Add an entry."""
        self._admin.add_s(dn, [(name, [_bytes(each)]) for name, each in attributes.items()])

    def modify(self, dn: str, attribute: str, value: str | bytes) -> None:
        """Give an attribute another value."""
        self._admin.modify_s(dn, [(ldap.MOD_REPLACE, attribute, [_bytes(value)])])

    def move(self, dn: str, name: str, place: str) -> None:
        """Rename an entry, and move it."""
        self._admin.rename_s(dn, name, place)

    def delete(self, dn: str) -> None:
        """Delete an entry."""
        self._admin.delete_s(dn)

    def rule(self, name: str, dn: str, **fields: str) -> None:
        """Give a person a password policy of its own; fields are overridden by their names."""
        self.create(
            f"CN={name},CN=Password Settings Container,CN=System,{BASE_DN}",
            objectClass="msDS-PasswordSettings",
            **{**_RULES, **fields, "msDS-PSOAppliesTo": dn},
        )

    def permit(self, dn: str) -> None:
        """Let the server's account set a person's password, and have it changed."""
        sid = _read_sid(self._read(f"CN=ostiary,{USERS}", "objectSid"))
        done = subprocess.run(
            [
                *[_TOOL, "dsacl", "set", f"--configfile={self._configuration}"],
                *["-H", self._url, f"--objectdn={dn}"],
                f"--sddl={''.join(f'({each};;{sid})' for each in _RIGHTS)}",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def age_password(self, dn: str) -> None:
        """Let a person's password be old: no server would set that time, so its file gets it."""
        file = self.directory / "private" / "sam.ldb.d" / f"{BASE_DN.upper()}.ldb"
        subprocess.run(
            [_LDBMODIFY, "-H", file],
            input=f"dn: {dn}\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: {LONG_AGO}\n",
            check=True,
            capture_output=True,
            text=True,
        )

    def close(self) -> None:
        """End it, and remove its data."""
        with suppress(ldap.LDAPError):
            self._admin.unbind_s()
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._keeper.wait(_START_SECONDS)
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def _configuration(self) -> Path:
        return self.directory / "etc" / "smb.conf"

    @property
    def _url(self) -> str:
        path = str(self.directory / "private" / "ldap_priv" / "ldapi")
        return f"ldapi://{path.replace('/', '%2F')}"

    def _read(self, dn: str, attribute: str) -> bytes:
        found = self._admin.search_s(dn, ldap.SCOPE_BASE, "(objectClass=*)", [attribute])
        value: bytes = found[0][1][attribute][0]
        return value

    async def _configure(self) -> LDAPDirectory:
        """Compile what an administrator would write: what is not said is as the style has it."""
        installation = Installation()
        await installation.apply(
            _TOLD.format(address=self.address, authority=self.authority.path.read_text())
        )
        env = await installation.environment("main")
        return env.directories["corporate"]

    def _provision(self) -> None:
        for each in ("etc", "run", "lock", "cache", "ncalrpc"):
            (self.directory / each).mkdir()
        self._configuration.write_text(
            _CONFIGURATION.format(address=self.address, directory=self.directory)
        )
        done = subprocess.run(
            [
                *[_TOOL, "domain", "provision", f"--configfile={self._configuration}"],
                *[f"--targetdir={self.directory}", "--server-role=dc", "--dns-backend=NONE"],
                *["--realm=CORP.EXAMPLE.COM", "--domain=CORP", "--host-name=dc1"],
                *[f"--host-ip={self.address}", f"--adminpass=A1-{secrets.token_urlsafe(16)}"],
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def _start(self) -> None:
        command = [_SAMBA, "-F", "--no-process-group", "-M", "single"]
        with (self.directory / "output").open("ab") as output:
            self._keeper = subprocess.Popen(
                [
                    *[sys.executable, "-I", str(_LIFELINE), "--", *command],
                    *["-s", str(self._configuration)],
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=output,
                start_new_session=True,
            )
        self._wait_until_ready()
        self._admin = ldap.initialize(self._url)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            assert self._keeper.poll() is None, (self.directory / "log").read_text()
            with suppress(OSError), socket.create_connection((self.address, _TLS_PORT), timeout=1):
                return
            time.sleep(0.02)
        raise AssertionError("Samba does not start")


def quoted(password: str) -> bytes:
    """Return a password as `unicodePwd` takes it."""
    return f'"{password}"'.encode("utf-16-le")


def _read_sid(value: bytes) -> str:
    """Write the id of an account as security descriptors have it."""
    parts = [int.from_bytes(value[at : at + 4], "little") for at in range(8, len(value), 4)]
    return "-".join(map(str, ["S", value[0], int.from_bytes(value[2:8], "big"), *parts]))


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value

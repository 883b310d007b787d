"""OpenLDAP servers for tests, from Debian's binaries: each of one test's or module's own.

They listen on loopback only and run under tests/support/lifeline.py, so that none outlives the
session. An account without a password may bind, as servers once let it: what keeps such people out
is ours to do.
"""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ostiary.core.model.ldap_directory import (
    ConnectionSecurity,
    LDAPDirectory,
    LDAPServer,
    PasswordChange,
)
from tests.support.certificates import make_authority
from tests.support.postgres import free_port
from tests.support.session import SessionDirectory

BASE_DN = "dc=example,dc=com"
PEOPLE = f"ou=people,{BASE_DN}"
SERVICE_DN = f"cn=ostiary,{BASE_DN}"
SERVICE_PASSWORD = "password-of-the-service"
PASSWORD = "Password1"
_OPERATION = re.compile(r' op=\d+ (?:SRCH base=|BIND dn="(?P<dn>[^"]*)" method=)')
_HOST = "127.0.0.1"
_LIFELINE = Path(__file__).with_name("lifeline.py")
_START_SECONDS = 30
_CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile {directory}/slapd.pid
allow bind_anon_cred
TLSCertificateFile {certificate}
TLSCertificateKeyFile {certificate}
TLSCACertificateFile {authority}

database mdb
suffix {base}
rootdn cn=admin,{base}
rootpw {root_password}
directory {directory}/data
dbnosync
maxsize 268435456
index uid,mail,entryUUID,member eq
overlay ppolicy
ppolicy_default cn=standard,{base}
ppolicy_use_lockout
access to attrs=userPassword,pwdReset
    by dn.exact="{service}" write
    by self write
    by anonymous auth
    by * none
access to *
    by dn.exact="{service}" read
    by self read
    by * none
"""
_TREE = """
dn: {base}
objectClass: organization
objectClass: dcObject
dc: example
o: Example

dn: ou=people,{base}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{base}
objectClass: organizationalUnit
ou: groups

dn: {service}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: ostiary
userPassword: {service_password}

dn: cn=standard,{base}
objectClass: device
objectClass: pwdPolicy
cn: standard
pwdAttribute: userPassword
pwdCheckQuality: 2
pwdMinLength: 8
pwdInHistory: 3
pwdLockout: TRUE
pwdMaxFailure: 5
pwdLockoutDuration: 300
pwdMustChange: TRUE
pwdAllowUserChange: TRUE

dn: cn=short-lived,{base}
objectClass: device
objectClass: pwdPolicy
cn: short-lived
pwdAttribute: userPassword
pwdMaxAge: 1
pwdLockout: FALSE

dn: cn=staff,ou=groups,{base}
objectClass: groupOfNames
cn: staff
member: uid=user.1,ou=people,{base}
member: uid=user.2,ou=people,{base}
"""


def person(uid: str, **attributes: str) -> str:
    """Write an entry of a person, with the password `Password1` unless another one is given."""
    given = {
        "cn": f"Person {uid}",
        "sn": "Person",
        "mail": f"{uid}@example.com",
        "userPassword": PASSWORD,
        **attributes,
    }
    lines = [f"dn: uid={uid},{PEOPLE}", "objectClass: inetOrgPerson", f"uid: {uid}"]
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in given.items())]) + "\n"


class Slapd:
    """A server with a tree of people, to stop, kill and freeze; its ports stay the same."""

    def __init__(
        self, people: Iterable[str], *, host: str = "localhost", is_watched: bool = False
    ) -> None:
        """Make it and start it.

        Args:
            host: for whom its certificate is.
            is_watched: it writes down what it is asked.
        """
        self._log_level = "stats" if is_watched else "0"
        parent = SessionDirectory.of_this_session().path
        self.directory = Path(tempfile.mkdtemp(prefix="slapd-", dir=parent))
        self.authority = make_authority(self.directory / "ca.pem")
        self.authority.issue(self.directory / "server.pem", host)
        self.port, self.tls_port = free_port(), free_port()
        self._keeper: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._fill(people)
        self.start()

    def configured(self, **fields: Any) -> LDAPDirectory:
        """Return what a server is told of this one; fields are overridden by name."""
        values: dict[str, Any] = {
            "key": "corporate",
            "servers": (LDAPServer("localhost", self.tls_port),),
            "base_dn": BASE_DN,
            "security": ConnectionSecurity.TLS,
            "authorities": self.authority.path.read_text(),
            "bind_dn": SERVICE_DN,
            "bind_password": SERVICE_PASSWORD,
            "attributes": {"email": "mail", "name": "cn", "AuthenticationType": "employeeType"},
            "must_change": ("pwdReset", "TRUE"),
            "password_change": PasswordChange.EXTENDED,
            "pause_seconds": 1.0,
        }
        return LDAPDirectory(**{**values, **fields})

    @property
    def is_running(self) -> bool:
        """Whether its process is there, frozen or not."""
        return self._keeper is not None and self._keeper.poll() is None

    @property
    def operations(self) -> tuple[str, ...]:
        """What it was asked so far, if it is watched: SRCH and BIND, and whom a BIND was for."""
        log = (self.directory / "log").read_text(errors="replace")
        return tuple(
            "SRCH" if found["dn"] is None else f"BIND {found['dn']}"
            for found in _OPERATION.finditer(log)
        )

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        urls = f"ldap://{_HOST}:{self.port}/ ldaps://{_HOST}:{self.tls_port}/"
        with (self.directory / "log").open("ab") as log:
            self._keeper = subprocess.Popen(
                [
                    *[sys.executable, "-I", str(_LIFELINE), "--"],
                    *["/usr/sbin/slapd", "-d", self._log_level, "-h", urls],
                    *["-f", str(self._configuration)],
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self._keeper.stdout is not None
        with self._keeper.stdout as output:
            self._pid = int(output.readline())
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop it as an administrator would."""
        self.thaw()
        os.kill(self._pid, signal.SIGTERM)
        self._wait()

    def freeze(self) -> None:
        """Let it hang (SIGSTOP): connections are taken by the kernel, and nothing answers."""
        os.kill(self._pid, signal.SIGSTOP)
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_frozen:
            assert time.monotonic() < deadline, "slapd does not stop"
            time.sleep(0.001)

    @property
    def _is_frozen(self) -> bool:
        """Whether all of its threads have stopped: each does when it runs the next time."""
        threads = Path(f"/proc/{self._pid}/task").glob("*/stat")
        return all(each.read_text().rpartition(")")[2].split()[0] == "T" for each in threads)

    def thaw(self) -> None:
        """Let it go on."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGCONT)

    def close(self) -> None:
        """End it, in whatever state it is, and remove its data."""
        if self._keeper is not None and self._keeper.poll() is None:
            self.thaw()
            self._wait(let_go=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def modify(self, uid: str, attribute: str, value: str) -> None:
        """Change a person as the directory's administrator."""
        self.run(
            "ldapmodify", f"dn: uid={uid},{PEOPLE}\nreplace: {attribute}\n{attribute}: {value}\n"
        )

    def add(self, entry: str) -> None:
        """Add an entry as the directory's administrator."""
        self.run("ldapadd", entry)

    def delete(self, uid: str) -> None:
        """Delete a person as the directory's administrator."""
        self.run("ldapmodify", f"dn: uid={uid},{PEOPLE}\nchangetype: delete\n")

    def run(self, command: str, ldif: str) -> None:
        """Run one of OpenLDAP's tools as the directory's administrator."""
        subprocess.run(
            [
                *[command, "-x", "-H", f"ldap://{_HOST}:{self.port}", "-D", f"cn=admin,{BASE_DN}"],
                *["-w", self._root_password, "-e", "relax"],
            ],
            input=ldif.encode(),
            check=True,
            capture_output=True,
        )

    @property
    def _configuration(self) -> Path:
        return self.directory / "slapd.conf"

    def _fill(self, people: Iterable[str]) -> None:
        self._root_password = secrets.token_urlsafe(16)
        (self.directory / "data").mkdir()
        names = {"base": BASE_DN, "service": SERVICE_DN, "service_password": SERVICE_PASSWORD}
        self._configuration.write_text(
            _CONFIGURATION.format(
                directory=self.directory,
                certificate=self.directory / "server.pem",
                authority=self.authority.path,
                root_password=self._root_password,
                **names,
            )
        )
        ldif = self.directory / "tree.ldif"
        ldif.write_text("\n".join([_TREE.format(**names), *people]))
        done = subprocess.run(
            ["/usr/sbin/slapadd", "-q", "-f", str(self._configuration), "-l", str(ldif)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            assert self._keeper is not None
            assert self._keeper.poll() is None, (self.directory / "log").read_text()
            with suppress(OSError), socket.create_connection((_HOST, self.tls_port), timeout=1):
                return
            time.sleep(0.02)
        raise AssertionError("slapd does not start")

    def _wait(self, *, let_go: bool = False) -> None:
        assert self._keeper is not None
        assert self._keeper.stdin is not None
        if let_go:
            self._keeper.stdin.close()
        self._keeper.wait(_START_SECONDS)
        self._keeper.stdin.close()

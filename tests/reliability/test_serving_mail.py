"""Mail of a real process: it arrives, nobody waits for it, and dev mode needs none."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.server import Answer, Server, running_server, wait_for
from tests.support.smtp_server import running_smtp

PASSWORD = "a password of the tests"
JOE = "joe@example.com"
ASKED = {"client_id": "mobile", "response_type": "token", "response_mode": "pi.flow"}


def configure(mail_port: int | None = None) -> dict[str, Any]:
    mail = {"host": "localhost", "port": mail_port, "security": "none", "sender": "a@b.example"}
    environment = {
        "face": "pingfederate",
        "clients": {
            "mobile": {
                "response_types": ["token"],
                "allow_redirectless": True,
            }
        },
        "steps": {"form": {"recovery": True}},
        "users": {"joe": {"password": PASSWORD, "attributes": {"mail": JOE}}},
    }
    server = {} if mail_port is None else {"mail": mail}
    return {"server": server, "environments": {"default": environment}}


@dataclass
class Phone:
    """A program that goes through a flow; it forgets its user's password."""

    server: Server
    flow_id: str = ""
    cookie: str = ""

    def begin(self) -> None:
        begun = self.server.ask(f"/as/authorization.oauth2?{urlencode(ASKED)}")
        assert begun.status == 200, begun.body
        cookies = [value for name, value in begun.headers.items() if name.lower() == "set-cookie"]
        self.cookie, self.flow_id = cookies[0].partition(";")[0], begun.json()["id"]

    def act(self, action: str, inputs: Mapping[str, str]) -> Answer:
        headers = {
            "content-type": f"application/vnd.pingidentity.{action}+json",
            "x-xsrf-header": "PingFederate",
            "cookie": self.cookie,
        }
        path = f"/pf-ws/authn/flows/{self.flow_id}"
        return self.server.ask(path, method="POST", body=json.dumps(inputs), headers=headers)

    def forget(self, username: str) -> str:
        """Ask for a code, and return the state that the flow is in then."""
        self.begin()
        self.act("initiateAccountRecovery", {})
        answer = self.act("checkAccountRecoveryUsername", {"username": username})
        return str(answer.json().get("status"))


async def test_a_code_arrives_by_mail_and_is_good(tmp_path: Path) -> None:
    async with running_smtp() as room:
        with running_server(tmp_path, configure(room.port)) as server:
            phone = Phone(server)
            assert await asyncio.to_thread(phone.forget, "joe") == "RECOVERY_CODE_REQUIRED"
            await asyncio.to_thread(wait_for, lambda: room.received)
            (mail,) = room.mails
            code = mail["Subject"].split()[0]
            answer = await asyncio.to_thread(phone.act, "checkRecoveryCode", {"recoveryCode": code})
            assert answer.json()["status"] == "PASSWORD_RESET_REQUIRED"
            await asyncio.to_thread(wait_for, lambda: server.events("message_delivered"))
            output = server.output
    assert mail["To"] == JOE
    assert code not in output
    assert JOE not in output


async def test_REL_12_a_mail_server_that_says_nothing_holds_nobody_up(tmp_path: Path) -> None:
    held = asyncio.Event()
    connected = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await held.wait()
        writer.close()

    listener = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        with running_server(tmp_path, configure(port)) as server:
            # All of this is answered while no mail has gone out, and none will.
            for username in ("joe", "joe", "joe", "joe", "joe", "nobody"):
                state = await asyncio.to_thread(Phone(server).forget, username)
                assert state == "RECOVERY_CODE_REQUIRED"
            await connected.wait()
            heartbeat = await asyncio.to_thread(server.ask, "/pf/heartbeat.ping")
            assert heartbeat.status == 200
            assert await asyncio.to_thread(server.stop) == 0
            failed = server.events("message_failed")
            held.set()
    assert [event["reason"] for event in failed] == ["stopped"] * 5


def test_in_dev_mode_the_code_is_in_the_log_and_not_in_the_audit_trail(tmp_path: Path) -> None:
    with running_server(tmp_path, configure()) as server:
        phone = Phone(server)
        assert phone.forget("joe") == "RECOVERY_CODE_REQUIRED"
        wait_for(lambda: server.events("delivery"))
        (line,) = server.events("delivery")
        answer = phone.act("checkRecoveryCode", {"recoveryCode": line["code"]})
        assert answer.json()["status"] == "PASSWORD_RESET_REQUIRED"
        assert line["to"] == JOE
        audit = (server.data_directory / "audit.jsonl").read_text()
    assert line["code"] not in audit
    assert JOE not in audit

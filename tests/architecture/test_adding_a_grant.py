"""A grant type is one file and one row: an invented one is added to a copy of the source."""

from pathlib import Path

from tests.support.copied_source import copy_source, run_on

INVENTED_GRANT = '''
"""urn:example:echo: a client gets the scopes that it spells backwards."""

from dataclasses import dataclass
from typing import ClassVar

from ostiary.core.base.clock import Clock
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.grants.contract import Sender
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment


@dataclass(frozen=True, slots=True)
class Echo:
    """An invention; its field shows that wiring hands it what it names."""

    clock: Clock
    grant_type: ClassVar[str] = "urn:example:echo"

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Grant the requested scope, read backwards."""
        assert self.clock.now() > 0
        scopes = ScopeSet.parse(params.get("scope")[::-1])
        return Authorization(grant_type=self.grant_type, client=client, scopes=scopes)
'''
SCRIPT = """
import asyncio, json
import ostiary
from tests.support.app import make_app
from tests.support.tenants import make_client


async def main():
    client = make_client("echo", grant_types=frozenset({"urn:example:echo"}))
    app = make_app(clients=[client])
    answer = await app.ask("echo", grant_type="urn:example:echo", scope="daer")
    other = await app.ask("many", grant_type="urn:example:echo", scope="daer")
    metadata = await app.pingfederate.get("/.well-known/openid-configuration")
    print(json.dumps({
        "source": ostiary.__file__,
        "answer": answer.json(),
        "other": other.json()["error"],
        "active": await app.is_active(answer.json()["access_token"]),
        "grants": metadata.json()["grant_types_supported"],
    }))


asyncio.run(main())
"""


def test_an_invented_grant_takes_one_file_and_one_row(tmp_path: Path) -> None:
    copy = copy_source(tmp_path)
    (copy / "core/grants/echo.py").write_text(INVENTED_GRANT.lstrip())
    catalog = copy / "core/grants/catalog.py"
    head, table, rows = catalog.read_text().partition("ALL: tuple[type[Grant], ...] = (")
    row = "Echo, "
    catalog.write_text(f"{head}from ostiary.core.grants.echo import Echo\n{table}{row}{rows}")

    found = run_on(tmp_path, SCRIPT)

    assert found["answer"]["scope"] == "read"
    assert found["active"] is True
    assert found["other"] == "unauthorized_client"
    assert found["grants"][0] == "urn:example:echo"
    assert "client_credentials" in found["grants"]

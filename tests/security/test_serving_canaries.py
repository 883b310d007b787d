"""Secrets on their way through a running server: told to nobody but whom they are for.

Every grant is used rightly and wrongly, and again while the directory and the store are down. Then
each secret value is looked for in whatever the server wrote, showed or answered with an error.
"""

import hashlib
import json
import secrets
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest

from tests.support import jose
from tests.support.devices import DEVICE_AUTHORIZATION, DEVICE_PAGE, TOKEN, let_in_by_browser
from tests.support.grant_server import CALLBACK, FLOWS, authorization_path, returned
from tests.support.played_issuer import jwk_of, private_key
from tests.support.postgres import PrivatePostgres
from tests.support.server import Answer, Server, running_server, wait_for
from tests.support.slapd import BASE_DN, SERVICE_DN, SERVICE_PASSWORD, Slapd, person
from tests.support.web_browser import WebBrowser

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
PARTNER = "https://partner.example.com"
BROUGHT, OWN = private_key("partner of the canaries"), private_key("client of the canaries")
ENDPOINTS = (
    *(TOKEN, DEVICE_AUTHORIZATION, "/as/introspect.oauth2", "/as/revoke_token.oauth2"),
    *("/as/authorization.oauth2", "/idp/userinfo.openid", DEVICE_PAGE, "/nowhere"),
)
FORM = {"content-type": "application/x-www-form-urlencoded"}


def canary(what: str) -> str:
    """Return a secret that is found again by its looks."""
    return f"canary-{what}-{secrets.token_hex(12)}"


@dataclass
class Play:
    """A server that is told secrets, by name, and what it answered with errors."""

    server: Server
    known: dict[str, str]
    refusals: list[Answer] = field(default_factory=list)
    is_store_down: bool = False

    def ask(self, path: str, **request: Any) -> Answer:
        answer = self.server.ask(path, timeout=60, **request)
        if answer.status >= 400:
            self.refusals.append(answer)
        return answer

    def post(self, path: str, form: Mapping[str, str], client: str = "") -> Answer:
        """Send a form, with a client's name and secret in front where one is named."""
        headers = dict(FORM)
        if client:
            pair = f"{client}:{self.known[f'secret of {client}']}"
            headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return self.ask(path, method="POST", body=urlencode(form), headers=headers)

    def token(self, client: str, grant: str, **form: str) -> Answer:
        """Ask for tokens, and keep those that come of it among the secrets."""
        answer = self.post(TOKEN, {"grant_type": grant, **form}, client)
        if answer.status == 200:
            for name in ("access_token", "refresh_token", "id_token"):
                if name in answer.json():
                    self.learn(f"{name} by {grant} {len(self.known)}", answer.json()[name])
        return answer

    def learn(self, name: str, value: str) -> str:
        """Keep a secret; of what is signed the signature too, which is what makes it good."""
        self.known[name] = value
        if value.count(".") == 2:
            self.known[f"signature of {name}"] = value.rpartition(".")[2]
        return value

    def assertion(self, key: Any, kid: str, **claims: Any) -> str:
        now = int(time.time())
        usual = {"aud": self.server.base_url, "iat": now, "exp": now + 60}
        usual |= {"jti": secrets.token_hex(8), "canary": canary("claim"), **claims}
        algorithm = "HS256" if isinstance(key, bytes) else "ES256"
        made = jose.compact({"alg": algorithm, "kid": kid}, usual, key)
        return self.learn(f"assertion {len(self.known)}", made)

    def partners(self, **claims: Any) -> str:
        return self.assertion(BROUGHT, "partner", iss=PARTNER, **{"sub": "joe", **claims})


def configuration(known: Mapping[str, str], store: str, slapd: Slapd) -> dict[str, Any]:
    def client(name: str, *grants: str, **fields: Any) -> dict[str, Any]:
        usual = {
            "secret": known[f"secret of {name}"],
            "grant_types": list(grants),
            "scopes": ["openid", "api:read"],
            "default_scopes": ["openid", "api:read"],
            "may_introspect": True,
        }
        return {**usual, **fields}

    environment = {
        "face": "pingfederate",
        "algorithms": ["ES256"],
        "scopes": {"openid": "Know who you are", "api:read": "Read"},
        "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
        "trusted_issuers": {
            "partner": {
                "issuer": PARTNER,
                "jwks": {"keys": [jwk_of(BROUGHT, "partner")]},
                "scopes": ["openid", "api:read"],
            }
        },
        "clients": {
            "legacy": client("legacy", "password", "refresh_token"),
            "bringer": client("bringer", JWT_BEARER),
            "swapper": client(
                "swapper", EXCHANGE, token_exchange={"clients": ["legacy"], "issuers": ["partner"]}
            ),
            "tv": client("tv", DEVICE, "refresh_token"),
            "web": client(
                "web",
                *("authorization_code", "refresh_token"),
                redirect_uris=[CALLBACK],
                bypass_approval=True,
                id_token_algorithm="ES256",
                allow_redirectless=True,
            ),
            "hashing": client("hashing", "client_credentials", auth_methods=["client_secret_jwt"]),
            "signing": {
                "auth_methods": ["private_key_jwt"],
                "grant_types": ["client_credentials"],
                "jwks": {"keys": [jwk_of(OWN, "own")]},
                "scopes": ["api:read"],
                "default_scopes": ["api:read"],
            },
        },
        "users": {"joe": {"password": known["password of joe"]}},
        "directories": {
            "people": {
                "servers": [f"localhost:{slapd.tls_port}"],
                "authorities": str(slapd.authority.path),
                "bind_dn": SERVICE_DN,
                "bind_password": SERVICE_PASSWORD,
                "base_dn": BASE_DN,
                "attributes": {"email": "mail"},
            }
        },
    }
    return {
        "environments": {"default": environment},
        "server": {"store": store, "flow_log": True},
    }


def use_passwords(play: Play) -> None:
    for name in ("joe", "ann", "nobody"):
        for word in ("password of joe", "password of ann", "wrong password"):
            given = {"username": name, "password": play.known[word]}
            answer = play.token("legacy", "password", **given)
            if answer.status == 200:
                play.token("legacy", "refresh_token", refresh_token=answer.json()["refresh_token"])
    # The password where a name, or something else, is expected.
    word = play.known["password of ann"]
    play.token("legacy", "password", username=word, password=word)
    play.token("legacy", "password", username="ann", password=word, scope=word)
    play.token("legacy", word, username="ann", password=word)


def use_assertions(play: Play) -> None:
    good = play.partners()
    for assertion in (good, good, play.partners(aud="https://elsewhere.example"), f"{good}x"):
        play.token("bringer", JWT_BEARER, assertion=assertion)
    play.token("bringer", JWT_BEARER, assertion=play.partners(), scope=good)
    kept = {"iss": "hashing", "sub": "hashing"}
    word = play.known["secret of hashing"].encode()
    own = {"iss": "signing", "sub": "signing"}
    for client_assertion in (
        play.assertion(word, "", **kept),
        play.assertion(b"another secret than that one, 32 b", "", **kept),
        play.assertion(OWN, "own", **own),
        play.assertion(OWN, "own", **{**own, "aud": "https://elsewhere.example"}),
        play.assertion(BROUGHT, "own", **own),
    ):
        form = {"client_assertion": client_assertion, "client_assertion_type": jose.ASSERTION_TYPE}
        for _ in range(2):
            play.token("", "client_credentials", **form)


def use_exchanges(play: Play) -> None:
    ours = [value for name, value in play.known.items() if name.startswith("access_token")][:1]
    for subject in (*ours, play.partners(), canary("token")):
        form = {"subject_token": subject, "subject_token_type": ACCESS_TOKEN}
        play.token("swapper", EXCHANGE, **form)
        play.token("swapper", EXCHANGE, **form, actor_token=subject)
        play.token("bringer", EXCHANGE, **form)


def use_device(play: Play) -> None:
    answer = play.post(DEVICE_AUTHORIZATION, {"scope": "openid"}, "tv")
    if not play.is_store_down:
        codes = answer.json()
        play.learn("device code", codes["device_code"])
        play.learn("user code", codes["user_code"])
        play.token("tv", DEVICE, device_code=codes["device_code"])
        browser = WebBrowser(play.server.ssl_context(), password=play.known["password of joe"])
        with closing(browser):
            let_in_by_browser(browser, codes["verification_uri_complete"])
        time.sleep(codes["interval"])
        assert play.token("tv", DEVICE, device_code=codes["device_code"]).status == 200
    for _ in range(2):
        known = play.known.get("device code", canary("device-code"))
        play.token("tv", DEVICE, device_code=known)


def use_pages(play: Play) -> None:
    """Sign on by the authentication API and in a browser, and use the code twice."""
    verifier = play.learn("verifier", canary("verifier") * 2)
    asked = {"client_id": "web", **challenge(verifier)}
    play.ask(authorization_path(client_id="web", code_challenge=verifier))
    begun = play.ask(authorization_path(**asked, response_mode="pi.flow"))
    if play.is_store_down:
        return
    assert begun.status == 200, begun.body
    use_flow(play, begun)
    browser = WebBrowser(play.server.ssl_context(), password=play.known["password of joe"])
    with closing(browser):
        target = browser.sign_on(play.server.base_url + authorization_path(**asked), CALLBACK)
    code = play.learn("code", returned(target)["code"])
    back = {"code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
    for _ in range(2):
        play.token("web", "authorization_code", **back)
    play.token("web", "authorization_code", **{**back, "code_verifier": "v" * 50})


def use_flow(play: Play, begun: Answer) -> None:
    """Type a wrong password and then the right one, as a program does."""
    cookie = next(value for name, value in begun.headers.items() if name.lower() == "set-cookie")
    cookie = cookie.partition(";")[0]
    play.learn("cookie of the flow", cookie.partition("=")[2])
    headers = {
        "content-type": "application/vnd.pingidentity.checkUsernamePassword+json",
        "x-xsrf-header": "PingFederate",
        "cookie": cookie,
    }
    for word in ("wrong password", "password of ann"):
        body = json.dumps({"username": "ann", "password": play.known[word]})
        path = FLOWS + begun.json()["id"]
        play.ask(path, method="POST", body=body, headers=headers)


def challenge(verifier: str) -> dict[str, str]:
    digest = hashlib.sha256(verifier.encode()).digest()
    return {"code_challenge": jose.encode(digest), "code_challenge_method": "S256"}


def misplace(play: Play) -> None:
    """Send secrets where none belong, to every endpoint."""
    word = play.known["misplaced"]
    pair = b64encode(f"legacy:{word}".encode()).decode()
    for path in ENDPOINTS:
        for query in (f"client_secret={word}", f"password={word}&code={word}", quote(word)):
            play.ask(f"{path}?{query}")
        for header in ("authorization", "cookie", "x-forwarded-for", "user-agent", "origin"):
            play.ask(path, headers={header: word})
        play.ask(path, method="POST", body=f"client_secret={word}&token={word}", headers=FORM)
        play.ask(path, method="POST", body=word, headers={"content-type": "application/json"})
        for scheme in (f"Basic {pair}", f"Bearer {word}", word):
            play.ask(path, method="POST", body="a=b", headers={**FORM, "authorization": scheme})
    play.ask(f"/{word}")
    play.ask(f"/ext/{word}/jwks")


EVERYTHING = (use_passwords, use_assertions, use_exchanges, use_device, use_pages, misplace)


@dataclass(frozen=True, slots=True)
class Played:
    """The secrets, and the places where none of them may be, by name."""

    known: Mapping[str, str]
    places: Mapping[str, str]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Use everything; then again without directory, and again without store."""
    known = {"password of the service": SERVICE_PASSWORD, "misplaced": canary("misplaced")}
    for name in ("joe", "ann"):
        known[f"password of {name}"] = canary("password")
    for name in ("legacy", "bringer", "swapper", "tv", "web", "hashing"):
        known[f"secret of {name}"] = canary("secret-of-a-client")
    known["wrong password"] = canary("wrong")
    slapd = Slapd([person("ann", userPassword=known["password of ann"])])
    postgres = PrivatePostgres()
    known["password of the store"] = postgres.url.partition("://")[2].split(":")[1].split("@")[0]
    talkative = {"PYTHONDEVMODE": "1", "PYTHONASYNCIODEBUG": "1"}
    directory = tmp_path_factory.mktemp("canaries")
    try:
        settings = configuration(known, postgres.url, slapd)
        with running_server(directory, settings, environ=talkative) as server:
            play = Play(server, dict(known))
            for use in EVERYTHING:
                use(play)
            stored = dump(postgres.url)
            shown = "".join(server.ask_admin(p).body.decode() for p in ("/flows", "/flows.html"))
            slapd.stop()
            use_passwords(play)
            postgres.stop()
            play.is_store_down = True
            for use in EVERYTHING:
                use(play)
            metrics = server.ask_admin("/metrics").body.decode()
            shown += "".join(server.ask_admin(p).body.decode() for p in ("/flows", "/ready"))
            wait_for(lambda: any(answer.status >= 500 for answer in play.refusals))
        yield Played(play.known, places_of(server, play, stored, metrics, shown))
    finally:
        slapd.close()
        postgres.close()


def places_of(server: Server, play: Play, stored: str, metrics: str, shown: str) -> dict[str, str]:
    answers = [f"{each.status} {dict(each.headers)} {each.body!r}" for each in play.refusals]
    kept = [
        path.read_bytes().decode("latin-1")
        for path in sorted(server.data_directory.rglob("*"))
        if path.is_file() and path.name != "audit.jsonl"
    ]
    return {
        "standard output": server.output,
        "standard error": server.errors,
        "audit trail": (server.data_directory / "audit.jsonl").read_text(),
        "metrics": metrics,
        "flow log and readiness": shown,
        "answers of errors": "\n".join(answers),
        "store": stored,
        "data directory": "\n".join(kept),
    }


def dump(url: str) -> str:
    """Return every row of a database as text."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        rows = []
        for schema, name in tables:
            table = psycopg.sql.Identifier(schema, name)
            whole = psycopg.sql.SQL("SELECT t::text FROM {} t").format(table)
            rows += [str(row[0]) for row in connection.execute(whole)]
    return "\n".join(rows)


PLACES = (
    *("standard output", "standard error", "audit trail", "metrics", "flow log and readiness"),
    *("answers of errors", "store", "data directory"),
)


@pytest.mark.parametrize("place", PLACES)
def test_SEC_244_SEC_245_no_secret_is_in(played: Played, place: str) -> None:
    content = played.places[place]
    found = [
        name
        for name, value in played.known.items()
        if any(spelling in content for spelling in spellings(value))
    ]
    assert found == []


def spellings(value: str) -> set[str]:
    """Return a secret as it would stand in texts, URLs, Basic headers and bytes shown as hex."""
    encoded = value.encode()
    return {value, quote(value, safe=""), b64encode(encoded).decode().rstrip("="), encoded.hex()}


def test_SEC_244_the_secrets_were_used_and_errors_were_provoked(played: Played) -> None:
    """What was never sent would never be found."""
    used = "\n".join(played.known)
    for grant in ("password", "refresh_token", JWT_BEARER, EXCHANGE, DEVICE, "authorization_code"):
        assert f"access_token by {grant}" in used, grant
    assert "access_token by client_credentials" in used
    trail = played.places["audit trail"]
    for event in ("token_issued", "token_exchanged", "request_refused", "directory_server_failed"):
        assert event in trail, event
    for status in ("400", "401", "404", "405", "503"):
        assert f"\n{status} " in played.places["answers of errors"], status

"""Checks of [server]: addresses, stores, certificates, defaults."""

import base64

import pytest

from ostiary.core.crypto import certificates, keys
from tests.support.configurations import PRODUCTION, MadeUpSurroundings, problems_in

ENVIRONMENT = "\n[environments.main]\n"


def _key_pair() -> tuple[str, str]:
    private_key = keys.generate("ES256")
    der = certificates.self_signed(private_key, "id.example.com", now=1_750_000_000)
    body = base64.encodebytes(der).decode()
    certificate = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
    return certificate, keys.dump_private_pem(private_key).decode()


def test_a_small_configuration_has_no_problems() -> None:
    assert problems_in(f'server.mode = "dev"{ENVIRONMENT}') == []
    assert problems_in(f"{PRODUCTION}{ENVIRONMENT}") == []


def test_a_file_without_environments_is_refused() -> None:
    assert problems_in('server.mode = "dev"') == [
        "environments: must have at least one environment"
    ]


@pytest.mark.parametrize("name", ["tls", "admin", "http"])
@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "192.0.2.1", "id.example.com"])  # noqa: S104
def test_SEC_253_dev_mode_listens_on_loopback_only(name: str, host: str) -> None:
    problems = problems_in(
        f'server.mode = "dev"\nserver.listeners.{name} = "{host}:9031"{ENVIRONMENT}'
    )

    assert [problem for problem in problems if "warning" not in problem] == [
        (
            f"server.listeners.{name}: must be a loopback address in dev mode, whose secrets and "
            'certificates are no secret; use "127.0.0.1", or mode = "production"'
        )
    ]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"])
def test_dev_mode_accepts_every_loopback_address(host: str) -> None:
    assert (
        problems_in(f'server.mode = "dev"\nserver.listeners.tls = "{host}:9031"{ENVIRONMENT}') == []
    )


def test_production_warns_of_plain_http_to_other_machines() -> None:
    text = PRODUCTION.replace("127.0.0.1:9080", "0.0.0.0:9080")

    (problem,) = problems_in(f"{text}{ENVIRONMENT}")

    assert problem.startswith("server.listeners.http: warning: answers plain HTTP")
    assert problems_in(f'{text}proxies.trusted = ["10.0.0.0/8"]{ENVIRONMENT}') == []


def test_production_warns_of_an_open_admin_listener() -> None:
    (problem,) = problems_in(f'{PRODUCTION}listeners.admin = "0.0.0.0:9999"{ENVIRONMENT}')

    assert problem.startswith("server.listeners.admin: warning: opens health")


def test_believing_every_proxy_is_pointed_out() -> None:
    (problem,) = problems_in(f'{PRODUCTION}proxies.trusted = ["0.0.0.0/0"]{ENVIRONMENT}')

    assert problem.startswith("server.proxies.trusted[0]: warning: believes")


def test_two_listeners_at_one_address_are_refused() -> None:
    text = f'server.mode = "dev"\nserver.listeners.admin = "127.0.0.1:9031"{ENVIRONMENT}'

    assert problems_in(text) == ["server.listeners.admin: is the address of tls too"]


def test_a_server_without_any_listener_for_clients_is_refused() -> None:
    text = f'server.mode = "dev"\nserver.listeners.tls = "off"{ENVIRONMENT}'

    assert problems_in(text) == ["server.listeners: must name an address for tls or http"]


def test_production_needs_a_certificate_for_tls() -> None:
    text = PRODUCTION.replace('tls = "off"', 'tls = "0.0.0.0:443"')

    (problem,) = problems_in(f"{text}{ENVIRONMENT}")

    assert problem.startswith("server.listeners.tls: needs a certificate in production")


@pytest.mark.parametrize("missing", ["cert.pem", "key.pem"])
def test_a_certificate_file_that_is_missing_is_named(missing: str) -> None:
    certificate, key = _key_pair()
    files = {"cert.pem": certificate, "key.pem": key}
    del files[missing]
    text = f'{PRODUCTION}tls = {{ certificate = "cert.pem", key = "key.pem" }}{ENVIRONMENT}'

    (problem,) = problems_in(text, MadeUpSurroundings(files=files))

    assert f"the file {missing} cannot be read: No such file or directory" in problem


def test_a_certificate_with_another_ones_key_is_refused() -> None:
    (certificate, _), (_, key) = _key_pair(), _key_pair()
    surroundings = MadeUpSurroundings(files={"cert.pem": certificate, "key.pem": key})
    text = f'{PRODUCTION}tls = {{ certificate = "cert.pem", key = "key.pem" }}{ENVIRONMENT}'

    assert problems_in(text, surroundings) == ["server.tls.key: does not belong to the certificate"]


def test_a_file_that_is_no_certificate_is_refused() -> None:
    _, key = _key_pair()
    surroundings = MadeUpSurroundings(files={"cert.pem": key, "key.pem": "hello"})
    text = f'{PRODUCTION}tls = {{ certificate = "cert.pem", key = "key.pem" }}{ENVIRONMENT}'

    assert [problem.partition(": ")[0] for problem in problems_in(text, surroundings)] == [
        "server.tls.certificate",
        "server.tls.key",
    ]


def test_SEC_252_a_private_key_that_others_may_read_is_refused_in_production() -> None:
    certificate, key = _key_pair()
    surroundings = MadeUpSurroundings(
        files={"cert.pem": certificate, "key.pem": key}, readable=frozenset({"key.pem"})
    )
    tls = 'tls = { certificate = "cert.pem", key = "key.pem" }'

    assert problems_in(f"{PRODUCTION}{tls}{ENVIRONMENT}", surroundings) == [
        "server.tls.key: can be read by other users of this machine; chmod 600 key.pem"
    ]
    assert problems_in(f'server.mode = "dev"\nserver.{tls}{ENVIRONMENT}', surroundings) == [
        "server.tls.key: warning: can be read by other users of this machine; chmod 600 key.pem"
    ]


def test_production_does_not_make_up_its_public_name() -> None:
    text = PRODUCTION.replace('public_url = "https://id.example.com"', "")

    (problem,) = problems_in(f"{text}{ENVIRONMENT}")

    assert problem.startswith("server.public_url: is missing")


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        ('mode = "dev"\npublic_url = "http://localhost:9080"', None),
        ('mode = "dev"\npublic_url = "http://id.example.com"', "server.public_url"),
        (
            (
                'mode = "production"\npublic_url = "http://localhost:9080"\n'
                'listeners.tls = "off"\nlisteners.http = "127.0.0.1:9080"'
            ),
            "server.public_url",
        ),
    ],
    ids=["loopback-in-dev", "elsewhere-in-dev", "loopback-in-production"],
)
def test_plain_http_is_for_loopback_in_dev_mode_only(server: str, problem: str | None) -> None:
    found = problems_in(f"[server]\n{server}{ENVIRONMENT}")

    assert [text.partition(": ")[0] for text in found] == ([problem] if problem else [])


def test_an_unknown_store_is_refused_with_the_closest_one() -> None:
    text = f'server.mode = "dev"\nserver.store = "postgres://db/ostiary"{ENVIRONMENT}'

    assert problems_in(text) == [
        (
            "server.store: must be the URL of a store; known are memory, postgresql, sqlite; "
            'did you mean "postgresql"?'
        )
    ]


def test_several_workers_on_sqlite_are_refused_with_a_way_out() -> None:
    text = f'server.mode = "dev"\nserver.workers = 2{ENVIRONMENT}'

    (problem,) = problems_in(text)

    assert problem == (
        "server.workers: several workers wait for each other on SQLite; use PostgreSQL: "
        'store = "postgresql://…", or accept it with force_workers = true (--force-workers)'
    )


def test_several_workers_on_sqlite_can_be_forced() -> None:
    text = f'server.mode = "dev"\nserver.workers = 2\nserver.force_workers = true{ENVIRONMENT}'

    (problem,) = problems_in(text)

    assert problem.startswith("server.workers: warning: several workers wait")


def test_several_workers_cannot_share_a_store_in_memory() -> None:
    text = (
        'server.mode = "dev"\nserver.store = "memory:"\nserver.workers = 2\n'
        f"server.force_workers = true{ENVIRONMENT}"
    )

    (problem,) = problems_in(text)

    assert problem.startswith("server.workers: must be 1 with a store in memory")


def test_several_workers_on_postgresql_are_welcome() -> None:
    surroundings = MadeUpSurroundings(environ={"STORE": "postgresql://me:hidden@db/ostiary"})
    text = f'{PRODUCTION}store = {{ env = "STORE" }}\nworkers = 8{ENVIRONMENT}'

    assert problems_in(text, surroundings) == []


def test_a_store_that_cannot_be_found_is_reported_once() -> None:
    text = f'{PRODUCTION}store = {{ env = "STORE" }}\nworkers = 8{ENVIRONMENT}'

    assert problems_in(text) == ["server.store: the environment variable STORE is not set"]


@pytest.mark.parametrize("source", ["{ generate = true }", "{ stored = true }"])
def test_a_store_is_a_url(source: str) -> None:
    (problem,) = problems_in(f"{PRODUCTION}store = {source}{ENVIRONMENT}")

    assert problem.startswith("server.store: must be the URL of a store")


def test_a_default_environment_must_exist_and_have_the_right_face() -> None:
    problems = problems_in(
        """
        [server]
        mode = "dev"
        default_environment = "custmers"
        pingone_default = "main"
        [environments.main]
        [environments.customers]
        face = "pingone"
        """
    )

    assert 'server.default_environment: names no environment; did you mean "customers"?' in problems
    assert 'server.pingone_default: must name an environment with face = "pingone"' in problems

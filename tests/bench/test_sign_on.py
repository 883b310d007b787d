"""What sign-on needs before it is timed, on the real server without the hash."""

import os
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from bench import hashes
from bench.assertions import make_assertions, verify_assertion
from bench.devices import WaitingDevices, verify_devices
from bench.errors import BenchError
from bench.handover import verify_handover
from bench.processes import ROOT
from bench.running_server import RunningServer, start
from bench.servers.authlib_flask import AuthlibFlask
from bench.servers.ostiary import IN_MEMORY, WITH_HASHES
from bench.signon.chains import fetch_codes, make_chain, verify_sign_on
from bench.signon.ostiary_user import usernames
from bench.signon.password_requests import make_grants
from bench.verify import check_user_tokens, verify
from bench.work import DEVICES, HANDOVERS, SIGN_ON, Work
from ostiary.core.crypto.passwords import make_hash


@pytest.fixture(scope="module")
def ostiary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Run it in memory."""
    core = min(os.sched_getaffinity(0))
    with start(IN_MEMORY, tmp_path_factory.mktemp("ostiary"), cores=[core]) as running:
        yield running


@pytest.mark.parametrize("work", sorted(SIGN_ON))
def test_every_work_of_sign_on_is_done_in_full(ostiary: RunningServer, work: Work) -> None:
    assert verify_sign_on(ostiary.server, ostiary.launch, work) > 100


@pytest.mark.parametrize("work", sorted(HANDOVERS))
def test_attributes_are_handed_over_once(ostiary: RunningServer, work: Work) -> None:
    assert verify_handover(ostiary.launch, work) > 100


@pytest.mark.parametrize("work", sorted(DEVICES))
def test_a_device_waits_or_is_let_in(ostiary: RunningServer, work: Work) -> None:
    assert verify_devices(ostiary.server, ostiary.launch, work) > 100


def test_what_waits_is_begun_once_until_its_codes_are_about_to_run_out(
    ostiary: RunningServer,
) -> None:
    waiting = WaitingDevices(of_client=40)
    polls = waiting.make_polls(ostiary.launch).links
    assert len(polls) == len(set(polls)) == 120
    assert waiting.make_polls(ostiary.launch).links == polls
    waiting.begun_at -= 1201
    assert set(polls).isdisjoint(waiting.make_polls(ostiary.launch).links)


def test_an_assertion_is_good_once(ostiary: RunningServer) -> None:
    assert verify_assertion(ostiary.server, ostiary.launch) > 100


def test_no_assertion_is_prepared_twice(ostiary: RunningServer) -> None:
    chain = make_assertions(ostiary.server.endpoint(Work.JWT_BEARER), 150)
    assert len(chain.links) == len(set(chain.links)) == 150


def test_all_users_bring_their_passwords_in_turn(ostiary: RunningServer) -> None:
    links = make_grants(ostiary.server, 100).links
    assert len(links) > len(set(links)) == len(usernames())


@pytest.mark.parametrize("work", [Work.EXCHANGE, Work.PASSWORD])
def test_what_a_program_has_becomes_a_token(ostiary: RunningServer, work: Work) -> None:
    assert verify(ostiary.server, ostiary.launch, work) > 100


def test_codes_are_prepared_for_more_than_is_expected(ostiary: RunningServer) -> None:
    chain = make_chain(ostiary.server, ostiary.launch, Work.CODE, connections=2, expected=100.0)
    assert len(chain.links) == len(set(chain.links)) == 150


def test_each_connection_gets_a_refresh_token_of_its_own(ostiary: RunningServer) -> None:
    chain = make_chain(ostiary.server, ostiary.launch, Work.REFRESH, connections=3, expected=9.0)
    assert len(set(chain.links)) == 3


def test_every_user_signs_on_with_a_password_of_its_own(ostiary: RunningServer) -> None:
    chain = make_chain(ostiary.server, ostiary.launch, Work.FLOW, connections=2, expected=0.0)
    assert len(set(chain.links)) == len(usernames())


def test_tokens_without_an_id_token_are_refused(ostiary: RunningServer) -> None:
    with pytest.raises(BenchError, match="no id_token"):
        check_user_tokens(ostiary.server, ostiary.launch, Work.CODE, {"refresh_token": "x"})


def test_a_server_that_signs_nobody_on_gives_no_codes(ostiary: RunningServer) -> None:
    with pytest.raises(BenchError, match="signs nobody on"):
        fetch_codes(AuthlibFlask(), ostiary.launch, 1)


@pytest.fixture
def stand_in() -> Any:
    """Load what stands in for argon2 beside the real package."""
    path = ROOT / "bench" / "stand_ins" / "argon2" / "__init__.py"
    spec = util.spec_from_file_location("stand_in_argon2", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_raw_hashes_cost_what_those_of_ostiary_do() -> None:
    assert not hashes.make_library().check_needs_rehash(make_hash("a password"))


def hasher(stand_in: Any) -> Any:
    return stand_in.PasswordHasher(
        time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16,
        type=stand_in.Type.ID,
    )  # fmt: skip


def test_the_stand_in_knows_a_password_again(stand_in: Any) -> None:
    kept = hasher(stand_in).hash(b"right")
    assert hasher(stand_in).verify(kept, b"right")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_stand_in_refuses_another_password(stand_in: Any) -> None:
    with pytest.raises(stand_in.exceptions.VerificationError):
        hasher(stand_in).verify(hasher(stand_in).hash(b"right"), b"wrong")


def test_no_server_with_the_real_hash_finds_the_stand_in(tmp_path: Path) -> None:
    assert "PYTHONPATH" not in WITH_HASHES.launch(tmp_path).environ

"""Whole flows under invented actions: out of order, replayed, from turns of long ago."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.flow.errors import FlowRefusedError
from ostiary.core.flow.turn import Turn
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import End, Node, Policy, StepInstance, StepNode
from ostiary.core.model.user import User
from tests.support.app import run_now
from tests.support.flows import BrowserJar, Flows, make_signon_environment, offer_of
from tests.support.scripted_step import VERBS, ScriptedStep

STEPS = {key: StepInstance(key, "scripted") for key in ("one", "two", "three")}
STEPS |= {
    f"begins_{verb}": StepInstance(f"begins_{verb}", "scripted", {"begins": verb})
    for verb in ("pass", "fail")
}
NODES: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from(End),
    lambda below: st.builds(StepNode, st.sampled_from(sorted(STEPS)), below, below),
    max_leaves=8,
)
MIDDLES = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(VERBS), st.integers(0, 1)), max_size=12
)


@dataclass
class Play:
    """One flow with every turn that it came to, and what was chosen in its steps."""

    flows: Flows
    users: tuple[User, User]
    script: ScriptedStep
    browser: BrowserJar
    seen: list[Turn]

    def act(self, at: int, verb: str, user: int) -> None:
        """Act on a turn seen before, which may be long over."""
        turn = self.seen[at % len(self.seen)]
        env, engine, shown = self.flows.env, self.flows.engine, self.browser.shows()
        if turn.view is None or turn.flow.stage is not Stage.AUTHENTICATION:
            return
        inputs = {"user": self.users[user].id}
        moved = run_now(engine.act(env, turn, offer_of(turn, f"script.{verb}"), inputs, shown))
        try:
            run_now(engine.keep(env, moved))
        except FlowRefusedError:
            return
        if moved.pending.moves is not None:
            self.seen.append(self.browser.keep(moved))


def _play(root: Node, moves: list[tuple[int, str, int]]) -> Play:
    script = ScriptedStep()
    env = make_signon_environment(
        steps=STEPS, policies={"default": Policy("default", root)}, flow_lifetime_seconds=900
    )
    flows = Flows(env, more_steps={"scripted": script})
    users = (run_now(flows.add_user(0)), run_now(flows.add_user(1)))
    browser = BrowserJar()
    play = Play(flows, users, script, browser, [run_now(flows.begin(browser))])
    for at, verb, user in moves:
        play.act(at, verb, user)
    return play


@given(NODES, MIDDLES)
def test_SEC_120_versions_follow_one_another_whatever_is_replayed(
    root: Node, moves: list[tuple[int, str, int]]
) -> None:
    versions = [turn.flow.version for turn in _play(root, moves).seen]
    assert versions == list(range(1, len(versions) + 1))


@given(NODES, MIDDLES)
def test_SEC_120_who_signs_on_was_proved_in_the_same_flow(
    root: Node, moves: list[tuple[int, str, int]]
) -> None:
    play = _play(root, moves)
    last = play.seen[-1].flow
    if last.authentication is not None:
        assert last.user_id == last.authentication.user_id
        assert last.methods == ("scripted",)
        assert "prove" in {verb for _, verb in play.script.taken}
    else:
        assert not _is_signed_on(play)


@given(NODES, MIDDLES)
def test_SEC_122_no_turn_of_a_flow_is_about_a_second_user(
    root: Node, moves: list[tuple[int, str, int]]
) -> None:
    named = [turn.flow.user_id for turn in _play(root, moves).seen]
    known = [user_id for user_id in named if user_id is not None]
    assert len(set(known)) <= 1
    assert None not in named[len(named) - len(known) :]


@given(NODES, MIDDLES)
def test_SEC_120_what_the_store_has_is_the_last_turn_that_was_kept(
    root: Node, moves: list[tuple[int, str, int]]
) -> None:
    play = _play(root, moves)
    kept = [turn.flow for turn in play.seen if turn.pending.moves is not None]
    if kept:
        now = play.flows.clock.now()
        found = run_now(play.flows.store.flows.find(play.flows.env, kept[-1].id, now=now))
        assert found == kept[-1]


def _is_signed_on(play: Play) -> bool:
    recognized = run_now(play.flows.browsers.recognize(play.flows.env, play.browser.shows()))
    return recognized.session is not None

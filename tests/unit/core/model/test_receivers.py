"""Receivers: clients that nobody configured, one for each adapter that hands attributes out."""

from dataclasses import replace

from ostiary.core.base.ids import ClientId
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.receivers import receiver_id
from ostiary.core.model.reference_adapter import Direction, LogoutMode, ReferenceAdapter
from tests.support.environments import make_environment

PORTAL = ReferenceAdapter("portal", Direction.SP, endpoint="https://portal.example/")


def make(*adapters: ReferenceAdapter) -> Environment:
    """Make an environment with these adapters."""
    return replace(make_environment(), reference_adapters={each.key: each for each in adapters})


def receiver(adapter: ReferenceAdapter) -> Client:
    """Return the receiver of the only adapter of an environment."""
    (found,) = make(adapter).receivers.values()
    return found


def test_an_adapter_that_hands_attributes_out_has_a_receiver_that_only_flows_find() -> None:
    env = make(PORTAL, ReferenceAdapter("desk", Direction.IDP, endpoint="https://desk.example/"))
    assert list(env.receivers) == [receiver_id("portal")]
    found = env.find_requester(receiver_id("portal"))
    assert found is not None
    assert found.receives_at is PORTAL
    assert found.client_id not in env.clients
    assert env.find_requester(receiver_id("desk")) is None


def test_no_configured_client_can_have_the_id_of_one() -> None:
    assert " " in receiver_id("portal")
    assert make(PORTAL).find_requester(ClientId("portal")) is None


def test_a_receiver_gets_nothing_that_clients_get() -> None:
    found = receiver(PORTAL)
    assert (found.grant_types, found.auth_methods, found.scopes) == (frozenset(),) * 3
    assert found.redirect_uris == ()
    assert (found.bypasses_approval, found.sends_issuer) == (True, False)


def test_a_receiver_to_which_no_browser_can_be_sent_is_closed() -> None:
    assert receiver(PORTAL).enabled
    assert receiver(replace(PORTAL, endpoint=None, targets=("https://a.example/",))).enabled
    assert not receiver(replace(PORTAL, endpoint=None)).enabled


def test_a_receiver_signs_people_on_by_the_policies_of_its_adapter() -> None:
    found = receiver(replace(PORTAL, policies=("first", "second", "third")))
    assert (found.policy, found.policies) == ("first", ("second", "third"))
    assert (receiver(PORTAL).policy, receiver(PORTAL).policies) == (None, ())


def test_a_receiver_takes_part_in_sessions_where_it_is_told_of_their_end() -> None:
    told = replace(PORTAL, logout_endpoint="https://portal.example/out")
    assert not receiver(told).logout.are_there
    front = receiver(replace(told, logout_mode=LogoutMode.FRONT_CHANNEL)).logout
    back = receiver(replace(told, logout_mode=LogoutMode.BACK_CHANNEL)).logout
    assert (front.frontchannel, front.backchannel) == (told.logout_endpoint, None)
    assert (back.frontchannel, back.backchannel) == (None, told.logout_endpoint)

"""What the explorer knows: environments, their clients, and what their steps ask on the wire."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.steps.contract import Input, Offer, Step, View
from ostiary.core.steps.specimens import example_views

Members = dict[str, object]


@dataclass(frozen=True, slots=True)
class FaceWire:
    """How the flows of one face are spoken to; everything that its dialect's own tables say.

    Args:
        authorize, token, userinfo: paths of an environment.
        media_type: of an action, which stands in it as `{action}`.
        headers: that every request to a flow carries.
        empty_body: what is sent with an action that takes nothing.
        api_state: of flows without cookies: the member that brings their state, and the header that
            takes it back.
        status_of, actions_of, input_id: the names of states, of what is offered, and of inputs.
    """

    authorize: Callable[[Environment], str]
    token: Callable[[Environment], str]
    userinfo: Callable[[Environment], str]
    media_type: str
    status_of: Callable[[View], str]
    actions_of: Callable[[View], Mapping[str, Offer]]
    input_id: Callable[[str], str]
    headers: Mapping[str, str] = field(default_factory=dict)
    empty_body: str = ""
    api_state: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Describes the running configuration to the explorer's page; no secret is in it.

    Args:
        steps: every kind of step, by its name.
        detours: kinds that no policy asks.
    """

    wires: Mapping[Face, FaceWire]
    steps: Mapping[str, Step]
    detours: frozenset[str]

    def describe(
        self, snapshot: Snapshot, here: Callable[[Environment], bool], path: str
    ) -> Members:
        """Return what there is to explore.

        Args:
            here: tells whether an environment is reached at the host that was asked.
            path: of the explorer, at the hosts of the other environments.
        """
        known = sorted(snapshot.environments.values(), key=lambda env: (env.face.value, env.key))
        there = {env.id: None if here(env) else env.base_url + path for env in known}
        return {"environments": [self._environment(env, there[env.id]) for env in known]}

    def _environment(self, env: Environment, elsewhere: str | None) -> Members:
        wire = self.wires[env.face]
        clients = [client for client in env.clients.values() if client.enabled]
        return {
            "id": env.id,
            "key": env.key,
            "name": env.name,
            "face": env.face.value,
            "elsewhere": elsewhere,
            "wire": {
                "authorize": wire.authorize(env),
                "token": wire.token(env),
                "userinfo": wire.userinfo(env),
                "media_type": wire.media_type,
                "headers": dict(wire.headers),
                "empty_body": wire.empty_body,
                "api_state": wire.api_state,
            },
            "policies": [
                {"key": key, "is_default": key == env.default_policy} for key in env.policies
            ],
            "clients": [_client(client) for client in clients if _signs_people_on(client)],
            "steps": list(self._steps(env, wire, clients)),
        }

    def _steps(self, env: Environment, wire: FaceWire, clients: list[Client]) -> Iterator[Members]:
        if not clients:
            return
        merged: dict[str, object] = {}
        for instance in env.steps.values():
            merged |= instance.settings
            yield self._step(env, wire, clients[0], instance)
        for kind in sorted(self.detours):
            instance = StepInstance(kind, kind, merged)
            yield self._step(env, wire, clients[0], instance) | {"is_detour": True}

    def _step(
        self, env: Environment, wire: FaceWire, client: Client, instance: StepInstance
    ) -> Members:
        step = self.steps.get(instance.type)
        views = [] if step is None else example_views(env, client, step, instance)
        states: dict[str, dict[str, Members]] = {}
        for view in views:
            actions = states.setdefault(wire.status_of(view), {})
            for name, offer in wire.actions_of(view).items():
                actions.setdefault(name, _action(wire, name, offer))
        listed = [{"status": name, "actions": [*found.values()]} for name, found in states.items()]
        return {"key": instance.key, "type": instance.type, "is_detour": False, "states": listed}


def _action(wire: FaceWire, name: str, offer: Offer) -> Members:
    inputs = [_input(wire, asked) for asked in offer.inputs]
    return {"name": name, "label": offer.label, "inputs": inputs}


def _input(wire: FaceWire, asked: Input) -> Members:
    return {
        "name": wire.input_id(asked.name),
        "label": asked.label,
        "kind": asked.kind.value,
        "is_required": asked.is_required,
    }


def _signs_people_on(client: Client) -> bool:
    return not client.grant_types.isdisjoint({"authorization_code", "implicit"})


def _client(client: Client) -> Members:
    return {
        "client_id": client.client_id,
        "name": client.name,
        "is_redirectless": client.is_redirectless,
        "is_public": client.auth_methods == {AuthMethod.NONE},
        "auth_methods": sorted(method.value for method in client.auth_methods),
        "redirect_uris": list(client.redirect_uris),
        "response_types": sorted(client.response_types),
        "scopes": sorted(client.scopes),
        "default_scopes": list(client.default_scopes),
    }

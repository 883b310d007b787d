"""How people sign on in one environment, compiled from its documents."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import msgspec

from ostiary.core.admin.bodies import (
    AuthenticationApplicationBody,
    ClientBody,
    EnvironmentBody,
    PolicyBody,
    StepBody,
)
from ostiary.core.admin.contents import (
    ConfigurationBrokenError,
    Contents,
    describe,
    find,
    select,
)
from ostiary.core.base.ids import ClientId
from ostiary.core.base.sites import is_same_site, origin_of
from ostiary.core.configuration.policy_trees import chain, read_tree, walk
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.faces import FACES, FaceDefaults
from ostiary.core.model.policy import Criterion, End, Node, Policy, Selector, StepInstance, StepNode
from ostiary.core.model.session import SessionPolicy
from ostiary.core.ports.configuration import DocumentId

_NO_SETTING = frozenset({"type"})


@dataclass(frozen=True, slots=True)
class SignOnCompiler:
    """Compiles steps, policies, sessions and authentication applications of one environment.

    Args:
        documents: those of this environment only.
    """

    key: str
    body: EnvironmentBody
    documents: Contents
    base_url: str

    def steps(self, adapters: Collection[str] = ()) -> dict[str, StepInstance]:
        """Return the steps by key; the standard ones where none is configured.

        Args: adapters that steps may name.
        Raises: ConfigurationBrokenError.
        """
        for place, body in select(self.documents, StepBody):
            if body.adapter is not None and body.adapter not in adapters:
                raise ConfigurationBrokenError(
                    f"{describe(place)}: reference adapter {body.adapter} does not exist"
                )
        return {
            place.key: StepInstance(place.key, body.type, _settings(body))
            for place, body in select(self.documents, StepBody)
        } or {key: StepInstance(key, kind) for key, kind in self._face.steps.items()}

    def policies(self, steps: Mapping[str, StepInstance]) -> dict[str, Policy]:
        """Return the policies by key; the standard ones where none is configured.

        Raises: ConfigurationBrokenError.
        """
        face = self._face
        clients = {place.key: body.client_id for place, body in select(self.documents, ClientBody)}
        return {
            place.key: _policy(place, body, steps, clients, face)
            for place, body in select(self.documents, PolicyBody)
        } or {
            key: Policy(key, chain(keys), _context(face, key, None))
            for key, keys in face.policies.items()
            if steps.keys() >= set(keys)
        }

    def default_policy(self, policies: Mapping[str, Policy]) -> str:
        """Return the key of the policy of clients that name none.

        Raises: ConfigurationBrokenError.
        """
        chosen, standard = self.body.default_policy, self._face.policy
        if chosen is None:
            only = next(iter(policies)) if len(policies) == 1 else standard
            chosen = standard if standard in policies else only
        if chosen not in policies:
            raise ConfigurationBrokenError(f"the default policy {chosen} does not exist")
        return chosen

    def applications(self) -> tuple[AuthenticationApplication, ...]:
        """Return the authentication applications.

        Raises: ConfigurationBrokenError.
        """
        return tuple(
            AuthenticationApplication(
                key=place.key,
                url=body.url,
                origins=tuple(dict.fromkeys((origin_of(body.url), *body.origins))),
                client_id=self._client_of(place, body),
            )
            for place, body in select(self.documents, AuthenticationApplicationBody)
        )

    def default_application(
        self, applications: tuple[AuthenticationApplication, ...]
    ) -> AuthenticationApplication | None:
        """Return where browsers are sent to sign on, if anywhere.

        Raises: ConfigurationBrokenError.
        """
        chosen = self.body.default_authentication_application
        found = next((each for each in applications if each.key == chosen), None)
        if chosen is not None and found is None:
            raise ConfigurationBrokenError(f"authentication application {chosen} does not exist")
        return found

    def sessions(self, applications: tuple[AuthenticationApplication, ...]) -> SessionPolicy:
        """Return how long sessions hold, and how far their cookies go."""
        body = self.body.sessions
        origins = {*self.body.allowed_origins, *(o for each in applications for o in each.origins)}
        is_cross_site = body.cross_site
        if is_cross_site is None:
            is_cross_site = not all(is_same_site(origin, self.base_url) for origin in origins)
        return SessionPolicy(
            idle_seconds=body.idle_minutes * 60.0,
            max_seconds=body.max_minutes * 60.0,
            is_persistent=body.persistent,
            is_cross_site=is_cross_site,
            is_partitioned=body.partitioned,
        )

    @property
    def _face(self) -> FaceDefaults:
        return FACES[self.body.face]

    def _client_of(self, place: DocumentId, body: AuthenticationApplicationBody) -> ClientId | None:
        if body.client is None:
            return None
        client = find(self.documents, ClientBody, self.key, body.client)
        if client is None:
            raise ConfigurationBrokenError(
                f"{describe(place)}: client {body.client} does not exist"
            )
        return ClientId(client.client_id)


def _settings(body: StepBody) -> dict[str, object]:
    return {
        info.name: getattr(body, info.name)
        for info in msgspec.structs.fields(body)
        if info.name not in _NO_SETTING and getattr(body, info.name) is not None
    }


def _policy(
    place: DocumentId,
    body: PolicyBody,
    steps: Mapping[str, StepInstance],
    clients: Mapping[str, str],
    face: FaceDefaults,
) -> Policy:
    tree = read_tree(body.tree)
    if tree.root is None:
        raise ConfigurationBrokenError(f"{describe(place)}: its tree cannot be read")
    for _, node in walk(tree.root):
        if isinstance(node, StepNode) and node.step not in steps:
            raise ConfigurationBrokenError(f"{describe(place)}: step {node.step} does not exist")
    context = _context(face, place.key, body.acr)
    return Policy(place.key, _by_client_id(tree.root, clients), context)


def _context(face: FaceDefaults, policy: str, acr: str | None) -> str | None:
    """Return what `acr` says of whoever has satisfied a policy."""
    return acr or (policy if face.names_contexts else None)


def _by_client_id(node: Node, clients: Mapping[str, str]) -> Node:
    """Return a tree whose selectors know clients as requests name them, no more by their keys."""
    match node:
        case StepNode():
            return StepNode(
                node.step,
                success=_by_client_id(node.success, clients),
                failure=_by_client_id(node.failure, clients),
            )
        case Selector():
            names = clients if node.criterion is Criterion.CLIENT else {}
            cases = {
                names.get(case, case): _by_client_id(branch, clients)
                for case, branch in node.cases.items()
            }
            return replace(node, cases=cases, otherwise=_by_client_id(node.otherwise, clients))
        case End():
            return node

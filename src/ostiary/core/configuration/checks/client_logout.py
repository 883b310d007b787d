"""Clients that are told of logout: where that may be, and what has no effect."""

from collections.abc import Iterator

from ostiary.core.base.outbound import OutboundRefusedError, make_rules, parse_target
from ostiary.core.configuration.checks.subject import PlacedClient, Subject, clients
from ostiary.core.configuration.field_types import is_loopback
from ostiary.core.configuration.problems import Problem, error, warning

_BACK, _FRONT = "backchannel_logout_uri", "frontchannel_logout_uri"


def check_logout_uris(subject: Subject) -> Iterator[Problem]:
    """Refuse places where the server may not connect to, and frames of strangers.

    Spec: OpenID Connect Back-Channel Logout 1.0 §2.2; OpenID Connect Front-Channel Logout 1.0 §2.
    """
    outbound = subject.configuration.server.outbound
    rules = make_rules(outbound.allow, outbound.ports, is_dev=subject.is_dev)
    for placed in clients(subject):
        back, front = placed.client.backchannel_logout_uri, placed.client.frontchannel_logout_uri
        if back is not None:
            try:
                rules.read(back)
            except OutboundRefusedError as refusal:
                yield error((*placed.path, _BACK), refusal.message, "see [server.outbound]")
        if front is not None:
            yield from _check_front(placed, front)
        yield from _check_effects(placed)


def _check_front(placed: PlacedClient, uri: str) -> Iterator[Problem]:
    target = parse_target(uri)
    if target.scheme != "https" and not is_loopback(target.host):
        yield error((*placed.path, _FRONT), "must be https; http is for this machine itself")
    elif _origin(uri) not in map(_origin, placed.client.redirect_uris):
        yield error(
            (*placed.path, _FRONT),
            "must have scheme, host and port of one of its redirect_uris",
        )


def _check_effects(placed: PlacedClient) -> Iterator[Problem]:
    for field in (_BACK, _FRONT):
        switch = field.replace("uri", "session_required")
        if switch in placed.client.model_fields_set and getattr(placed.client, field) is None:
            yield warning((*placed.path, switch), f"has no effect without {field}")


def _origin(uri: str) -> tuple[str, str] | None:
    try:
        target = parse_target(uri)
    except OutboundRefusedError:
        return None
    return target.scheme, target.authority

"""Counters: right, cheap to keep, and bounded in number."""

from ostiary.adapters.outbound.events_log import event_name
from ostiary.adapters.outbound.meters import (
    BOUNDS,
    MAX_SERIES,
    OTHER,
    EventMeter,
    RequestMeter,
)
from ostiary.core.base.ids import ClientId, EnvironmentId, TokenId
from ostiary.core.model.audit.tokens import RequestRefused, TokenIntrospected, TokenRevoked


def refused(endpoint: str, code: str) -> RequestRefused:
    return RequestRefused(
        environment=EnvironmentId("env"),
        endpoint=endpoint,
        code=code,
        reason="",
        client=None,
        claimed=ClientId("app"),
        address="",
    )


def counted(meter: EventMeter, name: str) -> dict[tuple[str, ...], int]:
    [family] = [f for f in meter.families(event_name) if f["name"] == f"ostiary_{name}_total"]
    return {tuple(sample["labels"].values()): sample["value"] for sample in family["samples"]}


def test_events_are_counted_by_their_labels() -> None:
    meter = EventMeter()
    for code in ("invalid_client", "invalid_client", "invalid_scope"):
        meter.count(refused("token", code))
    env, client, token = EnvironmentId("env"), ClientId("app"), TokenId("id")
    meter.count(TokenIntrospected(env, client, active=True, token_id=token, address=""))
    meter.count(TokenRevoked(env, client, token, ""))

    assert counted(meter, "request_refused") == {
        ("token", "invalid_client"): 2,
        ("token", "invalid_scope"): 1,
    }
    assert counted(meter, "token_introspected") == {("true",): 1}
    assert counted(meter, "token_revoked") == {(): 1}


def test_REL_43_made_up_labels_are_folded_into_one_series() -> None:
    meter = EventMeter()
    for number in range(10 * MAX_SERIES):
        meter.count(refused("token", f"code-{number}"))

    counts = counted(meter, "request_refused")
    assert len(counts) == MAX_SERIES + 1
    assert counts[OTHER, OTHER] == 9 * MAX_SERIES


def test_an_answer_falls_into_the_bucket_of_its_latency() -> None:
    meter = RequestMeter()
    for seconds in (0.0001, BOUNDS[0], 0.0006, 99.0):
        meter.observe("/token", 200, seconds)

    [family] = meter.families()
    [sample] = family["samples"]
    assert sample["labels"] == {"route": "/token", "status": "200"}
    assert sample["buckets"][:2] == [2, 1]
    assert sample["buckets"][-1] == 1
    assert sum(sample["buckets"]) == 4
    assert abs(sample["sum"] - 99.0012) < 1e-9


def test_REL_43_made_up_routes_are_folded_into_one_series() -> None:
    meter = RequestMeter()
    for number in range(10 * MAX_SERIES):
        meter.observe(f"/{number}", 200, 0.1)

    [family] = meter.families()
    assert len(family["samples"]) == MAX_SERIES + 1
    assert family["samples"][-1]["labels"]["route"] == OTHER

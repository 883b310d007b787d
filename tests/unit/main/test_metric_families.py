"""Metrics as data: added up over workers, and written so that Prometheus reads them."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from ostiary.main.serving.metric_families import counter, gauge, labelled, render, total

HISTOGRAM: dict[str, Any] = {
    "name": "seconds",
    "kind": "histogram",
    "help": "Seconds.",
    "bounds": [0.1, 1.0],
    "samples": [{"labels": {"route": "/a"}, "buckets": [1, 2, 3], "sum": 4.5}],
}


def parse(text: str) -> dict[tuple[str, ...], float]:
    """Read the text format with Prometheus' own parser."""
    return {
        (sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_what_is_written() -> None:
    families = [
        gauge("ready", "Ready.", 1.0),
        counter("refused_total", "Refused.", "code", {"a": 2, 'b"\\\n': 3}),
        HISTOGRAM,
    ]

    assert parse(render(families)) == {
        ("ready",): 1,
        ("refused_total", "code=a"): 2,
        ("refused_total", 'code=b"\\\n'): 3,
        ("seconds_bucket", "le=0.1", "route=/a"): 1,
        ("seconds_bucket", "le=1.0", "route=/a"): 3,
        ("seconds_bucket", "le=+Inf", "route=/a"): 6,
        ("seconds_sum", "route=/a"): 4.5,
        ("seconds_count", "route=/a"): 6,
    }


def test_counters_and_histograms_add_up_and_gauges_name_their_worker() -> None:
    one = [gauge("memory", "Bytes.", 10), counter("refused_total", "", "code", {"a": 1})]
    other = [gauge("memory", "Bytes.", 20), counter("refused_total", "", "code", {"a": 2, "b": 5})]

    parsed = parse(render(total(labelled([*one, HISTOGRAM], 0), labelled([*other, HISTOGRAM], 1))))

    assert parsed["memory", "worker=0"] == 10
    assert parsed["memory", "worker=1"] == 20
    assert parsed["refused_total", "code=a"] == 3
    assert parsed["refused_total", "code=b"] == 5
    assert parsed["seconds_count", "route=/a"] == 12
    assert parsed["seconds_sum", "route=/a"] == 9


def test_of_past_workers_only_what_counts_up_is_kept() -> None:
    past = total([gauge("memory", "Bytes.", 10), HISTOGRAM], counters_only=True)

    assert [family["name"] for family in past] == ["seconds"]


def test_adding_up_leaves_the_summands_alone() -> None:
    summand = [counter("refused_total", "", "code", {"a": 1})]
    total(summand, summand)

    assert summand[0]["samples"][0]["value"] == 1

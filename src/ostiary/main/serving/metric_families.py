"""Metrics as plain data: summed over workers, written in Prometheus' text format.

Written by hand because the parent must stay light: prometheus_client costs it 100 ms and 12 MB.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

Family = dict[str, Any]
"""`name`, `kind` (counter, gauge, histogram), `help`, `samples`; a histogram also has `bounds`.

A sample has `labels` and either `value` or `buckets` (not cumulative, the last is +Inf) and `sum`.
"""
Families = list[Family]
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LABEL_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def gauge(name: str, explanation: str, value: float) -> Family:
    """Make a gauge without labels."""
    return _single(name, "gauge", explanation, value)


def count(name: str, explanation: str, value: float) -> Family:
    """Make a counter without labels."""
    return _single(name, "counter", explanation, value)


def counter(name: str, explanation: str, label: str, values: Mapping[Any, float]) -> Family:
    """Make a counter with one label."""
    samples = [{"labels": {label: str(key)}, "value": value} for key, value in values.items()]
    return {"name": name, "kind": "counter", "help": explanation, "samples": samples}


def labelled(families: Iterable[Family], worker: int) -> Families:
    """Name the worker in its gauges; counters and histograms are summed and need no name."""
    return [
        {**family, "samples": [_of_worker(sample, worker) for sample in family["samples"]]}
        if family["kind"] == "gauge"
        else family
        for family in families
    ]


def total(*sources: Iterable[Family], counters_only: bool = False) -> Families:
    """Add up what has the same name and labels."""
    by_name: dict[str, Family] = {}
    for family in (family for source in sources for family in source):
        if counters_only and family["kind"] == "gauge":
            continue
        known = by_name.get(family["name"])
        if known is None:
            by_name[family["name"]] = copy.deepcopy(family)
        else:
            _add(known, family)
    return list(by_name.values())


def render(families: Iterable[Family]) -> str:
    """Write the text format, version 0.0.4."""
    lines: list[str] = []
    for family in families:
        lines.append(f"# HELP {family['name']} {family['help']}")
        lines.append(f"# TYPE {family['name']} {family['kind']}")
        for sample in family["samples"]:
            lines.extend(_sample_lines(family, sample))
    return "\n".join(lines) + "\n"


def _single(name: str, kind: str, explanation: str, value: float) -> Family:
    samples = [{"labels": {}, "value": value}]
    return {"name": name, "kind": kind, "help": explanation, "samples": samples}


def _of_worker(sample: Mapping[str, Any], worker: int) -> dict[str, Any]:
    return {**sample, "labels": {**sample["labels"], "worker": str(worker)}}


def _add(known: Family, other: Family) -> None:
    by_labels = {tuple(sample["labels"].items()): sample for sample in known["samples"]}
    for sample in other["samples"]:
        mine = by_labels.get(tuple(sample["labels"].items()))
        if mine is None:
            known["samples"].append(copy.deepcopy(sample))
        elif known["kind"] == "histogram":
            mine["buckets"] = [
                a + b for a, b in zip(mine["buckets"], sample["buckets"], strict=True)
            ]
            mine["sum"] += sample["sum"]
        else:
            mine["value"] += sample["value"]


def _sample_lines(family: Family, sample: Mapping[str, Any]) -> Iterable[str]:
    name, labels = family["name"], sample["labels"]
    if family["kind"] != "histogram":
        yield f"{name}{_labels(labels)} {_number(sample['value'])}"
        return
    count = 0
    for bound, here in zip([*map(str, family["bounds"]), "+Inf"], sample["buckets"], strict=True):
        count += here
        yield f"{name}_bucket{_labels({**labels, 'le': bound})} {count}"
    yield f"{name}_sum{_labels(labels)} {_number(sample['sum'])}"
    yield f"{name}_count{_labels(labels)} {count}"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    inner = ",".join(f'{key}="{value.translate(_LABEL_ESCAPES)}"' for key, value in labels.items())
    return f"{{{inner}}}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)

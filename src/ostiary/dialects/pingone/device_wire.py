"""PingOne's JSON of what a user has beside a password: its devices."""

from collections.abc import Iterable, Mapping
from typing import Any

_TARGETS: Mapping[str, str] = {"EMAIL": "email", "SMS": "phone"}
_SELECTED = "selectedDeviceRef"


def type_id(kind: str) -> str:
    """Return what this wire calls a kind of device: the same word in capitals."""
    return kind.upper()


def render_devices(fields: Mapping[str, Any]) -> dict[str, object]:
    """Return the devices of a view, and which of them is asked.

    Spec: PingOne "Flows" (`_embedded.devices`, `_embedded.selectedDevice`).
    """
    if "devices" not in fields:
        return {}
    devices = [_render(device) for device in fields["devices"]]
    wanted = fields.get(_SELECTED, {}).get("id")
    selected = [device for device in devices if device["id"] == wanted]
    return {"devices": devices, **({"selectedDevice": selected[0]} if selected else {})}


def render_pairing_methods(methods: Iterable[Mapping[str, str]]) -> list[dict[str, object]]:
    """Return which kinds of device can be paired."""
    return [{"deviceType": type_id(method["deviceType"])} for method in methods]


def _render(device: Mapping[str, Any]) -> dict[str, object]:
    kind = type_id(device["type"])
    target = {_TARGETS[kind]: device["target"]} if "target" in device and kind in _TARGETS else {}
    named = {"nickname": device["nickname"]} if "nickname" in device else {}
    page = {"rp": {"id": device["rpId"]}} if "rpId" in device else {}
    return {"id": device["id"], "type": kind, **target, **named, **page}

"""The machine that a run was made on, as far as it explains the figures; never its name."""

import os
import platform
import re
import subprocess
from pathlib import Path

import msgspec


class Machine(msgspec.Struct, frozen=True):
    """What matters of a machine.

    Args:
        cores: logical processors.
        load: the load average over one minute when the run began.
        filesystem: of the directory that the servers write to.
    """

    model: str
    cores: int
    memory_gb: float
    kernel: str
    system: str
    python: str
    hypervisor: str
    load: float
    filesystem: str
    wrk: str

    @property
    def short_name(self) -> str:
        """A name for files: the processor and how many of it."""
        words = re.sub(r"\(.*?\)|@.*|\bCPU\b|\bProcessor\b", " ", self.model)
        slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
        return f"{slug or 'unknown'}-{self.cores}-cores"


def look(directory: Path) -> Machine:
    """Look at this machine."""
    processor = _fields(Path("/proc/cpuinfo").read_text())
    memory = _fields(Path("/proc/meminfo").read_text())
    flags = processor.get("flags", "").split()
    return Machine(
        model=processor.get("model name") or platform.machine(),
        cores=os.cpu_count() or 1,
        memory_gb=round(int(memory["MemTotal"].split()[0]) * 1024 / 1e9, 1),
        kernel=platform.release(),
        system=platform.freedesktop_os_release().get("PRETTY_NAME", "Linux"),
        python=platform.python_version(),
        hypervisor="yes" if "hypervisor" in flags else "no",
        load=os.getloadavg()[0],
        filesystem=_say(
            "findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(directory)
        ),
        wrk=" ".join(_say("wrk", "--version").split()[:2]),
    )


def _fields(text: str) -> dict[str, str]:
    """Read `name: value` lines; of names that repeat, the first."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return fields


def _say(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()

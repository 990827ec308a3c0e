"""The machine: what a run was measured on, as far as a reader of its figures should know."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

LIBRARIES = (
    "aiohttp",
    "httptools",
    "orjson",
    "pydantic",
    "starlette",
    "uvicorn",
    "uvloop",
    "websockets",
)


def facts() -> dict[str, str]:
    """Processor, memory and system; no names of hosts or people."""
    gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "memory": f"{gib:.0f} GiB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def versions(peer: str) -> dict[str, str]:
    """Of Python, of what the servers stand on, and of the published server."""
    found = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **found, "published server": peer}


def load() -> float:
    """Processes that wanted a processor in the last minute."""
    return round(os.getloadavg()[0], 2)

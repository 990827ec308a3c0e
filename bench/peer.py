"""The peer: the published Python server, in an environment of its own, seen from outside only.

`nox -s bench` makes that environment as `nox -s interop` does, from the same pins.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cached_property

PACKAGE = "smooai-smooth-operator-server"
REQUIREMENT = f"{PACKAGE}[gateway]"


class NoPeer(Exception):
    """An interpreter in which the published server is not installed."""


@dataclass(frozen=True)
class Peer:
    """An interpreter that has the published server installed."""

    interpreter: str

    @property
    def command(self) -> list[str]:
        return [self.interpreter, "-m", "smooth_operator_server"]

    @cached_property
    def version(self) -> str:
        """Raises `NoPeer`."""
        code = f"import importlib.metadata as m; print(m.version({PACKAGE!r}))"
        try:
            told = subprocess.run(
                [self.interpreter, "-c", code], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            why = f"--peer {self.interpreter}: no interpreter with {REQUIREMENT} installed"
            raise NoPeer(why) from error
        return told.stdout.strip()

    @property
    def name(self) -> str:
        """As tables call it."""
        return f"published {self.version}"

    @staticmethod
    def environment(port: int, gateway: str = "") -> dict[str, str]:
        env = {"SMOOTH_AGENT_PORT": str(port)}
        if gateway:
            return {**env, "SMOOAI_GATEWAY_URL": gateway, "SMOOAI_GATEWAY_KEY": "key"}
        return env

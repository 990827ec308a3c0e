"""The peer: the published Python server, in an environment of its own, seen from outside only.

python -m venv PEER && PEER/bin/pip install 'smooai-smooth-operator-server[gateway]==1.66.0'
python -m bench --peer PEER/bin/python
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

PACKAGE = "smooai-smooth-operator-server"


@dataclass(frozen=True, slots=True)
class Peer:
    """An interpreter that has the published server installed."""

    interpreter: str

    @property
    def command(self) -> list[str]:
        return [self.interpreter, "-m", "smooth_operator_server"]

    @property
    def name(self) -> str:
        """As tables call it."""
        code = f"import importlib.metadata as m; print(m.version({PACKAGE!r}))"
        told = subprocess.run(
            [self.interpreter, "-c", code], capture_output=True, text=True, check=True
        )
        return f"published {told.stdout.strip()}"

    @staticmethod
    def environment(port: int, gateway: str = "") -> dict[str, str]:
        env = {"SMOOTH_AGENT_PORT": str(port)}
        if gateway:
            return {**env, "SMOOAI_GATEWAY_URL": gateway, "SMOOAI_GATEWAY_KEY": "key"}
        return env

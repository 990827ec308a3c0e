"""Our server: as a process with its ordinary command, or with a model that costs nothing."""

from __future__ import annotations

import argparse

from smooth_operator_server.app import Parts
from smooth_operator_server.logs import configure_logging
from smooth_operator_server.process import run_server
from smooth_operator_server.settings import Settings

from bench.children import python
from bench.models import InstantModel

UNLIMITED = 1_000_000
COMMAND = python("smooth_operator_server.cli", "serve")


def environment(port: int, gateway: str = "") -> dict[str, str]:
    """How `COMMAND` is told where to listen and where its model is."""
    env = {
        "SMOOTH_AGENT_PORT": str(port),
        "SMOOTH_AGENT_FRAMES_PER_SECOND": str(UNLIMITED),
        "SMOOTH_AGENT_FRAME_BURST": str(UNLIMITED),
        "SMOOTH_AGENT_MODEL": "bench",
    }
    return {**env, "SMOOAI_GATEWAY_URL": gateway, "SMOOAI_GATEWAY_KEY": "key"} if gateway else env


def instant_settings(port: int) -> Settings:
    """For a server whose model costs nothing."""
    return Settings(port=port, model="bench", frames_per_second=UNLIMITED, frame_burst=UNLIMITED)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("tokens", type=int)
    arguments.add_argument("--apart", action="store_true")
    given = arguments.parse_args()
    model = InstantModel(given.tokens, apart=given.apart)
    configure_logging()
    run_server(instant_settings(given.port), Parts(model=model))


if __name__ == "__main__":
    main()

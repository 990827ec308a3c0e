"""Our server: as a process with its ordinary command, or with a model that costs nothing."""

from __future__ import annotations

import argparse

import uvloop
from smooth_operator_server.app import Parts, Server
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


def instant(port: int, tokens: int, *, apart: bool = False) -> Server:
    """A server whose model costs nothing."""
    settings = Settings(
        port=port, model="bench", frames_per_second=UNLIMITED, frame_burst=UNLIMITED
    )
    return Server(settings, Parts(model=InstantModel(tokens, apart=apart)))


async def _serve(port: int, tokens: int, *, apart: bool) -> None:
    server = instant(port, tokens, apart=apart)
    await server.run(server.open())


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("tokens", type=int)
    arguments.add_argument("--apart", action="store_true")
    given = arguments.parse_args()
    uvloop.run(_serve(given.port, given.tokens, apart=given.apart))


if __name__ == "__main__":
    main()

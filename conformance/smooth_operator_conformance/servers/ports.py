"""Ports for servers that have to be told one: each has one owner among a machine's runners."""

from __future__ import annotations

import contextlib
import random
import socket
from collections import deque
from typing import Final

BLOCK: Final = 200
BLOCKS: Final = range(20_000, 30_000, BLOCK)
"""Below the ports that Linux gives to clients: who keeps knocking at one of those until somebody
opens it may in the end be connected to himself."""


class NoPort(Exception):
    """Every block is another runner's, or every port of ours is taken."""


class Ports:
    """Gives each port to one server at a time.

    A server opens its port some time after it was told it: until then nothing shows that the
    port is taken, and of two that were told the same one both seem to answer. So a runner owns
    whole blocks of ports, by listening on the first of each, and gives none again that was not
    given back.
    """

    def __init__(self) -> None:
        self._claims: list[socket.socket] = []
        self._idle: deque[int] = deque()
        self._given: set[int] = set()

    def take(self) -> int:
        """A port that nobody listens on, nor on the next one: some servers take that too."""
        for _ in range(len(BLOCKS)):
            for _ in range(len(self._idle)):
                port = self._idle.popleft()
                if _is_free(port) and _is_free(port + 1):
                    self._given.add(port)
                    return port
                self._idle.append(port)
            self._claim()
        raise NoPort(f"no port between {BLOCKS.start} and {BLOCKS.stop} is free")

    def give_back(self, port: int) -> None:
        """The server of this port has ended; of a port that is not given out, nothing happens."""
        if port in self._given:
            self._given.remove(port)
            self._idle.append(port)

    def close(self) -> None:
        """Leave the blocks to others."""
        while self._claims:
            self._claims.pop().close()
        self._idle.clear()
        self._given.clear()

    def _claim(self) -> None:
        for first in random.sample(BLOCKS, len(BLOCKS)):
            claim = socket.socket()
            try:
                claim.bind(("127.0.0.1", first))
                claim.listen()
            except OSError:
                claim.close()
                continue
            self._claims.append(claim)
            self._idle.extend(range(first + 2, first + BLOCK, 2))
            return
        raise NoPort(f"other runners own every port between {BLOCKS.start} and {BLOCKS.stop}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


_ports = Ports()


def free_port() -> int:
    """A port of 127.0.0.1 for a server of this process; raises NoPort."""
    return _ports.take()


def give_back(port: int) -> None:
    """See `Ports.give_back`."""
    _ports.give_back(port)

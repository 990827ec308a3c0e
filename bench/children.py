"""Children: the processes under measurement, from their start to their end."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.knock import upgrades

START_SECONDS = 30.0
LOOK_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Child:
    """A process that listens."""

    pid: int
    port: int


class NotStarted(Exception):
    """A process did not open its port."""


def python(module: str, *args: str) -> list[str]:
    """The command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *args]


@contextlib.contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str], folder: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A started process, whose port may not be open yet; it is gone afterwards."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SMOO")}
    process = subprocess.Popen(
        command,
        env={**clean, **env},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def serving(
    command: Sequence[str],
    env: Mapping[str, str],
    port: int,
    satisfied: Callable[[socket.socket], bool] = upgrades,
    folder: str | None = None,
) -> Iterator[Child]:
    """A process that answers on its port. Raises `NotStarted`."""
    with running(command, env, folder) as process:
        answering(process, port, satisfied)
        yield Child(process.pid, port)


def answering(
    process: subprocess.Popen[bytes], port: int, satisfied: Callable[[socket.socket], bool]
) -> None:
    """Wait until a connection satisfies; one that is refused or reset is tried again.

    Some servers open their port, close it and open it again. Raises `NotStarted`.
    """
    give_up = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with socket.create_connection(("127.0.0.1", port)) as sock:
                if satisfied(sock):
                    return
        except ConnectionError:
            time.sleep(LOOK_SECONDS)
    raise NotStarted(f"{process.args!r} did not open port {port}")


def allow_files() -> None:
    """As many open files as this user may have; children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

"""Servers: ours, the thinnest and the published one, started side by side for one comparison."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from smooth_operator_conformance.servers.ports import free_port

from bench import ours
from bench.children import Child, NotStarted, python, serving
from bench.conditions import Conditions
from bench.rounds import OURS

ROOT = Path(__file__).resolve().parents[1]
THIN = "thinnest server"
NOWHERE = "http://127.0.0.1:9/v1"
TRIES = 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a server is started: command and environment for a port and a gateway's URL."""

    command: Callable[[int, str], list[str]]
    environment: Callable[[int, str], dict[str, str]]

    @contextlib.contextmanager
    def serving(self, gateway: str = "") -> Iterator[Child]:
        """The server on a free port, in an empty folder. Raises `NotStarted`.

        Tried again on another port: one that was free may be taken before a slow start uses it.
        """
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
            for left in reversed(range(TRIES)):
                port = free_port()
                command, env = self.command(port, gateway), self.environment(port, gateway)
                try:
                    child = stack.enter_context(serving(command, env, port, folder=folder))
                    break
                except NotStarted:
                    if not left:
                        raise
            yield child


def recipes(conditions: Conditions, *, thin: bool = True) -> dict[str, Recipe]:
    """Those of a comparison, by the names that tables give them."""
    found = {OURS: Recipe(lambda port, url: ours.COMMAND, ours.environment)}
    if thin:
        found[THIN] = Recipe(
            lambda port, url: python("bench.thin", str(port), url or NOWHERE),
            lambda port, url: {"PYTHONPATH": str(ROOT)},
        )
    peer = conditions.peer
    if peer is not None:
        found[peer.name] = Recipe(lambda port, url: peer.command, peer.environment)
    return found


Started = Mapping[str, "Child | NotStarted"]


@contextlib.contextmanager
def together(recipes: Mapping[str, Recipe], gateway: str = "") -> Iterator[Started]:
    """All of them at once: whoever is not asked costs nothing."""
    with contextlib.ExitStack() as stack:
        yield {name: _started(stack, recipe, gateway) for name, recipe in recipes.items()}


def _started(stack: contextlib.ExitStack, recipe: Recipe, gateway: str) -> Child | NotStarted:
    try:
        return stack.enter_context(recipe.serving(gateway))
    except NotStarted as error:
        return error

"""The servers of a session: one for each set of settings, started when it is first needed.

A server reads its agents when it starts. So every test of the session that wants these settings
gets its agents into the file, long before it runs.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.pytest_plugin.backstage import Backstage
from smooth_operator_conformance.pytest_plugin.play import Play
from smooth_operator_conformance.pytest_plugin.starting import (
    LANE,
    CannotServe,
    NeverReady,
    Running,
    chosen_target,
    faults,
    started,
)
from smooth_operator_conformance.pytest_plugin.wish import Settings, Wish
from smooth_operator_conformance.servers.process import NotStarted
from smooth_operator_conformance.world.case_run import CaseRun

_REFUSED = re.compile(r"\bagents\W{1,3}(\d+)\b")
"""Where a server says which agent of the file it does not like."""


class _OfNow(dict[str, CaseRun]):
    """Sessions to copies: a delivery belongs to the test that runs, whatever its session."""

    now: Play | None = None

    def get(self, key: object, default: Any = None) -> Any:
        return self.now if self.now is not None else default


class Pool:
    """Servers by settings, one backstage for all of them."""

    def __init__(self, target: str, wishes: Mapping[str, Wish]) -> None:
        """Raises CannotServe for a target that cannot be started."""
        self._target = chosen_target(target)
        self._wishes = wishes
        self._running: dict[Settings, Running] = {}
        self._own: list[Running] = []
        self._over: list[Play] = []
        self._hopeless = ""
        self._folder = tempfile.TemporaryDirectory(prefix="smooth-pytest-")
        self._web = Web()
        self.backstage = Backstage()
        self._registry = self.backstage.host.registry
        self._registry.sessions = self._sessions = _OfNow()

    @property
    def strays(self) -> list[str]:
        """Requests that belong to no test of this session."""
        return self._registry.strays

    def play(self, test: str, wish: Wish) -> Play:
        """The copy of a test, on stage until `leave`."""
        play = self.backstage.do(self._made(test, wish))
        self._registry.add(play)
        self._registry.enter(LANE, play)
        self._sessions.now = play
        return play

    def leave(self, play: Play) -> None:
        """What is asked for this test from now on is late."""
        self._sessions.now = None
        self._over.append(play)
        self.backstage.do(self._left(play))

    def server(self, play: Play) -> Running:
        """The server that has the agents of a test; raises CannotServe."""
        problem = faults(self._target, play) or self._hopeless
        if problem:
            raise CannotServe(problem)
        if play.wish.own_server:
            return self._start_own(play)
        found = self._running.get(play.wish.settings) or self._start_shared(play)
        return found if found and play.nonce in found.copies else self._start_own(play)

    def stop(self, running: Running) -> None:
        """End a server that only one test had."""
        if running in self._own:
            self._own.remove(running)
            self.backstage.do(running.process.stop())

    def close(self) -> list[str]:
        """End every server and the backstage; returns what tests that were over were asked."""
        for running in [*self._running.values(), *self._own]:
            self.backstage.do(running.process.stop())
        self.backstage.do(self._web.close())
        self.backstage.close()
        self._folder.cleanup()
        return [f"{play.test}: {line}" for play in self._over for line in play.late]

    async def _made(self, test: str, wish: Wish) -> Play:
        return Play(test, wish, self.backstage.host.bindings)

    async def _left(self, play: Play) -> None:
        play.over = True
        play.release_all()
        play.timeline.entries.clear()

    def _start_shared(self, play: Play) -> Running | None:
        """A server for this test and all like it; None where it does not start.

        One test's agents may be what it refuses: the second try leaves those out that it named,
        and who is left out gets a server of its own, which fails or serves that test alone.
        """
        plays = self._group(play)
        for _ in range(2):
            try:
                running = self._start(plays, play.wish.settings)
            except NotStarted as error:
                plays = _without(plays, str(error))
                continue
            self._running[play.wish.settings] = running
            return running
        return None

    def _group(self, play: Play) -> list[Play]:
        """The test, and every other that wants the same settings and is no nonsense."""
        wanted = play.wish.settings
        others = [
            self.backstage.do(self._made(test, wish))
            for test, wish in self._wishes.items()
            if test != play.test and wish.settings == wanted and not wish.own_server
        ]
        return [play, *(other for other in others if not faults(self._target, other))]

    def _start_own(self, play: Play) -> Running:
        try:
            running = self._start([play], play.wish.settings)
        except NotStarted as error:
            raise CannotServe(f"the server did not start: {error}") from error
        self._own.append(running)
        return running

    def _start(self, plays: list[Play], settings: Settings) -> Running:
        folder = Path(self._folder.name)
        host = self.backstage.host
        try:
            return self.backstage.do(
                started(self._target, host, plays, settings, folder, self._web)
            )
        except NeverReady as error:
            self._hopeless = str(error)
            raise


def _without(plays: list[Play], said: str) -> list[Play]:
    """The tests whose agents a server did not name when it refused the file."""
    owners = [play for play in plays for _ in play.wish.agents]
    named = {int(number) for number in _REFUSED.findall(said)}
    # Agent 0 of the file is ours.
    bad = {owners[n - 1].nonce for n in named if 0 < n <= len(owners)}
    return [play for play in plays if play.nonce not in bad]

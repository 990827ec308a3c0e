"""A turn's patience, on a clock that the test turns."""

from __future__ import annotations

import asyncio

import pytest
from smooth_operator._watchdog import Watchdog


class Clock:
    """Stands in for the event loop: its time moves when the test says so."""

    def __init__(self):
        self.now = 0.0
        self._timers = []

    def time(self):
        return self.now

    def call_at(self, when, callback):
        timer = Timer(when, callback)
        self._timers.append(timer)
        return timer

    def pass_to(self, moment):
        self.now = moment
        due = [timer for timer in self._timers if timer.when <= moment]
        self._timers = [timer for timer in self._timers if timer.when > moment]
        for timer in due:
            timer.fire()


class Timer:
    def __init__(self, when, callback):
        self.when = when
        self._callback = callback

    def cancel(self):
        self._callback = None

    def fire(self):
        if self._callback is not None:
            self._callback()


@pytest.fixture
def clock(monkeypatch):
    here = Clock()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: here)
    return here


def make(idle=10.0):
    fired = []
    return Watchdog(idle, fired.append), fired


def test_silence_expires_once(clock):
    _, fired = make()
    clock.pass_to(9.9)
    assert fired == []
    clock.pass_to(10)
    clock.pass_to(100)
    assert fired == ["idle"]


def test_each_sign_of_life_starts_the_time_anew(clock):
    watchdog, fired = make()
    for moment in (8, 16, 24):
        clock.pass_to(moment)
        watchdog.alive()
    clock.pass_to(33.9)
    assert fired == []
    clock.pass_to(34)
    assert fired == ["idle"]


@pytest.mark.parametrize("park", [3, 300])
def test_while_parked_only_the_parks_own_time_counts(clock, park):
    watchdog, fired = make()
    watchdog.park(park)
    for moment in range(1, park):
        clock.pass_to(moment)
        watchdog.alive()
    assert fired == []
    clock.pass_to(park)
    assert fired == ["park"]


def test_after_the_park_silence_counts_from_there(clock):
    watchdog, fired = make()
    watchdog.park(300)
    clock.pass_to(200)
    watchdog.unpark()
    clock.pass_to(209.9)
    assert fired == []
    clock.pass_to(210)
    assert fired == ["idle"]


def test_without_an_idle_limit_only_parks_expire(clock):
    watchdog, fired = make(idle=None)
    clock.pass_to(10_000)
    watchdog.park(5)
    watchdog.unpark()
    clock.pass_to(20_000)
    watchdog.park(5)
    clock.pass_to(20_005)
    assert fired == ["park"]


def test_a_stopped_watchdog_never_expires(clock):
    watchdog, fired = make()
    watchdog.park(5)
    watchdog.stop()
    watchdog.unpark()
    clock.pass_to(1000)
    assert fired == []

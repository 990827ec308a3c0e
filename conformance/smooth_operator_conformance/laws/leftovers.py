"""Leftovers: what nobody asked for, or nobody used.

Frames and closes that no step consumed, script entries without a request, requests without an
entry, calls too many, and anything that came after the last step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from smooth_operator_conformance.laws.view import View
from smooth_operator_conformance.match.stream import is_background
from smooth_operator_conformance.match.values import short
from smooth_operator_conformance.records import Finding
from smooth_operator_conformance.walk import is_connection


def leftovers(view: View) -> Iterator[Finding]:
    """All of them; a walk that failed leaves its rest unreported, for it never got there."""
    end = _end(view)
    if end is None:
        return
    yield from _frames(view)
    yield from _scripts(view)
    yield from _tools(view)
    yield from _late(view, end)


def _end(view: View) -> int | None:
    """Index of the mark behind the last step; None when the walk stopped before."""
    for index, entry in enumerate(view.entries):
        if entry.kind == "step" and isinstance(entry.value, dict) and entry.value.get("end"):
            return index
    return None


def _frames(view: View) -> Iterator[Finding]:
    cut = {e.inbox for e in view.entries if e.kind == "event" and "cut" in (e.value or {})}
    for index, entry in enumerate(view.entries):
        unasked = entry.kind in ("frame", "closed") and entry.direction == "in"
        if not unasked or index in view.consumed or not is_connection(entry.inbox):
            continue
        if entry.inbox in cut or is_background(entry):
            continue
        message = f"nobody expected on {entry.inbox}: {short(entry.value)}"
        yield view.finding("leftover-frame", message, index, kind="leftover")


def _scripts(view: View) -> Iterator[Finding]:
    requests = Counter(
        entry.inbox for entry in view.entries if entry.kind == "http" and entry.direction == "in"
    )
    for name, agent in view.case.agents.items():
        queues = {f"model:{name}": agent["script"]}
        for short_name, script in agent.get("scripts", {}).items():
            queues[f"model:{name}.{short_name}"] = script
        for inbox, script in queues.items():
            came, written = requests[inbox], len(script)
            spare = sum(1 for entry in script if entry.get("maybe"))
            if came > written:
                message = f"{inbox} was asked {came} times, the script has {written} entries"
                yield view.finding("script-empty", message, kind="leftover")
            elif came < written - spare:
                message = f"{inbox} was asked {came} times, {written - came} entries are left"
                yield view.finding("script-left", message, kind="leftover")


def _tools(view: View) -> Iterator[Finding]:
    calls = Counter(
        entry.inbox for entry in view.entries if entry.kind == "http" and entry.direction == "in"
    )
    for name, agent in view.case.agents.items():
        for tool in agent.get("tools", ()):
            inbox = f"tool:{name}/{tool['name']}"
            answers = sum(1 for answer in tool["answers"] if set(answer) != {"gate"})
            if any(answer.get("always") for answer in tool["answers"]):
                continue
            if calls[inbox] > answers:
                message = f"{inbox} was called {calls[inbox]} times, it has {answers} answers"
                yield view.finding("calls-too-many", message, kind="leftover")


def _late(view: View, end: int) -> Iterator[Finding]:
    for index in range(end + 1, len(view.entries)):
        entry = view.entries[index]
        request = entry.kind == "http" and entry.inbox.startswith(("model:", "tool:"))
        if request and entry.direction == "in":
            message = f"after the last step: a request on {entry.inbox}"
            yield view.finding("late-request", message, index, kind="leftover")

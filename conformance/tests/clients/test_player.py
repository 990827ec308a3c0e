"""Whole cases with tiny drivers: what is missing, too much, or broken is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CONNECT = {"drive": {"type": "connect", "id": "c"}}
RESULT = {"expect": {"on": "driver", "events": [{"type": "result", "id": "c"}]}}
ANSWERS = 'say({"type": "result", "id": ID})'
KNOCKS = """
    import socket
    from urllib.parse import urlsplit
    where = urlsplit(command["url"])
    knock = socket.create_connection((where.hostname, where.port))
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n"
    head = "Host: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
    knock.sendall(f"GET /ws?k=v HTTP/1.1\\r\\n{head}{key}\\r\\n".encode())
"""


async def red(played: Any, scenario: Any, target: Any, step: float = 5.0) -> Any:
    run = await played([scenario], target, step)
    (case,) = run.cases
    assert case.outcome == "fail"
    return case.findings[0]


async def test_a_driver_that_does_as_told_is_green(
    scenario: Callable[..., Any], driver: Any, played: Any
) -> None:
    run = await played([scenario([CONNECT, RESULT])], driver(ANSWERS))
    (case,) = run.cases
    assert (case.outcome, case.findings, run.end.exit_code) == ("pass", (), 0)
    assert case.laws == 5  # ready, two results, exit, the end of the process


@pytest.mark.parametrize(
    ("extra", "told", "kind"),
    [
        (ANSWERS + "; " + ANSWERS, "expected", "assertion"),
        ('print("oops", flush=True); ' + ANSWERS, "junk", "assertion"),
        (ANSWERS + '; say({"type": "error", "kind": "decode"})', "decode", "assertion"),
        ("sys.exit(3)", '"status": 3', "assertion"),
    ],
)
async def test_what_is_too_much_or_wrong_is_told(
    scenario: Callable[..., Any], driver: Any, played: Any, extra: str, told: str, kind: str
) -> None:
    finding = await red(played, scenario([CONNECT, RESULT]), driver(extra))
    assert told in finding.message
    assert finding.kind == kind
    assert finding.blame == "target"


async def test_silence_is_a_deadline_that_says_what_was_awaited(
    scenario: Callable[..., Any], driver: Any, played: Any
) -> None:
    finding = await red(played, scenario([CONNECT, RESULT]), driver(), 0.2)
    assert finding.kind == "deadline"
    assert 'awaited on driver: {"type": "result", "id": "c"}' in finding.message


async def test_a_connection_that_nobody_expects_is_red(
    scenario: Callable[..., Any], driver: Any, played: Any
) -> None:
    target = driver(KNOCKS + "\n    " + ANSWERS)
    door = {"open": {"refuse": 503, "request": {"path": "/ws", "query": {"k": "v"}}}}
    run = await played([scenario([CONNECT, door, RESULT])], target)
    assert run.cases[0].outcome == "pass", run.cases[0].findings
    finding = await red(played, scenario([CONNECT, RESULT]), target)
    assert finding.kind == "leftover"
    assert "a connection that no step expects" in finding.message


@pytest.mark.parametrize(
    "step",
    [
        {"drive": {"type": "sing", "id": "x"}},
        {"send": {"on": "a", "frames": [{"type": "stream_token"}]}},
        {"drive": {"type": "turn", "id": "t", "fields": {"message": "{{nothing}}"}}},
        {"cut": {"on": "z"}},
    ],
)
async def test_a_mistake_of_the_scenario_is_not_the_clients(
    scenario: Callable[..., Any], driver: Any, played: Any, step: Any
) -> None:
    finding = await red(played, scenario([step]), driver(ANSWERS))
    assert finding.blame == "scenario"


async def test_a_command_that_is_none_could_not_run(
    scenario: Callable[..., Any], driver: Any, played: Any, tmp_path: Any
) -> None:
    target = driver()
    missing = type(target)("gone", (str(tmp_path / "nothing"),))
    run = await played([scenario([CONNECT])], missing)
    assert (run.cases[0].outcome, run.end.exit_code) == ("could-not-run", 3)
    assert "nothing" in run.cases[0].reason

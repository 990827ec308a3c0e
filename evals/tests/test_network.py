"""Without a key nothing leaves this machine, and nothing asks for a name of another one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

_seen: list[Any] = []
_watching = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event == "socket.connect":
        _seen.append(arguments[1])
    elif event == "socket.getaddrinfo":
        _seen.append(arguments[:2])


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that this process connects to, or resolves, while the test runs."""
    _seen.clear()
    sys.addaudithook(_watch)
    monkeypatch.setattr(sys.modules[__name__], "_watching", True)
    return _seen


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"SMOOTH_AGENT_E2E": "1"},
        {"SMOOTH_AGENT_E2E": "1", "SMOOTH_AGENT_MODEL": "m", "SMOOTH_AGENT_JUDGE_MODEL": "j"},
        {"SMOOAI_GATEWAY_KEY": "sk-x", "SMOOTH_AGENT_MODEL": "m"},
    ],
)
def test_a_run_that_is_not_fully_asked_for_stays_on_this_machine(
    evals: Callable[..., Result], connections: list[Any], env: dict[str, str]
) -> None:
    done = evals("run", "--only", "loan-period", "--only", "renew-once", env=env)
    assert done.exit_code == 0, done.output
    assert done.output.count("SKIPPED") == 1
    assert "sk-x" not in done.output
    assert connections  # the watch works: our own sockets are seen
    hosts = {each[0] for each in connections if isinstance(each, tuple)}
    assert hosts <= {"127.0.0.1", "::1", "localhost", None}


def test_the_retrieval_needs_no_network(
    evals: Callable[..., Result], connections: list[Any]
) -> None:
    assert evals("retrieval").exit_code == 0
    assert [each for each in connections if isinstance(each, tuple)] == []

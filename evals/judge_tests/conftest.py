"""What the judge's tests share: a gateway, the questions, and a watch on every connection."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from smooth_operator_evals.questions import Question, load

from .scripted_judge import Scripted, serving

_connections: list[Any] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Every connection and every name that this process asks for, from before deepeval's import."""
    if event == "socket.connect":
        _connections.append(arguments[1])
    elif event == "socket.getaddrinfo":
        _connections.append(arguments[:2])


sys.addaudithook(_watch)


@pytest.fixture
def outside() -> Callable[[], list[Any]]:
    """The addresses so far that are not this machine's."""
    here = ("127.0.0.1", "::1", "localhost", None)
    return lambda: [
        each for each in _connections if isinstance(each, tuple) and each[0] not in here
    ]


@pytest.fixture(scope="session")
def questions() -> list[Question]:
    return load()


@pytest.fixture
def question(questions: list[Question]) -> Question:
    return next(each for each in questions if each.name == "loan-period")


@pytest.fixture
async def gateway(questions: list[Question]) -> AsyncIterator[Scripted]:
    async with serving(questions) as scripted:
        yield scripted


@pytest.fixture(autouse=True)
def nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("SMOOTH_", "SMOOAI_")):
            monkeypatch.delenv(name)

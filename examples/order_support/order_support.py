"""Order support in a terminal: streams the answer, asks before a tool runs, names its sources.

python order_support.py ws://127.0.0.1:8787/ws order-support "Cancel order A-7, please."
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from smooth_operator import (
    Answer,
    Session,
    StreamTokenEvent,
    WriteConfirmationRequiredEvent,
    connect,
)

Show = Callable[[str], None]
Approve = Callable[[str], bool]


async def ask(session: Session, question: str, *, show: Show, approve: Approve) -> Answer:
    """Put one question: tokens go to `show` as they come, approvals are asked of `approve`."""
    turn = session.send(question)
    async for event in turn:
        match event:
            case StreamTokenEvent():
                show(event.token)
            case WriteConfirmationRequiredEvent():
                await turn.confirm(approve(event.data.data.action_description))
    return await turn


def sources(answer: Answer) -> list[str]:
    """One line for each document that the answer rests on."""
    return [f"[{number}] {c.title}" for number, c in enumerate(answer.citations, 1)]


async def run(url: str, agent: str, question: str) -> None:
    """What the command does."""
    async with connect(url) as client:
        session = await client.create_session(agent)
        answer = await ask(session, question, show=_write, approve=_from_keyboard)
    print()
    for line in sources(answer):
        print(line)


def _write(text: str) -> None:
    print(text, end="", flush=True)


def _from_keyboard(what: str) -> bool:
    return input(f"\n{what} [y/N] ").strip().lower() == "y"


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:4]))

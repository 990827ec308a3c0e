"""Runs in the environment of a published client: its public API, told over stdio as JSON lines.

In: `{"id": 1, "do": "<method of SmoothAgentClient>", "with": {..}}`; beside its methods there are
`open` (`url`, `token`), which makes and connects a client, and `can`, which lists its methods.
Out: `{"id": 1, "result": ..}` or `{"id": 1, "failed": {"kind", "code", "message"}}`. A turn is
`{"id": 1, "request": ..}`, then `{"turn": 1, "event": ..}` for each event its iterator gives, then
`{"turn": 1, "end": ..}` or `{"turn": 1, "failed": ..}`. What the client's general listener hears is
`{"heard": ..}`. It knows nothing of this repository and imports nothing of it.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from typing import Any

import smooth_operator

Json = Any


def tell(**line: Json) -> None:
    """One line to whoever drives this."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def plain(value: Json) -> Json:
    """A model of the client as JSON, with the names of the wire."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    return value


def failure(error: BaseException) -> dict[str, Json]:
    """What the caller of the client was told."""
    code = getattr(error, "code", None)
    return {"kind": type(error).__name__, "code": code, "message": str(error)[:2000]}


class Driver:
    """One client and its turns."""

    def __init__(self) -> None:
        self._client: Any = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def obey(self, order: dict[str, Json]) -> None:
        """Carry out one order and tell its outcome, whatever it is."""
        number, name, given = order["id"], order["do"], order.get("with", {})
        try:
            if name == "send_message":
                await self._send(number, given)
            else:
                tell(id=number, result=plain(await self._call(name, given)))
        except Exception as error:
            tell(id=number, failed=failure(error))

    async def _call(self, name: str, given: dict[str, Json]) -> Json:
        if name == "can":
            return [method for method in dir(smooth_operator.SmoothAgentClient) if method[0] != "_"]
        if name == "open":
            return await self._open(**given)
        result = getattr(self._client, name)(**given)
        return await result if inspect.isawaitable(result) else result

    async def _open(self, url: str, token: str | None = None) -> None:
        self._client = smooth_operator.SmoothAgentClient(url=url, token=token)
        self._client.on_event(lambda event: tell(heard=plain(event)))
        await self._client.connect()

    async def _send(self, number: int, given: dict[str, Json]) -> None:
        turn = self._client.send_message(**given)
        tell(id=number, request=turn.request_id)
        follower = asyncio.create_task(self._follow(number, turn))
        self._tasks.add(follower)
        follower.add_done_callback(self._tasks.discard)

    async def _follow(self, number: int, turn: Any) -> None:
        try:
            async for event in turn:
                tell(turn=number, event=plain(event))
            tell(turn=number, end=plain(await turn))
        except Exception as error:
            tell(turn=number, failed=failure(error))


async def main() -> None:
    """Obey until the input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    driver, running = Driver(), set()
    while line := await reader.readline():
        task = asyncio.create_task(driver.obey(json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)


if __name__ == "__main__":
    asyncio.run(main())

"""The client behind the conformance runner's driver protocol: JSON lines on stdin and stdout.

`python -m smooth_operator.driver`; the lines are described by `spec/schema/driver.schema.json`. The
package does not import it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from smooth_operator import (
    BadFrame,
    Client,
    ClosedError,
    ConnectError,
    DecodeError,
    Disconnected,
    InvalidRequest,
    NothingToAnswer,
    Notice,
    Reconnect,
    Reconnected,
    Reloaded,
    ServerError,
    SlowConsumer,
    SmoothOperatorError,
    TimeoutError,
    Turn,
    UnknownEvent,
    connect,
)
from smooth_operator.protocol.base import WireModel

Json = Any
Command = dict[str, Json]

_KINDS: tuple[tuple[type[SmoothOperatorError], str], ...] = (
    (Disconnected, "disconnected"),
    (ClosedError, "closed"),
    (ConnectError, "connect"),
    (ServerError, "server"),
    (TimeoutError, "timeout"),
    (DecodeError, "decode"),
    (InvalidRequest, "invalid"),
    (NothingToAnswer, "nothing"),
    (SlowConsumer, "slow"),
)
"""Error classes and what the protocol calls them, the special ones first."""


class Driver:
    """Carries commands out, each as a task of its own; `tell` writes one output."""

    def __init__(self, tell: Callable[[Json], None]) -> None:
        self._tell = tell
        self._client: Client | None = None
        self._turns: dict[str, Turn] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, command: Command) -> asyncio.Task[None]:
        """Start carrying a command out."""
        task = asyncio.create_task(self._carry_out(command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def shut(self) -> None:
        """Let go of everything."""
        if self._client is not None:
            await self._client.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry_out(self, command: Command) -> None:
        try:
            value = await _COMMANDS[command["type"]](self, command)
        except SmoothOperatorError as error:
            self._tell({**_error(error), "id": command["id"]})
        except Exception as error:
            traceback.print_exc()
            self._tell(
                {"type": "error", "kind": "other", "message": repr(error), "id": command["id"]}
            )
        else:
            self._tell({"type": "result", "id": command["id"], "value": value})

    # ------------------------------------------------------------------ commands

    async def _connect(self, command: Command) -> Json:
        self._client = await connect(command["url"], **_options(command.get("options", {})))
        self._client.on_event(self._noticed)
        self._watch = asyncio.create_task(self._until_closed(self._client))
        self._tell({"type": "state", "state": "connected"})
        hello = self._client.hello
        return {"capabilities": list(hello.capabilities) if hello else None}

    async def _call(self, command: Command) -> Json:
        fields = command.get("fields", {})
        if command.get("all"):
            return await _all_of(self._open, command["action"], fields)
        return _plain(await _CALLS[command["action"]](self._open, fields))

    async def _turn(self, command: Command) -> Json:
        fields = dict(command["fields"])
        names = {"clientMessageId": "client_message_id", "requestId": "request_id"}
        given = {names.get(name, name): value for name, value in fields.items()}
        turn = self._open.send(given.pop("sessionId"), given.pop("message"), **given)
        self._turns[command["id"]] = turn
        return {}

    async def _next(self, command: Command) -> Json:
        turn = self._turns[command["turn"]]
        wanted = command.get("count", 1)
        while command.get("all") or wanted > 0:
            try:
                event = await anext(turn)
            except StopAsyncIteration:
                return {"ended": True}
            if isinstance(event, Reconnected | BadFrame):
                continue  # told as a state, and as an error, by the listener
            wanted -= 1
            ids = {"id": command["id"], "turn": command["turn"]}
            self._tell({"type": "event", **ids, "event": _plain(event)})
        return {"ended": False}

    async def _await(self, command: Command) -> Json:
        answer = await self._turns[command["turn"]]
        return {
            "text": answer.text,
            "cancelled": answer.cancelled,
            "messageId": answer.message_id,
            "citations": [_plain(citation) for citation in answer.citations],
        }

    async def _answer(self, command: Command) -> Json:
        turn = self._turns[command["turn"]]
        if "approved" in command:
            await turn.confirm(command["approved"])
        elif "declined" in command:
            await turn.decline()
        elif "code" in command:
            return {"accepted": (await turn.verify(command["code"])).verified}
        else:
            outcome = await turn.submit(command["values"])
            problems = [_plain(problem) for problem in outcome.problems]
            return {"accepted": outcome.accepted, "problems": problems}
        return {"accepted": True}

    async def _cancel(self, command: Command) -> Json:
        await self._turns[command["turn"]].cancel()
        return {}

    async def _close(self, command: Command) -> Json:
        if self._client is not None:
            await self._client.close()
        return {}

    @property
    def _open(self) -> Client:
        if self._client is None:
            raise InvalidRequest("not connected")
        return self._client

    # ------------------------------------------------------------------ what nobody asked for

    def _noticed(self, notice: Notice) -> None:
        if isinstance(notice, Reconnected):
            state = {"state": "reconnected", "complete": notice.complete}
            self._tell({"type": "state", **state})
        elif isinstance(notice, Reloaded):
            self._tell({"type": "state", "state": "reloaded"})
        elif isinstance(notice, BadFrame):
            self._tell({"type": "error", "kind": "decode", "message": notice.reason})
        else:
            self._tell({"type": "event", "event": _plain(notice)})

    async def _until_closed(self, client: Client) -> None:
        async for _ in client.events():
            pass
        self._tell({"type": "state", "state": "closed"})


_COMMANDS: dict[str, Callable[[Driver, Command], Awaitable[Json]]] = {
    "connect": Driver._connect,
    "call": Driver._call,
    "turn": Driver._turn,
    "next": Driver._next,
    "await": Driver._await,
    "answer": Driver._answer,
    "cancel": Driver._cancel,
    "close": Driver._close,
}


def _create(client: Client, fields: Json) -> Awaitable[Json]:
    async def create() -> Json:
        session = await client.create_session(
            fields["agentId"],
            conversation_id=fields.get("conversationId"),
            supports=fields.get("supports"),
        )
        return session.info

    return create()


_CALLS: dict[str, Callable[[Client, Json], Awaitable[Json]]] = {
    "create_conversation_session": _create,
    "get_session": lambda client, f: client.get_session(f["sessionId"]),
    "get_conversation_messages": lambda client, f: client.messages(
        f["sessionId"], limit=f.get("limit"), cursor=f.get("cursor")
    ),
    "list_conversations": lambda client, f: client.list_conversations(
        limit=f.get("limit"), cursor=f.get("cursor"), query=f.get("query")
    ),
    "rename_conversation": lambda client, f: client.rename_conversation(
        f["conversationId"], f["title"]
    ),
    "resume_stream": lambda client, f: client.resume(
        f["sessionId"], after_seq=f.get("afterSeq"), epoch=f.get("epoch")
    ),
    "authenticate": lambda client, f: client.authenticate(f["token"]),
    "ping": lambda client, f: client.ping(),
}


async def _all_of(client: Client, action: str, fields: Json) -> Json:
    if action == "list_conversations":
        found = client.all_conversations(page_size=fields.get("limit"), query=fields.get("query"))
        return [_plain(item) async for item in found]
    messages = client.all_messages(fields["sessionId"], page_size=fields.get("limit"))
    return [_plain(item) async for item in messages]


def _options(given: Json) -> dict[str, Json]:
    """Keyword arguments of `connect`."""
    made: dict[str, Json] = {}
    if "tokens" in given:
        tokens = _tokens(given["tokens"])
        made["token"] = lambda: next(tokens)
    elif "token" in given:
        made["token"] = given["token"]
    if "tokenTransport" in given:
        made["token_transport"] = given["tokenTransport"]
    if "kinds" in given:
        made["kinds"] = given["kinds"]
    if "requestTimeoutMs" in given:
        made["request_timeout"] = given["requestTimeoutMs"] / 1000
    if "reconnect" in given:
        made["reconnect"] = _policy(given["reconnect"])
    return made


def _policy(given: Json) -> Reconnect | None:
    if given is False:
        return None
    give_up = given.get("giveUpMs")
    return Reconnect(
        initial=given["initialMs"] / 1000,
        maximum=given["maximumMs"] / 1000,
        give_up_after=None if give_up is None else give_up / 1000,
    )


def _tokens(given: list[str]) -> Iterator[str]:
    yield from given
    while True:
        yield given[-1]


def _plain(value: Json) -> Json:
    """A model as it is on the wire."""
    if isinstance(value, UnknownEvent):
        return value.raw
    return value.wire() if isinstance(value, WireModel) else value


def _error(error: SmoothOperatorError) -> dict[str, Json]:
    kind = next((name for cls, name in _KINDS if isinstance(error, cls)), "other")
    told: dict[str, Json] = {"type": "error", "kind": kind, "code": error.code}
    if isinstance(error, ClosedError):
        told["closeCode"] = error.close_code
    return {**told, "message": error.message}


def _tell(output: Json) -> None:
    sys.stdout.write(json.dumps(output, separators=(",", ":")) + "\n")
    sys.stdout.flush()


async def run() -> None:
    """Carry out commands until `close` or the end of standard input."""
    lines = asyncio.StreamReader(limit=1 << 24)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    driver = Driver(_tell)
    _tell({"type": "state", "state": "ready"})
    while line := await lines.readline():
        command = json.loads(line)
        task = driver.begin(command)
        if command["type"] == "close":
            await task
            break
    await driver.shut()
    _tell({"type": "exit"})


if __name__ == "__main__":
    asyncio.run(run())

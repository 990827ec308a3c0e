"""Rules about order and content, frame by frame, without a socket."""

from __future__ import annotations

from typing import Any

import pytest
from smooth_operator_conformance.proxy.judge import Judge
from smooth_operator_conformance.proxy.order_rules import Copies
from smooth_operator_conformance.proxy.violations import Violation
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.schemas import Contract

Json = Any
NOW = 1_790_000_000_000
SID = "11111111-1111-4111-8111-111111111111"
CID = "22222222-2222-4222-8222-222222222222"


class Wire:
    """A connection that is told frames; what they break is collected."""

    def __init__(self, copies: Copies | None = None) -> None:
        self._judge = Judge("a", Contract.shared(), {}, copies or Copies())
        self._count = 0
        self.found: list[Violation] = []

    def _entry(self, direction: Any, value: Json) -> TraceEntry:
        self._count += 1
        return TraceEntry(float(self._count), "a", direction, "frame", value)

    def out(self, action: str, **keys: Json) -> None:
        entry = self._entry("out", {"action": action, **keys})
        self.found += self._judge.request(entry, self._count, binary=False)

    def came(self, kind: str, **keys: Json) -> None:
        value = {"type": kind, **keys, "timestamp": NOW}
        entry = self._entry("in", value)
        self.found += self._judge.event(entry, self._count, size=9, binary=False, leak=False)

    @property
    def ids(self) -> list[str]:
        return [violation.requirement for violation in self.found]

    def send(self, request: str = "t", **keys: Json) -> None:
        self.out("send_message", requestId=request, sessionId=SID, message="hi", **keys)
        self.ack(request, 202, "Processing your request...", {})

    def ack(self, request: str, status: int, message: str, data: Json) -> None:
        keys = {"requestId": request, "status": status, "message": message, "data": data}
        self.came("immediate_response", **keys)

    def token(self, text: str, request: str = "t") -> None:
        data = {"requestId": request, "token": text}
        self.came("stream_token", requestId=request, token=text, data=data)

    def chunk(self, raw: Json, request: str = "t") -> None:
        state = {"rawResponse": raw}
        data = {"requestId": request, "node": "wipe", "state": state}
        self.came("stream_chunk", requestId=request, node="wipe", data=data)

    def call(self) -> None:
        self.chunk({"toolCall": {"name": "wipe", "arguments": {}}})

    def result(self) -> None:
        self.chunk({"toolResult": {"name": "wipe", "isError": False, "result": "done"}})

    def prompt(self) -> None:
        inner = {"toolId": "wipe", "actionDescription": "Wipe?"}
        data = {"requestId": "t", "data": inner}
        self.came("write_confirmation_required", requestId="t", data=data)

    def reply(self, text: str, request: str = "t") -> None:
        response = {
            "responseParts": [text],
            "customerHappinessScore": 0.5,
            "needsSatisfactionScore": 0.5,
            "requestSummary": "",
            "resolutionStatus": "in_progress",
            "suggestedNextActions": [],
        }
        inner = {"messageId": SID, "response": response, "needsEscalation": False}
        data = {"requestId": request, "status": 200, "data": inner}
        self.came("eventual_response", requestId=request, status=200, data=data)

    def confirm(self) -> None:
        self.out("confirm_tool_action", requestId="t", sessionId=SID, approved=True)

    def confirmed(self) -> None:
        self.ack("t", 200, "Tool action approved", {"sessionId": SID, "approved": True})


def test_a_whole_turn_with_a_prompt_breaks_nothing() -> None:
    wire = Wire()
    wire.send()
    wire.token("Let me look. ")
    wire.prompt()
    wire.call()
    wire.confirm()
    wire.confirmed()
    wire.result()
    wire.token("Done.")
    wire.reply("Done.")
    assert wire.ids == []


def test_a_chunk_before_its_prompt() -> None:
    wire = Wire()
    wire.send()
    wire.call()
    wire.prompt()
    wire.confirm()
    wire.confirmed()
    wire.result()
    assert wire.ids == ["HITL-001"]


def test_a_result_before_the_ack_of_the_answer() -> None:
    wire = Wire()
    wire.send()
    wire.prompt()
    wire.call()
    wire.confirm()
    wire.result()
    assert wire.ids == ["HITL-004"]


@pytest.mark.parametrize(
    ("tokens", "reply", "ids"),
    [
        (["Tues", "day."], "Tuesday.", []),
        (["Tues"], "Tuesday.", ["TURN-003"]),
        ([], "Tuesday.", ["TURN-003"]),
        ([], "", []),
    ],
)
def test_tokens_join_to_the_reply(tokens: list[str], reply: str, ids: list[str]) -> None:
    wire = Wire()
    wire.send()
    for text in tokens:
        wire.token(text)
    wire.reply(reply)
    assert wire.ids == ids


def test_a_silent_turn_has_a_reply_and_no_tokens() -> None:
    wire = Wire()
    wire.send(stream=False)
    wire.reply("Tuesday.")
    assert wire.ids == []


def message(stamp: str) -> Json:
    return {"id": SID, "direction": "inbound", "content": {"text": "x"}, "createdAt": stamp}


@pytest.mark.parametrize(
    ("stamps", "end", "ids"),
    [
        (["2026-01-02T00:00:00.000Z", "2026-01-01T00:00:00.000Z"], {"hasMore": False}, []),
        (["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"], {"hasMore": False}, ["MSG-001"]),
        (["2026-01-02T01:00:00+02:00", "2026-01-01T23:30:00Z"], {"hasMore": False}, ["MSG-001"]),
        ([], {"hasMore": True, "nextCursor": None}, ["MSG-004"]),
        ([], {"hasMore": False, "nextCursor": "c"}, ["MSG-004"]),
        ([], {"hasMore": True, "nextCursor": "c"}, []),
    ],
)
def test_pages_are_newest_first_and_end_as_they_say(
    stamps: list[str], end: Json, ids: list[str]
) -> None:
    wire = Wire()
    wire.out("get_conversation_messages", requestId="m", sessionId=SID)
    data = {"messages": [message(stamp) for stamp in stamps], **end}
    wire.ack("m", 200, "ConversationMessages", data)
    assert [name for name in wire.ids if name.startswith("MSG")] == ids


def test_replies_out_of_order_are_promised_only_by_a_welcome() -> None:
    wire = Wire()
    for request in ("p1", "p2"):
        wire.out("ping", requestId=request)
    for request in ("p2", "p1"):
        wire.came("pong", requestId=request, data={"timestamp": NOW})
    assert [(v.requirement, v.binding) for v in wire.found] == [("FRAME-019", False)]


def welcome(wire: Wire, *supports: str) -> None:
    """A hello that was heard: what declares; the welcome's own shape is not the matter here."""
    wire.out("hello", requestId="h", protocolVersions=["1"], supports=list(supports))
    wire.came("welcome", requestId="h", data={})
    wire.found.clear()


def numbered(wire: Wire, seq: int, text: str) -> None:
    data = {"requestId": "t", "token": text}
    keys = {"seq": seq, "conversationId": CID, "data": data}
    wire.came("stream_token", requestId="t", token=text, **keys)


def test_numbers_are_gap_free_and_equal_on_every_connection() -> None:
    copies = Copies()
    one, two = Wire(copies), Wire(copies)
    for wire in (one, two):
        welcome(wire, "event_seq")
    numbered(one, 4, "a")
    numbered(one, 6, "c")
    numbered(two, 6, "x")
    assert "LOG-002" in one.ids
    assert "LOG-009" in two.ids
    assert "HELLO-006" not in one.ids


def test_a_capability_that_the_server_never_confirmed_is_not_declared() -> None:
    wire = Wire()
    wire.out("hello", requestId="h", protocolVersions=["1"], supports=["event_seq"])
    error = {"code": "UNSUPPORTED_ACTION", "message": "no"}
    wire.came("error", requestId="h", error=error, data={"requestId": "h", "error": error})
    assert wire.ids == []
    numbered(wire, 1, "a")
    assert set(wire.ids) == {"HELLO-006"}


def test_ids_may_be_used_again_after_a_turn() -> None:
    wire = Wire()
    for _ in range(3):
        wire.send()
        wire.token("Hi.")
        wire.reply("Hi.")
    assert wire.ids == []


def test_a_long_connection_forgets_old_turns() -> None:
    wire = Wire()
    for number in range(400):
        wire.send(f"t{number}")
        wire.reply("", f"t{number}")
    wire.reply("", "t399")
    assert wire.ids == ["TURN-004"]

"""Standing laws: each is broken by exactly the frame that breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from smooth_operator_conformance.clients.laws import Book
from smooth_operator_conformance.schemas import Contract

PING = {"action": "ping", "requestId": "p"}
SESSION = "3f0c9a52-7d1b-4e60-9a4c-51d2b8e07f10"
SEND = {"action": "send_message", "sessionId": SESSION, "message": "Hi", "clientMessageId": "m"}
RESUME = {"action": "resume_stream", "sessionId": SESSION}
CONFIRM = {
    "action": "confirm_tool_action",
    "sessionId": SESSION,
    "approved": True,
    "parkSeq": 2,
}


@pytest.fixture
def book() -> Book:
    made = Book(Contract.shared())
    made.opened("a")
    return made


def laws(book: Book) -> list[str]:
    return [finding.path for finding in book.findings]


def test_a_sound_frame_breaks_none(book: Book) -> None:
    book.welcomed("a", ["event_seq", "idempotency"])
    for frame in (PING, SEND, RESUME, CONFIRM):
        book.frame("a", frame, "")
    assert laws(book) == []
    assert book.frames == 4
    assert book.laws > 12


@pytest.mark.parametrize(
    ("frame", "note", "law"),
    [
        (PING, "binary", "one-object"),
        ([PING], "", "one-object"),
        ("{nope", "", "one-object"),
        ({"requestId": "p"}, "", "known-action"),
        ({"action": "sing"}, "", "known-action"),
        ({"action": []}, "", "known-action"),
        ({**PING, "glow": 1}, "", "request-schema"),
        ({**PING, "requestId": 7}, "", "request-schema"),
        ({"action": "send_message", "sessionId": SESSION}, "", "request-schema"),
        (SEND, "", "additions"),
        (RESUME, "", "additions"),
        (CONFIRM, "", "additions"),
    ],
)
def test_each_law_has_its_breach(book: Book, frame: Any, note: str, law: str) -> None:
    book.frame("a", frame, note)
    assert laws(book) == [law]
    assert book.findings[0].blame == "target"
    assert book.findings[0].requirements


def test_hello_comes_first_on_each_socket(book: Book) -> None:
    hello = {"action": "hello", "protocolVersions": ["1"], "supports": []}
    book.frame("a", hello, "")
    book.opened("b")
    book.frame("b", PING, "")
    assert laws(book) == []
    book.frame("b", hello, "")
    assert laws(book) == ["hello-first"]


@pytest.mark.parametrize(
    ("output", "good"),
    [
        ({"type": "exit"}, True),
        ({"type": "result", "id": "x", "value": None}, True),
        ({"type": "error", "id": "x", "kind": "server", "code": "A", "closeCode": None}, True),
        ({"type": "event", "id": "n", "turn": "t", "event": {}}, True),
        ({"type": "event", "event": {}}, True),
        ({"type": "ended", "status": 0}, True),
        ({"type": "event", "id": "n", "event": {}}, False),
        ({"type": "error", "kind": "odd"}, False),
        ({"type": "result"}, False),
        ({"type": "junk", "line": "hm"}, False),
        ({"type": "connect", "id": "x", "url": "ws://x"}, False),
    ],
)
def test_outputs_fit_the_driver_protocol(book: Book, output: Any, good: bool) -> None:
    book.output(output)
    assert laws(book) == ([] if good else ["driver-output"])

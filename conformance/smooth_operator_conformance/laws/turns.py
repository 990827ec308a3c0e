"""Laws about a turn on one socket: 202 first, one terminal event, nothing after it, parks first.

An `error` that is no terminal one (decisions 3.6) and the terminal event that answers a duplicate
(6.5) are answers, not events of the turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from smooth_operator_conformance.laws.view import Item, Socket, View
from smooth_operator_conformance.records import Finding
from smooth_operator_conformance.schemas import Contract

STREAM = frozenset(
    {
        "turn_started",
        "stream_token",
        "stream_reasoning",
        "stream_preamble",
        "stream_chunk",
        "keepalive",
        "write_confirmation_required",
        "interaction_required",
        "otp_verification_required",
        "otp_sent",
        "park_resolved",
    }
)
PARKS = frozenset(
    {"write_confirmation_required", "interaction_required", "otp_verification_required"}
)


@dataclass(slots=True)
class Turn:
    """One turn as one socket sees it."""

    request: str
    started_here: bool
    accepted: bool = False
    duplicate: bool = False
    conversation: str | None = None
    """Whose turn it is, once known: a socket may watch several conversations."""
    ended: int | None = None
    events: list[Item] = field(default_factory=list)


class Told(Protocol):
    """What following turns asks about a trace, whole or still growing."""

    @property
    def contract(self) -> Contract: ...
    @property
    def sessions(self) -> Mapping[str, str]: ...


def is_terminal(view: Told, item: Item) -> bool:
    """Whether this frame, under a turn's id, can end it."""
    if item.kind == "error":
        return item.object("error").get("code") in view.contract.turn_errors
    return item.kind in ("eventual_response", "cancelled")


def _is_accept(item: Item) -> bool:
    return item.kind == "immediate_response" and item.frame.get("status") == 202


def turns_of(view: View, socket: Socket) -> Iterator[tuple[Turn, Item, str]]:
    """Every turn event of a socket with its turn and what is wrong with it (or nothing)."""
    turns: dict[str, Turn] = {}
    for item in socket.items:
        yield from follow(view, turns, item)


def follow(view: Told, turns: dict[str, Turn], item: Item) -> Iterator[tuple[Turn, Item, str]]:
    """The same for the next frame of a socket; `turns` is what is known, and is kept up to date.

    Ids may be used again: a `send_message` under the id of an ended turn begins another one.
    """
    request = item.request
    if item.sent:
        if item.action == "send_message" and request:
            old = turns.get(request)
            if old is None or old.ended is not None:
                where = view.sessions.get(str(item.frame.get("sessionId")))
                turns[request] = Turn(request, started_here=True, conversation=where)
        elif item.action == "resume_stream":
            # Replayed events may come again, a terminal one included.
            for ended in [name for name, turn in turns.items() if turn.ended is not None]:
                del turns[ended]
        return
    if request is None or item.frame.get("replay"):
        return
    if _is_accept(item):
        yield from _accept(turns, request, item)
    elif item.kind in STREAM or is_terminal(view, item):
        yield _event(view, turns, request, item)


def _accept(turns: dict[str, Turn], request: str, item: Item) -> Iterator[tuple[Turn, Item, str]]:
    turn = turns.setdefault(request, Turn(request, started_here=False))
    if turn.accepted:
        yield turn, item, "a second 202"
    elif turn.events:
        yield turn, item, f"the 202 comes after {turn.events[0].kind}"
    turn.accepted = True
    first = item.object("data").get("requestId")
    if isinstance(first, str):
        turn.duplicate = True
        turns.setdefault(first, Turn(first, started_here=False)).duplicate = True


def _turn_of(turns: dict[str, Turn], request: str, item: Item) -> tuple[str, Turn]:
    """The turn of an event, by both ids where the event tells its conversation."""
    where = item.frame.get("conversationId")
    held = turns.get(request)
    if where is not None and held is not None and held.conversation not in (None, where):
        request = f"{request} of {where}"
    turn = turns.setdefault(request, Turn(request, started_here=False))
    turn.conversation = turn.conversation or where
    return request, turn


def _event(view: Told, turns: dict[str, Turn], request: str, item: Item) -> tuple[Turn, Item, str]:
    request, turn = _turn_of(turns, request, item)
    wrong = ""
    if is_terminal(view, item) and turn.duplicate and "seq" not in item.frame:
        return turn, item, wrong
    if turn.started_here and not turn.accepted:
        if item.kind == "error":
            # Before the 202 an error refuses the frame; there is no turn.
            del turns[request]
            return turn, item, wrong
        wrong = f"{item.kind} before the 202"
    elif turn.ended is not None and item.kind != "keepalive":
        wrong = f"{item.kind} after the terminal event"
    turn.events.append(item)
    if is_terminal(view, item):
        turn.ended = item.index
    return turn, item, wrong


def accepted_first(view: View) -> Iterator[Finding]:
    """On the socket whose send started a turn, its 202 comes first."""
    yield from _faults(view, "accepted-first")


def one_terminal(view: View) -> Iterator[Finding]:
    """A turn ends once, and nothing of it follows."""
    yield from _faults(view, "one-terminal")


def _faults(view: View, law: str) -> list[Finding]:
    """What is wrong with the turns of all sockets; one pass serves both laws."""
    if law not in view.found:
        view.found |= {"accepted-first": [], "one-terminal": []}
        for socket in view.sockets:
            for turn, item, wrong in turns_of(view, socket):
                if wrong:
                    broken = "accepted-first" if "202" in wrong else "one-terminal"
                    message = f"turn {turn.request}: {wrong}"
                    view.found[broken].append(view.finding(broken, message, item.index))
    return view.found[law]


def park_before_chunk(view: View) -> Iterator[Finding]:
    """The prompt of a call comes before its chunk; the second prompt of one call after it."""
    for socket in view.sockets:
        steps = [
            item
            for item in socket.received
            if item.kind in PARKS or (item.kind == "stream_chunk" and chunk_tool(item)[0])
        ]
        for position, item in enumerate(steps):
            # A turn with `stream: false` has prompts and no chunks.
            quiet = item.request in view.quiet or None in view.quiet
            shown = quiet or kept_alone(socket, item)
            if item.kind in PARKS and not shown and not park_fits(socket, steps, position):
                name = park_tool(item)
                message = f"{item.kind} for {name} is not followed by the chunk of its call"
                yield view.finding("park-before-chunk", message, item.index)


def kept_alone(socket: Socket, item: Item) -> bool:
    """A repeated prompt whose followers the log has let go (decisions 6.2)."""
    seq = item.frame.get("seq")
    if not item.frame.get("replay") or not isinstance(seq, int):
        return False
    return all(other.frame.get("seq") != seq + 1 for other in socket.received)


def park_tool(item: Item) -> str:
    """Name of the tool that a park event is about."""
    data = item.object("data", "data")
    if item.kind == "interaction_required":
        return f"request_{data.get('kind')}"
    return str(data.get("toolId"))


def chunk_tool(item: Item) -> tuple[str, str]:
    """`("toolCall", name)` of a chunk, or empty strings."""
    raw = item.object("data", "state", "rawResponse")
    for key in ("toolCall", "toolResult"):
        if isinstance(raw.get(key), dict):
            return key, str(raw[key].get("name"))
    return "", ""


def park_fits(socket: Socket, steps: list[Item], position: int) -> bool:
    """Whether the prompt at a position is followed by its chunk, as far as anything follows."""
    item = steps[position]
    name = park_tool(item)
    if item.kind == "otp_verification_required" and "otp_park" not in socket.declared:
        return True
    following = [s for s in steps[position + 1 :] if s.request == item.request]
    if not following or chunk_tool(following[0]) == ("toolCall", name):
        return True
    return _asked_before(steps[:position], item, name)


def _asked_before(earlier: list[Item], item: Item, name: str) -> bool:
    """Whether the open call of this tool has already been asked about, and shown."""
    shown = False
    asked = False
    for step in earlier:
        if step.request != item.request:
            continue
        if step.kind in PARKS:
            asked = asked or park_tool(step) == name
        elif chunk_tool(step) == ("toolCall", name):
            shown = asked
        elif chunk_tool(step) == ("toolResult", name):
            shown = asked = False
    return shown

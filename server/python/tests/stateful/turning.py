"""Turning: how a turn goes on when the model, a tool or a person lets it (decisions §3, §4)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import frames
from .matching import TEXT, Is, uuid_cell
from .plans import CALLS, CAPABILITIES, FAIL, FINAL, SPECS, CallShape
from .state import Expected, Park, Reply, Turn
from .world import World


def begin(world: World, turn: Turn, accepted: Reply) -> None:
    """After the 202: the question is stored, `turn_started`, the model is asked."""
    conversation = turn.conversation
    turn.place = len(conversation.messages)
    message = world.store(conversation, "inbound", turn.text)
    frame = frames.turn_started(
        turn.rid, turn.session.id, conversation.id, conversation.epoch, message.id, turn.key
    )
    turn.after = world.emit(turn, frame, {accepted}, late=False)
    _ask(turn)


def _ask(turn: Turn) -> None:
    turn.unit = 0
    turn.holds = {f"m{turn.answer}.0"}


def release(world: World, turn: Turn, hold: str) -> None:
    """What follows when one hold lets go."""
    turn.holds.discard(hold)
    if hold.startswith("t"):
        turn.calls.ran(int(hold.split(".")[1]))
        return
    answer = turn.plan.answers[turn.answer]
    if turn.unit < len(answer.pieces):
        frame = frames.token(turn.rid, "stream_token", answer.pieces[turn.unit])
        turn.after = world.emit(turn, frame, turn.after)
        turn.unit += 1
        turn.holds = {f"m{turn.answer}.{turn.unit}"}
    elif answer.end == FINAL:
        _finish(world, turn, "".join(answer.pieces))
    elif answer.end == FAIL:
        world.end(turn, frames.failed(turn.rid, "AGENT_ERROR"), turn.after)
    else:
        turn.calls = Calls(world, turn, answer.calls)
        turn.calls.start()


def _finish(world: World, turn: Turn, text: str) -> None:
    reply = world.store(turn.conversation, "outbound", text)
    if turn.otp_owed is not None:
        channels = world.send_code(turn)
        if channels is not None:
            required = frames.otp_required(turn.rid, turn.otp_owed, channels)
            turn.after = world.emit(turn, required, turn.after)
            turn.after = world.emit(turn, frames.otp_sent(turn.rid, channels[0]), turn.after)
    asked = turn.answer + 1
    usage = {
        "promptTokens": 2 * asked,
        "completionTokens": asked,
        "costUsd": Is("cost", lambda value: value == 0.5 * asked),
    }
    world.end(turn, frames.answer(turn.rid, reply.id, text, usage), turn.after)


@dataclass(eq=False)
class Item:
    """One call of an answer. `works`: an immediate one that is no error."""

    kind: str
    shape: CallShape
    index: int
    id: Any
    gated: bool = False
    otp: bool = False
    runs: bool = False
    works: bool = False
    result: Any = TEXT
    announced: bool = False
    done: bool = False


class Calls:
    """The calls of one answer, in the order of decisions 3.3."""

    def __init__(self, world: World, turn: Turn, kinds: tuple[str, ...]) -> None:
        self._world = world
        self._turn = turn
        self.items = [
            Item(kind, CALLS[kind], index, uuid_cell("call")) for index, kind in enumerate(kinds)
        ]
        for item in self.items:
            self._decide(item)
        self._free = [item for item in self.items if not item.gated]
        self._gated = [item for item in self.items if item.gated]
        self._told = 0
        self._free_after: frozenset[Expected] = frozenset()
        self._gated_after: frozenset[Expected] = frozenset()
        self._open = not self._gated

    # What a call is.

    def _decide(self, item: Item) -> None:
        shape, turn = item.shape, self._turn
        if shape.card is not None:
            item.gated = CAPABILITIES[shape.card] in turn.session.supports
            item.works = True
            item.result = TEXT if item.gated else _says(mode="conversational", kind=shape.card)
        elif item.kind == "say":
            item.works = CAPABILITIES["identity_intake"] not in turn.session.supports
        elif shape.end_user and not self._has_right():
            self._lacks_right(item)
        elif shape.runs:
            item.runs = True
            item.gated = shape.confirm

    def _has_right(self) -> bool:
        return self._turn.starter.sub is not None or self._turn.conversation.verified is not None

    def _lacks_right(self, item: Item) -> None:
        turn = self._turn
        if not self._world.channels(turn.conversation):
            return
        if "otp_park" in turn.starter.capabilities:
            item.gated = item.otp = item.runs = True
        elif turn.otp_owed is None:
            turn.otp_owed = item.shape.tool

    # How the calls go.

    def start(self) -> None:
        after = self._turn.after
        for item in self._free:
            after = self._announce_call(item, after)
        self._free_after = self._gated_after = after
        for item in self._free:
            if item.runs:
                self._hold(item)
            else:
                item.done = True
                if item.kind == "say" and item.works:
                    self._world.set_email(self._turn.conversation, "said@example.org")
        if self._gated:
            self._enter(self._gated[0])
        self._tell_free()
        self._maybe_done()

    def ran(self, index: int) -> None:
        """A tool's hold let go."""
        item = self.items[index]
        if item.gated:
            self._gated_result(item, is_error="fails" in item.shape.arguments)
        else:
            item.done = True
            self._tell_free()
        self._maybe_done()

    def resolved(self, park: Park, outcome: str, after: Iterable[Expected]) -> None:
        """A park was answered; `after` is its `park_resolved`."""
        item = next(item for item in self._gated if not item.done)
        self._gated_after = closure_of(after, self._gated_after)
        if park.kind == "interaction":
            item.result = _says(status=outcome)
            self._gated_result(item, is_error=False)
        elif outcome in ("approved", "verified"):
            item.otp = False
            if park.kind == "otp" and item.shape.confirm:
                self._ask_confirmation(item)
            else:
                self._run(item)
        else:
            self._gated_result(item, is_error=True)
        self._maybe_done()

    def _enter(self, item: Item) -> None:
        if item.shape.card is not None:
            self._show_card(item)
        elif item.otp and self._turn.conversation.verified is None:
            self._ask_code(item)
        elif item.shape.confirm:
            self._ask_confirmation(item)
        else:
            self._run(item)

    def _ask_code(self, item: Item) -> None:
        turn = self._turn
        conversation = turn.conversation
        before = conversation.code
        channels = None if turn.otp_used else self._world.send_code(turn)
        turn.otp_used = True
        if channels is None:
            self._announce(item)
            self._gated_result(item, is_error=True)
            return
        park = self._park("otp", frames.otp_required(turn.rid, item.shape.tool, channels))
        park.event.undo = lambda: self._world.unsend(conversation, before)
        self._announce(item)
        sent = frames.otp_sent(turn.rid, channels[0])
        self._gated_after = self._world.emit(turn, sent, self._gated_after)

    def _ask_confirmation(self, item: Item) -> None:
        self._park("confirmation", frames.confirmation(self._turn.rid, item.shape.tool))
        self._announce(item)

    def _show_card(self, item: Item) -> None:
        kind = item.shape.card
        assert kind is not None
        interaction = uuid_cell("interaction")
        park = self._park(
            "interaction", frames.card(self._turn.rid, interaction, kind, SPECS[kind])
        )
        park.interaction, park.card = interaction, kind
        self._announce(item)

    def _park(self, kind: str, frame: frames.Frame) -> Park:
        turn = self._turn
        self._gated_after = self._world.emit(turn, frame, self._gated_after)
        turn.park = Park(kind, turn.conversation.log[-1])
        return turn.park

    def _run(self, item: Item) -> None:
        self._announce(item)
        self._hold(item)

    def _hold(self, item: Item) -> None:
        item.result = f"{item.shape.tool} t{self._turn.answer}.{item.index}"
        self._turn.holds.add(f"t{self._turn.answer}.{item.index}")

    def _announce(self, item: Item) -> None:
        if item.announced:
            return
        item.announced = True
        self._gated_after = self._announce_call(item, self._gated_after)
        if not self._open:
            self._open = True
            self._free_after = self._gated_after
        self._tell_free()

    def _announce_call(self, item: Item, after: Iterable[Expected]) -> frozenset[Expected]:
        turn, arguments = self._turn, dict(item.shape.arguments)
        if item.shape.runs:
            place = {"turn": turn.text, "hold": f"t{turn.answer}.{item.index}"}
            arguments = {**place, **arguments}
        frame = frames.tool_call(turn.rid, item.id, item.shape.tool, arguments)
        return self._world.emit(turn, frame, after)

    def _tell_free(self) -> None:
        """Results of ungated calls, in call order, once the first gated one is announced."""
        while self._open and self._told < len(self._free) and self._free[self._told].done:
            item = self._free[self._told]
            self._told += 1
            is_error = "fails" in item.shape.arguments if item.runs else not item.works
            self._free_after = self._result(item, is_error, self._free_after)

    def _gated_result(self, item: Item, *, is_error: bool) -> None:
        item.done = True
        self._gated_after = self._result(item, is_error, self._gated_after)
        left = [other for other in self._gated if not other.done]
        if left:
            self._enter(left[0])

    def _result(self, item: Item, is_error: bool, after: Iterable[Expected]) -> frozenset[Expected]:
        turn = self._turn
        text = TEXT if is_error and "fails" not in item.shape.arguments else item.result
        frame = frames.tool_result(turn.rid, item.id, item.shape.tool, text, is_error)
        return self._world.emit(turn, frame, after)

    def _maybe_done(self) -> None:
        turn = self._turn
        if turn.calls is not self and turn.calls is not None:
            return
        if turn.over or turn.park or not all(item.done for item in self.items):
            return
        turn.after = self._free_after | self._gated_after
        turn.calls = None
        turn.answer += 1
        _ask(turn)


def closure_of(*sets: Iterable[Expected]) -> frozenset[Expected]:
    """All of several sets."""
    return frozenset(event for some in sets for event in some)


def _says(**wanted: str) -> Is:
    """JSON text with those values."""

    def test(value: Any) -> bool:
        said = json.loads(value) if isinstance(value, str) else {}
        return all(said.get(key) == text for key, text in wanted.items())

    return Is(f"JSON with {wanted}", test)

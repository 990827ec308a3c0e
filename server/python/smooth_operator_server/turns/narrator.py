"""The narrator: what the engine does, told as events of the turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from smooth_operator.protocol import encode
from smooth_operator.protocol.codes import EventType

from smooth_operator_server.engine.tools import CallResult, PlannedCall
from smooth_operator_server.metrics import Metrics
from smooth_operator_server.turns.calls import Call
from smooth_operator_server.turns.texts import FRAME_TEXT_BYTES, cut_json, cut_utf8, pieces
from smooth_operator_server.turns.turn import Turn, now_ms

SHORT = FRAME_TEXT_BYTES // 6
"""No text of this many characters can be over the bound, however it is escaped."""


class Narrator:
    """With `stream:false` it keeps silent (decisions 3.4); parks and endings are not its own."""

    def __init__(self, turn: Turn, metrics: Metrics) -> None:
        self._turn = turn
        self._metrics = metrics
        self._silent = not turn.request.stream
        self.begun: Callable[[], None] | None = None
        """Told once, before the answer's first token."""

    def token(self, text: str) -> None:
        if self.begun is not None:
            self.begun()
            self.begun = None
        if self._silent:
            return
        turn = self._turn
        if len(text) > SHORT:
            for piece in pieces(text):
                self._token(turn, piece)
        else:
            self._token(turn, text)

    def _token(self, turn: Turn, text: str) -> None:
        frame = encode.stream_token(request_id=turn.request_id, token=text, timestamp=now_ms())
        turn.publish(EventType.STREAM_TOKEN, frame, text)

    def reasoning(self, text: str) -> None:
        if self._silent:
            return
        turn = self._turn
        for piece in pieces(text):
            frame = encode.stream_reasoning(
                request_id=turn.request_id, token=piece, timestamp=now_ms()
            )
            turn.publish(EventType.STREAM_REASONING, frame, piece)

    def preamble(self, text: str) -> None:
        """One frame, so a text over the bound is cut."""
        if self._silent:
            return
        turn = self._turn
        piece = next(pieces(text), "")
        frame = encode.stream_preamble(request_id=turn.request_id, token=piece, timestamp=now_ms())
        turn.publish(EventType.STREAM_PREAMBLE, frame)

    def tool_called(self, planned: PlannedCall) -> None:
        call = cast(Call, planned)
        told: dict[str, Any] = {"id": call.id, "name": cut_json(call.call.name)}
        text, truncated = cut_utf8(call.call.arguments)
        if truncated:
            told.update(arguments=text, truncated=True)
        else:
            told["arguments"] = call.arguments if isinstance(call.arguments, dict) else text
        self._chunk(call, {"toolCall": told})

    def tool_ended(self, planned: PlannedCall, result: CallResult) -> None:
        call = cast(Call, planned)
        self._metrics.called["error" if result.is_error else "ok"].inc()
        text, truncated = cut_utf8(result.text)
        told: dict[str, Any] = {
            "id": call.id,
            "name": cut_json(call.call.name),
            "isError": result.is_error,
            "result": text,
        }
        if truncated:
            told["truncated"] = True
        self._chunk(call, {"toolResult": told})

    def _chunk(self, call: Call, response: dict[str, Any]) -> None:
        """A name is the model's own text, and in the frame three times: it is cut like any other,
        which leaves room for the longest result."""
        if self._silent:
            return
        turn = self._turn
        frame = encode.stream_chunk(
            request_id=turn.request_id,
            node=cut_json(call.call.name),
            state={"rawResponse": response},
            timestamp=now_ms(),
        )
        turn.publish(EventType.STREAM_CHUNK, frame)

"""The stream: cancelling a turn, and watching a conversation again after a cut."""

from __future__ import annotations

from typing import Any

from smooth_operator.protocol import prompts
from smooth_operator.protocol.codes import ErrorCode
from smooth_operator.protocol.models import CancelRequest, ResumeStreamRequest

from smooth_operator_server.actions.client import Client, Refusal
from smooth_operator_server.actions.scope import need_session, readable_session
from smooth_operator_server.turns.services import Services
from smooth_operator_server.turns.turn import Turn


class Stream:
    """`cancel` and `resume_stream`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def cancel(self, client: Client, request: CancelRequest) -> None:
        """Never answered by itself; the turn's own `cancelled` is the answer (decisions 3.9)."""
        turn = await self._target(client, request)
        if turn is None or turn.committed:
            return
        if turn.starter is not client and not client.watches(turn.live.id):
            client.await_end(turn)
        turn.cancel()

    async def _target(self, client: Client, request: CancelRequest) -> Turn | None:
        wanted, own = request.request_id, client.turn
        if own is not None and wanted == own.request_id:
            return own
        found = await readable_session(self._services, client, request.session_id)
        if found is None:
            own = client.turn
            return own if own is None or not _is_over(wanted, own, client) else None
        running = self._services.live.get(found[1].id).turn
        return running if running is None or not _is_over(wanted, running, client) else None

    async def resume(self, client: Client, request: ResumeStreamRequest) -> None:
        if not client.sequenced:
            raise Refusal(
                ErrorCode.VALIDATION_ERROR,
                prompts.error_needs_capability(capability="event_seq"),
            )
        _, conversation = await need_session(self._services, client, request.session_id)
        live = self._services.live.get(conversation.id)
        plan = live.log.resume(request.after_seq, request.epoch)
        data: dict[str, Any] = {
            "epoch": plan.epoch,
            "firstSeq": plan.first_seq,
            "lastSeq": plan.last_seq,
            "truncated": plan.truncated,
        }
        if live.turn is not None:
            data["activeRequestId"] = live.turn.request_id
        if live.log.open_park_seq is not None:
            data["openParkSeq"] = live.log.open_park_seq
        client.ack(request.request_id, "Stream resumed", data)
        watch = client.subscribe(live, anew=True)
        if watch is not None and plan.replay_from is not None:
            watch.replay(plan.replay_from, plan.last_seq)


def _is_over(wanted: str | None, turn: Turn, client: Client) -> bool:
    """A `requestId` that names a turn which has ended cancels nothing."""
    if wanted is None or wanted == turn.request_id:
        return False
    return turn.live.has_ended(wanted) or wanted in (client.finished or ())

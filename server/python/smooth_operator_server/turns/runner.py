"""The runner: binds the engine to a conversation, from the stored question to the stored answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from smooth_operator.protocol import encode, prompts
from smooth_operator.protocol.codes import ErrorCode

from smooth_operator_server.engine.loop import Answer, LoopSettings, run
from smooth_operator_server.engine.model import Finished, ModelError
from smooth_operator_server.ids import new_id
from smooth_operator_server.knowledge.base import Hit
from smooth_operator_server.logs import log
from smooth_operator_server.otp.ledger import CodeLedger
from smooth_operator_server.storage.base import StorageError
from smooth_operator_server.storage.records import Conversation, StoredMessage
from smooth_operator_server.turns.citations import citations
from smooth_operator_server.turns.live import LiveConversation
from smooth_operator_server.turns.narrator import Narrator
from smooth_operator_server.turns.otp import OtpGate
from smooth_operator_server.turns.preamble import Preamble
from smooth_operator_server.turns.prompt import (
    CONTEXT_DOCUMENTS,
    HISTORY_MESSAGES,
    PromptParts,
    compose,
)
from smooth_operator_server.turns.services import Services
from smooth_operator_server.turns.texts import cut_json
from smooth_operator_server.turns.toolset import TurnToolset
from smooth_operator_server.turns.turn import Ending, Turn, now_ms
from smooth_operator_server.turns.usage import UsageSum
from smooth_operator_server.turns.workflow import Move, Place, judge, move, place_of

FRAME_BYTES = 999_000
"""A little is left for what `event_seq` connections get spliced in."""


class TurnRunner:
    """Starts turns and sees them to their end."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def start(self, turn: Turn) -> None:
        """Run a turn that has its slot and its 202."""
        turn.task = asyncio.create_task(self._run(turn))

    def codes(self, live: LiveConversation) -> CodeLedger:
        """The conversation's one-time codes."""
        if live.codes is None:
            settings = self._services.settings
            live.codes = CodeLedger(seconds=settings.otp_seconds, attempts=settings.otp_attempts)
        return live.codes

    def ended(self, turn: Turn, ending: Ending) -> None:
        """Count it."""
        metrics = self._services.metrics
        metrics.ended[ending].inc()
        metrics.turn_seconds.observe(turn.clock.seconds)
        log(
            "turn_ended",
            ending,
            request_id=turn.request_id,
            conversation_id=turn.live.id,
            session_id=turn.session.id,
            agent_id=turn.agent.id,
        )

    async def _run(self, turn: Turn) -> None:
        try:
            await _Run(turn, self._services, self.codes).run()
        except asyncio.CancelledError:
            turn.cancel()
        except ModelError as error:
            log(
                "model_failed",
                str(error),
                request_id=turn.request_id,
                agent_id=turn.agent.id,
                level=logging.WARNING,
            )
            turn.fail(ErrorCode.AGENT_ERROR, prompts.ERROR_MODEL_FAILED)
        except StorageError as error:
            log("storage_failed", str(error), request_id=turn.request_id, level=logging.ERROR)
            turn.fail(ErrorCode.STORAGE_ERROR, prompts.ERROR_STORAGE)
        except Exception as error:
            storage = _storage_error(error)
            log(
                "turn_broke",
                "a turn raised",
                exc_info=error,
                request_id=turn.request_id,
                level=logging.ERROR,
            )
            if storage is not None:
                turn.fail(ErrorCode.STORAGE_ERROR, prompts.ERROR_STORAGE)
            else:
                turn.fail(ErrorCode.INTERNAL_ERROR, prompts.ERROR_INTERNAL)


def _storage_error(error: Exception) -> StorageError | None:
    """The storage's failure inside a group of failed calls."""
    if isinstance(error, ExceptionGroup):
        group = error.subgroup(StorageError)
        if group is not None:
            found = group.exceptions[0]
            return found if isinstance(found, StorageError) else None
    return None


class _Run:
    """One turn's way, step by step."""

    def __init__(self, turn: Turn, services: Services, codes: Any) -> None:
        self._turn = turn
        self._services = services
        self._usage = UsageSum()
        self._narrator = Narrator(turn, services.metrics)
        self._otp = (
            OtpGate(
                service=services.otp,
                storage=services.storage,
                codes=codes,
                draining=lambda: services.draining,
            )
            if services.otp is not None and turn.agent.visibility == "public"
            else None
        )
        self._model = turn.request.model or services.model_of(turn.agent) or ""

    async def run(self) -> None:
        turn, storage = self._turn, self._services.storage
        stored = await storage.recent_messages(turn.live.id, HISTORY_MESSAGES)
        await self._store_question()
        conversation = await storage.conversation(turn.live.id)
        if conversation is None:
            raise StorageError("the conversation is gone")
        place = place_of(turn.agent, conversation.workflow)
        hits = await self._look_up()
        messages = compose(await self._parts(conversation, place, hits), stored, turn.request)
        tools = TurnToolset(turn, self._services, self._otp)
        answer = await self._ask(messages, tools)
        moved = await self._judge(place, answer.text)
        reply = self._reply(answer)
        # What can still break does so before the reply is stored: afterwards nothing may.
        frame = self._response(reply, [*hits, *tools.hits()], tools, moved)
        await self._commit(reply, moved)
        await self._ask_for_code()
        turn.finish({**frame, "timestamp": now_ms()})

    async def _store_question(self) -> None:
        turn, storage = self._turn, self._services.storage
        message = StoredMessage(
            id=new_id(),
            conversation_id=turn.live.id,
            direction="inbound",
            text=turn.request.message,
            created_at=storage.next_time(),
        )
        await storage.add_message(message)
        turn.started(message.id)
        if turn.ended:
            raise asyncio.CancelledError

    async def _look_up(self) -> Sequence[Hit]:
        knowledge, agent_id = self._services.knowledge, self._turn.agent.id
        if not knowledge.offers(agent_id):
            return ()
        return await knowledge.search(
            self._turn.request.message, agent_id=agent_id, limit=CONTEXT_DOCUMENTS
        )

    async def _parts(
        self, conversation: Conversation, place: Place | None, hits: Sequence[Hit]
    ) -> PromptParts:
        turn = self._turn
        return PromptParts(
            agent=turn.agent,
            greeted=await self._services.storage.has_reply(conversation.id),
            step=place.step if place else None,
            skill_name=turn.request.skill_name,
            skill=turn.request.skill,
            kinds=self._services.kinds_of(turn.agent),
            hits=hits,
        )

    async def _ask(self, messages: Sequence[Mapping[str, Any]], tools: TurnToolset) -> Answer:
        settings, agent = self._services.settings, self._turn.agent
        preamble = self._preamble()
        try:
            return await run(
                self._services.model,
                LoopSettings(
                    model=self._model,
                    max_iterations=agent.max_iterations or settings.max_iterations,
                    max_tokens=settings.max_tokens,
                    params=agent.model_params,
                ),
                messages,
                tools,
                self._narrator,
                self._answered,
            )
        finally:
            if preamble is not None:
                preamble.cut()

    def _preamble(self) -> Preamble | None:
        turn = self._turn
        model = turn.agent.preamble_model or self._services.settings.preamble_model
        if model is None or not turn.request.stream:
            return None
        preamble = Preamble(
            self._services.model,
            model,
            turn.request.message,
            say=self._narrator.preamble,
            answered=self._answered,
        )
        self._narrator.begun = preamble.suppress
        return preamble

    def _answered(self, finished: Finished) -> None:
        self._usage.add(finished)
        if finished.usage is not None:
            metrics = self._services.metrics
            metrics.prompt_tokens.inc(finished.usage.prompt_tokens)
            metrics.completion_tokens.inc(finished.usage.completion_tokens)

    async def _judge(self, place: Place | None, reply: str) -> Move | None:
        if place is None:
            return None
        agent, settings = self._turn.agent, self._services.settings
        model = agent.judge_model or settings.judge_model or agent.model or settings.model
        done, finished = await judge(
            self._services.model,
            model or self._model,
            place.step,
            self._turn.request.message,
            reply,
        )
        if finished is not None:
            self._answered(finished)
        return move(agent, place, done)

    def _reply(self, answer: Answer) -> StoredMessage:
        return StoredMessage(
            id=new_id(),
            conversation_id=self._turn.live.id,
            direction="outbound",
            text=answer.text,
            created_at=self._services.storage.next_time(),
            tool_records=answer.records,
        )

    async def _commit(self, reply: StoredMessage, moved: Move | None) -> None:
        """Store everything in one step; from here on the turn can only end in its answer."""
        turn, storage = self._turn, self._services.storage
        turn.committed = True
        try:
            await storage.add_reply(reply, moved.position if moved else None)
        except BaseException:
            turn.committed = False
            raise

    async def _ask_for_code(self) -> None:
        """The published order of OTP; whatever goes wrong with it, the reply is stored."""
        if self._otp is None:
            return
        turn = self._turn
        try:
            await self._otp.ask_afterwards(turn)
        except Exception as error:
            log(
                "otp_not_sent",
                "a code could not be sent after the reply",
                exc_info=error,
                request_id=turn.request_id,
                level=logging.ERROR,
            )

    def _response(
        self,
        reply: StoredMessage,
        hits: Sequence[Hit],
        tools: TurnToolset,
        moved: Move | None,
    ) -> dict[str, Any]:
        """The terminal frame; what no frame can carry is left out (decisions 1.9)."""
        cited = citations(hits)
        chips = list(moved.chips) if moved else []
        directive = tools.directive()
        frame = self._frame(reply, cited, directive, chips)
        while _too_large(frame) and (directive or cited or chips):
            part = "directive" if directive else "citation" if cited else "chips"
            if directive:
                directive = None
            elif cited:
                cited = cited[:-1]
            else:
                chips = []
            log(
                f"{part}_dropped",
                f"no frame can carry the {part}",
                request_id=self._turn.request_id,
                conversation_id=self._turn.live.id,
                level=logging.WARNING,
            )
            frame = self._frame(reply, cited, directive, chips)
        return frame

    def _frame(
        self,
        reply: StoredMessage,
        cited: Sequence[Mapping[str, Any]],
        directive: Mapping[str, Any] | None,
        chips: Sequence[str],
    ) -> dict[str, Any]:
        return encode.eventual_response(
            request_id=self._turn.request_id,
            message_id=reply.id,
            response={
                "responseParts": [cut_json(reply.text)],
                "customerHappinessScore": 0.5,
                "needsSatisfactionScore": 0.5,
                "requestSummary": "",
                "resolutionStatus": "in_progress",
                "suggestedNextActions": chips,
            },
            needs_escalation=False,
            usage=self._usage.wire(),
            citations=cited or None,
            directive=directive,
            timestamp=now_ms(),
        )


def _too_large(frame: Mapping[str, Any]) -> bool:
    return len(orjson.dumps(frame)) > FRAME_BYTES

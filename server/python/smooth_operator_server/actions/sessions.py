"""Sessions: create, resume and read them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import orjson
from smooth_operator.protocol import prompts
from smooth_operator.protocol.codes import ErrorCode
from smooth_operator.protocol.models import CreateConversationSessionRequest, GetSessionRequest

from smooth_operator_server.actions.client import Client, Refusal
from smooth_operator_server.actions.scope import (
    NOBODY,
    need_session,
    readable_conversation,
    uuid_of,
)
from smooth_operator_server.agents.model import Agent
from smooth_operator_server.agents.registry import knows
from smooth_operator_server.auth.embed import EmbedRefused, check_embed
from smooth_operator_server.ids import new_id
from smooth_operator_server.logs import log
from smooth_operator_server.storage.records import Contact, Conversation, Session
from smooth_operator_server.turns.services import Services
from smooth_operator_server.white_space import trim

METADATA_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The agent that answers, and the id that the ack carries."""

    agent: Agent
    wire_id: str
    known: bool


class Sessions:
    """`create_conversation_session` and `get_session`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def create(self, client: Client, request: CreateConversationSessionRequest) -> None:
        if not trim(request.agent_id):
            raise Refusal(ErrorCode.VALIDATION_ERROR, prompts.error_field_required(field="agentId"))
        chosen = self._choose(client, request.agent_id)
        end_user = self._check_embed(client, chosen, request)
        conversation = await self._conversation(client, request, chosen.agent)
        session = Session(
            id=new_id(),
            conversation_id=conversation.id,
            agent_id=chosen.wire_id,
            answering_agent_id=chosen.agent.id,
            user_participant_id=new_id(),
            agent_participant_id=new_id(),
            supports=conversation.supports,
            user_name=request.user_name or "Visitor",
            browser_fingerprint=request.browser_fingerprint,
            end_user=end_user,
        )
        await self._services.storage.add_session(session)
        client.ack(request.request_id, "Session created", self._six(session))
        if client.sequenced:
            client.subscribe(self._services.live.get(conversation.id))

    async def get(self, client: Client, request: GetSessionRequest) -> None:
        session, conversation = await need_session(self._services, client, request.session_id)
        data = {**self._six(session), "threadId": conversation.id, "status": "active"}
        client.ack(request.request_id, "Session", data)

    def _six(self, session: Session) -> dict[str, Any]:
        agents = self._services.agents
        agent = agents.answering(session.answering_agent_id)
        return {
            "sessionId": session.id,
            "conversationId": session.conversation_id,
            "agentId": session.agent_id,
            "agentName": agent.name,
            "userParticipantId": session.user_participant_id,
            "agentParticipantId": session.agent_participant_id,
        }

    def _choose(self, client: Client, given: str) -> _Chosen:
        """A UUID or a slug; unknown ones are answered by the default agent (decisions 2.3)."""
        agents = self._services.agents
        agent = agents.find(given)
        if agent is not None and self._knows(client, agent):
            return _Chosen(agent, agent.id, known=True)
        default = agents.default
        return _Chosen(default, given if uuid_of(given) else default.id, known=False)

    def _knows(self, client: Client, agent: Agent) -> bool:
        organization = client.principal.organization_id if client.principal else None
        return knows(agent, organization, scoped=self._services.auth.scoped)

    def _check_embed(
        self, client: Client, chosen: _Chosen, request: CreateConversationSessionRequest
    ) -> str | None:
        """The signed user's id, if there is one. Raises what the policy refuses."""
        policy = chosen.agent.embed if chosen.known else None
        if policy is None and self._services.settings.widget_auth_strict:
            raise Refusal(ErrorCode.AGENT_NOT_AUTHORIZED, prompts.ERROR_AGENT_NOT_AUTHORIZED)
        try:
            return check_embed(policy, origin=client.origin, auth_context=request.auth_context)
        except EmbedRefused as refused:
            raise Refusal(refused.code, refused.message) from None

    async def _conversation(
        self, client: Client, request: CreateConversationSessionRequest, agent: Agent
    ) -> Conversation:
        """The one to resume, with what this session brings; else a fresh one."""
        held = await readable_conversation(self._services, client, request.conversation_id)
        if held is None:
            return await self._fresh(client, request, agent)
        storage = self._services.storage
        if request.supports is not None:
            held = replace(held, supports=tuple(request.supports))
            await storage.set_supports(held.id, held.supports)
        contact = self._contact(client, request, held.contact)
        if contact != held.contact:
            await storage.set_contact(held.id, contact)
        return held

    async def _fresh(
        self, client: Client, request: CreateConversationSessionRequest, agent: Agent
    ) -> Conversation:
        principal, services = client.principal, self._services
        scoped = services.auth.scoped
        organization = agent.organization_id or NOBODY
        if principal is not None:
            organization = principal.organization_id
        conversation = Conversation(
            id=new_id(),
            organization_id=organization,
            created_at=services.storage.next_time(),
            owner=principal.subject if scoped and principal is not None else None,
            supports=tuple(request.supports or ()),
            contact=self._contact(client, request, Contact()),
            metadata=self._metadata(request),
        )
        await services.storage.add_conversation(conversation)
        return conversation

    def _contact(
        self, client: Client, request: CreateConversationSessionRequest, held: Contact
    ) -> Contact:
        """Frame fields never say who somebody is once auth is on."""
        principal = client.principal
        email = principal.email if principal is not None else None
        if email is None and not self._services.auth.scoped:
            email = trim(request.user_email or "") or None
        name = trim(request.user_name or "") or None
        return replace(held, name=name or held.name, email=email or held.email)

    def _metadata(self, request: CreateConversationSessionRequest) -> dict[str, Any]:
        metadata = request.metadata
        if metadata is None:
            return {}
        plain: dict[str, Any] = metadata if isinstance(metadata, dict) else metadata.wire()
        if len(orjson.dumps(plain)) > METADATA_BYTES:
            log(
                "metadata_dropped",
                "larger than may be kept",
                request_id=request.request_id,
                level=logging.WARNING,
            )
            return {}
        return plain

"""Scope: whose conversations a client may touch (decisions §7). Not yours looks like not there."""

from __future__ import annotations

import re

from smooth_operator.protocol import prompts
from smooth_operator.protocol.codes import ErrorCode

from smooth_operator_server.actions.client import Client, Refusal
from smooth_operator_server.auth.base import Principal
from smooth_operator_server.storage.base import Scope, StorageError
from smooth_operator_server.storage.records import Conversation, Session
from smooth_operator_server.turns.services import Services

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
NOBODY = "reference-org"


def uuid_of(text: str | None) -> str | None:
    """A UUID in our spelling; None for anything else."""
    return text.lower() if text is not None and _UUID.fullmatch(text) else None


def may_read(principal: Principal | None, conversation: Conversation, *, scoped: bool) -> bool:
    """Same organisation and same `sub`; an ownerless one by whoever presents its id."""
    if not scoped:
        return True
    if principal is None:
        return conversation.owner is None
    if principal.organization_id != conversation.organization_id:
        return False
    return conversation.owner is None or conversation.owner == principal.subject


def list_scope(services: Services, principal: Principal | None) -> Scope | None:
    """What a list may show; None: nothing."""
    if not services.auth.scoped:
        return Scope()
    if principal is None:
        return None
    return Scope(principal.organization_id, principal.subject)


async def readable_conversation(
    services: Services, client: Client, conversation_id: str | None
) -> Conversation | None:
    """A storage failure during the check counts as a refusal."""
    key = uuid_of(conversation_id)
    if key is None:
        return None
    try:
        conversation = await services.storage.conversation(key)
    except StorageError:
        return None
    if conversation is None:
        return None
    allowed = may_read(client.principal, conversation, scoped=services.auth.scoped)
    return conversation if allowed else None


async def readable_session(
    services: Services, client: Client, session_id: str | None
) -> tuple[Session, Conversation] | None:
    """The session and its conversation, if this client may touch them."""
    key = uuid_of(session_id)
    if key is None:
        return None
    try:
        session = await services.storage.session(key)
    except StorageError:
        return None
    if session is None:
        return None
    conversation = await readable_conversation(services, client, session.conversation_id)
    return (session, conversation) if conversation is not None else None


async def need_session(
    services: Services, client: Client, session_id: str
) -> tuple[Session, Conversation]:
    """As `readable_session`; raises the refusal that says nothing about the id."""
    found = await readable_session(services, client, session_id)
    if found is None:
        raise Refusal(ErrorCode.SESSION_NOT_FOUND, prompts.ERROR_SESSION_NOT_FOUND)
    return found

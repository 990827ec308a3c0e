"""Access: who may use a tool (decisions §9). Never open on doubt."""

from __future__ import annotations

from smooth_operator_server.agents.model import Agent
from smooth_operator_server.auth.base import Principal
from smooth_operator_server.storage.records import Conversation, Session


def is_admin(principal: Principal | None) -> bool:
    """Only a token's role `admin`, or mode `none`."""
    return principal is not None and (principal.dev_admin or principal.role == "admin")


def is_end_user(
    principal: Principal | None, agent: Agent, session: Session, conversation: Conversation
) -> bool:
    """A token principal, mode `none`, a signed user, a verified contact, or an internal agent."""
    return (
        principal is not None
        or agent.visibility == "internal"
        or session.end_user is not None
        or conversation.verified.email is not None
        or conversation.verified.phone is not None
    )

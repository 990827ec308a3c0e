"""What the schemas offer to be altered."""

from __future__ import annotations

from smooth_operator_conformance.mutants.surface import Surface


def test_every_event_and_action_is_known(surface: Surface) -> None:
    subjects = {leaf.subject for leaf in surface.leaves}
    assert {"stream_token", "error", "list_conversations", "welcome"} <= subjects
    assert subjects <= set(surface.events) | set(surface.requests)


def test_names_leave_data_out(surface: Surface) -> None:
    names = {leaf.name for leaf in surface.leaves}
    assert "eventual_response.usage.promptTokens" in names
    assert "error.code" in names
    assert "get_conversation_messages.messages[].direction" in names
    assert not [name for name in names if ".data" in name]


def test_twins_are_altered_once(surface: Surface) -> None:
    tokens = [leaf.path for leaf in surface.leaves if leaf.name == "stream_token.token"]
    assert tokens == [("token",)]
    assert (("token",), ("data", "token")) in surface.twins["stream_token"]
    assert (("error",), ("data", "error")) in surface.twins["error"]


def test_kinds(surface: Surface) -> None:
    kinds = {leaf.name: leaf.kind for leaf in surface.leaves}
    assert kinds["error.code"] == "code"
    assert kinds["list_conversations.hasMore"] == "boolean"
    assert kinds["otp_invalid.attemptsRemaining"] == "number"
    assert kinds["create_conversation_session.sessionId"] == "uuid"
    assert kinds["park_resolved.outcome"] == "enum"
    assert kinds["list_conversations.conversations[].updatedAt"] == "time"
    assert kinds["stream_chunk.state.rawResponse.toolCall.arguments"] == "any"


def test_what_the_schema_requires(surface: Surface) -> None:
    required = {leaf.name: leaf.required for leaf in surface.leaves}
    assert required["get_conversation_messages.hasMore"]
    assert not required["eventual_response.citations"]
    assert required["turn_started.conversationId"], "its twin in data is required"
    assert "stream_chunk" in surface.needs_id
    assert "error" not in surface.needs_id


def test_terminal_events_and_codes(surface: Surface) -> None:
    assert surface.terminal == {"eventual_response", "cancelled", "error"}
    assert surface.fatal_codes == {"AGENT_ERROR", "STORAGE_ERROR", "INTERNAL_ERROR"}

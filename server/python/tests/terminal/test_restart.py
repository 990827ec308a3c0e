"""A server that was started anew in mid-chat: the chat says so and goes on."""

from __future__ import annotations

import io

from smooth_operator import connect
from smooth_operator_server.local import serve_local
from smooth_operator_server.models.offline import OfflineModel
from smooth_operator_server.settings import Settings
from smooth_operator_server.terminal.chat import Chat
from smooth_operator_server.terminal.screen import Screen

QUESTION = "How long is the return window?"


async def test_a_fresh_conversation_begins_and_the_message_is_answered() -> None:
    out = io.StringIO()
    async with serve_local(Settings(port=0, seed_kb=True), model=OfflineModel()) as first:
        port = first.port
        client = await connect(first.ws_url)
        chat = Chat(client, await client.create_session("default"), Screen(out), "default")
        assert await chat.say(QUESTION)
    async with serve_local(Settings(port=port, seed_kb=True), model=OfflineModel()):
        before = out.getvalue()
        assert await chat.say(QUESTION)
        assert not chat.failed
        await client.close()
    after = out.getvalue().removeprefix(before)
    assert "no longer knows this conversation" in after
    assert "17 days" in after

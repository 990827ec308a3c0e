"""Lists over a real socket: pages without overlap, cursors that cannot be lent."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server import serve_local
from smooth_operator_server.actions.cursors import Cursors


async def test_conversations_page_and_search(connect: Any, model: Any) -> None:
    for _ in range(3):
        model.says("r")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        ids = []
        for number in range(3):
            session = await peer.session()
            ids.append(peer.opened["data"]["conversationId"])
            await peer.send(
                "send_message", requestId="t", sessionId=session, message=f"Tälk {number}"
            )
            await peer.until("eventual_response")
        first = (await peer.ask("list_conversations", limit=2))["data"]
        assert [row["conversationId"] for row in first["conversations"]] == [ids[2], ids[1]]
        assert first["hasMore"] is True
        cursor = first["nextCursor"]
        rest = (await peer.ask("list_conversations", limit=2, cursor=cursor))["data"]
        assert [row["conversationId"] for row in rest["conversations"]] == [ids[0]]
        assert (rest["hasMore"], rest["nextCursor"]) == (False, None)
        for bad in ({"cursor": "bogus"}, {"cursor": cursor, "query": "talk"}):
            refused = await peer.ask("list_conversations", requestId="l", **bad)
            assert refused["error"]["code"] == "VALIDATION_ERROR"
        found = (await peer.ask("list_conversations", query=" TALK 1 ", cursor=""))["data"]
        assert [row["title"] for row in found["conversations"]] == ["Tälk 1"]
        refused = await peer.ask("get_conversation_messages", sessionId=session, cursor=cursor)
        assert refused["error"]["code"] == "VALIDATION_ERROR"
        legacy = await peer.ask("get_conversation_messages", sessionId=session, before=cursor)
        assert len(legacy["data"]["messages"]) == 2


async def test_messages_page_and_a_page_fits_a_frame(connect: Any, model: Any) -> None:
    for _ in range(3):
        model.says("x" * 300_000)
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        for number in range(3):
            await peer.send(
                "send_message", requestId="t", sessionId=session, message=f"m{number}", stream=False
            )
            reply = (await peer.until("eventual_response"))[-1]
            assert len(reply["data"]["data"]["response"]["responseParts"][0]) == 262_144
        seen: list[str] = []
        cursor = None
        while True:
            page = await peer.ask("get_conversation_messages", sessionId=session, cursor=cursor)
            texts = [m["content"]["text"][:2] for m in page["data"]["messages"]]
            assert 1 <= len(texts) < 7
            seen += texts
            cursor = page["data"]["nextCursor"]
            if not page["data"]["hasMore"]:
                break
        legacy = await peer.ask("get_conversation_messages", sessionId=session, limit=1)
        more = await peer.ask(
            "get_conversation_messages", sessionId=session, before=legacy["data"]["nextCursor"]
        )
        assert more["data"]["messages"][0]["content"]["text"] == "m2"
    assert seen == ["xx", "m2", "xx", "m1", "xx", "m0"]


async def test_renaming(connect: Any, model: Any) -> None:
    model.says("r")
    async with serve_local(model=model) as server:
        peer = await connect(server)
        session = await peer.session()
        id = peer.opened["data"]["conversationId"]
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        await peer.until("eventual_response")
        done = await peer.ask("rename_conversation", conversationId=id, title=' **"My  trip"** ')
        assert done["data"] == {"conversationId": id, "title": "My trip"}
        blank = await peer.ask("rename_conversation", conversationId=id, title=" ** ")
        assert blank["error"]["code"] == "VALIDATION_ERROR"
        rows = (await peer.ask("list_conversations"))["data"]["conversations"]
        assert rows[0]["title"] == "My trip"


@given(st.text(), st.text(), st.text())
def test_a_cursor_is_good_only_where_it_was_issued(text: str, mine: str, other: str) -> None:
    cursors = Cursors()
    cursor = cursors.issue([1, mine], "list", mine)
    assert cursors.read(cursor, "list", mine) == [1, mine]
    if other != mine:
        assert cursors.read(cursor, "list", other) is None
    if text != cursor:
        assert cursors.read(text, "list", mine) is None
    assert Cursors().read(cursor, "list", mine) is None

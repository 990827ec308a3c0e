"""The scripted session of a published client against our server, act by act, every step asserted.

An act has a room of its own: its agents, what their models answer, and what the tools say. It
plays with the client through its public API alone, and looks at all three sides: what the client
gave its caller, what the model was asked, what the tools were called with.
"""

from __future__ import annotations

import uuid
from typing import Any

from interop.act import ACTS as ACTS
from interop.act import act, answered, enter, refused, reply_of, same
from interop.house import Room, raw_session
from interop.puppet import Puppet

Json = Any
EMAIL = "pat@example.org"
LOOK = {"name": "look_up", "description": "Looks an order up.", "parameters": {"type": "object"}}
PAY = {"name": "refund", "description": "Pays money back.", "parameters": {"type": "object"}}


def call(name: str, **arguments: Json) -> Json:
    """A model answer that calls one tool."""
    return {"calls": [{"id": "k1", "name": name, "arguments": arguments}]}


@act({"script": [{"deltas": ["Thir", "ty ", "days."]}]})
async def streams_a_turn(client: Puppet, room: Room) -> None:
    """create, a streamed turn, get_session, get_messages, ping: all typed by the client"""
    await client.call("open", url=room.url)
    made = await client.call(
        "create_conversation_session",
        agent_id=room.agent(),
        user_name="Pat",
        user_email=EMAIL,
        metadata={"page": "/returns"},
    )
    same("agentId", made["agentId"], room.agent())
    session = made["sessionId"]
    turn = await client.send(session, "How long may I return it?")
    await answered(turn, "Thirty days.")
    same("events", turn.types, ["immediate_response", "stream_token", "eventual_response"])
    same("tokens", sum(e["type"] == "stream_token" for e in turn.events), 3)
    asked = await room.asked()
    same("the model's last message", asked["messages"][-1]["content"], "How long may I return it?")
    got = await client.call("get_session", session_id=session)
    same("get_session", {key: got[key] for key in made}, made)
    page = await client.call("get_messages", session_id=session)
    texts = [(m["direction"], m["content"]["text"]) for m in page["messages"]]
    wanted = [("outbound", "Thirty days."), ("inbound", "How long may I return it?")]
    same("messages", texts, wanted)
    same("hasMore", page["hasMore"], False)
    if (await client.call("ping")) < 1_600_000_000_000:
        raise AssertionError("ping gave no time of the server in milliseconds")


@act({"script": [{"text": "One."}, {"text": "Two."}]})
async def remembers_and_pages(client: Puppet, room: Room) -> None:
    """a second turn whose model request holds the first; paging with the client's `before`"""
    session = await enter(client, room)
    await answered(await client.send(session, "first"), "One.")
    await answered(await client.send(session, "second"), "Two.")
    await room.asked()
    asked = (await room.asked())["messages"]
    said = [m["content"] for m in asked if m["role"] != "system"]
    same("the second request", said, ["first", "One.", "second"])
    seen: list[str] = []
    cursor: Json = {}
    for more in (True, True, True, False):
        page = await client.call("get_messages", session_id=session, limit=1, **cursor)
        seen += [message["content"]["text"] for message in page["messages"]]
        same("hasMore", page["hasMore"], more)
        cursor = {"before": page.get("nextCursor")}
    same("all pages", seen, ["Two.", "second", "One.", "first"])


@act({"script": [{"text": "Quiet."}]})
async def takes_a_silent_turn(client: Puppet, room: Room) -> None:
    """`stream=False`: the acknowledgement and the terminal event, nothing between"""
    session = await enter(client, room)
    turn = await client.send(session, "hush", stream=False)
    same("the reply", reply_of(await turn.end()), "Quiet.")
    same("events", turn.types, ["immediate_response", "eventual_response"])


@act(
    {
        "tools": [{**LOOK, "answers": [{"result": "sent"}]}],
        "script": [call("look_up", order="A7"), {"text": "It is sent."}],
    }
)
async def runs_a_tool(client: Puppet, room: Room) -> None:
    """a tool's call and result as chunks, the tool called once"""
    session = await enter(client, room)
    turn = await client.send(session, "Where is A7?")
    await answered(turn, "It is sent.")
    chunks = [e["data"]["state"]["rawResponse"] for e in turn.events if e["type"] == "stream_chunk"]
    same("the call's arguments", chunks[0]["toolCall"]["arguments"], {"order": "A7"})
    same("the result", chunks[1]["toolResult"]["result"], "sent")
    same("the tool got", (await room.asked("tool:main/look_up"))["arguments"], {"order": "A7"})
    same("further calls", room.left("tool:main/look_up"), 0)


GATED = {
    "tools": [{**PAY, "answers": [{"result": "paid"}]}],
    "confirmTools": ["refund"],
    "script": [call("refund", order="A7"), {"text": "Done."}],
}


@act(GATED)
async def approves_a_tool(client: Puppet, room: Room) -> None:
    """write_confirmation_required, approved through the client; the tool runs once"""
    session = await enter(client, room)
    turn = await client.send(session, "Refund A7")
    asked = await turn.until("write_confirmation_required")
    same("toolId", asked["data"]["data"]["toolId"], "refund")
    same("calls before the answer", room.left("tool:main/refund"), 0)
    await client.call(
        "confirm_tool_action", session_id=session, request_id=turn.request, approved=True
    )
    await answered(turn, "Done.")
    same("the tool got", (await room.asked("tool:main/refund"))["arguments"], {"order": "A7"})
    same("further calls", room.left("tool:main/refund"), 0)


@act(GATED)
async def rejects_a_tool(client: Puppet, room: Room) -> None:
    """the same, rejected: the tool never runs, the model is told, the turn ends well"""
    session = await enter(client, room)
    turn = await client.send(session, "Refund A7")
    await turn.until("write_confirmation_required")
    await client.call(
        "confirm_tool_action", session_id=session, request_id=turn.request, approved=False
    )
    await answered(turn, "Done.")
    results = [
        e["data"]["state"]["rawResponse"] for e in turn.events if e["type"] == "stream_chunk"
    ]
    same("isError", results[-1]["toolResult"]["isError"], True)
    same("calls", room.left("tool:main/refund"), 0)


CARD = call("request_identity_intake", fields=["email"])


@act({"script": [CARD, {"text": "Noted."}]})
async def answers_a_card(client: Puppet, room: Room) -> None:
    """a card: refused values first, then good ones, through `submit_interaction`"""
    await client.call("open", url=room.url)
    session = await raw_session(room.url, room.agent(), ["identity_form"])
    turn = await client.send(session, "Mail me")
    card = (await turn.until("interaction_required"))["data"]["data"]
    answer = {"session_id": session, "request_id": turn.request}
    answer |= {"interaction_id": card["interactionId"], "kind": card["kind"]}
    await client.call("submit_interaction", **answer, values={"email": "nowhere"})
    bad = await turn.until("interaction_invalid")
    same("the field", bad["data"]["data"]["errors"][0]["field"], "email")
    await client.call("submit_interaction", **answer, values={"email": EMAIL})
    await answered(turn, "Noted.")
    await room.asked()
    told = (await room.asked())["messages"][-1]["content"]
    same("the model was told the address", EMAIL in told, True)


@act({"script": [CARD, {"text": "As you like."}]})
async def declines_a_card(client: Puppet, room: Room) -> None:
    """a card declined: the model is told, the turn goes on"""
    await client.call("open", url=room.url)
    session = await raw_session(room.url, room.agent(), ["identity_form"])
    turn = await client.send(session, "Mail me")
    card = (await turn.until("interaction_required"))["data"]["data"]
    await client.call(
        "submit_interaction",
        session_id=session,
        request_id=turn.request,
        interaction_id=card["interactionId"],
        declined=True,
    )
    await answered(turn, "As you like.")
    await room.asked()
    same("declined", "declined" in (await room.asked())["messages"][-1]["content"], True)


@act({"script": [CARD, {"text": "What is your address?"}]})
async def is_asked_in_words(client: Puppet, room: Room) -> None:
    """a session that declared no card: no card event comes, the model asks in words"""
    session = await enter(client, room)
    turn = await client.send(session, "Mail me")
    await answered(turn, "What is your address?")
    same("a card", "interaction_required" in turn.types, False)


OTP = {
    "tools": [
        {**LOOK, "name": "show_balance", "authLevel": "end_user", "answers": [{"result": "12"}]}
    ],
    "script": [
        call("show_balance"),
        {"text": "Please verify."},
        call("show_balance"),
        {"text": "12."},
    ],
}


@act(OTP)
async def verifies_by_code(client: Puppet, room: Room) -> None:
    """a guarded tool: refused, code sent, wrong code, right code, sent again, then it runs"""
    session = await enter(client, room, user_email=EMAIL)
    turn = await client.send(session, "My balance?")
    await answered(turn, "Please verify.")
    order = [k for k in turn.types if k not in ("stream_chunk", "stream_token")]
    wanted = ["immediate_response", "otp_verification_required", "otp_sent", "eventual_response"]
    same("events", order, wanted)
    same("calls before the code", room.left("tool:main/show_balance"), 0)
    code = str((await room.asked("otp"))["code"])
    wrong = "000000" if code != "000000" else "111111"
    given = {"session_id": session, "request_id": turn.request}
    await client.call("verify_otp", **given, code=wrong)
    bad = await client.hear("otp_invalid")
    same("attempts left", bad["data"]["data"]["attemptsRemaining"], 2)
    await client.call("verify_otp", **given, code=code)
    await client.hear("otp_verified")
    await answered(await client.send(session, "My balance?"), "12.")
    await room.asked("tool:main/show_balance")
    same("further calls", room.left("tool:main/show_balance"), 0)


@act({"script": [{"deltas": ["Once ", {"gate": "never"}, "upon"]}, {"text": "Free."}]})
async def cancels_a_turn(client: Puppet, room: Room) -> None:
    """cancel in mid-answer: `cancelled` ends the turn, and the next one runs"""
    session = await enter(client, room)
    turn = await client.send(session, "Tell me all")
    await turn.until("stream_token")
    await client.call("cancel", request_id=turn.request, session_id=session)
    end = await turn.end()
    same("the terminal event", (end["type"], end["status"]), ("cancelled", 499))
    await answered(await client.send(session, "Still there?"), "Free.")


@act({"script": [{"http": 400}, {"text": "Better."}]})
async def raises_what_is_refused(client: Puppet, room: Room) -> None:
    """errors are raised with their codes: unknown session, empty text, failed model, no prompt"""
    session = await enter(client, room)
    unknown = str(uuid.uuid4())
    await refused("SESSION_NOT_FOUND", client.call("get_session", session_id=unknown))
    await refused("SESSION_NOT_FOUND", client.call("get_messages", session_id=unknown))
    await refused("SESSION_NOT_FOUND", (await client.send(unknown, "hi")).end())
    await refused("VALIDATION_ERROR", (await client.send(session, "  ")).end())
    await refused("AGENT_ERROR", (await client.send(session, "hi")).end())
    await client.call("confirm_tool_action", session_id=session, request_id="nobody", approved=True)
    heard = await client.hear("error")
    same("heard", heard["error"]["code"], "NO_PENDING_CONFIRMATION")
    await answered(await client.send(session, "again"), "Better.")


@act({"script": [{"text": "Mine."}]}, profile="jwt")
async def cannot_read_what_is_foreign(client: Puppet, room: Room) -> None:
    """a token in the query: somebody else's session is missing, one's own is there"""
    await client.call("open", url=room.url, token=room.token("alice"))
    made = await client.call("create_conversation_session", agent_id=room.agent())
    session = made["sessionId"]
    await answered(await client.send(session, "hi"), "Mine.")
    await client.call("disconnect")
    await client.call("open", url=room.url, token=room.token("bob"))
    for method in ("get_session", "get_messages"):
        await refused("SESSION_NOT_FOUND", client.call(method, session_id=session))
    await refused("SESSION_NOT_FOUND", (await client.send(session, "hi")).end())
    await client.call("disconnect")
    await client.call("open", url=room.url, token=room.token("alice"))
    same("own", (await client.call("get_session", session_id=session))["sessionId"], session)


@act({"script": [{"text": "Before."}, {"deltas": ["Half", {"gate": "never"}]}, {"text": "After."}]})
async def comes_back(client: Puppet, room: Room) -> None:
    """disconnected in mid-turn and connected again: the history is there, the session goes on"""
    session = await enter(client, room)
    await answered(await client.send(session, "one"), "Before.")
    turn = await client.send(session, "two")
    await turn.until("stream_token")
    await client.call("disconnect")
    await client.call("open", url=room.url)
    page = await client.call("get_messages", session_id=session)
    texts = [message["content"]["text"] for message in page["messages"]]
    same("history", texts, ["two", "Before.", "one"])
    await answered(await client.send(session, "three"), "After.")


@act({"script": [{"text": "Ok."}] * 3}, profile="jwt", needs=("list_conversations",))
async def lists_conversations(client: Puppet, room: Room) -> None:
    """list_conversations: newest first, paged by cursor, found by text, nobody else's"""
    await client.call("open", url=room.url, token=room.token("alice"))
    for text in ("Red shoes", "Blue hat", "Red scarf"):
        made = await client.call("create_conversation_session", agent_id=room.agent())
        await answered(await client.send(made["sessionId"], text), "Ok.")
    first = await client.call("list_conversations", limit=2)
    titles = [entry["title"] for entry in first["conversations"]]
    rest = await client.call("list_conversations", limit=2, cursor=first["nextCursor"])
    titles += [entry["title"] for entry in rest["conversations"]]
    same("titles", titles, ["Red scarf", "Blue hat", "Red shoes"])
    found = await client.call("list_conversations", query="red")
    same("found", [e["title"] for e in found["conversations"]], ["Red scarf", "Red shoes"])
    await client.call("disconnect")
    await client.call("open", url=room.url, token=room.token("bob"))
    same("bob's", (await client.call("list_conversations"))["conversations"], [])

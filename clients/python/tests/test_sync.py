"""The blocking twin: the same answers on a thread, and nothing left of it after close."""

from __future__ import annotations

import json
import threading

import pytest
from smooth_operator import ClosedError, ConnectError, ServerError, sync
from websockets.sync.server import serve

S = "0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a01"


def talk(socket, event):
    """A scripted server: each action has one reply, a message is asked about before its answer."""
    turn = None
    for data in socket:
        frame = json.loads(data)
        r, action = frame.get("requestId"), frame["action"]
        replies = {
            "hello": lambda r: event("welcome", r, ["tools"]),
            "create_conversation_session": lambda r: event("session_created", r),
            "get_session": lambda r: event(
                "ack", r, sessionId=S, conversationId="c", agentName="a"
            ),
            "rename_conversation": lambda r: event("ack", r, conversationId="c", title="T"),
            "authenticate": lambda r: event("ack", r),
            "resume_stream": lambda r: event("resumed", r, 0),
            "verify_otp": lambda r: event("otp_invalid", r),
            "ping": lambda r: {"type": "pong", "requestId": r},
            "list_conversations": lambda r: event("ack", r, conversations=[]),
            "submit_interaction": lambda r: event("ack", r, sessionId=S),
            "get_conversation_messages": lambda r: event("ack", r, messages=[], hasMore=False),
        }
        out = []
        if action == "send_message":
            turn = r
            out = [event("accepted", r), event("token", r, text="a")]
            kind = frame["message"]
            if kind in ("card", "confirmation"):
                out.append(event(kind, r))
            elif kind != "wait":
                out.append(event("answer", r, text="ab"))
        elif action in ("confirm_tool_action", "submit_interaction"):
            data = {"sessionId": S, "approved": frame.get("approved")}
            if action == "submit_interaction":
                data = {"sessionId": S}
            out = [event("ack", r, **data)]
            if turn is not None:
                out.append(event("answer", turn, text="done"))
        elif action == "cancel":
            out = [event("cancelled", turn)]
        else:
            out = [replies[action](r), {"type": "aurora"}]
        for each in out:
            socket.send(json.dumps(each))


@pytest.fixture
def url(event):
    with serve(lambda socket: talk(socket, event), "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()


def loops():
    return [thread for thread in threading.enumerate() if thread.name == "smooth-operator"]


def test_a_conversation_without_await(url):
    with sync.connect(url) as client:
        assert client.hello.server.name == "test"
        assert client.supports("tools")
        session = client.create_session("ada", supports=["choice_chips"])
        assert session.info.agent_name == "Ada"
        turn = session.send("hi")
        assert [each.type for each in turn] == ["stream_token", "eventual_response"]
        assert turn.answer().text == turn.text == "ab"
        assert turn.done
        assert (turn.session_id, turn.prompt) == (session.id, None)
        assert session.get().conversation_id == "c"
        assert list(session.all_messages()) == session.messages().messages == []
    assert client.closed
    assert loops() == []


def test_every_action_is_there(url):
    with sync.connect(url) as client:
        assert client.ping().type == "pong"
        assert client.get_session(S).agent_name == "a"
        assert client.list_conversations().conversations == list(client.all_conversations())
        assert client.rename_conversation("c", "T").title == "T"
        assert client.authenticate("t").expires_at is None
        assert not client.verify(S, "1").verified
        assert client.confirm(S).approved
        assert not client.reject(S).approved
        assert client.submit(S, "i", {}).accepted
        assert client.decline(S, "i").accepted
        assert client.resume(S).last_seq == 0
        assert not client.session(S).send("wait").verify("1").verified


def test_prompts_are_answered(url):
    with sync.connect(url) as client:
        for kind, reply in (
            ("confirmation", lambda turn: turn.confirm()),
            ("confirmation", lambda turn: turn.reject()),
            ("card", lambda turn: turn.submit({"answers": []})),
            ("card", lambda turn: turn.decline()),
        ):
            turn = client.session(S).send(kind)
            for each in turn:
                if each.type != "stream_token":
                    break
            assert turn.prompt is not None
            reply(turn)
            assert turn.answer().text == "done"


def test_cancelling_by_hand_and_by_leaving(url):
    with sync.connect(url) as client:
        turn = client.session(S).send("wait")
        next(turn)
        turn.cancel()
        assert turn.answer().cancelled
        with client.session(S).send("wait") as turn:
            next(turn)
        assert turn.answer().cancelled
        turn = client.session(S).send("wait")
        next(turn)
        client.session(S).cancel()
        assert turn.answer().cancelled


def test_listeners_hear_on_the_clients_thread_and_cannot_call_it(url):
    heard = []
    done = threading.Event()

    with sync.connect(url) as client:

        def listen(notice):
            try:
                client.ping()
            except RuntimeError as exc:
                heard.append((notice.type, str(exc)))
            done.set()

        remove = client.on_event(listen)
        events = client.events()
        client.ping()
        assert next(events).type == "aurora"
        assert done.wait(10)
        remove()
        events.close()
    assert heard[0][0] == "aurora"
    assert "callback" in heard[0][1]


def test_errors_come_through(url):
    with pytest.raises(ConnectError):
        sync.connect("ws://127.0.0.1:1")
    assert loops() == []
    client = sync.connect(url, request_timeout=5)
    turn = client.session(S).send("wait")
    client.close()
    client.close()
    with pytest.raises(ClosedError):
        turn.answer()
    with pytest.raises(ClosedError):
        client.ping()
    assert loops() == []


def test_a_server_error_is_raised_where_the_call_was(event):
    def refuse(socket):
        for data in socket:
            frame = json.loads(data)
            socket.send(json.dumps(event("error", frame["requestId"], code="SESSION_NOT_FOUND")))

    with serve(refuse, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.socket.getsockname()[1]
        with sync.connect(f"ws://127.0.0.1:{port}") as client:
            assert client.hello is None
            with pytest.raises(ServerError):
                client.get_session(S)
            with pytest.raises(ServerError):
                client.session(S).send("hi").answer()
        server.shutdown()
        thread.join()

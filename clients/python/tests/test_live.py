"""Against the real server, in process: a scripted model, real sockets, sockets that break."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import jwt
import pytest
from pydantic import SecretStr
from smooth_operator import (
    ConnectError,
    InteractionRequiredEvent,
    Reconnect,
    Reconnected,
    ServerError,
    SmoothOperatorError,
    StreamTokenEvent,
    TimeoutError,
    WriteConfirmationRequiredEvent,
    connect,
)
from smooth_operator._client import SocketDialer
from smooth_operator._websocket import SocketOptions
from smooth_operator_server.engine.model import Finished, ModelCall, TextDelta
from smooth_operator_server.local import serve_local
from smooth_operator_server.settings import Settings
from smooth_operator_server.tools.base import ToolResult


class Script:
    """A model: each answer is a list of texts, events to wait for, and one-call tuples."""

    configured = True

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    async def stream(self, request):
        self.requests.append(request)
        text, calls = "", []
        for step in self.answers.pop(0):
            if isinstance(step, str):
                text += step
                yield TextDelta(step)
            elif isinstance(step, asyncio.Event):
                await step.wait()
            else:
                calls.append(ModelCall("k1", *step))
        yield Finished(text, tuple(calls), finish_reason="stop")

    async def complete(self, request):
        raise AssertionError("nobody asks for this")

    def retries_total(self):
        return 0

    async def close(self):
        pass


class Postman:
    """Delivers one-time codes to the test."""

    def __init__(self):
        self.codes = asyncio.Queue()

    async def send(self, *, session_id, channel, destination, code):
        self.codes.put_nowait(code)

    async def close(self):
        pass


class Wipe:
    """A tool that can be gated."""

    name = "wipe"
    description = "Test double."

    def __init__(self, auth_level="none"):
        self.auth_level = auth_level
        self.parameters = {"type": "object", "additionalProperties": False}
        self.calls = 0

    async def call(self, arguments, context):
        self.calls += 1
        return ToolResult("wiped")


class Toolbox:
    def __init__(self, *tools):
        self._tools = tools

    def tools(self, agent_id):
        return self._tools

    async def close(self):
        pass


class Line:
    """Dials like the client itself, and can cut what it dialled last."""

    def __init__(self, url):
        options = SocketOptions(10, 1, 2**20, None, None)
        self._dial = SocketDialer(
            url, token=None, token_transport="auto", headers={}, origin=None, options=options
        )
        self.transports = []

    async def dial(self):
        self.transports.append(await self._dial())
        return self.transports[-1]

    def cut(self):
        self.transports[-1]._socket.transport.abort()


@asynccontextmanager
async def house(*answers, tools=(), otp=None, **settings):
    """(client, its line, the model) on a server of their own."""
    model = Script(*answers)
    async with serve_local(
        Settings(port=0, **settings), model=model, tools=[Toolbox(*tools)], otp=otp
    ) as running:
        line = Line(running.ws_url)
        policy = Reconnect(initial=0)
        async with connect(running.ws_url, dial=line.dial, reconnect=policy) as client:
            yield client, line, model


def tokens(events):
    return "".join(each.token for each in events if isinstance(each, StreamTokenEvent))


async def test_a_plain_turn_and_what_is_stored_of_it():
    async with house(["Hel", "lo."], ["Again."]) as (client, _, model):
        assert client.hello is not None
        session = await client.create_session("assistant", user_name="Pat")
        turn = session.send("hi")
        events = [each async for each in turn]
        answer = await turn
        assert (tokens(events), answer.text, answer.cancelled) == ("Hello.", "Hello.", False)
        assert (await session.send("and?")).text == "Again."
        page = await session.messages(limit=2)
        assert page.has_more
        texts = [each.content.text async for each in session.all_messages(page_size=1)]
        assert texts == ["Again.", "and?", "Hello.", "hi"]
        assert (await session.get()).conversation_id == session.conversation_id
        assert answer.message_id in [each.id async for each in session.all_messages()]
        assert len(model.requests) == 2
        await client.rename_conversation(session.conversation_id, "Greetings")
        assert [each.title async for each in client.all_conversations()] == ["Greetings"]
        await client.ping()


@pytest.mark.parametrize("approved", [True, False])
async def test_a_confirmation(approved):
    wipe = Wipe()
    script = ([("wipe", "{}")], ["Done."])
    async with house(*script, tools=[wipe], confirm_tools=("wipe",)) as (client, _, _):
        turn = (await client.create_session("assistant")).send("wipe it")
        async for each in turn:
            if isinstance(each, WriteConfirmationRequiredEvent):
                await turn.confirm(approved)
        assert (await turn).text == "Done."
        assert wipe.calls == int(approved)


async def test_a_card():
    raised = '{"fields": ["email"]}'
    async with house([("request_identity_intake", raised)], ["Thanks."]) as (client, _, _):
        session = await client.create_session("assistant", supports=["identity_form"])
        turn = session.send("write me")
        async for each in turn:
            if isinstance(each, InteractionRequiredEvent):
                refused = await turn.submit({"email": "nope"})
                assert [problem.field for problem in refused.problems] == ["email"]
                taken = await turn.submit({"email": " pat@Example.org "})
                assert taken.values == {"email": "pat@example.org"}
        assert (await turn).text == "Thanks."


async def test_a_one_time_code_wrong_and_then_right():
    wipe, post = Wipe("end_user"), Postman()
    async with house([("wipe", "{}")], ["Done."], tools=[wipe], otp=post) as (client, _, _):
        session = await client.create_session("assistant", user_email="pat@example.org")
        turn = session.send("wipe it")
        async for each in turn:
            if each.type == "otp_sent":
                code = await post.codes.get()
                wrong = "000000" if code != "000000" else "000001"
                outcome = await turn.verify(wrong)
                assert (outcome.verified, outcome.attempts_remaining) == (False, 2)
                assert (await turn.verify(code)).verified
        assert (await turn).text == "Done."
        assert wipe.calls == 1


@pytest.mark.parametrize("way", ["auto", "header", "subprotocol", "query"])
async def test_a_token_is_read_however_it_travels(way):
    secret = "s" * 32
    claims = {"sub": "pat", "org": "acme", "exp": int(time.time()) + 60}
    token = jwt.encode(claims, secret, "HS256")
    settings = Settings(port=0, auth_mode="jwt", jwt_hs256_secret=SecretStr(secret))
    async with (
        serve_local(settings, model=Script(["hi"])) as running,
        connect(running.ws_url, token=token, token_transport=way) as client,
    ):
        assert client.hello is not None
        assert not client.hello.auth.anonymous
        await (await client.create_session("assistant")).send("hi")
        assert len((await client.list_conversations()).conversations) == 1
        renewed = jwt.encode({**claims, "exp": claims["exp"] + 60}, secret, "HS256")
        assert (await client.authenticate(renewed)).expires_at == (claims["exp"] + 60) * 1000


async def test_a_strict_server_lets_in_by_hello():
    secret = "s" * 32
    claims = {"sub": "pat", "org": "acme", "exp": int(time.time()) + 60}
    token = jwt.encode(claims, secret, "HS256")
    settings = Settings(
        port=0, auth_mode="jwt", auth_strict=True, jwt_hs256_secret=SecretStr(secret)
    )
    async with serve_local(settings, model=Script()) as running:
        async with connect(running.ws_url, token=token, token_transport="hello") as client:
            await client.ping()
        with pytest.raises(SmoothOperatorError) as raised:
            await connect(running.ws_url, token="junk", token_transport="hello")
        assert raised.value.code == "UNAUTHENTICATED"
        with pytest.raises(ConnectError) as refused:
            await connect(running.ws_url, token="junk")
        assert refused.value.http_status == 401


async def test_cancelling():
    never = asyncio.Event()
    async with house(["one ", never], ["fine"]) as (client, _, _):
        session = await client.create_session("assistant")
        async with session.send("hi") as turn:
            async for each in turn:
                if isinstance(each, StreamTokenEvent):
                    break
        answer = await turn
        assert (answer.cancelled, answer.text) == (True, "one ")
        assert (await session.send("again")).text == "fine"


async def test_a_prompt_that_times_out_on_the_server_lets_the_turn_go_on():
    wipe = Wipe()
    script = ([("wipe", "{}")], ["Then not."])
    settings = {"confirm_tools": ("wipe",), "park_seconds": 0.05}
    async with house(*script, tools=[wipe], **settings) as (client, _, _):
        turn = (await client.create_session("assistant")).send("wipe it")
        assert (await turn).text == "Then not."
        assert wipe.calls == 0


async def test_a_prompt_that_outlives_this_clients_patience():
    async with (
        house([("wipe", "{}")], tools=[Wipe()], confirm_tools=("wipe",)) as (_, line, _),
        connect("ws://x", dial=line.dial, park_timeout=0.05) as client,
    ):
        turn = (await client.create_session("assistant")).send("wipe it")
        with pytest.raises(TimeoutError):
            await turn


async def test_errors_come_with_their_codes():
    async with house() as (client, _, _):
        with pytest.raises(ServerError) as raised:
            await client.get_session("0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a01")
        assert raised.value.code == "SESSION_NOT_FOUND"
        with pytest.raises(ServerError) as raised:
            await client.session("no session").send("hi")
        assert raised.value.code == "SESSION_NOT_FOUND"


async def test_a_second_turn_is_refused_and_the_first_goes_on():
    gate = asyncio.Event()
    async with house([gate, "first"]) as (client, _, _):
        session = await client.create_session("assistant")
        first = session.send("a")
        with pytest.raises(ServerError) as raised:
            await session.send("b")
        assert raised.value.code == "TURN_IN_PROGRESS"
        gate.set()
        assert (await first).text == "first"


async def test_a_message_id_runs_once():
    async with house(["once"]) as (client, _, model):
        session = await client.create_session("assistant")
        first = await session.send("hi", client_message_id="m-1")
        second = await session.send("hi", client_message_id="m-1")
        assert (first.text, second.text) == ("once", "once")
        assert len(model.requests) == 1


# ---------------------------------------------------------------------- broken sockets


@pytest.mark.parametrize("seen", [0, 1, 2])
async def test_a_cut_between_tokens_loses_and_doubles_nothing(seen):
    gates = [asyncio.Event() for _ in range(3)]
    script = [part for pair in zip(gates, ["a ", "b ", "c"], strict=True) for part in pair]
    async with house(script) as (client, line, model):
        session = await client.create_session("assistant")
        turn = session.send("hi")
        events = [await turn.__anext__()]
        for gate in gates[:seen]:
            gate.set()
            events.append(await turn.__anext__())
        line.cut()
        back = await turn.__anext__()
        assert back == Reconnected()
        for gate in gates:
            gate.set()
        events += [each async for each in turn]
        assert tokens(events) == "a b c"
        assert (await turn).text == "a b c"
        assert len(model.requests) == 1
        assert len(line.transports) == 2


async def test_a_cut_right_after_the_send_runs_the_message_once():
    answers = [[f"answer {n}"] for n in range(20)]
    async with house(*answers) as (client, line, model):
        session = await client.create_session("assistant")
        for number in range(20):
            turn = session.send(f"message {number}")
            for _ in range(number):
                await asyncio.sleep(0)
            line.cut()
            assert (await turn).text == f"answer {number}"
        texts = [each.content.text async for each in session.all_messages()]
        assert len(texts) == 40
        assert len(model.requests) == 20


async def test_a_cut_while_parked_and_the_answer_on_the_next_socket():
    wipe = Wipe()
    script = ([("wipe", "{}")], ["Done."])
    async with house(*script, tools=[wipe], confirm_tools=("wipe",)) as (client, line, _):
        turn = (await client.create_session("assistant")).send("wipe it")
        async for each in turn:
            if isinstance(each, WriteConfirmationRequiredEvent):
                break
        line.cut()
        await turn.confirm()
        assert (await turn).text == "Done."
        assert wipe.calls == 1


async def test_a_cut_right_after_an_approval_approves_once():
    wipe = Wipe()
    script = [part for _ in range(8) for part in ([("wipe", "{}")], ["Done."])]
    async with house(*script, tools=[wipe], confirm_tools=("wipe",)) as (client, line, _):
        session = await client.create_session("assistant")
        for number in range(8):
            turn = session.send("wipe it")
            async for each in turn:
                if isinstance(each, WriteConfirmationRequiredEvent):
                    break
            answering = asyncio.ensure_future(turn.confirm())
            for _ in range(number * 3):
                await asyncio.sleep(0)
            line.cut()
            await answering
            assert (await turn).text == "Done."
        assert wipe.calls == 8


async def test_another_connection_watches_and_answers():
    wipe = Wipe()
    script = ([("wipe", "{}")], ["Done."])
    async with house(*script, tools=[wipe], confirm_tools=("wipe",)) as (client, line, _):
        session = await client.create_session("assistant")
        async with connect("ws://x", dial=Line.dial.__get__(line)) as other:
            seen = other.events()
            await other.resume(session.id)
            turn = session.send("wipe it")
            async for each in seen:
                if isinstance(each, WriteConfirmationRequiredEvent):
                    await other.confirm(session.id, park_seq=each.seq)
                    break
            assert (await turn).text == "Done."
            async for each in seen:
                if each.type == "eventual_response":
                    break
            await seen.aclose()

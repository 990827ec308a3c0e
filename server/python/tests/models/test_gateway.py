"""The gateway model against a real HTTP server that answers byte for byte as scripted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from smooth_operator_server.engine.model import (
    Finished,
    ModelCall,
    ModelDelta,
    ModelError,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from smooth_operator_server.models.gateway import GatewayModel, encode_body, retry_after

REQUEST = ModelRequest("m-1", [{"role": "user", "content": "hi"}])
KEY = "key-that-must-not-leak"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"


def frame(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(delta: Any, **more: Any) -> bytes:
    return frame(b"data: " + orjson.dumps({"choices": [{"delta": delta, **more}]}) + b"\n\n")


USAGE = frame(b'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n')
DONE = frame(b"data: [DONE]\n\n")
END = b"0\r\n\r\n"
ANSWER = OK + b"\r\n" + event({"content": "Fine"}) + event({}, finish_reason="stop") + DONE + END


def status(code: int, *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"HTTP/1.1 {code} X\r\n{lines}Content-Length: 0\r\n\r\n".encode()


class Gateway:
    """Answers each request with the next script entry: bytes, and CUT, HOLD or nothing."""

    def __init__(self) -> None:
        self.script: list[tuple[bytes, str]] = []
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.asked = asyncio.Event()
        self.gone = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
                self.heads.append(head)
                self.bodies.append(await reader.readexactly(length))
                answer, then = self.script.pop(0)
                writer.write(answer)
                if then == "cut":
                    return
                self.asked.set()
                if then == "hold":
                    await reader.read()
                    self.gone.set()
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def says(self, *answers: bytes, then: str = "") -> None:
        self.script += [(answer, then) for answer in answers]


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
    gateway.port = server.sockets[0].getsockname()[1]
    yield gateway
    server.close()


Make = Callable[..., GatewayModel]


@pytest.fixture
async def make(gateway: Gateway) -> AsyncIterator[Make]:
    made: list[GatewayModel] = []

    def build(**options: Any) -> GatewayModel:
        options.setdefault("jitter", lambda: 1.0)
        model = GatewayModel(f"http://127.0.0.1:{gateway.port}/v1", KEY, **options)
        made.append(model)
        return model

    yield build
    for model in made:
        await model.close()


class Naps:
    """Stands in for sleeping, and remembers."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


async def collect(model: GatewayModel, request: ModelRequest = REQUEST) -> list[ModelDelta]:
    return [delta async for delta in model.stream(request)]


async def test_a_streamed_answer(gateway: Gateway, make: Make) -> None:
    gateway.says(
        OK
        + b"X-LiteLLM-Response-Cost: 0.0025\r\n\r\n"
        + event({"role": "assistant", "content": ""})
        + event({"reasoning_content": "hm"})
        + event({"content": "Fi"})
        + event({"content": "ne"})
        + event({}, finish_reason="stop")
        + USAGE
        + DONE
        + END
    )
    assert await collect(make()) == [
        ReasoningDelta("hm"),
        TextDelta("Fi"),
        TextDelta("ne"),
        Finished("Fine", (), Usage(7, 2, 0.0025), "stop"),
    ]
    assert gateway.heads[0].startswith("POST /v1/chat/completions HTTP/1.1\r\n")
    assert f"Authorization: Bearer {KEY}\r\n" in gateway.heads[0]
    assert gateway.bodies[0] == (
        b'{"model":"m-1","messages":[{"role":"user","content":"hi"}],"stream":true,'
        b'"stream_options":{"include_usage":true},"max_tokens":8192}'
    )


async def test_the_head_of_a_request(gateway: Gateway) -> None:
    gateway.says(ANSWER)
    model = GatewayModel(f"http://us%20er:pass@127.0.0.1:{gateway.port}/v 1?a=b c")
    await collect(model)
    await model.close()
    assert gateway.heads[0].split("\r\n") == [
        "POST /v%201/chat/completions?a=b+c HTTP/1.1",
        f"Host: 127.0.0.1:{gateway.port}",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Authorization: Basic dXMgZXI6cGFzcw==",
        "Content-Type: application/json",
        f"Content-Length: {len(gateway.bodies[0])}",
        "",
        "",
    ]


async def test_a_long_body_arrives_whole(gateway: Gateway, make: Make) -> None:
    gateway.says(ANSWER)
    text = "a long story " * 20_000
    await collect(make(), ModelRequest("m-1", [{"role": "user", "content": text}]))
    assert orjson.loads(gateway.bodies[0])["messages"][0]["content"] == text


async def test_what_comes_before_the_head_is_no_answer(gateway: Gateway, make: Make) -> None:
    gateway.says(b"HTTP/1.1 102 Processing\r\n\r\n" + ANSWER)
    assert isinstance((await collect(make()))[-1], Finished)


async def test_calls_come_with_the_end(gateway: Gateway, make: Make) -> None:
    function = {"name": "look", "arguments": '{"a": 1}'}
    gateway.says(
        OK
        + b"\r\n"
        + event({"tool_calls": [{"index": 0, "id": "k", "function": function}]})
        + event({}, finish_reason="tool_calls")
        + END
    )
    (last,) = await collect(make())
    assert last == Finished("", (ModelCall("k", "look", '{"a": 1}'),), None, "tool_calls")


async def test_without_a_key_nothing_is_authorized(gateway: Gateway) -> None:
    gateway.says(ANSWER)
    model = GatewayModel(f"http://127.0.0.1:{gateway.port}/v1/")
    await collect(model)
    await model.close()
    assert "authorization" not in gateway.heads[0].lower()
    assert gateway.heads[0].startswith("POST /v1/chat/completions ")


async def test_one_connection_serves_several_answers(gateway: Gateway, make: Make) -> None:
    gateway.says(ANSWER, ANSWER, ANSWER)
    model = make()
    for _ in range(3):
        assert isinstance((await collect(model))[-1], Finished)
    assert gateway.connections == 1


async def test_the_end_mark_is_enough(gateway: Gateway, make: Make) -> None:
    gateway.says(ANSWER.removesuffix(END), then="hold")
    model = make()
    assert isinstance((await collect(model))[-1], Finished)
    await model.close()
    await gateway.gone.wait()


async def test_nothing_behind_the_end_mark_is_read(gateway: Gateway, make: Make) -> None:
    behind = event({"content": "no"}) + frame(b"data: junk\n\n")
    gateway.says(OK + b"\r\n" + event({"content": "Fine"}) + DONE + behind + END)
    assert await collect(make()) == [TextDelta("Fine"), Finished("Fine")]


async def test_a_finish_reason_makes_a_cut_stream_whole(gateway: Gateway, make: Make) -> None:
    gateway.says(ANSWER.removesuffix(DONE + END), then="cut")
    assert (await collect(make()))[-1] == Finished("Fine", (), None, "stop")
    assert len(gateway.bodies) == 1


FAULTS = {
    "429": (status(429), ""),
    "500": (status(500), ""),
    "503": (status(503), ""),
    "redirect": (status(307, "Location: /elsewhere"), ""),
    "cut before the head": (b"", "cut"),
    "cut in the head": (OK, "cut"),
    "cut in the body": (OK + b"\r\n", "cut"),
    "ends without an end": (OK + b"\r\n" + event({"content": ""}) + END, ""),
    "no JSON": (OK + b"\r\n" + frame(b"data: {nope\n\n") + END, ""),
    "error object": (OK + b"\r\n" + frame(b'data: {"error":{"message":"x"}}\n\n') + END, ""),
    "no HTTP": (b"hello\r\n\r\n", "cut"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_failure_before_the_first_delta_is_tried_again(
    gateway: Gateway, make: Make, fault: str
) -> None:
    naps = Naps()
    gateway.script = [FAULTS[fault], FAULTS[fault], (ANSWER, "")]
    model = make(sleep=naps)
    assert (await collect(model))[-1] == Finished("Fine", (), None, "stop")
    assert naps.taken == [0.5, 1.0]
    assert model.retries_total() == 2
    assert len(gateway.bodies) == 3
    assert len(set(gateway.bodies)) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_model_gives_up_after_its_attempts(
    gateway: Gateway, make: Make, fault: str
) -> None:
    gateway.script = [FAULTS[fault]] * 2
    with pytest.raises(ModelError) as caught:
        await collect(make(sleep=Naps(), attempts=2))
    assert KEY not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_silence_is_a_failure(gateway: Gateway, make: Make) -> None:
    gateway.says(OK + b"\r\n", then="hold")
    gateway.says(b"", then="hold")
    with pytest.raises(ModelError, match="silent"):
        await collect(make(idle_seconds=0.05, sleep=Naps(), attempts=2))
    await gateway.gone.wait()
    assert len(gateway.bodies) == 2


@pytest.mark.parametrize("code", [400, 401, 403, 404, 408, 422])
async def test_other_refusals_are_final(gateway: Gateway, make: Make, code: int) -> None:
    gateway.says(status(code))
    with pytest.raises(ModelError, match=f"HTTP {code}"):
        await collect(make(sleep=Naps()))
    assert len(gateway.bodies) == 1


@pytest.mark.parametrize(
    "rest",
    [
        (b"", "cut"),
        (END, ""),
        (frame(b"data: {nope\n\n") + END, ""),
        (frame(b'data: {"error":{"message":"secret-key-123"}}\n\n') + END, ""),
    ],
)
async def test_after_the_first_delta_nothing_is_retried(
    gateway: Gateway, make: Make, rest: tuple[bytes, str]
) -> None:
    gateway.says(OK + b"\r\n" + event({"content": "ab"}) + rest[0], then=rest[1])
    deltas = make(sleep=Naps()).stream(REQUEST)
    assert await anext(deltas) == TextDelta("ab")
    with pytest.raises(ModelError) as caught:
        await anext(deltas)
    assert "secret" not in str(caught.value)
    assert len(gateway.bodies) == 1


async def test_retry_after_wins_over_backoff(gateway: Gateway, make: Make) -> None:
    naps = Naps()
    now = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    gateway.says(
        status(429, "Retry-After: 0"),
        status(503, "Retry-After: 7"),
        status(429, "Retry-After: Sun, 01 Mar 2026 12:00:30 GMT"),
        status(429, "Retry-After: soon"),
        ANSWER,
    )
    await collect(make(sleep=naps, attempts=5, clock=lambda: now))
    assert naps.taken == [0.0, 7.0, 30.0, 4.0]


async def test_backoff_has_jitter(gateway: Gateway, make: Make) -> None:
    naps = Naps()
    gateway.says(status(500), status(500), ANSWER)
    await collect(make(sleep=naps, jitter=lambda: 0.0, backoff_seconds=0.2))
    assert naps.taken == [0.1, 0.2]


def test_a_date_gone_by_means_now() -> None:
    assert retry_after("Sun, 01 Mar 2026 12:00:30 GMT", 9e9) == 0.0


async def test_closing_the_iterator_closes_the_request(gateway: Gateway, make: Make) -> None:
    gateway.says(OK + b"\r\n" + event({"content": "ab"}), then="hold")
    async with aclosing(make().stream(REQUEST)) as deltas:
        assert await anext(deltas) == TextDelta("ab")
    await gateway.gone.wait()


@pytest.mark.parametrize("sent", [b"", OK + b"\r\n", OK + b"\r\n" + event({"content": "ab"})])
async def test_a_cancelled_task_closes_the_request(
    gateway: Gateway, make: Make, sent: bytes
) -> None:
    gateway.says(sent, then="hold")
    task = asyncio.create_task(collect(make()))
    await gateway.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gateway.gone.wait()


async def test_a_whole_answer(gateway: Gateway, make: Make) -> None:
    body = orjson.dumps({"choices": [{"message": {"content": "Hm."}, "finish_reason": "stop"}]})
    naps = Naps()
    gateway.says(
        status(502), b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    request = ModelRequest("m-2", REQUEST.messages, max_tokens=64)
    assert await make(sleep=naps).complete(request) == Finished("Hm.", (), None, "stop")
    assert naps.taken == [0.5]
    assert gateway.bodies[1] == (
        b'{"model":"m-2","messages":[{"role":"user","content":"hi"}],'
        b'"max_tokens":64,"stream":false}'
    )


async def test_a_whole_answer_is_given_up_too(gateway: Gateway, make: Make) -> None:
    gateway.says(status(500), status(500), status(500))
    with pytest.raises(ModelError, match="HTTP 500"):
        await make(sleep=Naps()).complete(REQUEST)


async def test_nobody_listening_is_a_connection_failure() -> None:
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    model = GatewayModel(f"http://127.0.0.1:{port}", KEY, sleep=Naps())
    with pytest.raises(ModelError, match="connection"):
        await collect(model)
    assert model.retries_total() == 2
    await model.close()


def test_parameters_add_to_the_body_but_never_replace_ours() -> None:
    tool = {"type": "function", "function": {"name": "x"}}
    request = ModelRequest(
        "m",
        [],
        [tool],
        100,
        {"temperature": 0.5, "max_tokens": 7, "model": "evil", "stream": False, "tools": []},
    )
    body = orjson.loads(encode_body(request, stream=True))
    assert list(body) == [
        "model",
        "messages",
        "tools",
        "stream",
        "stream_options",
        "max_tokens",
        "temperature",
    ]
    assert body["model"] == "m"
    assert body["stream"] is True
    assert body["tools"] == [tool]
    assert body["max_tokens"] == 7


@pytest.mark.parametrize("url", ["", "gateway", "ftp://x/v1", "http://"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        GatewayModel(url)


def test_a_key_that_no_header_carries_is_refused_unquoted() -> None:
    with pytest.raises(ValueError, match="SMOOAI_GATEWAY_KEY") as caught:
        GatewayModel("http://x/v1", "top\r\nsecret")
    assert "secret" not in str(caught.value)

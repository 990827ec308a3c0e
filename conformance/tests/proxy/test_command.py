"""The command itself: a process, a signal, files, exit codes."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner
from smooth_operator_conformance.cli import main
from smooth_operator_conformance.record_io import read_trace
from smooth_operator_conformance.scenario.load import load_scenario

from .conftest import faking, saying

Json = Any
PING = {"action": "ping", "requestId": "p"}
PONG = {"type": "pong", "requestId": "p", "timestamp": 1_790_000_000_000}


async def stand(port: int, *words: str) -> tuple[asyncio.subprocess.Process, str]:
    """The command before a port; the process and where it listens."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "smooth_operator_conformance.cli", "proxy"),
        *("--upstream", f"ws://127.0.0.1:{port}/ws", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    first = (await process.stdout.readline()).decode()
    return process, first.split(" ")[0]


async def ping(url: str) -> None:
    async with aiohttp.ClientSession() as client, client.ws_connect(url) as socket:
        await socket.send_json(PING)
        await socket.receive_json()


async def finish(process: asyncio.subprocess.Process) -> tuple[int, str]:
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
async def test_a_signal_writes_what_was_seen(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    async with faking(saying(PONG)) as port:
        process, url = await stand(port, "--out", str(out))
        await ping(url)
        process.send_signal(getattr(signal, name))
        code, said = await finish(process)
    assert code == 0, said
    assert "2 frames, 0 violations" in said
    header, entries = read_trace(out / "recording.jsonl")
    assert header.scenario == "proxy/recording"
    assert [e.value for e in entries if e.kind == "frame"] == [PING, PONG]
    scenario = load_scenario(out / "recorded" / "session-1.json", "recorded/session-1")
    assert scenario.checks >= 2
    assert "<h1>" in (out / "index.html").read_text()
    assert f"smooth-conformance run --corpus {out} --target python" in said


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--fail-on-violation",), 1)])
async def test_once_ends_with_the_first_connection(
    tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    async with faking(saying({**PONG, "extra": 1})) as port:
        process, url = await stand(port, "--once", "--out", str(tmp_path / "out"), *words)
        await ping(url)
        ended, said = await finish(process)
    assert ended == code, said
    assert "FRAME-012" in said
    assert "server" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--upstream", "127.0.0.1:8787"], "ws://host:port/ws"),
        (["--upstream", "ftp://x"], "ws://host:port/ws"),
        (["--upstream", "ws://x:99999"], "ort"),
        (["--upstream", "ws://x", "--listen", "8080"], "127.0.0.1:0"),
        (["--upstream", "ws://x", "--listen", "192.0.2.1:1"], "cannot listen"),
    ],
)
def test_wrong_usage_says_what_would_do(words: list[str], told: str) -> None:
    done = CliRunner().invoke(main, ["proxy", *words])
    assert done.exit_code == 2
    assert told in done.output


async def test_nothing_seen_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    async with faking(saying()) as port:
        process, _ = await stand(port, "--out", str(out))
        process.send_signal(signal.SIGTERM)
        code, said = await finish(process)
    assert (code, out.exists()) == (0, False), said


def test_the_result_can_be_read_by_programs(tmp_path: Path) -> None:
    """`result.jsonl` is what other sessions ask instead of parsing the terminal."""
    from smooth_operator_conformance.proxy.outcome import result
    from smooth_operator_conformance.proxy.violations import Violation

    found = [Violation("TURN-001", "s", "w", "/type", "server", "a", 3, {}, binding=True)]
    told = result(7, found)
    assert json.loads(json.dumps(told)) == told
    assert told["violations"] == {"TURN-001": {"server": 1}}

"""The doctor on somebody else's server: each fault is named, with what to do about it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from smooth_operator_conformance.live.http import Web
from smooth_operator_conformance.run.advice import Unwell
from smooth_operator_conformance.run.command import RunArgs, make_plan
from smooth_operator_conformance.run.doctor import TEMPLATE, init_command
from smooth_operator_conformance.run.engine import Engine
from smooth_operator_conformance.run.examination import examine
from smooth_operator_conformance.servers.ports import free_port
from smooth_operator_conformance.servers.process import Process
from smooth_operator_conformance.servers.target import Target, load_target
from smooth_operator_conformance.world.host import CannotListen

TOY = Path(__file__).parent.parent / "fakes" / "toy_server.py"
FILE = """\
command = ["{{python}}", "{toy}"]
path = "/chat"
health = ""
provision = "env"
exact = false
profiles = ["shared"]
ready_seconds = {ready}
[env]
TOY_PORT = "{{port}}"
TOY_URL = "{{gateway}}"
TOY_KEY = "{{key}}"
TOY_MODEL = "{{model}}"
TOY_FAULT = "{fault}"
"""


def toy(folder: Path, fault: str = "", ready: float = 20) -> Target:
    path = folder / "toy.toml"
    path.write_text(FILE.format(toy=TOY, fault=fault, ready=ready))
    return load_target(str(path))


async def look(target: Target, port: int = 0) -> tuple[list[str], Unwell | None]:
    said: list[str] = []
    return said, await examine(target, ("127.0.0.1", port), say=said.append)


async def test_a_healthy_one_passes_every_step(tmp_path: Path) -> None:
    said, unwell = await look(toy(tmp_path))
    assert unwell is None, (said, str(unwell), unwell.cures)
    assert said[0] == "it starts and is ready"
    assert "it declares nothing beyond the published protocol" in said
    assert said[-1] == "it ends with exit code 0 after SIGTERM"


@pytest.mark.parametrize(
    ("fault", "seen", "cure"),
    [
        ("deaf", '{"action": "ping"} is answered by nothing', "is this a smooth-operator server"),
        ("no-sessions", "create_conversation_session is answered by", "actions.md"),
        ("no-gateway", "the gateway is unused", "{gateway}"),
        ("model", "it asks for the model another-model", 'model = "its-name"'),
        ("key", "comes with another key", "Authorization: Bearer"),
        ("mute", "the model's answer does not reach the client", "eventual_response"),
        ("logs", "its log shows a secret", "never log keys"),
        ("exit", "it ended with exit code 1: toy: no configuration", "run the command by hand"),
    ],
)
async def test_each_fault_is_named(tmp_path: Path, fault: str, seen: str, cure: str) -> None:
    _, unwell = await look(toy(tmp_path, fault))
    assert unwell is not None
    assert seen in str(unwell)
    assert any(cure in text for text in unwell.cures), unwell.cures
    assert "sk-real" not in str(unwell) + "".join(unwell.cures)
    assert unwell.exit_code == (3 if fault == "exit" else 1)


async def test_a_port_that_was_not_taken_is_told_from_a_missing_health_path(tmp_path: Path) -> None:
    _, elsewhere = await look(toy(tmp_path, "port", ready=2))
    assert elsewhere is not None
    assert 'ITS_NAME = "{port}"' in elsewhere.cures[0]
    path = tmp_path / "toy.toml"
    path.write_text(path.read_text().replace('"port"', '""').replace('health = ""', ""))
    _, pathless = await look(load_target(str(path)))
    assert pathless is not None
    assert 'health = ""' in pathless.cures[0]
    path.write_text(FILE.format(toy=TOY, fault="", ready=20).replace('"/chat"', '"/ws"'))
    _, wrong = await look(load_target(str(path)))
    assert wrong is not None
    assert "answers the upgrade with HTTP 404" in str(wrong)


async def test_where_nobody_is_and_where_we_cannot_listen() -> None:
    _, nobody = await look(Target("url:x", url=f"ws://127.0.0.1:{free_port()}"), free_port())
    assert nobody is not None
    assert "nobody listens on 127.0.0.1:" in str(nobody)
    assert nobody.exit_code == 3
    listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    _, taken = await look(Target("url:x", url="ws://127.0.0.1:1"), port)
    plan = make_plan(RunArgs(listen=f"127.0.0.1:{port}", only=("turns/plain",)))
    with pytest.raises(CannotListen):
        await Engine(plan, None).run()
    listener.close()
    assert taken is not None
    assert taken.exit_code == 2


async def test_a_run_where_nobody_is_did_not_start() -> None:
    where = f"127.0.0.1:{free_port()}"
    args = RunArgs(targets=(f"url:ws://{where}",), listen=f"127.0.0.1:{free_port()}")
    outcome = await Engine(make_plan(replace(args, only=("turns/plain",))), None).run()
    assert outcome.end is not None
    assert outcome.end.exit_code == 3
    assert outcome.start.targets[0].unavailable == f"nobody listens on {where}"


@pytest_asyncio.fixture
async def running() -> AsyncIterator[Target]:
    """The toy as it runs for somebody who never heard of us."""
    port, web = free_port(), Web()
    told = {"TOY_PORT": str(port), "TOY_PATH": "/ws"}
    process = Process(Target("toy", (sys.executable, str(TOY)), health=""), told, port)
    await process.start()
    await process.ready(web)
    yield Target("mine", url=f"ws://127.0.0.1:{port}")
    await process.stop()
    await web.close()


async def test_a_running_server_that_was_told_nothing(running: Target) -> None:
    said, unwell = await look(running, free_port())
    assert said[0].startswith("somebody listens on 127.0.0.1:")
    assert unwell is not None
    assert "the gateway is unused" in str(unwell)
    assert "I always say this." in str(unwell)
    assert "SMOOAI_GATEWAY_URL=" in unwell.cures[0]
    _, naked = await look(Target("mine", url=running.url, provision="none"))
    assert naked is not None
    assert "takes neither agents nor environment" in str(naked)


async def test_what_cannot_be_provided_could_not_run_with_a_reason(tmp_path: Path) -> None:
    toy(tmp_path)
    plan = make_plan(
        RunArgs(
            targets=(str(tmp_path / "toy.toml"),),
            only=("values/times", "turns/plain", "auth/trusted"),
            deadline=1.0,
        )
    )
    outcome = await Engine(plan, None).run()
    told = {case.scenario: (case.outcome, case.reason) for case in outcome.cases}
    assert told["values/times"] == ("fail", "")
    assert told["turns/plain"][0] == "could-not-run"
    assert "it takes no agents file, and the scenario needs " in told["turns/plain"][1]
    assert "cannot express profile" in told["auth/trusted"][1]
    asked = outcome.start.targets[0].asked
    assert asked == f"--target {tmp_path / 'toy.toml'}"


def test_init_writes_a_target_file_that_loads(tmp_path: Path) -> None:
    assert init_command(tmp_path / "mine") == 0
    target = load_target(str(tmp_path / "mine.toml"))
    assert target.command == ("./my-server",)
    assert target.name == "mine"
    assert len(TEMPLATE.splitlines()) <= 60
    assert init_command(tmp_path / "mine.toml") == 2

"""Targets: a server that runs somewhere, with its token and tools, and what cannot be asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest
from click.testing import Result
from pydantic import SecretStr
from smooth_operator import Client, ServerError, Session
from smooth_operator_evals.answering.listening import bound
from smooth_operator_evals.answering.script import script_gateway, script_name
from smooth_operator_evals.answering.target import UNKNOWN, Gateway, gateway_target
from smooth_operator_evals.ask import ask
from smooth_operator_evals.questions import Question, load
from smooth_operator_evals.run import Arguments, UsageError, carry_out
from smooth_operator_server import Settings, serve_local
from smooth_operator_server.models.offline import OfflineModel

Evals = Callable[..., Result]
QUOTED = ("loan-period", "charging-time", "not-in-the-documents")
SECRET = "a secret of at least thirty-two bytes"


@pytest.fixture
def kit(evals: Evals, tmp_path: Path, free_address: str) -> Settings:
    """What `smooth-evals kit` writes, as somebody's server would be started with it."""
    done = evals("kit", "--listen", free_address, "--out", str(tmp_path / "kit"))
    assert done.exit_code == 0, done.output
    lines = (line.strip() for line in done.output.splitlines())
    env = dict(line.split("=", 1) for line in lines if line.startswith("SMOOTH_AGENT_"))
    agents, knowledge = env["SMOOTH_AGENT_AGENTS"], env["SMOOTH_AGENT_KNOWLEDGE"]
    return Settings(port=0, agents=agents, knowledge=(knowledge,))


@pytest.fixture
def free_address() -> str:
    sock, url = bound()
    sock.close()
    return url.removeprefix("http://")


async def test_a_running_server_is_asked_over_its_socket(kit: Settings) -> None:
    async with serve_local(kit, model=OfflineModel()) as server:
        run = await carry_out(Arguments(target=server.ws_url, only=QUOTED, env={}))
    assert run.passed
    assert {result.model for result in run.results} == {UNKNOWN}
    assert all(turn.ran is None for result in run.results for turn in result.turns)
    assert run.caught == []


async def test_our_tools_are_watched_when_we_listen(
    kit: Settings, free_address: str, questions: list[Question]
) -> None:
    renew = [question for question in questions if question.name == "renew-once"]
    async with script_gateway(renew) as gateway:
        settings = kit.model_copy(
            update={"gateway_url": gateway, "model": script_name(renew[0]), "model_attempts": 1}
        )
        async with serve_local(settings) as server:
            arguments = Arguments(
                target=server.ws_url, only=("renew-once",), listen=free_address, env={}
            )
            run = await carry_out(arguments)
    (result,) = run.results
    assert result.passed, result.failures
    assert [call.name for call in result.turns[0].ran or ()] == ["renew_loan"]


async def test_a_token_opens_the_door(kit: Settings) -> None:
    settings = kit.model_copy(
        update={"auth_mode": "jwt", "auth_strict": True, "jwt_hs256_secret": SecretStr(SECRET)}
    )
    token = jwt.encode({"sub": "u-1", "org": "o-1", "orgId": "o-1", "exp": 4e9}, SECRET, "HS256")
    async with serve_local(settings, model=OfflineModel()) as server:
        run = await carry_out(
            Arguments(target=server.ws_url, only=("loan-period",), token=token, env={})
        )
    assert run.passed


async def test_a_server_that_forgets_or_finds_nothing_is_caught_by_the_script(
    questions: list[Question], tmp_path: Path
) -> None:
    """The script would know the answer, but tells only what the server gave it."""
    grounded = [question for question in questions if question.name == "late-fee"]
    async with script_gateway(grounded) as gateway:
        target = gateway_target(Gateway("key", script_name(grounded[0]), gateway))
        async with target as sound:
            (good,) = await ask(grounded, sound, 1)
        empty = Settings(port=0, gateway_url=gateway, model=script_name(grounded[0]))
        async with serve_local(empty) as server:
            (bad,) = (
                await carry_out(Arguments(target=server.ws_url, only=("late-fee",), env={}))
            ).results
    assert good.passed
    assert bad.turns[0].text == "I was not told that."
    assert {verdict.check for verdict in bad.failures} == {"cites", "says"}


async def test_a_refused_key_is_a_failed_turn_and_not_printed(
    questions: list[Question],
) -> None:
    one = [question for question in questions if question.name == "follow-up"]
    async with (
        script_gateway(one) as gateway,
        gateway_target(Gateway("sk-secret", "unknown-model", gateway)) as target,
    ):
        (result,) = await ask(one, target, 1)
    assert not result.passed
    assert result.score == 0
    assert result.turns[0].error
    assert result.turns[1].error == "not asked: turn 1 failed"
    assert "sk-secret" not in json.dumps([turn.error for turn in result.turns])


async def test_an_answer_that_takes_too_long_is_a_failed_turn(kit: Settings) -> None:
    async with serve_local(kit, model=OfflineModel(pace=30.0)) as server:
        arguments = Arguments(target=server.ws_url, only=("loan-period",), patience=0.2, env={})
        (result,) = (await carry_out(arguments)).results
    assert result.turns[0].error == "no whole answer within 0.2 s"
    assert not result.passed


async def test_a_server_that_refuses_a_session_fails_its_question(
    kit: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: Client, agent: str, **more: object) -> Session:
        raise ServerError("not for you", code="AGENT_NOT_AUTHORIZED")

    monkeypatch.setattr(Client, "create_session", refuse)
    async with serve_local(kit, model=OfflineModel()) as server:
        arguments = Arguments(target=server.ws_url, only=("loan-period", "follow-up"), env={})
        run = await carry_out(arguments)
    assert not run.passed
    assert {turn.error for result in run.results for turn in result.turns} == {
        "AGENT_NOT_AUTHORIZED: not for you"
    }


def test_a_dead_server_cannot_be_asked(evals: Evals, free_address: str) -> None:
    done = evals("run", "--target", f"ws://{free_address}/ws", "--only", "loan-period")
    assert done.exit_code == 3
    assert f"ws://{free_address}/ws cannot be asked" in done.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--target", "localhost:80"], "give `local`, or a ws:// or wss:// address"),
        (
            ["--target", "ws://127.0.0.1:1/ws", "--model", "offline"],
            "--model is for --target local",
        ),
        (["--target", "ws://127.0.0.1:1/ws", "--listen", "nonsense"], "'nonsense' is no host:port"),
        (["--model", "gateway"], "set SMOOAI_GATEWAY_KEY and SMOOTH_AGENT_MODEL"),
        (["--only", "nothing*"], "no such question"),
        (["--questions", "."], "no *.toml question"),
    ],
)
def test_wrong_usage_is_told_in_a_line(
    evals: Evals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = evals("run", *arguments)
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert "Traceback" not in done.output


async def test_own_questions_are_asked_in_place_of_ours(tmp_path: Path) -> None:
    text = (
        'area = "grounding"\nneeds = "documents"\nabout = "own"\nreference = "r"\n'
        '[[turns]]\nsay = "How wide does the lawn mower cut?"\nexpect = { says = ["46 cm"] }\n'
        'good = [{ text = "46 cm" }]\n[[bad]]\nname = "b"\nfails = ["says"]\n'
        'steps = [{ text = "no" }]\n'
    )
    (tmp_path / "mower.toml").write_text(text, "utf-8")
    assert [question.name for question in load(tmp_path)] == ["mower"]
    run = await carry_out(Arguments(questions=tmp_path, model="offline", env={}))
    assert [result.question.name for result in run.results] == ["mower"]


async def test_the_gateway_mode_needs_a_key() -> None:
    with pytest.raises(UsageError):
        await carry_out(Arguments(model="gateway", env={"SMOOTH_AGENT_MODEL": "m"}))

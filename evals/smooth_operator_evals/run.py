"""One run: who answers which question, the asking, the judging, the report, the exit code."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from smooth_operator import SmoothOperatorError

from smooth_operator_evals.answering.target import (
    SEEDED,
    Gateway,
    gateway_target,
    offline_target,
    running_target,
    scripted_target,
)
from smooth_operator_evals.ask import PATIENCE, ask, ask_badly, caught
from smooth_operator_evals.judge.gate import JudgeSettings, Skipped, look
from smooth_operator_evals.questions import Question, QuestionError, load
from smooth_operator_evals.records import Caught, JudgeSummary, Result, Run
from smooth_operator_evals.reporting import terminal, write

MODES = ("auto", "offline", "scripted", "scripted-bad", "gateway")
LOCAL = "local"
JUDGED_REPEAT = 3
PASSED, FAILED, USAGE, UNREACHABLE = 0, 1, 2, 3
NEEDS_MODEL = "needs a language model; the offline answerer only quotes documents"


class UsageError(Exception):
    """The command line cannot be followed; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line. `repeat` None: once, or three times when a judge scores."""

    target: str = LOCAL
    token: str | None = None
    listen: str | None = None
    model: str = "auto"
    questions: Path | None = None
    only: tuple[str, ...] = ()
    repeat: int | None = None
    report: Path | None = None
    threshold: float = 3.5
    patience: float = PATIENCE
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)


@dataclass(slots=True)
class _Found:
    """What the asking brought, before the judge."""

    results: list[Result] = field(default_factory=list)
    not_played: dict[str, str] = field(default_factory=dict)
    caught: list[Caught] = field(default_factory=list)


def run_command(arguments: Arguments, console: Console) -> int:
    """Do a run and print it; gives the exit code."""
    try:
        run = asyncio.run(carry_out(arguments))
    except (QuestionError, UsageError, ValueError) as error:
        console.print(f"[red]{error}[/red]", soft_wrap=True, highlight=False)
        return USAGE
    except (SmoothOperatorError, OSError) as error:
        text = f"[red]{arguments.target} cannot be asked: {error}[/red]"
        console.print(text, soft_wrap=True, highlight=False)
        return UNREACHABLE
    terminal.show(run, console)
    if arguments.report is not None:
        for path in write.files(run, arguments.report):
            console.print(f"wrote {path}", highlight=False, soft_wrap=True)
    return PASSED if run.passed else FAILED


async def carry_out(arguments: Arguments) -> Run:
    """The run itself. Raises `QuestionError`, `UsageError`, `SmoothOperatorError`, `OSError`."""
    questions = load(arguments.questions, arguments.only)
    judge = look(arguments.env, local=arguments.target == LOCAL, model=arguments.model)
    repeat = arguments.repeat or (1 if isinstance(judge, Skipped) else JUDGED_REPEAT)
    if arguments.target == LOCAL:
        found = await _ask_here(questions, arguments, judge, repeat)
    else:
        found = await _ask_there(questions, arguments, repeat)
    results, summary = await _judged(found.results, judge, arguments.threshold)
    return Run(arguments.target, results, found.not_played, found.caught, summary)


async def _ask_here(
    questions: Sequence[Question],
    arguments: Arguments,
    judge: JudgeSettings | Skipped,
    repeat: int,
) -> _Found:
    mode = arguments.model
    if mode == "gateway" or (mode == "auto" and isinstance(judge, JudgeSettings)):
        async with gateway_target(_gateway(arguments.env)) as target:
            return _Found(await ask(questions, target, repeat, arguments.patience))
    if mode == "scripted-bad":
        async with scripted_target(questions) as target:
            return _Found(await ask_badly(questions, target, SEEDED))
    found = _Found()
    quoted = [each for each in questions if each.needs == "documents" and mode != "scripted"]
    spoken = [each for each in questions if each not in quoted]
    if quoted:
        async with offline_target() as target:
            found.results += await ask(quoted, target, repeat)
    if mode == "offline":
        found.not_played = {each.name: NEEDS_MODEL for each in spoken}
        return found
    async with scripted_target(questions) as target:
        found.results += await ask(spoken, target, repeat)
        found.caught = caught(await ask_badly(questions, target, SEEDED))
    return found


async def _ask_there(questions: Sequence[Question], arguments: Arguments, repeat: int) -> _Found:
    if not arguments.target.startswith(("ws://", "wss://", "http://", "https://")):
        raise UsageError(
            f"--target {arguments.target}: give `local`, or a ws:// or wss:// address."
        )
    if arguments.model != "auto":
        raise UsageError("--model is for --target local; a running server has its own model.")
    async with running_target(arguments.target, arguments.token, arguments.listen) as target:
        return _Found(await ask(questions, target, repeat, arguments.patience))


def _gateway(env: Mapping[str, str]) -> Gateway:
    key, model = env.get("SMOOAI_GATEWAY_KEY"), env.get("SMOOTH_AGENT_MODEL")
    if not key or not model:
        raise UsageError("--model gateway: set SMOOAI_GATEWAY_KEY and SMOOTH_AGENT_MODEL.")
    return Gateway(key, model, env.get("SMOOAI_GATEWAY_URL") or None)


async def _judged(
    results: list[Result], judge: JudgeSettings | Skipped, threshold: float
) -> tuple[list[Result], JudgeSummary]:
    if isinstance(judge, Skipped):
        return results, JudgeSummary(skipped=judge.reason)
    from smooth_operator_evals.judge.scoring import score_all

    return await score_all(results, judge, threshold)

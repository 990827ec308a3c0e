"""The command `doctor`: step by step, does a target start, answer, and use what it is given."""

from __future__ import annotations

from typing import Any

import click

from smooth_operator_conformance.run.command import drive
from smooth_operator_conformance.run.group import Group, GroupResult, Options
from smooth_operator_conformance.scenario.load import parse_scenario
from smooth_operator_conformance.servers.target import BadTarget, Target, load_target
from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.host import Host

Json = Any
SCENARIO: dict[str, Json] = {
    "name": "doctor/looks",
    "description": "The target uses our agents file and our gateway.",
    "requirements": ["TURN-001"],
    "kill": ["drop:stream_token"],
    "profile": "shared",
    "agents": {"main": {"script": [{"text": "I am scripted."}]}},
    "steps": [
        {"open": {"on": "a"}},
        {
            "send": {
                "on": "a",
                "frame": {
                    "action": "create_conversation_session",
                    "requestId": "c",
                    "agentId": "{{agents.main.id}}",
                },
            }
        },
        {
            "expect": {
                "on": "a",
                "events": [{"type": "immediate_response", "data": {"sessionId": {"$as": "sid"}}}],
            }
        },
        {
            "send": {
                "on": "a",
                "frame": {
                    "action": "send_message",
                    "requestId": "t",
                    "sessionId": "{{sid}}",
                    "message": "who answers?",
                },
            }
        },
        {"expect": {"on": "model:main", "events": [{"model": "{{agents.main.model}}"}]}},
        {
            "expect": {
                "on": "a",
                "events": [
                    {"type": "immediate_response"},
                    {"$tokens": "I am scripted."},
                    {"type": "eventual_response"},
                ],
            }
        },
    ],
}
STAGES = (
    "the WebSocket opens",
    "a frame can be sent",
    "a session is created with an agent of our file",
    "a message can be sent",
    "the model request comes to our gateway, with our model's name",
    "the scripted answer reaches the client",
)


def doctor_command(name: str) -> int:
    """Print each stage; 0 healthy, 1 not, 2 no such target, 3 not started."""
    try:
        target = load_target(name)
    except BadTarget as error:
        click.echo(str(error), err=True)
        return 2
    result = drive(_examine(target))
    if result.not_started:
        click.echo(f"it does not start: {result.not_started}")
        return 3
    click.echo(f"it starts; version {result.version or 'unknown'}")
    declared = ", ".join(result.capabilities) or "nothing (hello is unknown to it)"
    click.echo(f"it declares {declared}")
    findings = result.judged[0].findings
    failed = next((f.step for f in findings if f.step is not None), len(STAGES))
    for stage in STAGES[:failed]:
        click.echo(f"ok: {stage}")
    for finding in findings:
        click.echo(f"not: {finding.message}")
    for complaint in result.complaints:
        click.echo(f"not: {complaint}")
    return 1 if findings or result.complaints else 0


async def _examine(target: Target) -> GroupResult:
    host = Host()
    await host.start()
    try:
        case = parse_scenario(SCENARIO, "doctor/looks").cases()[0]
        run = CaseRun(case, target.name, case.nonce("doctor", 0), host.bindings)
        return await Group(target, "shared", [run], host).run(Options(deadline=5.0))
    finally:
        await host.stop()

"""Scenarios of a recording: one for each set of connections that belong together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smooth_operator_conformance.proxy.recording.loosen import Loosen
from smooth_operator_conformance.proxy.recording.moments import Moment, moments, together
from smooth_operator_conformance.proxy.recording.names import Names, literal
from smooth_operator_conformance.proxy.recording.refusals import refusals
from smooth_operator_conformance.proxy.recording.requests import Requests
from smooth_operator_conformance.proxy.recording.rounds import Hold, Holder, rounds
from smooth_operator_conformance.proxy.recording.script import BuiltIn, Teller, Told
from smooth_operator_conformance.proxy.recording.steps import Known, Steps
from smooth_operator_conformance.proxy.recording.threads import Sorter, Thread
from smooth_operator_conformance.proxy.violations import Violation
from smooth_operator_conformance.records import TraceEntry
from smooth_operator_conformance.scenario.load import parse_scenario
from smooth_operator_conformance.schemas import Contract

Json = Any
AREA = "recorded"
NEVER = frozenset({"TURN-004", "TURN-005", "STREAM-005", "HELLO-006", "FRAME-001"})
"""Requirements whose breach is a frame that should not have come at all."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One scenario and how much of the recording it tells."""

    name: str
    body: dict[str, Json]
    left_out: int
    """Frames of the server that it does not ask for."""


def scenarios(
    entries: Sequence[TraceEntry],
    violations: Iterable[Violation],
    how: Mapping[str, dict[str, Json]],
    upstream: str,
    contract: Contract,
) -> list[Recorded]:
    """Every set of connections as a scenario; sets without any frame are left out.

    Raises BadScenario when the result is none: a fault of the recorder.
    """
    found = list(violations)
    told: list[Recorded] = []
    for group in together(moments(entries)):
        if any(moment.deed == "send" for moment in group):
            name = f"{AREA}/session-{len(told) + 1}"
            told.append(Recorder(name, group, found, how, upstream, contract).recorded())
    return told


class Recorder:
    """Makes the scenario of one set of connections."""

    def __init__(
        self,
        name: str,
        group: Sequence[Moment],
        violations: Sequence[Violation],
        how: Mapping[str, dict[str, Json]],
        upstream: str,
        contract: Contract,
    ) -> None:
        self._name, self._how, self._upstream = name, how, upstream
        mine = {moment.index for moment in group}
        self._violations = [v for v in violations if v.entry in mine]
        self._ignored = {v.entry for v in self._violations if v.requirement in NEVER}
        self._threads = Sorter(contract, self._ignored).sort(group)
        self._group = [moment for moment in group if not self._too_late(moment)]
        self._refused = refusals(group, self._threads.turns)
        self._names = Names()
        self._agents: dict[str, str] = {}
        self._contract = contract

    def _too_late(self, moment: Moment) -> bool:
        """A cancel that met a turn's end changed nothing; in a replay it would come in time."""
        if moment.item is None or moment.item.action != "cancel":
            return False
        return any(_runs(turn, moment.index) and not _cancels(turn) for turn in self._threads.turns)

    def recorded(self) -> Recorded:
        """The scenario."""
        made = rounds(self._group, self._threads)
        holds = Holder(self._threads).plan(made)
        self._meet_agents()
        told = self._told(holds)
        steps = Steps(self._known(told)).tell(made)
        body = self._body(told, steps)
        parse_scenario(body, self._name)
        return Recorded(self._name, body, len(self._ignored) + len(self._threads.strays))

    def _meet_agents(self) -> None:
        """Which agent answers which session."""
        for moment in self._group:
            item = moment.item
            if (
                moment.deed != "send"
                or item is None
                or item.action != "create_conversation_session"
            ):
                continue
            agent = item.frame.get("agentId")
            if not isinstance(agent, str) or not agent.strip():
                continue
            self._names.agent(agent)
            for reply in self._threads.replies.get(moment.index, ()):
                session = reply.item.object("data").get("sessionId") if reply.item else None
                if isinstance(session, str):
                    self._agents[session] = self._names.agents[agent]

    def _agent_of(self, thread: Thread) -> str:
        sent = thread.send.item
        session = sent.frame.get("sessionId") if sent is not None else None
        return self._agents.get(str(session), "main")

    def _told(self, holds: Sequence[Hold]) -> dict[str, Told]:
        """What models and tools say, by agent."""
        told: dict[str, Told] = {"main": Told()}
        built_in = BuiltIn(self._contract)
        for thread in self._threads.turns:
            if not thread.accepted:
                continue
            mine = {hold.position: hold.gate for hold in holds if hold.thread is thread}
            agent = told.setdefault(self._agent_of(thread), Told())
            Teller(agent, thread, mine, self._refused, built_in).tell()
        for short in self._names.agents.values():
            told.setdefault(short, Told())
        return told

    def _known(self, told: Mapping[str, Told]) -> Known:
        wrong = {v.entry for v in self._violations if v.side == "client"}
        return Known(
            threads=self._threads,
            loosen=Loosen(self._names, self._contract, self._refused),
            requests=Requests(self._names),
            ignored=frozenset(self._ignored),
            wrong=frozenset(wrong),
            without_room=frozenset(g for agent in told.values() for g in agent.without_room),
            foreign=frozenset(self._foreign()),
            how=self._how,
            model_of=self._agent_of,
        )

    def _foreign(self) -> Iterator[str]:
        """Sessions that a frame used with success and that no ack before it handed out."""
        opened: set[str] = set()
        for moment in self._group:
            session = _session_of(moment)
            if session is None:
                continue
            if moment.deed == "came":
                opened.add(session)
            elif session not in opened and self._worked(moment):
                yield session

    def _worked(self, moment: Moment) -> bool:
        replies = self._threads.replies.get(moment.index, ())
        return any(r.item is not None and r.item.kind == "immediate_response" for r in replies)

    def _body(self, told: Mapping[str, Told], steps: list[Json]) -> dict[str, Json]:
        frames = sum(moment.deed in ("send", "came") for moment in self._group)
        left = len(self._ignored) + len(self._threads.strays)
        ids = sorted({v.requirement for v in self._violations})
        body: dict[str, Json] = {
            "name": self._name,
            "description": f"Recorded between an app and {self._upstream}: {frames} frames, "
            f"{left} of them left out.",
            "requirements": ids or ["ACTION-003"],
            "kill": ["drop:immediate_response"],
            "profile": "shared",
        }
        needs = self._needs()
        if needs:
            body["needs"] = needs
        body["agents"] = {short: self._agent(agent) for short, agent in told.items()}
        body["steps"] = steps
        return body

    def _needs(self) -> list[str]:
        """Protocol capabilities that a hello declared and a welcome confirmed."""
        known = {c["name"] for c in self._contract.catalogue["capabilities"]}
        asked: set[str] = set()
        for moment in self._group:
            if moment.item is None or moment.item.action != "hello":
                continue
            replies = self._threads.replies.get(moment.index, ())
            supports = moment.item.frame.get("supports")
            if isinstance(supports, list) and any(
                r.item and r.item.kind == "welcome" for r in replies
            ):
                asked |= {n for n in supports if isinstance(n, str) and n in known}
        return sorted(asked & {"event_seq", "token_renewal", "otp_park"})

    def _agent(self, told: Told) -> dict[str, Json]:
        agent: dict[str, Json] = {"script": literal(told.script)}
        tools = [_tool(name, answers, told) for name, answers in told.tools.items()]
        if tools:
            agent["tools"] = tools
        if told.gated:
            agent["confirmTools"] = sorted(told.gated)
        if told.knowledge:
            found = sorted(told.knowledge.items())
            agent["knowledge"] = [{"source": k, "content": literal(v)} for k, v in found]
        skills = self._skills()
        if skills:
            agent["skills"] = skills
        return agent

    def _skills(self) -> dict[str, str]:
        """Skills that a turn named and got; what they said nobody saw."""
        named = [
            t.send.item.frame.get("skill")
            for t in self._threads.turns
            if t.accepted and t.send.item
        ]
        return {
            name.strip(): "Recorded." for name in named if isinstance(name, str) and name.strip()
        }


def _session_of(moment: Moment) -> str | None:
    """The session that a frame asks for, or that an ack hands out."""
    if moment.item is None:
        return None
    place = moment.item.frame if moment.item.sent else moment.item.object("data")
    session = place.get("sessionId")
    return session if isinstance(session, str) else None


def _tool(name: str, answers: list[Json], told: Told) -> dict[str, Json]:
    level = {"authLevel": "end_user"} if name in told.verified else {}
    return {
        "name": name,
        "description": "A tool of the recording.",
        "parameters": {"type": "object"},
        **level,
        "answers": literal(answers) or [{"result": "", "always": True}],
    }


def _runs(turn: Thread, index: int) -> bool:
    """Whether a turn ran when the entry came."""
    ended = turn.end.index if turn.end is not None else None
    return turn.accepted and turn.send.index < index and (ended is None or index < ended)


def _cancels(turn: Thread) -> bool:
    end = turn.end.item if turn.end is not None else None
    return end is None or end.kind == "cancelled"


def write(recorded: Iterable[Recorded], folder: Path) -> list[Path]:
    """The files, below `folder`, as a corpus has them."""
    paths = []
    for one in recorded:
        path = folder / f"{one.name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(one.body, ensure_ascii=False, indent=1) + "\n", "utf-8")
        paths.append(path)
    return paths

"""The one record stream: everything a run has to say, one JSON object a line.

The runner writes these records while it works; the terminal matrix, JUnit, Markdown, HTML, the
badge, `diff` and `mutants` only ever read them. Nothing else passes between judging and reporting.

How to write a run (`RecordWriter`, `write_trace` are in `record_io`)::

    with RecordWriter(report_dir / "results.jsonl") as out:
        out.write(RunStart(run_id=..., started_at=..., runner_version=..., spec_version=...,
                           targets=(TargetInfo(name="python"),), scenarios=120))
        for each (scenario, case, target), in the order they end:
            ref = write_trace(report_dir, TraceHeader(scenario, target, case, bindings), entries)
            out.write(CaseResult(scenario=..., case=..., target=..., outcome="pass", ...))
        out.write(RunEnd(ended_at=..., duration_ms=..., exit_code=0, totals=...))

* One `CaseResult` per scenario file, case and target (`case=""` where a file has no `cases`).
  A *cell* is a file on a target; `reporting.aggregate` folds the cases of a cell.
* `checks` is the number of assertions *written* in the file, so the same number in each case;
  `laws` and `frames` are what this very case went through (laws evaluated, frames validated).
* `not-applicable` and `could-not-run` carry `reason`. A `fail` carries at least one `Finding`.
* Traces lie beside the stream, `traces/<scenario>[--case]@<target>.jsonl`: first a `TraceHeader`
  with whatever bindings a second judgement needs, then `TraceEntry` in timeline order. Green ones
  are kept too, because mutants rewrite them.
* Reading: `record_io.read_records(path)` yields dataclasses; `read_trace` gives header, entries.
  Keys that a record does not know are ignored, so that an older reader shows a newer run.

Durations are milliseconds, `t_ms` counts from the case's first step, times of day are ISO-8601.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

Json: TypeAlias = Any
"""Any JSON value."""

Outcome = Literal[
    "pass",
    "fail",
    "expected-fail",
    "unexpected-pass",
    "not-applicable",
    "could-not-run",
    "rescued",
]
OUTCOMES: tuple[Outcome, ...] = (
    "pass",
    "fail",
    "expected-fail",
    "unexpected-pass",
    "not-applicable",
    "could-not-run",
    "rescued",
)
REGRESSIONS: frozenset[Outcome] = frozenset({"fail", "unexpected-pass"})
"""Outcomes that make a run exit 1."""

FindingKind = Literal["assertion", "law", "deadline", "schema", "leftover"]
Blame = Literal["server", "harness", "scenario", "target"]
Direction = Literal["in", "out"]
"""`in`: it came to the runner; `out`: the runner sent it."""
EntryKind = Literal["frame", "event", "http", "step", "closed"]
MutantClass = Literal["shape", "behaviour", "equivalent"]
MutantKind = Literal["identity", "event", "live", "source"]
MutantOutcome = Literal["killed", "survived", "equivalent", "did-not-apply", "crashed", "not-run"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why a case is red, with enough to understand it without the trace."""

    kind: FindingKind
    message: str
    """One sentence for a person."""
    step: int | None = None
    """Index into `steps`; None for laws and leftovers."""
    path: str = ""
    """Where: a JSON pointer into the frame, or a law's name."""
    expected: Json = None
    actual: Json = None
    requirements: tuple[str, ...] = ()
    blame: Blame = "server"
    inbox: str = ""
    entry: int | None = None
    """Index of the trace entry it is about."""


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """One server or client under test, as it presented itself."""

    name: str
    kind: str = "server"
    language: str = ""
    version: str = ""
    capabilities: tuple[str, ...] = ()
    provision: str = ""
    unavailable: str = ""
    """Why it could not be started; empty when it ran."""
    asked: str = ""
    """The options that reach it again, when they are more than `--target NAME`."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts as design says them: files, files times targets, assertions written."""

    scenarios: int = 0
    cells: int = 0
    cases: int = 0
    checks: int = 0
    laws: int = 0
    frames: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Cells per outcome; a missing key is zero."""


@dataclass(frozen=True, slots=True)
class RunStart:
    """First record of a run."""

    RECORD: ClassVar[str] = "run-start"

    run_id: str
    started_at: str
    runner_version: str
    spec_version: str
    protocol_version: str = "1"
    targets: tuple[TargetInfo, ...] = field(default=(), metadata={"item": TargetInfo})
    scenarios: int = 0
    """Files selected."""
    selection: tuple[str, ...] = ()
    """The options that narrowed the corpus, as typed."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What one scenario file, in one of its cases, did on one target."""

    RECORD: ClassVar[str] = "scenario-result"

    scenario: str
    target: str
    outcome: Outcome
    case: str = ""
    reason: str = ""
    checks: int = 0
    laws: int = 0
    frames: int = 0
    duration_ms: float = 0.0
    findings: tuple[Finding, ...] = field(default=(), metadata={"item": Finding})
    trace: str = ""
    """Path of the trace, relative to the report directory, with forward slashes."""
    requirements: tuple[str, ...] = ()
    kill: tuple[str, ...] = ()
    """The mutants that the file says it kills."""
    notes: tuple[str, ...] = ()
    """Things reported without blame: `rebound`, leftovers of published files."""

    @property
    def label(self) -> str:
        """`scenario` or `scenario[case]`."""
        return f"{self.scenario}[{self.case}]" if self.case else self.scenario


@dataclass(frozen=True, slots=True)
class MutantResult:
    """One mutant on one target: killed by whom, or why it lived."""

    RECORD: ClassVar[str] = "mutant-result"

    id: str
    operator: str
    """The `kill` spelling, e.g. `drop:stream_token`; `id` adds the place."""
    kind: MutantKind
    mutant_class: MutantClass
    target: str
    scenario: str
    outcome: MutantOutcome
    case: str = ""
    requirements: tuple[str, ...] = ()
    granted_by: str = ""
    """Requirement that allows what an equivalent mutant does."""
    killed_by: str = ""
    """The finding that killed it, in one line."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MutantTotals:
    """Last record of a mutant run; `killed` of `total` counts behaviour mutants and patches."""

    RECORD: ClassVar[str] = "mutant-totals"

    killed: int
    total: int
    shape_killed: int = 0
    shape_total: int = 0
    equivalent: int = 0
    identity_green: bool = True
    red: tuple[str, ...] = ()
    """Why the mutant run itself fails, empty when it does not."""


@dataclass(frozen=True, slots=True)
class RequirementTotals:
    """How well the MUSTs are covered; ids, so that nobody has to trust a number."""

    RECORD: ClassVar[str] = "requirement-totals"

    proven: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    unobservable: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    """MUSTs that no scenario lists."""


@dataclass(frozen=True, slots=True)
class RunEnd:
    """Last record of a run; a stream without it was interrupted."""

    RECORD: ClassVar[str] = "run-end"

    ended_at: str
    duration_ms: float
    exit_code: int
    totals: Totals = field(default_factory=Totals, metadata={"single": Totals})


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """First line of a trace file."""

    RECORD: ClassVar[str] = "trace"

    scenario: str
    target: str
    case: str = ""
    bindings: Mapping[str, Json] = field(default_factory=dict)
    """Values the runner made up for this case (nonce, agent ids, ports): `judge` needs them."""


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One thing that happened, on one inbox."""

    RECORD: ClassVar[str] = "entry"

    t_ms: float
    inbox: str
    """A connection name, `model:<agent>`, `tool:<agent>/<name>`, `otp`, `process` or `runner`."""
    direction: Direction
    kind: EntryKind
    value: Json = None
    """The frame, the request or answer, or `{code, reason}` of a close."""
    note: str = ""
    step: int | None = None
    """Step that sent or consumed it."""
    redacted: bool = False


Record: TypeAlias = (
    RunStart
    | CaseResult
    | MutantResult
    | MutantTotals
    | RequirementTotals
    | RunEnd
    | TraceHeader
    | TraceEntry
)

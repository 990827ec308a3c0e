"""Commits event mutants on recorded green traces and notes which scenario noticed.

Offline and pure: a recording brings its own judge. A recording that is not green unaltered
(`identity`) takes no part and makes the campaign red.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from smooth_operator_conformance.mutants.population import Mutant
from smooth_operator_conformance.mutants.tape import Entries, Tape
from smooth_operator_conformance.mutants.unsent import appearing
from smooth_operator_conformance.mutants.vocabulary import meant
from smooth_operator_conformance.records import Finding, MutantOutcome, MutantResult
from smooth_operator_conformance.reporting.wording import headline, shorten

Judge = Callable[[Entries], Sequence[Finding]]
Tags = Callable[[str], tuple[str, ...]]
"""Requirements that a mutant id is tagged with."""

SITES = 6
"""Places tried per mutant and trace: one that notices is enough."""
LONG = 2000
"""Entries; in a longer trace (a flood for a slow reader) only what its file promises is tried."""
PROMISED_SITES = 60
"""Places tried where the file promises that the mutant dies."""
REASON = 200
SCHEMA_LAWS = frozenset({"schema", "acks", "requests"})
"""Laws that only read the schemas: what they refuse is a fault of shape."""


@dataclass(frozen=True)
class Recording:
    """A green trace, with the judge of its scenario."""

    scenario: str
    case: str
    target: str
    kill: tuple[str, ...]
    requirements: tuple[str, ...]
    tape: Tape
    judge: Judge

    @property
    def long(self) -> bool:
        """Whether every judgement of it takes its time."""
        return len(self.tape.entries) > LONG


@dataclass
class Campaign:
    """State of one offline run over all recordings."""

    mutants: Sequence[Mutant]
    tags: Tags
    equivalent: frozenset[str] = frozenset()
    results: list[MutantResult] = field(default_factory=list)
    red: list[str] = field(default_factory=list)
    killed: set[str] = field(default_factory=set)
    """Ids that died somewhere."""
    seen: set[str] = field(default_factory=set)
    """Ids that could be committed in some trace."""

    def run(self, recordings: Iterable[Recording]) -> None:
        """Everything that names a mutant first, then whatever still lives, everywhere."""
        green = [recording for recording in recordings if self._identity(recording)]
        tried: set[tuple[str, str, str]] = set()
        dead: set[tuple[str, str]] = set()
        for recording in green:
            for mutant, promised in self._claimed(recording):
                # A file keeps its promise, and proves a requirement, with one of its cases.
                if (mutant.id, recording.scenario) in dead:
                    continue
                tried.add((mutant.id, recording.scenario, recording.case))
                many = promised and not recording.long
                if self._try(mutant, recording, PROMISED_SITES if many else SITES):
                    dead.add((mutant.id, recording.scenario))
        for mutant in self._event_mutants():
            for recording in green:
                if mutant.id in self.killed:
                    break
                if (
                    not recording.long
                    and (mutant.id, recording.scenario, recording.case) not in tried
                ):
                    self._try(mutant, recording)

    def _event_mutants(self) -> Iterator[Mutant]:
        return (mutant for mutant in self.mutants if mutant.apply is not None)

    def _identity(self, recording: Recording) -> bool:
        findings = recording.judge(recording.tape.entries)
        if findings:
            name = _name(recording)
            self.red.append(f"identity: {name} is red unaltered: {headline(findings[0])}")
        for unsent in dict.fromkeys(appearing(recording.tape)):
            self.red.append(f"{unsent} is listed as never sent, yet {_name(recording)} holds it")
        return not findings

    def _claimed(self, recording: Recording) -> Iterator[tuple[Mutant, bool]]:
        """What the scenario promises to kill, and what could prove a requirement it lists."""
        ids = [mutant.id for mutant in self._event_mutants()]
        named = {found for name in recording.kill for found in meant(name, ids)}
        listed = set(recording.requirements)
        for mutant in self._event_mutants():
            tagged = not recording.long and listed & set(self.tags(mutant.id))
            if mutant.id in named or tagged:
                yield mutant, mutant.id in named

    def _try(self, mutant: Mutant, recording: Recording, sites: int = SITES) -> bool:
        """Whether it died here."""
        outcome, told = attempt(mutant, recording, sites)
        if outcome == "not-run":
            return False
        self.seen.add(mutant.id)
        if outcome == "crashed":
            self.red.append(f"{mutant.id} in {_name(recording)}: {told}")
        if outcome == "killed":
            self.killed.add(mutant.id)
            if mutant.id in self.equivalent:
                self.red.append(
                    f"{mutant.id} is listed as equivalent, yet {_name(recording)} sees it"
                )
        self.results.append(self._result(mutant, recording, outcome, told))
        return outcome == "killed"

    def _result(
        self, mutant: Mutant, recording: Recording, outcome: MutantOutcome, told: str
    ) -> MutantResult:
        listed = set(recording.requirements)
        spoken = tuple(rid for rid in self.tags(mutant.id) if rid in listed)
        return MutantResult(
            id=mutant.id,
            operator=mutant.operator,
            kind="event",
            mutant_class="equivalent" if mutant.id in self.equivalent else mutant.mutant_class,
            target=recording.target,
            scenario=recording.scenario,
            case=recording.case,
            outcome=outcome,
            requirements=spoken,
            killed_by=told if outcome == "killed" else "",
            reason="" if outcome == "killed" else told,
        )


def attempt(mutant: Mutant, recording: Recording, sites: int = SITES) -> tuple[MutantOutcome, str]:
    """What a mutant comes to in one recording; `not-run` where the trace has no place for it."""
    assert mutant.apply is not None
    tried, refused = 0, 0
    try:
        for _, entries in islice(mutant.apply(recording.tape), sites):
            tried += 1
            findings = recording.judge(entries)
            killer = kills(findings, mutant)
            if killer is not None:
                return "killed", shorten(headline(killer), REASON)
            refused += bool(findings)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        # A fault that cannot be committed, or a judge that falls over, kills nothing.
        return "crashed", f"{type(error).__name__}: {error}"
    if not tried:
        return "not-run", ""
    return "survived", "only the schemas refuse it" if refused else "nobody noticed"


def kills(findings: Sequence[Finding], mutant: Mutant) -> Finding | None:
    """The finding that counts: a behaviour mutant that the schemas alone refuse is not killed."""
    by_schema = [finding for finding in findings if _is_schema(finding)]
    if mutant.mutant_class == "shape":
        return by_schema[0] if by_schema else None
    if by_schema:
        return None
    blamed = (finding for finding in findings if finding.blame == "server")
    return next(blamed, None)


def _is_schema(finding: Finding) -> bool:
    return finding.kind == "schema" or (finding.kind == "law" and finding.path in SCHEMA_LAWS)


def _name(recording: Recording) -> str:
    return f"{recording.scenario}[{recording.case}]" if recording.case else recording.scenario

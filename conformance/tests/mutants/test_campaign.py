"""Who gets killed by what, and what makes a campaign red."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from smooth_operator_conformance.mutants.campaign import Campaign, Recording, attempt, kills
from smooth_operator_conformance.mutants.population import Mutant, population
from smooth_operator_conformance.mutants.surface import Surface
from smooth_operator_conformance.mutants.tape import Entries, Tape
from smooth_operator_conformance.mutants.verdict import Population, Promise, add_up, last_line
from smooth_operator_conformance.records import Blame, Finding, FindingKind, MutantResult


def no_tags(_: str) -> tuple[str, ...]:
    return ()


def recording(tape: Tape, watched: str, *, kill: tuple[str, ...] = ()) -> Recording:
    """A judge that notices changes of the events of one type only."""

    def judge(entries: Entries) -> Sequence[Finding]:
        def mine(found: Entries) -> list[object]:
            return [e.value for e in found if e.inbox == "a" and e.value.get("type") == watched]

        return [] if mine(entries) == mine(tape.entries) else [Finding("assertion", "changed")]

    return Recording("turns/plain", "", "t", kill, ("A-001",), tape, judge)


@pytest.fixture(scope="session")
def mutants(surface: Surface) -> tuple[Mutant, ...]:
    return population(surface)


def named(mutants: Sequence[Mutant], name: str) -> Mutant:
    return next(mutant for mutant in mutants if mutant.id == name)


def test_ids_are_unique_and_sorted(mutants: Sequence[Mutant]) -> None:
    ids = [mutant.id for mutant in mutants]
    assert ids == sorted(set(ids))
    assert {mutant.kind for mutant in mutants} == {"event", "live"}


def test_a_noticed_mutant_dies(tape: Tape, mutants: Sequence[Mutant]) -> None:
    watching = recording(tape, "pong")
    assert attempt(named(mutants, "drop:stream_token"), watching)[0] == "survived"
    watching = recording(tape, "stream_token")
    outcome, told = attempt(named(mutants, "drop:stream_token"), watching)
    assert (outcome, told) == ("killed", "assertion: changed")
    assert attempt(named(mutants, "drop:pong"), watching)[0] == "not-run"


@pytest.mark.parametrize(
    ("kind", "path", "blame", "behaviour", "shape"),
    [
        ("assertion", "/x", "server", True, False),
        ("deadline", "", "server", True, False),
        ("leftover", "script-left", "server", True, False),
        ("law", "one-terminal", "server", True, False),
        ("law", "acks", "server", False, True),
        ("law", "always-sent", "server", True, False),
        ("schema", "schema", "server", False, True),
        ("assertion", "/x", "harness", False, False),
    ],
)
def test_what_kills(
    kind: FindingKind, path: str, blame: Blame, behaviour: bool, shape: bool
) -> None:
    finding = Finding(kind, "m", path=path, blame=blame)
    found = kills([finding], Mutant("drop:pong", "event", "behaviour"))
    assert (found is not None) is behaviour
    found = kills([finding], Mutant("extra-key:pong", "event", "shape"))
    assert (found is not None) is shape


def test_what_the_schema_refuses_is_no_behaviour() -> None:
    findings = [Finding("assertion", "m"), Finding("schema", "m")]
    assert kills(findings, Mutant("drop:pong", "event", "behaviour")) is None


def test_a_judge_that_falls_over_kills_nothing(tape: Tape, mutants: Sequence[Mutant]) -> None:
    def falls(entries: Entries) -> Sequence[Finding]:
        raise KeyError("x")

    broken = Recording("a/b", "", "t", (), (), tape, falls)
    assert attempt(named(mutants, "drop:stream_token"), broken)[0] == "crashed"


def test_a_recording_that_is_red_takes_no_part(tape: Tape, mutants: Sequence[Mutant]) -> None:
    red = Recording("a/b", "c", "t", (), (), tape, lambda _: [Finding("law", "two ends")])
    campaign = Campaign(mutants, no_tags)
    campaign.run([red])
    assert campaign.results == []
    assert campaign.red == ["identity: a/b[c] is red unaltered: law: two ends"]


def test_a_campaign_tries_promises_then_the_rest(tape: Tape, mutants: Sequence[Mutant]) -> None:
    campaign = Campaign(mutants, no_tags)
    watching = recording(tape, "stream_token", kill=("drop:stream_token",))
    campaign.run([watching, recording(tape, "stream_token")])
    assert campaign.results[0].id == "drop:stream_token"
    assert {"drop:stream_token", "cut:stream_token.token", "seq-skip"} <= campaign.killed
    assert "drop:immediate_response" not in campaign.killed
    assert "drop:immediate_response" in campaign.seen
    assert "drop:welcome" not in campaign.seen
    tried = [r for r in campaign.results if r.id == "cut:stream_token.token"]
    assert len(tried) == 1


def test_a_long_trace_is_only_asked_what_it_promises(
    tape: Tape, mutants: Sequence[Mutant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smooth_operator_conformance.mutants.campaign.LONG", 3)
    campaign = Campaign(mutants, lambda name: ("A-001",))
    campaign.run([recording(tape, "stream_token", kill=("drop:stream_token",))])
    assert [result.id for result in campaign.results] == ["drop:stream_token"]


def test_tags_speak_only_where_they_are_listed(tape: Tape, mutants: Sequence[Mutant]) -> None:
    tagged = {"drop:stream_token": ("A-001", "B-002")}
    campaign = Campaign(mutants, lambda name: tagged.get(name, ()))
    campaign.run([recording(tape, "stream_token")])
    result = next(r for r in campaign.results if r.id == "drop:stream_token")
    assert result.requirements == ("A-001",)


def test_an_equivalent_that_dies_is_red(tape: Tape, mutants: Sequence[Mutant]) -> None:
    campaign = Campaign(mutants, no_tags, equivalent=frozenset({"drop:stream_token"}))
    campaign.run([recording(tape, "stream_token")])
    assert any("listed as equivalent" in reason for reason in campaign.red)


def killed(name: str, scenario: str = "a/b") -> MutantResult:
    return MutantResult(name, name, "event", "behaviour", "t", scenario, "killed")


def test_the_sum() -> None:
    ids = [f"drop:{number}" for number in range(40)]
    classes = dict.fromkeys(ids, "behaviour") | {"extra-key:x": "shape", "cut:y": "equivalent"}
    found = add_up(
        Population(classes),  # type: ignore[arg-type]  # literals, widened by dict
        [killed("drop:1"), killed("drop:1", "c/d"), killed("extra-key:x")],
        [Promise("a/b", ("drop:1",))],
    )
    assert (found.killed, found.total) == (1, 40)
    assert (found.shape_killed, found.shape_total, found.equivalent) == (1, 1, 1)
    assert found.red == ()
    assert last_line(found) == "mutants: 1 of 40 killed"


def test_promises_are_kept_in_their_own_file() -> None:
    classes: Population = Population({"drop:pong": "behaviour"})
    found = add_up(classes, [killed("drop:pong", "c/d")], [Promise("a/b", ("drop:pong",))])
    assert found.red == (
        "a/b: drop:pong kills nothing there",
        "a/b: it kills no behaviour mutant",
    )


def test_an_unknown_name_is_red_with_a_hint() -> None:
    classes = Population({"drop:pong": "behaviour"})
    found = add_up(classes, [killed("drop:pong")], [Promise("a/b", ("drop:pomg", "drop:pong"))])
    assert found.red == ("a/b: no mutant is called 'drop:pomg'; near: drop:pong",)


def test_too_many_equivalents_are_red() -> None:
    classes = Population({"drop:pong": "equivalent"})
    assert "more than 5 %" in add_up(classes, [], []).red[0]

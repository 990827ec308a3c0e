"""Scenario files: their grammar, their shorthand, the gate of their corpus."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_conformance.clients.corpus import client_corpus, client_musts, gate
from smooth_operator_conformance.clients.script import parse_script, written_out
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.spec import find_spec

GOOD: dict[str, Any] = {
    "name": "area/one",
    "description": "A scenario of this test.",
    "requirements": ["CLIENT-001"],
    "kill": [],
    "steps": [{"expect": {"on": "driver", "events": [{"type": "exit"}]}}],
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mood": 1}, "mood"),
        ({"requirements": []}, "requirements"),
        ({"steps": [{"sing": {}}]}, "sing"),
        ({"steps": [{"open": {"on": "a"}, "cut": {"on": "a"}}]}, "/steps/0"),
        ({"steps": [{"expect": {"on": "a", "events": [{"x": {"$mach": "y"}}]}}]}, "$mach"),
        ({"steps": [{"expect": {"on": "a", "events": [{"x": {"$type": "uid"}}]}}]}, "uid"),
        ({"name": "area/two"}, "its path says"),
        ({"kill": ["drop:pong"]}, "kill"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_with_its_place(
    change: dict[str, Any], told: str
) -> None:
    assert parse_script(GOOD, "area/one").checks == 1
    with pytest.raises(BadScenario) as raised:
        parse_script({**GOOD, **change}, "area/one")
    assert told in str(raised.value)


def test_begin_connects_and_opens_a_session() -> None:
    verbs = [next(iter(step)) for step in written_out({"begin": {"hello": []}})]
    assert verbs == ["drive", "open", "expect", "drive", "expect", "send", "expect"]
    assert len(written_out({"begin": {"session": False}})) == 3


def test_start_sends_a_turn_and_accepts_it_unless_told_not_to() -> None:
    steps = written_out({"start": {"turn": "u", "message": "Hi."}, "only": "x"})
    assert steps[0]["drive"]["fields"] == {"sessionId": "{{session}}", "message": "Hi."}
    assert steps[-1]["send"]["frames"][0]["requestId"] == "{{u}}"
    assert {step["only"] for step in steps} == {"x"}
    assert len(written_out({"start": {"accept": False}})) == 3


def test_the_corpus_is_sound_and_speaks_for_every_must() -> None:
    assert gate(client_corpus()) == []
    assert len(client_musts()) == 20


def test_the_gate_tells_what_is_wrong(tmp_path: Path) -> None:
    root = tmp_path / "clients"
    shutil.copytree(client_corpus(), root)
    file = root / "scenarios" / "turns" / "plain.json"
    raw = json.loads(file.read_text("utf-8"))
    (root / "scenarios" / "turns" / "unread.json").unlink()
    (root / "scenarios" / "turns" / "new.json").write_text(
        json.dumps({**raw, "name": "turns/new", "requirements": ["TURN-001"]}), "utf-8"
    )
    file.write_text(json.dumps({**raw, "extra": 1}), "utf-8")
    told = "\n".join(gate(root))
    for fault in (
        "turns/plain: ",
        "turns/new is not in MANIFEST",
        "MANIFEST names turns/unread",
        "TURN-001 is no requirement of clients",
        "no scenario lists CLIENT-007",
    ):
        assert fault in told


def test_the_corpus_of_servers_does_not_hold_that_of_clients() -> None:
    listed = (find_spec() / "conformance" / "MANIFEST").read_text("utf-8").split()
    assert not [name for name in listed if name.startswith("clients/")]

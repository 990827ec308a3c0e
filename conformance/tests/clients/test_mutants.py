"""Faults of clients: they apply, they die for the right reason, and a crash kills nothing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_conformance.clients.corpus import client_corpus, client_musts, load_scripts
from smooth_operator_conformance.clients.mutants import Campaign, client_patches, sum_up
from smooth_operator_conformance.clients.player import Patience
from smooth_operator_conformance.clients.targets import ClientTarget, load_client
from smooth_operator_conformance.mutants.patches import Edit, Patch, apply
from smooth_operator_conformance.records import CaseResult

PATCHES = client_patches("python")
EXPECTS = [
    {"drive": {"type": "connect", "id": "c"}},
    {"expect": {"on": "driver", "events": [{"type": "result", "id": "c"}]}},
]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("sources") / "python"
    ignore = shutil.ignore_patterns("__pycache__", ".*_cache", "tests")
    shutil.copytree(load_client("python").sources, copy, ignore=ignore)
    return copy


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.id)
def test_every_patch_applies_and_still_compiles(patch: Patch, sources: Path) -> None:
    before = {edit.file: (sources / edit.file).read_text("utf-8") for edit in patch.edits}
    apply(patch, sources)
    try:
        for name, text in before.items():
            after = (sources / name).read_text("utf-8")
            assert after != text
            compile(after, name, "exec")
    finally:
        for name, text in before.items():
            (sources / name).write_text(text, "utf-8")


def test_every_must_has_its_fault_and_every_name_stands_for_one() -> None:
    scenarios = load_scripts(client_corpus())
    known = {patch.id for patch in PATCHES}
    named = {name for scenario in scenarios for name in scenario.kill}
    assert named == known
    for must in client_musts():
        speaking = [s for s in scenarios if must.id in s.requirements]
        tagged = {patch.id for patch in PATCHES if must.id in patch.requirements}
        assert any(tagged & set(scenario.kill) for scenario in speaking), must.id
    assert all(scenario.kill for scenario in scenarios)


def client(folder: Path) -> ClientTarget:
    folder.mkdir()
    (folder / "reply.py").write_text('REPLY = "result"\n', "utf-8")
    (folder / "driver.py").write_text(
        "import json, sys\n"
        "from reply import REPLY\n"
        'print(json.dumps({"type": "state", "state": "ready"}), flush=True)\n'
        "for line in sys.stdin:\n"
        "    command = json.loads(line)\n"
        '    end = command["type"] == "close"\n'
        '    kind = "result" if end else REPLY\n'
        '    told = {"type": kind, "id": command["id"]}\n'
        '    print(json.dumps(told if kind == "result" else {**told, "kind": "server"}))\n'
        "    if end:\n"
        '        print(json.dumps({"type": "exit"}), flush=True)\n'
        "        break\n"
        "    sys.stdout.flush()\n",
        "utf-8",
    )
    command = (sys.executable, str(folder / "driver.py"))
    return ClientTarget("small", command, sources=str(folder))


@pytest.mark.parametrize(
    ("replace", "outcome"),
    [
        ('REPLY = "error"\n', "killed"),
        ('REPLY = str("result")\n', "survived"),
        ("REPLY = 1 / 0\n", "crashed"),
    ],
)
async def test_only_a_failed_assertion_kills(
    scenario: Callable[..., Any], tmp_path: Path, replace: str, outcome: str
) -> None:
    patch = Patch(
        "src:small/one",
        "A fault.",
        ("CLIENT-006",),
        (Edit("reply.py", 'REPLY = "result"\n', replace),),
    )
    small = scenario(EXPECTS, kill=[patch.id])
    campaign = Campaign(client(tmp_path / "src"), [small], patience=Patience(step=5.0))
    (result,) = await campaign.run([patch])
    assert result.outcome == outcome
    assert result.requirements == ("CLIENT-006",)
    green = CaseResult("small/one", "small", "pass", kill=small.kill)
    totals = sum_up([patch], [result], [green])
    assert (totals.killed, totals.total) == (int(outcome == "killed"), 1)
    assert bool(totals.red) == (outcome != "killed")


async def test_a_patch_that_does_not_apply_is_red(
    scenario: Callable[..., Any], tmp_path: Path
) -> None:
    patch = Patch("src:small/one", "A fault.", ("CLIENT-006",), (Edit("reply.py", "nope", "x"),))
    campaign = Campaign(client(tmp_path / "src"), [scenario(EXPECTS)])
    results = await campaign.run([patch])
    assert [result.outcome for result in results] == ["did-not-apply"]
    assert sum_up([patch], results, []).red

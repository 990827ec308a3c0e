"""The client corpus on disk: scenarios, MANIFEST, and the gate that keeps it honest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from smooth_operator_conformance.clients.script import load_script
from smooth_operator_conformance.reporting.coverage import Must, musts
from smooth_operator_conformance.run.corpus import scenario_paths, wanted
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.scenario.model import Case, Scenario
from smooth_operator_conformance.spec import find_spec, read_json

MANIFEST = "MANIFEST"
_CASE = re.compile(r"\[[a-z0-9-]+\]\Z")


def client_corpus(given: Path | None = None) -> Path:
    """The folder of the client corpus: the given one, or the contract's."""
    return given or find_spec() / "conformance" / "clients"


def load_scripts(root: Path, only: Sequence[str] = ()) -> list[Scenario]:
    """The scenarios whose name fits one of the globs (all without any); raises BadScenario."""
    names = [_CASE.sub("", glob) for glob in only]
    found = scenario_paths(root / "scenarios")
    return [load_script(path, name) for name, path in found if wanted(name, names)]


def selected(case: Case, only: Sequence[str]) -> bool:
    """Whether a case is meant: by its file, or by its own name, `area/slug[label]`."""
    files = [glob for glob in only if not _CASE.search(glob)]
    named = case.name in only or bool(files and wanted(case.scenario.name, files))
    return named or not only


def client_musts() -> tuple[Must, ...]:
    """The MUSTs of clients."""
    return musts(read_json(find_spec() / "requirements.json"), side="client")


def gate(root: Path) -> list[str]:
    """Every fault of the corpus; empty when it is sound."""
    faults: list[str] = []
    scenarios: list[Scenario] = []
    for name, path in scenario_paths(root / "scenarios"):
        try:
            scenarios.append(load_script(path, name))
        except BadScenario as error:
            faults.append(str(error))
    names = [scenario.name for scenario in scenarios]
    listed = (root / MANIFEST).read_text("utf-8").split()
    faults += [f"{name} is not in MANIFEST" for name in names if name not in listed]
    faults += [f"MANIFEST names {name}, which is not there" for name in listed if name not in names]
    return [*faults, *_requirements(scenarios)]


def _requirements(scenarios: Sequence[Scenario]) -> Iterator[str]:
    entries = read_json(find_spec() / "requirements.json")
    of_clients = {entry["id"] for entry in entries if entry.get("side") == "client"}
    covered: set[str] = set()
    for scenario in scenarios:
        covered |= set(scenario.requirements)
        for rid in scenario.requirements:
            if rid not in of_clients:
                yield f"{scenario.name}: {rid} is no requirement of clients"
        if not scenario.checks:
            yield f"{scenario.name} asserts nothing"
    for rid in sorted(of_clients - covered):
        yield f"no scenario lists {rid}"

"""The corpus gate: what must hold of all scenario files together, before any server runs.

Names equal paths, MANIFEST both ways, known requirement ids and capabilities, no scenario that an
always-erring server would pass, nothing that interferes where a process is shared, at most twelve
processes of one's own, and counts that never fall below the committed minimum.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from smooth_operator_conformance.scenario.load import BadScenario, load_scenario
from smooth_operator_conformance.scenario.model import Scenario
from smooth_operator_conformance.spec import read_json

Json = Any
MAX_EXCLUSIVE = 12
EXCLUSIVE_KEYS = ("env", "agentsFile", "files", "ready", "control")
EXCLUSIVE_INBOXES = ("process", "log")


def manifest_path(root: Path) -> Path:
    """`MANIFEST` lies beside the scenarios folder."""
    return root.parent / "MANIFEST"


def lock_path(root: Path) -> Path:
    """The minimum counts."""
    return root.parent / "scenarios.lock.json"


def read_corpus(root: Path) -> tuple[list[Scenario], list[str]]:
    """Every scenario that can be read, and a fault for each that cannot."""
    scenarios, faults = [], []
    for path in sorted(root.rglob("*")):
        if path.is_dir():
            continue
        name = path.relative_to(root).with_suffix("").as_posix()
        if path.suffix != ".json":
            faults.append(f"{name}{path.suffix}: only scenario files live here")
            continue
        try:
            scenarios.append(load_scenario(path, name))
        except BadScenario as error:
            faults.append(str(error))
    return scenarios, faults


def check_corpus(root: Path, spec: Path) -> list[str]:
    """Every fault of the corpus, one line each."""
    scenarios, faults = read_corpus(root)
    faults.extend(_manifest_faults(root, [s.name for s in scenarios]))
    known = _known(spec)
    for scenario in scenarios:
        faults.extend(f"{scenario.name}: {fault}" for fault in scenario_faults(scenario, *known))
    alone = [case.name for s in scenarios if _has_process(s) for case in s.cases()]
    if len(alone) > MAX_EXCLUSIVE:
        faults.append(f"{len(alone)} processes of their own, at most {MAX_EXCLUSIVE}: {alone}")
    faults.extend(_count_faults(root, scenarios))
    return faults


def _has_process(scenario: Scenario) -> bool:
    """It keeps a server process for itself; a refused start is over at once and does not count."""
    return scenario.exclusive and scenario.raw.get("ready", True) is not False


def _known(spec: Path) -> tuple[frozenset[str], frozenset[str]]:
    raw = read_json(spec / "requirements.json")
    listed = raw["requirements"] if isinstance(raw, dict) else raw
    capabilities = read_json(spec / "catalogue.json")["capabilities"]
    return frozenset(r["id"] for r in listed), frozenset(c["name"] for c in capabilities)


def _manifest_faults(root: Path, names: Sequence[str]) -> Iterator[str]:
    path = manifest_path(root)
    listed = path.read_text("utf-8").split() if path.is_file() else []
    for name in sorted(set(listed) - set(names)):
        yield f"MANIFEST lists {name}, which is not there or not readable"
    for name in sorted(set(names) - set(listed)):
        yield f"{name} is not in MANIFEST"
    if listed != sorted(set(listed)):
        yield "MANIFEST is not sorted, or lists a name twice"


def scenario_faults(
    scenario: Scenario, requirements: frozenset[str], capabilities: frozenset[str]
) -> Iterator[str]:
    """The faults of one scenario."""
    raw = scenario.raw
    for name in sorted(set(scenario.requirements) - requirements):
        yield f"no requirement is called {name}"
    for name in sorted(set(scenario.needs) - capabilities):
        yield f"no capability is called {name}"
    if not scenario.checks:
        yield "it asserts nothing"
    elif not _positive(raw):
        yield "it asserts nothing that an always-erring server would miss"
    if not scenario.exclusive:
        yield from _interference(scenario)
    yield from _order_faults(raw)
    try:
        scenario.cases()
    except (KeyError, ValueError, TypeError) as error:
        yield f"its cases cannot be filled in: {error}"


def _positive(raw: dict[str, Json]) -> bool:
    """Whether some expectation needs more than errors and closes."""
    for step in raw["steps"]:
        expect = step.get("expect")
        if expect is None:
            continue
        events = expect["events"] if isinstance(expect["events"], list) else []
        if any(_is_positive(event) for event in events):
            return True
    return raw.get("ready") is False


def _is_positive(event: Json) -> bool:
    if not isinstance(event, dict):
        return False
    if "$order" in event:
        return any(_is_positive(inner) for sequence in event["$order"] for inner in sequence)
    kind = event.get("type")
    return "$tokens" in event or (isinstance(kind, str) and kind != "error")


def _interference(scenario: Scenario) -> Iterator[str]:
    """What must not happen in a process that others use too."""
    raw = scenario.raw
    for key in EXCLUSIVE_KEYS:
        if key in raw:
            yield f"{key} needs `exclusive`"
    if any(agent.get("default") for agent in raw["agents"].values()):
        yield "a default agent needs `exclusive`"
    for step in raw["steps"]:
        if "signal" in step:
            yield "a signal needs `exclusive`"
        if step.get("expect", {}).get("on") in EXCLUSIVE_INBOXES:
            yield f"the inbox {step['expect']['on']} needs `exclusive`"
        if step.get("get", {}).get("path", "").startswith("/metrics"):
            yield "metrics count the scenarios of others too: they need `exclusive`"
    if scenario.profile in ("shared", "timers", "nokey", "seed"):
        yield from _shared_lists(raw)


def _shared_lists(raw: dict[str, Json]) -> Iterator[str]:
    """Without authentication everybody lists everybody's conversations."""
    frames = [step["send"].get("frame") for step in raw["steps"] if "send" in step]
    frames += [value for row in raw.get("cases", []) for value in row.values()]
    for frame in frames:
        if isinstance(frame, dict) and frame.get("action") == "list_conversations":
            query = frame.get("query")
            if not isinstance(query, str) or "{{nonce}}" not in query:
                yield "list_conversations without {{nonce}} in its query needs profile jwt"


def _order_faults(raw: dict[str, Json]) -> Iterator[str]:
    """Connections are opened before they are used; agents of inboxes exist."""
    opened: set[str] = set()
    for index, step in enumerate(raw["steps"]):
        verb = next(key for key in step if key != "only")
        if verb == "open":
            opened.add(step["open"]["on"])
        elif verb in ("send", "cut", "read", "expect"):
            names = step[verb]["on"]
            for name in names if isinstance(names, list) else [names]:
                fault = _inbox_fault(raw, opened, name)
                if fault:
                    yield f"step {index}: {fault}"


def _inbox_fault(raw: dict[str, Json], opened: set[str], name: str) -> str:
    kind, _, rest = name.partition(":")
    if not rest:
        fixed = ("otp", "process", "log", "jwks")
        return "" if name in opened or name in fixed else f"{name} is not open"
    agent, _, tool = rest.partition("/")
    agent, _, short = agent.partition(".")
    known = raw["agents"].get(agent)
    if known is None:
        return f"no agent is called {agent}"
    if short and short not in known.get("scripts", {}):
        return f"{agent} has no script {short}"
    if kind == "tool" and tool not in [t["name"] for t in known.get("tools", ())]:
        return f"{agent} has no tool {tool}"
    return ""


def counts(scenarios: Sequence[Scenario]) -> dict[str, Json]:
    """What may never fall: files and checks, and files by area."""
    areas: dict[str, int] = {}
    for scenario in scenarios:
        area = scenario.name.partition("/")[0]
        areas[area] = areas.get(area, 0) + 1
    checks = sum(scenario.checks for scenario in scenarios)
    return {"scenarios": len(scenarios), "checks": checks, "areas": dict(sorted(areas.items()))}


def _count_faults(root: Path, scenarios: Sequence[Scenario]) -> Iterator[str]:
    path = lock_path(root)
    if not path.is_file():
        yield f"{path.name} is missing"
        return
    least, now = read_json(path), counts(scenarios)
    for key in ("scenarios", "checks"):
        if now[key] < least[key]:
            yield f"{now[key]} {key}, there were {least[key]}"
    for area, number in least["areas"].items():
        if now["areas"].get(area, 0) < number:
            yield f"{now['areas'].get(area, 0)} scenarios in {area}, there were {number}"


def update(root: Path) -> None:
    """Write MANIFEST and the minimum counts as they are now; raises BadScenario."""
    scenarios, faults = read_corpus(root)
    if faults:
        raise BadScenario("\n".join(faults))
    names = sorted(scenario.name for scenario in scenarios)
    manifest_path(root).write_text("".join(f"{name}\n" for name in names), "utf-8")
    lock = json.dumps(counts(scenarios), indent=1)
    lock_path(root).write_text(lock + "\n", "utf-8")

"""Client scenarios: read, checked against their grammar, their shorthand steps written out.

`begin` and `start` stand for the steps with which nearly every scenario begins: a connected client
with a session, and a turn that the server has accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from smooth_operator_conformance.match.values import TYPES, VALUE_KEYS
from smooth_operator_conformance.scenario.count import count_checks
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.scenario.model import Scenario
from smooth_operator_conformance.spec import find_spec, read_json

Json = Any
Step = dict[str, Json]
STREAM = frozenset({"$skip", "$order", "$closed", "$tokens"})
MATCHERS = VALUE_KEYS | STREAM


@lru_cache(maxsize=1)
def _grammar() -> Any:
    schema = read_json(find_spec() / "schema" / "client-scenario.schema.json")
    return jsonschema_rs.validator_for(schema)


def load_script(path: Path, name: str) -> Scenario:
    """One file, its shorthand written out; raises BadScenario with every fault of it."""
    try:
        raw = read_json(path)
    except ValueError as error:
        raise BadScenario(str(error)) from error
    return parse_script(raw, name)


def parse_script(raw: Json, name: str) -> Scenario:
    """A client scenario from its JSON; `name` is what its path says."""
    faults = [
        f"/{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
        for error in _grammar().iter_errors(raw)
    ]
    if not faults:
        faults = list(_faults(raw["steps"]))
    if not faults and raw["name"] != name:
        faults = [f"its name is {raw['name']!r}, its path says {name!r}"]
    if faults:
        raise BadScenario(f"{name}: " + "; ".join(faults[:8]))
    steps = [whole for step in raw["steps"] for whole in written_out(step)]
    body = {**raw, "profile": "client", "agents": {}, "steps": steps}
    return Scenario(name, body, count_checks(steps, raw.get("cases", [])))


def _faults(value: Json) -> Iterator[str]:
    """Matchers that no grammar can tell from fields."""
    if isinstance(value, list):
        for inner in value:
            yield from _faults(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key.startswith("$") and key not in MATCHERS:
                yield f"no matcher is called {key}"
            elif key == "$type" and inner not in TYPES:
                yield f"no type is called {inner!r}"
            elif key != "$is":
                yield from _faults(inner)


def written_out(step: Step) -> list[Step]:
    """The steps that a shorthand stands for; any other step is itself."""
    only = {"only": step["only"]} if "only" in step else {}
    if "begin" in step:
        made = list(_begin(step["begin"]))
    elif "start" in step:
        made = list(_start(step["start"]))
    else:
        return [step]
    return [{**each, **only} for each in made]


def _begin(given: dict[str, Json]) -> Iterator[Step]:
    """The client connects, says hello, and creates a session."""
    name = given.get("on", "a")
    opening = {key: given[key] for key in ("hello", "welcome", "select") if key in given}
    yield {"drive": {"type": "connect", "id": "connect", "options": given.get("options", {})}}
    yield {"open": {"on": name, **opening}}
    yield {"expect": {"on": "driver", "events": [{"type": "result", "id": "connect"}]}}
    if given.get("session", True):
        fields = {"agentId": "{{uuid.agent}}"}
        action = "create_conversation_session"
        call = {"type": "call", "id": "create", "action": action, "fields": fields}
        asked = {"action": action, "requestId": {"$as": "create"}, **fields}
        ids = {"sessionId": "{{session}}", "conversationId": "{{conversation}}"}
        yield {"drive": call}
        yield {"expect": {"on": name, "events": [asked]}}
        yield {"send": {"on": name, "frames": [_ack(action, "{{create}}", ids)]}}
        told = {"type": "result", "id": "create", "value": {"sessionId": "{{session}}"}}
        yield {"expect": {"on": "driver", "events": [told]}}


def _start(given: dict[str, Json]) -> Iterator[Step]:
    """A turn is sent and, unless said otherwise, accepted; its request id goes by its name."""
    name, turn = given.get("on", "a"), given.get("turn", "t")
    fields = {"sessionId": "{{session}}", "message": given.get("message", "When?")}
    yield {"drive": {"type": "turn", "id": turn, "fields": {**fields, **given.get("fields", {})}}}
    yield {"expect": {"on": "driver", "events": [{"type": "result", "id": turn}]}}
    asked = {"action": "send_message", "requestId": {"$as": turn}, **fields}
    yield {"expect": {"on": name, "events": [{**asked, **given.get("frame", {})}]}}
    if given.get("accept", True):
        yield {"send": {"on": name, "frames": [_ack("send_message", f"{{{{{turn}}}}}", {})]}}


def _ack(action: str, request_id: str, data: dict[str, Json]) -> dict[str, Json]:
    body = {"type": "immediate_response", "answer": action, "requestId": request_id}
    return {**body, "data": data} if data else body

"""The population: every event fault that the schemas and the catalogue allow, each with its id.

Which mutants exist does not depend on any trace, so N cannot shrink because a scenario went away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from smooth_operator_conformance.mutants import fields, flow, log, peers
from smooth_operator_conformance.mutants.orders import NEIGHBOURS
from smooth_operator_conformance.mutants.surface import Leaf, Surface
from smooth_operator_conformance.mutants.tape import Rewrite, Tape
from smooth_operator_conformance.mutants.unsent import UNSENT
from smooth_operator_conformance.mutants.vocabulary import operator
from smooth_operator_conformance.records import MutantClass, MutantKind

Apply = Callable[[Tape], Iterator[Rewrite]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault. Only event mutants can be applied to a tape."""

    id: str
    kind: MutantKind
    mutant_class: MutantClass
    apply: Apply | None = None

    @property
    def operator(self) -> str:
        """The spelling in `kill` without member: `flip:error.code` for one of its codes."""
        return operator(self.id)


def population(surface: Surface) -> tuple[Mutant, ...]:
    """All event mutants and all live ones, sorted by id; sources are files (`patches`)."""
    made: dict[str, Mutant] = {}
    for mutant in (
        *_flow(surface),
        *_fields(surface),
        *_log(surface),
        *_peers(surface),
        *_live(surface),
    ):
        if mutant.operator not in UNSENT and mutant.id not in UNSENT:
            made.setdefault(mutant.id, mutant)
    return tuple(made[name] for name in sorted(made))


def _event(name: str, apply: Apply, mutant_class: MutantClass = "behaviour") -> Mutant:
    return Mutant(name, "event", mutant_class, apply)


def _flow(surface: Surface) -> Iterator[Mutant]:
    for kind in surface.events:
        yield _event(f"drop:{kind}", partial(flow.drop, kind=kind))
        yield _event(f"duplicate:{kind}", partial(flow.duplicate, kind=kind))
        yield _event(f"wrong-request-id:{kind}", partial(flow.wrong_request_id, kind=kind))
        shape: MutantClass = "shape" if kind in surface.needs_id else "behaviour"
        yield _event(f"no-request-id:{kind}", partial(flow.no_request_id, kind=kind), shape)
        yield _event(f"extra-key:{kind}", partial(flow.extra_key, kind=kind), "shape")
        for original, repeated in surface.twins[kind]:
            name = f"skew:{kind}.{'.'.join(original)}"
            apply = partial(fields.skew, kind=kind, original=original, repeated=repeated)
            yield _event(name, apply)
    for kind in flow.LATE:
        yield _event(f"append-late:{kind}", partial(flow.append_late, kind=kind))
    for first, second in NEIGHBOURS:
        yield _event(f"swap:{first}~{second}", partial(flow.swap, first=first, second=second))


def _fields(surface: Surface) -> Iterator[Mutant]:
    for leaf in surface.leaves:
        shape: MutantClass = "shape" if leaf.required else "behaviour"
        drop = partial(fields.alter, leaf=leaf, change=fields.remove)
        if leaf.path[-1] != "[]":
            yield _event(f"drop-field:{leaf.name}", drop, shape)
        for name, change in _changes(leaf):
            fixed: MutantClass = "shape" if leaf.fixed else "behaviour"
            yield _event(name, partial(fields.alter, leaf=leaf, change=change), fixed)
        if leaf.kind == "time":
            yield _event(
                f"cut:{leaf.name}", partial(fields.alter, leaf=leaf, change=fields.cut), "shape"
            )


def _changes(leaf: Leaf) -> Iterator[tuple[str, fields.Change]]:
    if leaf.kind == "boolean":
        yield f"flip:{leaf.name}", fields.flip(None, ())
    elif leaf.kind in ("enum", "code"):
        for member in leaf.members:
            yield f"flip:{leaf.name}[{member}]", fields.flip(member, leaf.members)
    elif leaf.kind == "number":
        for by in (1, -1):
            yield f"nudge:{leaf.name}[{by:+}]", fields.nudge(by)
    elif leaf.kind == "time":
        for by in (1, -1):
            yield f"nudge:{leaf.name}[{by:+}]", fields.later(by)
    elif leaf.kind == "text":
        yield f"cut:{leaf.name}", fields.cut
    elif leaf.kind == "uuid":
        yield f"other:{leaf.name}", fields.other
    elif leaf.kind == "array":
        yield f"shorten:{leaf.name}", fields.shorten
        yield f"reorder:{leaf.name}", fields.reorder
    elif leaf.kind == "any":
        yield f"blend:{leaf.name}", fields.blend


def _log(surface: Surface) -> Iterator[Mutant]:
    yield _event("seq-skip", log.seq_skip)
    yield _event("seq-repeat", log.seq_repeat)
    for word, which in (("first", 0), ("last", -1)):
        yield _event(f"replay-drop-{word}", partial(log.replay_drop, which=which))
        yield _event(f"replay-double-{word}", partial(log.replay_double, which=which))
    yield _event("replay-unmarked", log.replay_unmarked)
    for kind in sorted(surface.logged):
        name = f"nudge:{kind}.timestamp"
        yield _event(name, partial(log.replay_timestamp, kind=kind))
    yield _event("page-repeat", log.page_repeat)
    yield _event("close-code", log.close_code)
    yield _event("close-reason", log.close_reason)


def _peers(surface: Surface) -> Iterator[Mutant]:
    for who, prefix, changes, keys in (
        ("model", "model:", peers.MODEL, peers.MODEL_KEYS),
        ("tool", "tool:", peers.TOOL, peers.TOOL_KEYS),
        ("otp", "otp", peers.OTP, ()),
    ):
        lose, double = ("drop-request", "double-request") if who == "model" else ("drop", "double")
        yield _event(f"{who}:{lose}", partial(peers.lose, prefix=prefix))
        yield _event(f"{who}:{double}", partial(peers.double, prefix=prefix))
        for name, change in changes.items():
            yield _event(f"{who}:{name}", partial(peers.alter, prefix=prefix, change=change))
        for key in keys:
            apply = partial(peers.alter, prefix=prefix, change=peers.drop_key(key))
            wanted = who == "tool" and key in surface.tool_body
            yield _event(f"{who}:drop-key:{key}", apply, "shape" if wanted else "behaviour")
    yield _event("model:other-model", peers.other_model)
    yield _event("exit-code", peers.exit_code)
    yield _event("http-status", peers.http_status)
    yield _event("http-body", peers.http_body)


def _live(surface: Surface) -> Iterator[Mutant]:
    for action, names in surface.requests.items():
        yield Mutant(f"req-drop:{action}", "live", "behaviour")
        yield Mutant(f"req-double:{action}", "live", "behaviour")
        for name in names:
            yield Mutant(f"req-drop-field:{action}.{name}", "live", "behaviour")

"""Compares what the catalogue lists: actions, events, codes, capabilities, cards, sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from smooth_operator_codegen.diff.change import Bump, Change
from smooth_operator_codegen.ir import Action, Contract, ErrorCode, Event

T = TypeVar("T")


def compare_catalogues(before: Contract, after: Contract) -> Iterator[Change]:
    """Names that came and went, and what changed about those that stayed."""
    if before.protocol_version != after.protocol_version:
        text = f"protocolVersion {before.protocol_version} became {after.protocol_version}"
        yield Change(Bump.MAJOR, "catalogue", text)
    yield from _listed("action", before.actions, after.actions, lambda x: x.name, _action)
    yield from _events(before, after)
    yield from _listed("error", before.errors, after.errors, lambda x: x.code, _error)
    yield from _listed("capability", before.capabilities, after.capabilities, lambda x: x.name)
    yield from _listed("card", before.interactions, after.interactions, lambda x: x.kind)
    yield from _listed("close code", before.close_codes, after.close_codes, lambda x: str(x.code))
    yield from _listed("limit", before.limits, after.limits, lambda x: x.name)
    yield from _listed("metric", before.metrics, after.metrics, lambda x: x.name)
    yield from _listed("log key", before.log_keys, after.log_keys, lambda x: x.name)
    yield from _listed("route", before.routes, after.routes, lambda x: x.path)
    yield from _data(before, after)


def _listed(
    what: str,
    before: Sequence[T],
    after: Sequence[T],
    name: Callable[[T], str],
    inside: Callable[[T, T], Iterator[Change]] | None = None,
) -> Iterator[Change]:
    old = {name(each): each for each in before}
    new = {name(each): each for each in after}
    for key in old.keys() - new.keys():
        yield Change(Bump.MAJOR, f"{what} {key}", "is gone")
    for key in new.keys() - old.keys():
        yield Change(Bump.MINOR, f"{what} {key}", "is new")
    for key in old.keys() & new.keys():
        if inside is not None:
            yield from inside(old[key], new[key])
        elif old[key] != new[key]:
            yield Change(Bump.MINOR, f"{what} {key}", "is described otherwise")


def _action(old: Action, new: Action) -> Iterator[Change]:
    place = f"action {old.name}"
    if old.capability != new.capability:
        grave = Bump.MINOR if new.capability is None else Bump.MAJOR
        yield Change(grave, place, f"needs {new.capability} instead of {old.capability}")
    if (old.answer.kind, old.answer.response) != (new.answer.kind, new.answer.response):
        yield Change(Bump.MAJOR, place, "is answered otherwise")
    if old.answer.messages != new.answer.messages or old.answer.status != new.answer.status:
        yield Change(Bump.MAJOR, place, "is acknowledged in other words")
    for name in set(old.answer.events) ^ set(new.answer.events):
        yield Change(Bump.MAJOR, place, f"may or may no longer be answered by {name}")
    for code in set(new.errors) - set(old.errors):
        yield Change(Bump.MINOR, place, f"may fail with {code}")
    for code in set(old.errors) - set(new.errors):
        yield Change(Bump.MINOR, place, f"no longer fails with {code}")
    if old.doc != new.doc:
        yield Change(Bump.PATCH, place, "is described in other words")


def _events(before: Contract, after: Contract) -> Iterator[Change]:
    """A new event is additive only behind a capability: nobody gets what they did not ask for."""
    for change in _listed("event", before.events, after.events, lambda x: x.type, _event):
        name = change.place.removeprefix("event ")
        new = next((each for each in after.events if each.type == name), None)
        if change.text == "is new" and new is not None and new.capability is None:
            yield Change(Bump.MAJOR, change.place, "is new and needs no capability")
        else:
            yield change


def _event(old: Event, new: Event) -> Iterator[Change]:
    place = f"event {old.type}"
    for label, was, now in (
        ("ends a turn", old.ends_turn, new.ends_turn),
        ("is in the log", old.logged, new.logged),
        ("is published", old.published, new.published),
        ("needs a capability", old.capability, new.capability),
    ):
        if was != now:
            yield Change(Bump.MAJOR, place, f"{label}: {was} became {now}")
    if old.doc != new.doc:
        yield Change(Bump.PATCH, place, "is described in other words")


def _error(old: ErrorCode, new: ErrorCode) -> Iterator[Change]:
    place = f"error {old.code}"
    if old.ends_turn != new.ends_turn:
        yield Change(Bump.MAJOR, place, f"ends a turn: {old.ends_turn} became {new.ends_turn}")
    if (old.retry, old.sent) != (new.retry, new.sent):
        yield Change(Bump.MINOR, place, "has other advice about trying again or being sent")
    if old.when != new.when:
        yield Change(Bump.PATCH, place, "is described in other words")


def _data(before: Contract, after: Contract) -> Iterator[Change]:
    """Sentences, tools and tables: only a contractual sentence is something a peer can notice."""
    old = {each.id: each for each in before.sentences}
    new = {each.id: each for each in after.sentences}
    for key in old.keys() | new.keys():
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            yield Change(Bump.PATCH, f"sentence {key}", "is new" if was is None else "is gone")
        elif was.text != now.text:
            bump = Bump.MAJOR if was.contractual else Bump.PATCH
            yield Change(bump, f"sentence {key}", "says something else")
    if before.tools != after.tools:
        yield Change(Bump.PATCH, "built-in tools", "are described otherwise")
    if before.lexical != after.lexical:
        yield Change(Bump.MINOR, "lexical tables", "hold other values: rankings change")
    was_listed = {each.id: each.text for each in before.requirements}
    now_listed = {each.id: each.text for each in after.requirements}
    for key in was_listed.keys() ^ now_listed.keys():
        yield Change(Bump.MINOR, f"requirement {key}", "is new or gone")
    for key in was_listed.keys() & now_listed.keys():
        if was_listed[key] != now_listed[key]:
            yield Change(Bump.PATCH, f"requirement {key}", "is worded otherwise")

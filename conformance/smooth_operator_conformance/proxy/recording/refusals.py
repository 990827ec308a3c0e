"""Tool results that no tool gave: the call was rejected, or its caller not verified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from smooth_operator_conformance.laws.turns import park_tool
from smooth_operator_conformance.proxy.recording.moments import Moment
from smooth_operator_conformance.proxy.recording.threads import Thread, is_park


def refusals(found: Sequence[Moment], turns: Iterable[Thread]) -> set[int]:
    """The indexes of their chunks."""
    approvals = [m.index for m in found if m.item is not None and m.item.frame.get("approved")]
    return {index for turn in turns for index in _of(turn, approvals)}


def _of(turn: Thread, approvals: list[int]) -> Iterable[int]:
    asked: dict[str, int] = {}
    unverified = {park_tool(m.item) for m in turn.events if m.item and _is_otp(m)}
    for moment in turn.events:
        assert moment.item is not None
        if is_park(moment) and not _is_otp(moment):
            asked[park_tool(moment.item)] = moment.index
            continue
        result = moment.item.object("data", "state", "rawResponse").get("toolResult")
        if not isinstance(result, dict) or result.get("isError") is not True:
            continue
        name = str(result.get("name"))
        since = asked.pop(name, None)
        approved = any(since < index < moment.index for index in approvals) if since else False
        if (since is not None and not approved) or name in unverified:
            yield moment.index


def _is_otp(moment: Moment) -> bool:
    return moment.item is not None and moment.item.kind == "otp_verification_required"

"""The steps of a scenario: deeds as they were done, and what must come after them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smooth_operator_conformance.laws.view import Item
from smooth_operator_conformance.proxy.recording.loosen import Loosen
from smooth_operator_conformance.proxy.recording.moments import Moment
from smooth_operator_conformance.proxy.recording.names import literal
from smooth_operator_conformance.proxy.recording.requests import Requests, opened
from smooth_operator_conformance.proxy.recording.rounds import PROMPT, Round
from smooth_operator_conformance.proxy.recording.threads import Thread, Threads

Json = Any
Step = dict[str, Json]
TOKENS = frozenset({"stream_token", "stream_reasoning"})
PASSED_OVER = frozenset({"keepalive", "stream_preamble"})
"""Kinds that a replay may send or not: time and a second model decide."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the steps are made from."""

    threads: Threads
    loosen: Loosen
    requests: Requests
    ignored: frozenset[int]
    """Indexes of frames that should never have come."""
    wrong: frozenset[int]
    """Indexes of frames that broke their schema."""
    without_room: frozenset[str]
    """Gates that the script could not place."""
    foreign: frozenset[str]
    """Sessions that worked and that nobody opened here: they are older than the recording."""
    how: Mapping[str, dict[str, Json]]
    """How each connection was opened."""
    model_of: Callable[[Thread], str]
    """The agent that answers a turn."""


class Steps:
    """Tells rounds as steps."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._asked_for: set[int] = set()
        """Turns, by their send, whose model request was expected."""
        self._due: set[int] = set()
        """Indexes that were expected before their turn in the recording."""

    def tell(self, made: Sequence[Round]) -> list[Step]:
        """All rounds."""
        return [step for round_ in made for step in self._round(round_)]

    def _round(self, round_: Round) -> Iterator[Step]:
        for deed in round_.deeds:
            yield from self._under_way(round_, deed)
            yield from self._deed(deed)
        replies = self._replies(round_)
        events = [m for m in round_.came if self._is_wanted(m) and m.index not in round_.late]
        gates = [hold.gate for hold in round_.released]
        firm = not set(gates) & self._known.without_room
        if firm and (gates or _split(round_)):
            yield from self._expects(self._in_order(replies, round_))
            yield from ({"release": gate} for gate in gates)
            yield from self._expects(self._one_way(events))
        elif firm:
            yield from self._expects(self._one_way([*replies, *events]))
        else:
            yield from ({"release": gate} for gate in gates)
            yield from self._expects(self._either_way(replies, events))
        for moment in (*replies, *events):
            yield from self._after(moment)

    def _under_way(self, round_: Round, deed: Moment) -> Iterator[Step]:
        """A turn that shows nothing yet has asked its model before the client goes on: otherwise
        the next turn might get the answer that was meant for it."""
        for hold in round_.held.values() if deed.deed != "open" else ():
            shown = [m for m in hold.thread.events[: hold.position] if not _is_prompt(m)]
            if not shown and hold.thread.send.index < deed.index:
                yield from self._asked(hold.thread)

    def _is_wanted(self, moment: Moment) -> bool:
        """An event of a turn that must come here: none that came too late, or never should have."""
        thread = self._known.threads.turn_of.get(moment.index)
        if thread is None or moment.index in self._due or moment.index in self._known.ignored:
            return False
        return moment.item is not None and moment.item.kind not in PASSED_OVER

    def _replies(self, round_: Round) -> list[Moment]:
        """Answers to the round's deeds, wherever they came, and what comes with them."""
        known = self._known.threads
        found = [
            reply
            for deed in round_.deeds
            for reply in known.replies.get(deed.index, ())
            if reply.index not in self._known.ignored
        ]
        found += [moment for moment in round_.came if self._comes_at_once(moment, round_)]
        found.sort(key=lambda moment: moment.index)
        self._due.update(moment.index for moment in found)
        return found

    def _comes_at_once(self, moment: Moment, round_: Round) -> bool:
        """An event that no hold holds back: it comes among the answers of the round."""
        thread = self._known.threads.turn_of.get(moment.index)
        hold = round_.held.get(thread.send.index) if thread is not None else None
        item = moment.item
        if hold is None or item is None or item.kind not in PROMPT:
            return False
        before = [event.item for event in hold.thread.events[: hold.position]]
        return any(b is item or (b and _number(b) == _number(item)) for b in before)

    def _deed(self, deed: Moment) -> Iterator[Step]:
        if deed.deed == "open":
            yield opened(self._known.how.get(deed.on, {}), deed.on)
        elif deed.deed == "cut":
            value = deed.entry.value
            code = {"code": value["code"]} if value.get("code") not in (None, 1005, 1006) else {}
            yield {"cut": {"on": deed.on, "how": value["cut"], **code}}
        else:
            yield from self._adopt(deed)
            yield {"send": {"on": deed.on, **self._sent(deed)}}

    def _adopt(self, deed: Moment) -> Iterator[Step]:
        """A session of its own stands in for one that is older than the recording."""
        session = deed.item.frame.get("sessionId") if deed.item is not None else None
        if not isinstance(session, str) or session not in self._known.foreign:
            return
        sid = self._known.requests.adopt(session)
        if sid is not None:
            request = f"older-{session[:8]}"
            frame = {"action": "create_conversation_session", "requestId": request}
            yield {"send": {"on": deed.on, "frame": {**frame, "agentId": "{{agents.main.id}}"}}}
            ack = {"type": "immediate_response", "requestId": request, "data": {"sessionId": sid}}
            yield {"expect": {"on": deed.on, "events": [ack]}}

    def _sent(self, deed: Moment) -> Step:
        if deed.item is None or deed.entry.note == "binary":
            text = deed.entry.value
            way = "binary" if deed.entry.note == "binary" else "text"
            return {way: literal(text if isinstance(text, str) else json.dumps(text))}
        replies = self._known.threads.replies.get(deed.index, [])
        verified = any(r.item is not None and r.item.kind == "otp_verified" for r in replies)
        wrong = {"wrong": True} if deed.index in self._known.wrong else {}
        return {"frame": self._known.requests.frame(deed.item, verified=verified), **wrong}

    def _in_order(self, replies: list[Moment], round_: Round) -> dict[str, list[Json]]:
        """Replies leave in frame order; a 202 among them as it likes."""
        mixed = [d for d in round_.deeds[:-1] if d.item and d.item.action == "send_message"]
        if not mixed:
            return self._one_way(replies)
        turns = [m for m in replies if self._is_start(m)]
        return self._either_way([m for m in replies if m not in turns], turns)

    def _is_start(self, moment: Moment) -> bool:
        assert moment.item is not None
        asked = self._known.threads.reply_to.get(moment.index)
        sends = asked is not None and asked.item is not None
        is_send = sends and asked.item.action == "send_message"  # type: ignore[union-attr]
        return is_send or moment.item.kind in PROMPT

    def _one_way(self, found: Sequence[Moment]) -> dict[str, list[Json]]:
        """Matchers by connection, in order; tokens that stand together are joined."""
        by_socket: dict[str, list[Moment]] = {}
        for moment in found:
            by_socket.setdefault(moment.on, []).append(moment)
        # One socket after the other, as they are expected: what one remembers the next may use.
        return {name: self._matchers(mine) for name, mine in by_socket.items()}

    def _matchers(self, found: Sequence[Moment]) -> list[Json]:
        matchers: list[Json] = []
        for moment in found:
            assert moment.item is not None
            self._known.requests.saw(moment.item)
            if moment.item.kind in TOKENS:
                self._join(matchers, moment.item)
            else:
                matchers.append(self._matcher(moment))
        return list(map(_closed, matchers))

    def _join(self, matchers: list[Json], item: Item) -> None:
        text = item.frame.get("token")
        if not isinstance(text, str) or not text:
            return
        last = matchers[-1] if matchers else {}
        each = {"requestId": self._known.loosen.request(item)}
        head = {"type": item.kind, "each": each}
        if "$pieces" in last and all(last[key] == head[key] for key in head):
            last["$pieces"].append(text)
        else:
            matchers.append({"$pieces": [text], **head})

    def _matcher(self, moment: Moment) -> Json:
        assert moment.item is not None
        asked = self._known.threads.reply_to.get(moment.index)
        return self._known.loosen.matcher(moment.item, asked.item if asked is not None else None)

    def _either_way(self, first: list[Moment], second: list[Moment]) -> dict[str, list[Json]]:
        """Two sequences, interleaved as they like."""
        left, right = self._one_way(first), self._one_way(second)
        told = {}
        for name in dict.fromkeys((*left, *right)):
            lists = [side[name] for side in (left, right) if side.get(name)]
            told[name] = [{"$order": lists}] if len(lists) > 1 else lists[0]
        return told

    def _expects(self, by_socket: dict[str, list[Json]]) -> Iterator[Step]:
        for name, matchers in by_socket.items():
            if matchers:
                yield {"expect": {"on": name, "events": matchers}}

    def _after(self, moment: Moment) -> Iterator[Step]:
        """What the rest of the world must have seen when this event came."""
        assert moment.item is not None
        thread = self._known.threads.turn_of.get(moment.index)
        if thread is None:
            return
        if moment.item.kind == "otp_sent" and moment.on == thread.send.on:
            yield {"expect": {"on": "otp", "events": [{"code": {"$as": "code"}}]}}
        answered = moment is thread.end and moment.item.kind == "eventual_response"
        if answered and self._known.threads.alone(thread):
            yield from self._asked(thread)

    def _asked(self, thread: Thread) -> Iterator[Step]:
        """The model was asked with the user's own words."""
        sent = thread.send.item
        message = sent.frame.get("message") if sent is not None else None
        if sent is None or not isinstance(message, str) or sent.frame.get("images") or not message:
            return
        if sent.index in self._asked_for:
            return
        self._asked_for.add(sent.index)
        wanted = {"messages": {"$ends": [{"role": "user", "content": literal(message)}]}}
        inbox = f"model:{self._known.model_of(thread)}"
        yield {"expect": {"on": inbox, "events": [{"$skip": True}, wanted]}}


def _is_prompt(moment: Moment) -> bool:
    return moment.item is not None and moment.item.kind in PROMPT


def _split(round_: Round) -> bool:
    """Whether a turn stands still while the deeds are answered."""
    return bool(round_.held)


def _number(item: Item) -> Json:
    """The number of an event; events without one are nobody's copies."""
    return item.frame.get("seq", item.index)


def _closed(matcher: Json) -> Json:
    """A run of tokens as the matcher that wants their joined text."""
    if "$pieces" not in matcher:
        return matcher
    kind = {} if matcher["type"] == "stream_token" else {"type": matcher["type"]}
    return {"$tokens": literal("".join(matcher["$pieces"])), **kind, "each": matcher["each"]}

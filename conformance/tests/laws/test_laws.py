"""Standing laws: each is silent on a good trace and speaks on the one that breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.laws import LAWS, audit
from smooth_operator_conformance.records import Finding, TraceEntry, TraceHeader
from smooth_operator_conformance.scenario.load import parse_scenario
from smooth_operator_conformance.schemas import Contract

NOW = 1_760_000_000_000
CID = "5a3c1f9e-6d57-4a1c-8e7a-0c2b7e1d9b02"
SID = "0b0e4c52-94a7-4b5e-8f0b-6f0e7f6f3a01"
MID = "c0ffee00-1234-4abc-8def-0123456789ab"


class Trace:
    """A trace by hand: what came, what was sent, in order."""

    def __init__(self, *supports: str) -> None:
        self.entries: list[TraceEntry] = []
        self.add("a", "in", "event", {"open": 101})
        if supports:
            self.sent({"action": "hello", "protocolVersions": ["1"], "supports": list(supports)})

    def add(self, inbox: str, direction: Any, kind: Any, value: Any, note: str = "") -> None:
        self.entries.append(TraceEntry(0.0, inbox, direction, kind, value, note))

    def sent(self, frame: Any, on: str = "a", note: str = "") -> Trace:
        self.add(on, "out", "frame", frame, note)
        return self

    def came(self, *frames: Any, on: str = "a") -> Trace:
        for frame in frames:
            self.add(on, "in", "frame", frame)
        return self

    def findings(self, law: str = "", **bindings: Any) -> list[Finding]:
        found = judge(self.entries, **bindings)
        return [f for f in found if not law or f.path == law]


def judge(entries: list[TraceEntry], **bindings: Any) -> list[Finding]:
    raw = {
        "name": "turns/x",
        "description": "A trace by hand.",
        "requirements": ["TURN-001"],
        "kill": ["drop:pong"],
        "profile": "shared",
        "agents": {
            "main": {
                "script": bindings.pop("script", []),
                "tools": bindings.pop("tools", []),
            }
        },
        "steps": [{"open": {"on": "a"}}, {"open": {"on": "b"}}],
    }
    case = parse_scenario(raw, "turns/x").cases()[0]
    header = TraceHeader("turns/x", "t", "", bindings)
    consumed = set(range(len(entries)))
    return audit(case, header, entries, consumed, Contract.shared()).findings


def send(request: str = "t", **keys: Any) -> dict[str, Any]:
    frame = {"action": "send_message", "requestId": request, "sessionId": SID, "message": "hi"}
    return {**frame, **keys}


def accepted(request: str = "t", **data: Any) -> dict[str, Any]:
    return {
        "type": "immediate_response",
        "requestId": request,
        "status": 202,
        "message": "Processing your request...",
        "data": data,
        "timestamp": NOW,
    }


def twin(kind: str, request: str = "t", **keys: Any) -> dict[str, Any]:
    return {"type": kind, "requestId": request, **keys, "timestamp": NOW}


def token(text: str = "x", request: str = "t", **keys: Any) -> dict[str, Any]:
    data = {"requestId": request, "token": text}
    return twin("stream_token", request, token=text, data=data, **keys)


def done(request: str = "t", **keys: Any) -> dict[str, Any]:
    response = {
        "responseParts": ["x"],
        "customerHappinessScore": 0.5,
        "needsSatisfactionScore": 0.5,
        "requestSummary": "",
        "resolutionStatus": "in_progress",
        "suggestedNextActions": [],
    }
    inner = {"messageId": MID, "response": response, "needsEscalation": False}
    data = {"requestId": request, "status": 200, "data": inner}
    return twin("eventual_response", request, status=200, data=data, **keys)


def refused(code: str, request: str | None = "t") -> dict[str, Any]:
    error = {"code": code, "message": "no"}
    head = {} if request is None else {"requestId": request}
    return {
        "type": "error",
        **head,
        "error": error,
        "data": {**head, "error": error},
        "timestamp": NOW,
    }


def prompt(tool: str = "wipe", request: str = "t", **keys: Any) -> dict[str, Any]:
    inner = {"toolId": tool, "actionDescription": "May it run?"}
    data = {"requestId": request, "data": inner}
    return twin("write_confirmation_required", request, data=data, **keys)


def chunk(tool: str = "wipe", request: str = "t", *, result: bool = False) -> dict[str, Any]:
    raw: dict[str, Any] = {"toolCall": {"id": MID, "name": tool, "arguments": {}}}
    if result:
        raw = {"toolResult": {"id": MID, "name": tool, "isError": False, "result": "W"}}
    data = {"requestId": request, "node": tool, "state": {"rawResponse": raw}}
    return twin("stream_chunk", request, node=tool, data=data)


def pong(request: str = "p") -> dict[str, Any]:
    return twin("pong", request, data={"timestamp": NOW})


def good_turn() -> Trace:
    return Trace().sent(send()).came(accepted(), token(), done())


def test_a_good_turn_breaks_no_law() -> None:
    assert good_turn().findings() == []


def test_there_is_a_law_for_each_promise_of_the_design() -> None:
    assert set(LAWS) >= {
        "schema",
        "twins",
        "capabilities",
        "accepted-first",
        "one-terminal",
        "park-before-chunk",
        "seq-gap-free",
        "seq-equal",
        "no-secret",
    }


@pytest.mark.parametrize(
    "frame",
    [
        {**token(), "extra": 1},
        {"type": "telepathy"},
        {**done(), "status": "200"},
        refused("NO_SUCH_CODE"),
        "no object",
    ],
)
def test_schema(frame: Any) -> None:
    assert Trace().sent(send()).came(accepted(), frame).findings("schema")


def test_twins() -> None:
    skewed = token()
    skewed["data"]["token"] = "y"
    assert Trace().sent(send()).came(accepted(), skewed, done()).findings("twins")


def test_always_sent_keys_bind_only_exact_targets() -> None:
    bare = {key: value for key, value in pong().items() if key != "data"}
    trace = Trace().sent({"action": "ping", "requestId": "p"}).came(bare)
    assert trace.findings("always-sent")
    assert not trace.findings("always-sent", exact=False)


def test_nothing_of_a_capability_without_it() -> None:
    numbered = token(seq=1, conversationId=CID)
    assert Trace().sent(send()).came(accepted(), numbered, done()).findings("capabilities")
    declared = Trace("event_seq").sent(send())
    assert not declared.came(accepted(), numbered, done()).findings("capabilities")
    data = {"requestId": "t", "parkSeq": 1, "outcome": "approved"}
    resolved = twin("park_resolved", data=data)
    assert Trace().sent(send()).came(accepted(), resolved).findings("capabilities")


def test_acks_have_the_shape_of_their_action() -> None:
    ask = {"action": "get_session", "requestId": "g", "sessionId": SID}
    ack = {**accepted("g"), "status": 200, "message": "Session"}
    assert Trace().sent(ask).came(ack).findings("acks")
    assert Trace().sent({"action": "ping", "requestId": "g"}).came(ack).findings("acks")


def test_tool_requests_fit_the_contract() -> None:
    trace = Trace()
    trace.add("tool:main/look", "in", "http", {"arguments": {}, "$headers": {}})
    assert trace.findings("requests")


def test_the_harness_answers_for_its_own_frames() -> None:
    bad = {"action": "ping", "requestId": 7}
    found = Trace().sent(bad).findings("harness")
    assert [finding.blame for finding in found] == ["scenario"]
    assert not Trace().sent(bad, note="wrong").findings("harness")


def test_frame_size() -> None:
    trace = Trace().sent(send()).came(accepted())
    trace.add("a", "in", "frame", token(), "1000001")
    assert trace.findings("frame-size")


def test_the_202_comes_first() -> None:
    assert Trace().sent(send()).came(token(), accepted(), done()).findings("accepted-first")
    assert Trace().sent(send()).came(accepted(), accepted(), done()).findings("accepted-first")
    refusal = Trace().sent(send()).came(refused("AGENT_ERROR"))
    assert not refusal.findings("accepted-first")


@pytest.mark.parametrize("late", [token(), done(), chunk(), refused("AGENT_ERROR")])
def test_nothing_follows_the_terminal_event(late: dict[str, Any]) -> None:
    assert good_turn().came(late).findings("one-terminal")


@pytest.mark.parametrize(
    "answer", [refused("NO_PENDING_CONFIRMATION"), refused("VALIDATION_ERROR", None), pong("t")]
)
def test_answers_are_no_turn_events(answer: dict[str, Any]) -> None:
    assert not good_turn().came(answer).findings("one-terminal")


def test_an_id_may_be_used_for_another_turn() -> None:
    assert good_turn().sent(send()).came(accepted(), token(), done()).findings() == []


def test_the_stored_end_that_answers_a_duplicate_is_an_answer() -> None:
    again = good_turn().sent(send("t2", clientMessageId="m"))
    duplicate = accepted("t2", requestId="t", duplicate=True)
    assert not again.came(duplicate, done()).findings("one-terminal")


def test_a_prompt_comes_before_its_chunk() -> None:
    start = Trace().sent(send()).came(accepted())
    assert not start.came(prompt(), chunk(), chunk(result=True)).findings("park-before-chunk")
    wrong = Trace().sent(send()).came(accepted(), chunk(), prompt(), chunk(result=True))
    assert wrong.findings("park-before-chunk")


def test_a_second_prompt_of_one_call_comes_after_its_chunk() -> None:
    inner = {
        "toolId": "wipe",
        "actionDescription": "Prove it.",
        "availableChannels": ["email"],
        "authLevel": "end_user",
    }
    otp = twin("otp_verification_required", data={"requestId": "t", "data": inner})
    trace = Trace("otp_park").sent(send()).came(accepted(), otp, chunk(), prompt())
    assert not trace.came(chunk(result=True), done()).findings("park-before-chunk")
    swapped = Trace("otp_park").sent(send()).came(accepted(), chunk(), otp, chunk(result=True))
    assert swapped.findings("park-before-chunk")
    published = Trace().sent(send()).came(accepted(), chunk(), chunk(result=True), otp, done())
    assert not published.findings("park-before-chunk")


def test_a_quiet_turn_has_prompts_and_no_chunks() -> None:
    trace = Trace().sent(send(stream=False)).came(accepted(), prompt(), prompt("other"), done())
    assert not trace.findings("park-before-chunk")


def test_replies_come_in_frame_order() -> None:
    trace = (
        Trace()
        .sent({"action": "ping", "requestId": "p"})
        .sent({"action": "ping", "requestId": "q"})
    )
    assert trace.came(pong("q"), pong("p")).findings("reply-order")


def numbered(*seqs: int, on: str = "a", trace: Trace | None = None, text: str = "x") -> Trace:
    made = trace or Trace("event_seq")
    return made.came(*(token(text, seq=seq, conversationId=CID) for seq in seqs), on=on)


def test_seq_is_gap_free_from_a_subscriptions_first_on() -> None:
    assert not numbered(4, 5, 6).findings("seq-gap-free")
    assert numbered(1, 3).findings("seq-gap-free")
    assert numbered(1, 1).findings("seq-gap-free")
    joined = token(seq=4, seqFrom=2, conversationId=CID)
    assert not numbered(1).came(joined).findings("seq-gap-free")


@pytest.mark.parametrize(("first", "broken"), [(2, False), (3, True), (1, True)])
def test_a_replay_begins_where_it_was_asked_to(first: int, broken: bool) -> None:
    trace = numbered(1, 2, 3)
    trace.add("b", "in", "event", {"open": 101})
    hello = {"action": "hello", "protocolVersions": ["1"], "supports": ["event_seq"]}
    trace.sent(hello, on="b")
    ack = {"sessionId": SID, "conversationId": CID}
    trace.came({**accepted("c"), "status": 200, "data": ack}, on="b")
    resume = {"action": "resume_stream", "requestId": "r", "sessionId": SID, "afterSeq": 1}
    trace.sent(resume, on="b")
    state = {"epoch": "e", "firstSeq": 1, "lastSeq": 3, "truncated": False}
    trace.came({**accepted("r"), "status": 200, "data": state}, on="b")
    replay = [token(seq=n, conversationId=CID, replay=True) for n in range(first, 4)]
    assert bool(trace.came(*replay, on="b").findings("seq-gap-free")) is broken


def test_one_seq_is_one_event_everywhere() -> None:
    trace = numbered(1)
    trace.add("b", "in", "event", {"open": 101})
    assert not numbered(1, on="b", trace=trace).findings("seq-equal")
    assert numbered(1, on="b", trace=trace, text="y").findings("seq-equal")


def test_a_numbered_frame_names_a_conversation_that_was_told() -> None:
    ack = {"sessionId": SID, "conversationId": CID}
    told = numbered(1).sent({"action": "create_conversation_session", "requestId": "c"})
    told.came({**accepted("c", **ack), "status": 200, "message": "Session created"})
    assert not told.findings("seq-named")
    nameless = {**token(seq=2)}
    assert Trace("event_seq").came(nameless).findings("seq-named")
    stranger = token(seq=2, conversationId=CID.replace("5", "6"))
    assert told.came(stranger).findings("seq-named")


def test_no_secret_appears() -> None:
    leak = Trace().came(refused("VALIDATION_ERROR", "canary-0123456789"))
    assert leak.findings("no-secret", canaries=["canary-0123456789"])
    asked = Trace()
    body = {"model": "m", "$headers": {"authorization": "Bearer canary-0123456789"}}
    asked.add("model:main", "in", "http", body)
    canaries = ["canary-0123456789"]
    assert not asked.findings("no-secret", canaries=canaries, homes={"model": canaries[0]})
    assert asked.findings("no-secret", canaries=canaries, homes={"tool": canaries[0]})
    told = Trace()
    told.add("model:main", "in", "http", {"model": "m", "messages": [canaries[0]]})
    assert told.findings("no-secret", canaries=canaries, homes={"model": canaries[0]})


END = ("runner", "out", "step", {"end": True})


def test_leftover_frames_and_closes_are_red() -> None:
    trace = Trace()
    trace.came(pong())
    trace.add("a", "in", "closed", {"code": 1006, "reason": ""})
    trace.add(*END)
    case = parse_scenario(
        {
            "name": "turns/x",
            "description": "Nothing is expected.",
            "requirements": ["TURN-001"],
            "kill": ["x"],
            "profile": "shared",
            "agents": {},
            "steps": [{"open": {"on": "a"}}, {"release": "none"}],
        },
        "turns/x",
    ).cases()[0]
    header = TraceHeader("turns/x", "t")
    found = audit(case, header, trace.entries, {0}, Contract.shared()).findings
    assert [f.path for f in found] == ["leftover-frame", "leftover-frame"]
    cut = TraceEntry(0.0, "a", "out", "event", {"cut": "reset"})
    entries = [trace.entries[0], cut, *trace.entries[1:]]
    assert not audit(case, header, entries, {0}, Contract.shared()).findings


@pytest.mark.parametrize(
    ("asked", "script", "law"),
    [(2, [{"text": "x"}], "script-empty"), (0, [{"text": "x"}], "script-left")],
)
def test_scripts_and_requests_match_in_number(asked: int, script: Any, law: str) -> None:
    trace = Trace()
    for _ in range(asked):
        trace.add("model:main", "in", "http", {"model": "m"})
    trace.add(*END)
    assert trace.findings(law, script=script)


def test_calls_too_many_and_late_requests_are_red() -> None:
    tool = {"name": "look", "description": "", "parameters": {}, "answers": [{"gate": "g"}]}
    trace = Trace()
    trace.add(*END)
    trace.add("tool:main/look", "in", "http", {})
    assert trace.findings("calls-too-many", tools=[tool])
    assert trace.findings("late-request", tools=[tool])


def test_a_walk_that_stopped_reports_no_leftovers() -> None:
    trace = Trace()
    trace.add("model:main", "in", "http", {"model": "m"})
    assert not trace.findings("script-empty")


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
KEYS = ["type", "requestId", "error", "data", "status", "seq", "seqFrom", "conversationId", "token"]
TYPES = st.sampled_from([*Contract.shared().events, "telepathy"])
WILD = st.fixed_dictionaries({"type": TYPES | ANY_JSON}, optional=dict.fromkeys(KEYS[1:], ANY_JSON))


@given(st.lists(st.tuples(st.booleans(), WILD), max_size=6))
def test_no_frame_breaks_the_laws_themselves(frames: list[tuple[bool, dict[str, Any]]]) -> None:
    trace = Trace("event_seq").sent(send())
    for sent, frame in frames:
        if sent:
            trace.sent({**frame, "action": frame["type"]})
        else:
            trace.came(frame)
    for finding in trace.findings(canaries=["canary-0123456789"]):
        assert finding.message

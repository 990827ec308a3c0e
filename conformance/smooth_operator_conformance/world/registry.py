"""Which copy of which case a request of the server belongs to."""

from __future__ import annotations

from typing import Any

from smooth_operator_conformance.world.case_run import CaseRun

Json = Any


class Registry:
    """Copies by model name, by nonce, by session, by lane; `strays` are requests of nobody."""

    def __init__(self) -> None:
        self.models: dict[str, tuple[CaseRun, str]] = {}
        self.by_nonce: dict[str, CaseRun] = {}
        self.sessions: dict[str, CaseRun] = {}
        self.strays: list[str] = []
        self.lanes: dict[str, tuple[CaseRun, str] | None] = {}
        """Processes that know one model name: the copy that each plays now, and its agent."""

    def add(self, run: CaseRun) -> None:
        """Serve this copy from now on."""
        self.by_nonce[run.nonce] = run
        for model, agent in run.model_names.items():
            self.models[model] = (run, agent)

    def enter(self, lane: str, run: CaseRun | None) -> None:
        """Say whose turn it is in a lane; None: nobody's."""
        agent = next(iter(run.bindings["agents"]), "") if run is not None else ""
        self.lanes[lane] = (run, agent) if run is not None else None

    def asked(self, lane: str | None, model: object) -> tuple[CaseRun, str] | None:
        """The copy and agent that a model request belongs to."""
        if lane is not None:
            return self.lanes.get(lane)
        return self.models.get(model) if isinstance(model, str) else None

    def remove(self, run: CaseRun) -> None:
        """Forget a copy whose process is done."""
        self.by_nonce.pop(run.nonce, None)
        for model in run.model_names:
            if self.models.get(model, (None, ""))[0] is run:
                del self.models[model]

    def saw(self, run: CaseRun, frame: Json) -> None:
        """Learn the sessions of a copy from the acks that it gets."""
        data = frame.get("data") if isinstance(frame, dict) else None
        session = data.get("sessionId") if isinstance(data, dict) else None
        if isinstance(session, str):
            self.sessions.setdefault(session, run)

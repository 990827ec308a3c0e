"""Which copy of which case a request of the server belongs to."""

from __future__ import annotations

from typing import Any

from smooth_operator_conformance.world.case_run import CaseRun

Json = Any


class Registry:
    """Copies by model name, by nonce and by session; `strays` are requests of nobody."""

    def __init__(self) -> None:
        self.models: dict[str, tuple[CaseRun, str]] = {}
        self.by_nonce: dict[str, CaseRun] = {}
        self.sessions: dict[str, CaseRun] = {}
        self.strays: list[str] = []

    def add(self, run: CaseRun) -> None:
        """Serve this copy from now on."""
        self.by_nonce[run.nonce] = run
        for model, agent in run.model_names.items():
            self.models[model] = (run, agent)

    def remove(self, run: CaseRun) -> None:
        """Forget a copy whose process is done."""
        self.by_nonce.pop(run.nonce, None)
        for model in run.model_names:
            self.models.pop(model, None)

    def saw(self, run: CaseRun, frame: Json) -> None:
        """Learn the sessions of a copy from the acks that it gets."""
        data = frame.get("data") if isinstance(frame, dict) else None
        session = data.get("sessionId") if isinstance(data, dict) else None
        if isinstance(session, str):
            self.sessions.setdefault(session, run)

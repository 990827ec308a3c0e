"""Metrics: the counters of decisions 2.7, in a registry of this server's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Retries(Collector):
    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily("smooth_operator_model_retries", "Model calls repeated.")
        family.add_metric([], self._count())
        yield family


class Metrics:
    """One server's numbers. Two servers in one process do not add up."""

    def __init__(self, model_retries: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Retries(model_retries))
        here = self._registry
        self.connections = Gauge("smooth_operator_connections", "Open sockets.", registry=here)
        self.closed = Counter(
            "smooth_operator_connections_closed", "Closed sockets.", ["code"], registry=here
        )
        self.turns = Counter("smooth_operator_turns", "Turns ended.", ["outcome"], registry=here)
        self.turn_seconds = Histogram(
            "smooth_operator_turn_seconds",
            "How long turns took, parks excluded.",
            registry=here,
            buckets=_SECONDS,
        )
        self.tokens = Counter(
            "smooth_operator_tokens", "Tokens the models counted.", ["kind"], registry=here
        )
        self.tool_calls = Counter(
            "smooth_operator_tool_calls", "Tool calls ended.", ["outcome"], registry=here
        )
        # Every series is there from the start, at zero; looking one up costs more than counting.
        self.ended = {each: self.turns.labels(each) for each in ("completed", "cancelled", "error")}
        self.prompt_tokens = self.tokens.labels("prompt")
        self.completion_tokens = self.tokens.labels("completion")
        self.called = {each: self.tool_calls.labels(each) for each in ("ok", "error")}

    def render(self) -> bytes:
        """The text exposition format."""
        return generate_latest(self._registry)

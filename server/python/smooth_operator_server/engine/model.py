"""The model seam: what a turn asks of a language model, and what it may get back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Message = Mapping[str, Any]
"""One chat-completions message, exactly as it goes to the gateway."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One model call.

    `params` is what the agent's `modelParams` adds to the body (decisions §5); the provider
    never lets it override `model`, `messages`, `tools`, `stream` or `stream_options`.
    """

    model: str
    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]] = ()
    max_tokens: int = 8192
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class TextDelta:
    """A non-empty piece of the answer, exactly as the model cut it.

    Not frozen, though nobody changes it: one is made of every token, in a third of the time.
    """

    text: str


@dataclass(slots=True)
class ReasoningDelta:
    """A non-empty piece of the model's thinking; never part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A whole tool call. `arguments` is the model's own string, byte for byte."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, and its cost in US dollars where the gateway measured one."""

    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is whole. Always the last delta of a stream that did not fail."""

    text: str
    calls: tuple[ModelCall, ...] = ()
    usage: Usage | None = None
    finish_reason: str | None = None


ModelDelta = TextDelta | ReasoningDelta | Finished


class ModelError(Exception):
    """The model gave up, after retries (decisions 3.7). The text holds no secret."""


class ModelProvider(Protocol):
    """Speaks to one gateway. Retries happen inside; closing the iterator closes the request."""

    @property
    def configured(self) -> bool:
        """Whether a call has a chance: decides `LLM_UNAVAILABLE` before the 202."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelDelta, None]:
        """Stream one answer. Raises `ModelError`; a cancelled task closes the HTTP request."""
        ...

    async def complete(self, request: ModelRequest) -> Finished:
        """One answer without streaming (preamble, judge). Raises `ModelError`."""
        ...

    def retries_total(self) -> int:
        """Model calls repeated since the start (`smooth_operator_model_retries_total`)."""
        ...

    async def close(self) -> None: ...

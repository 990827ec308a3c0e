"""The script: what a message asks of the soak's model, and what it must say then."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True)
class Script:
    """`tokens` deltas of `size` characters, `gap` seconds apart; before `park` a gated call.

    The model counts how often each `name` was asked, unless it is empty: a count of a hundred
    thousand names would itself be the growth that the growth case looks for.
    """

    name: str
    tokens: int
    size: int = 0
    gap: float = 0.0
    park: int | None = None
    number: int = 0
    """Tells messages of scripts without a name apart."""

    def text(self) -> str:
        """As it goes over the wire, in `send_message.message`."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def of(cls, text: str) -> Script:
        """Read what `text` wrote."""
        return cls(**orjson.loads(text))

    def token(self, index: int) -> str:
        """Each token names its place, so that nothing can be swapped unseen."""
        return f"{index} ".ljust(self.size, "x")

    def whole(self) -> str:
        return "".join(self.token(index) for index in range(self.tokens))

    def events(self) -> int:
        """How many events the turn logs."""
        calls = 0 if self.park is None else 4
        return self.tokens + 2 + calls

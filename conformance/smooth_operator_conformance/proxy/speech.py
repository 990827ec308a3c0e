"""What the proxy says on the terminal, as it happens and at the end."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable

import click

from smooth_operator_conformance.proxy.violations import Violation
from smooth_operator_conformance.reporting.wording import printable, shorten

WHOLE = 3
"""A fault is shown whole this many times; then a line each."""
LONGEST_FRAME = 600


class Speech:
    """Says things; counts how often the same was said."""

    def __init__(self, echo: Callable[[str], None] = click.echo) -> None:
        self._echo = echo
        self._said: Counter[tuple[str, str, str]] = Counter()

    def line(self, text: str) -> None:
        """Something that happened."""
        self._echo(click.style(f"{_now()}  {printable(text)}", dim=True))

    def violation(self, found: Violation) -> None:
        """A requirement that was broken just now."""
        key = (found.requirement, found.side, found.path)
        self._said[key] += 1
        head = f"{_now()}  {found.connection}  {_blame(found)}  {found.requirement}"
        head = click.style(head, fg="red" if found.binding else "yellow", bold=True)
        if self._said[key] > WHOLE:
            self._echo(f"{head}  again ({self._said[key]}): {printable(found.what)}")
            return
        self._echo(f"{head}  {found.sentence}")
        self._echo(printable(f"    {found.what}"))
        frame = json.dumps(found.frame, ensure_ascii=False, separators=(",", ":"))
        self._echo(printable(f"    at {found.path} of {shorten(frame, LONGEST_FRAME)}"))


def _blame(found: Violation) -> str:
    return f"{found.side} breaks" if found.binding else f"{found.side} (not promised)"


def _now() -> str:
    return time.strftime("%H:%M:%S")


def summary(frames: int, found: Iterable[Violation]) -> list[str]:
    """Frames, and violations by requirement."""
    violations = list(found)
    binding = [v for v in violations if v.binding]
    lines = [f"{frames} frames, {len(binding)} violations"]
    counts = Counter((v.requirement, v.side, v.binding) for v in violations)
    for (requirement, side, is_binding), number in sorted(counts.items()):
        sentence = next(v.sentence for v in violations if v.requirement == requirement)
        tail = "" if is_binding else " (not counted: the published protocol does not promise it)"
        lines.append(f"  {requirement}  {number} ×  {side}  {sentence}{tail}")
    return lines

"""The deterministic graders: one answer and one expectation in, named verdicts out. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smooth_operator_evals.language import guess
from smooth_operator_evals.played import PlayedTurn, Source, ToolCall
from smooth_operator_evals.questions import Call, Expect
from smooth_operator_evals.refusal import refuses


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check of one turn. `detail` is empty when it passed."""

    turn: int
    check: str
    passed: bool
    detail: str = ""


def grade(expect: Expect, played: PlayedTurn, turn: int) -> list[Verdict]:
    """A verdict for every check that `expect` asks for; a failed turn fails them all."""
    if played.error:
        return [
            Verdict(turn, check, False, f"the turn failed: {played.error}")
            for check in expect.asked
        ]
    return [
        Verdict(turn, check, not detail, detail)
        for check in expect.asked
        for detail in [_GRADERS[check](expect, played)]
    ]


def _cites(expect: Expect, played: PlayedTurn) -> str:
    missing = [name for name in expect.cites if not _cited(name, played.sources)]
    cited = ", ".join(source.id for source in played.sources) or "nothing"
    return f"{', '.join(missing)} not cited, but {cited}" if missing else ""


def _cited(name: str, sources: Sequence[Source]) -> bool:
    """By id, by title, or as the last part of an id that is a path or address."""
    return any(
        name in (source.id, source.title) or source.id.endswith(f"/{name}") for source in sources
    )


def _cites_none(expect: Expect, played: PlayedTurn) -> str:
    cited = ", ".join(source.id for source in played.sources)
    return f"cites {cited}" if cited else ""


def _says(expect: Expect, played: PlayedTurn) -> str:
    missing = [each for each in expect.says if not _found(each, played.text)]
    return f"nowhere: {'; '.join(missing)}" if missing else ""


def _says_not(expect: Expect, played: PlayedTurn) -> str:
    found = [match[0] for each in expect.says_not if (match := _found(each, played.text))]
    return f"says {'; '.join(repr(each) for each in found)}" if found else ""


def _found(pattern: str, text: str) -> re.Match[str] | None:
    return re.search(pattern, text, re.IGNORECASE)


def _refuses(expect: Expect, played: PlayedTurn) -> str:
    return "" if refuses(played.text) else "does not say that it does not know"


def _tools(expect: Expect, played: PlayedTurn) -> str:
    """The calls that ran where the tool is ours to watch, else those that were announced."""
    wanted = expect.tools or ()
    calls = played.announced if played.ran is None else played.ran
    names = sorted({each.name for each in wanted} | {each.name for each in calls})
    return "; ".join(filter(None, (_one_tool(name, wanted, calls) for name in names)))


def _one_tool(name: str, wanted: Sequence[Call], calls: Sequence[ToolCall]) -> str:
    expected = [each for each in wanted if each.name == name]
    made = [each for each in calls if each.name == name]
    if len(made) != len(expected):
        return f"{name} was called {_times(len(made))}, not {_times(len(expected))}"
    left = list(expected)
    for call in made:
        fitting = next((each for each in left if fits(each.arguments, call.arguments)), None)
        if fitting is None:
            return f"{name} was called with {call.arguments}, not {left[0].arguments}"
        left.remove(fitting)
    return ""


def fits(wanted: dict[str, object], given: object) -> bool:
    """Every wanted argument is there; texts are compared without case and outer blanks."""
    return isinstance(given, dict) and all(
        key in given and _plain(given[key]) == _plain(value) for key, value in wanted.items()
    )


def _plain(value: object) -> object:
    return value.strip().casefold() if isinstance(value, str) else value


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _longest(expect: Expect, played: PlayedTurn) -> str:
    assert expect.longest is not None
    length = len(played.text)
    return f"{length} characters, more than {expect.longest}" if length > expect.longest else ""


def _language(expect: Expect, played: PlayedTurn) -> str:
    found = guess(played.text)
    return "" if found == expect.language else f"reads as {found or 'no known language'}"


_GRADERS: dict[str, Callable[[Expect, PlayedTurn], str]] = {
    "cites": _cites,
    "cites_none": _cites_none,
    "says": _says,
    "says_not": _says_not,
    "refuses": _refuses,
    "tools": _tools,
    "longest": _longest,
    "language": _language,
}

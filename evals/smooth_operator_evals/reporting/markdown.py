"""The run as Markdown, for a pull request or a job's summary."""

from __future__ import annotations

from smooth_operator_evals.answering.target import NO_MODEL
from smooth_operator_evals.records import Run
from smooth_operator_evals.reporting.wording import by_area, failure, last_line, worst_reason


def render(run: Run) -> str:
    """A table of all answers, then what failed."""
    lines = [
        "# Evals",
        "",
        f"{'Passed' if run.passed else 'Failed'}: {last_line(run)}. Target: `{run.target}`.",
        "",
        "| | Area | Question | Score | Judge | Answered by |",
        "|---|---|---|---|---|---|",
    ]
    for result in run.results:
        name = result.question.name + (f" / {result.bad}" if result.bad else "")
        judge = "" if result.judged is None else str(result.judged.score or "?")
        mark = "✓" if result.passed else "✗"
        cells = (mark, result.question.area, name, f"{result.score:.2f}", judge, result.model)
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    failures = [
        f"- **{result.question.name}** {_cell(failure(verdict, len(result.turns)))}"
        for result in run.results
        for verdict in result.failures
    ]
    notes = {result.model for result in run.results} & NO_MODEL.keys()
    lines += ["", by_area(run.results), ""]
    lines += [f"- {model}: {NO_MODEL[model]}" for model in sorted(notes)]
    lines += ["", "## Failed checks", "", *failures] if failures else []
    lines += ["", _judge(run)]
    return "\n".join(lines) + "\n"


def _judge(run: Run) -> str:
    judge = run.judge
    if judge.skipped:
        return f"Judge: **skipped**, nothing was judged: {judge.skipped}."
    if judge.mean is None:
        return f"Judge: {judge.model} gave no score. {' '.join(judge.errors)}"
    worst = min(judge.worst.values())
    text = f"Judge: {judge.model}, mean {judge.mean:.2f}, worst {worst} of 5"
    low = [f"- **{name}**: {_cell(worst_reason(run, name))}" for name in judge.below]
    first = " ".join([f"{text}, threshold {judge.threshold:g}.", *judge.errors])
    return "\n".join([first, "", *low] if low else [first])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")

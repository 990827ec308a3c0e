"""The command `list`: names, counts, and the corpus gate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from smooth_operator_conformance.run.corpus import corpus_dir, wanted
from smooth_operator_conformance.scenario.gate import check_corpus, read_corpus, update
from smooth_operator_conformance.scenario.load import BadScenario
from smooth_operator_conformance.spec import SpecNotFound, find_spec


def list_command(corpus: Path | None, only: Sequence[str], *, check: bool, update: bool) -> int:
    """Print the corpus; 1 when it has faults."""
    try:
        root = corpus_dir(corpus)
        if update:
            _update(root)
        faults = check_corpus(root, find_spec()) if check else read_corpus(root)[1]
        scenarios = read_corpus(root)[0]
    except (BadScenario, SpecNotFound) as error:
        click.echo(str(error), err=True)
        return 2
    shown = [s for s in scenarios if wanted(s.name, only)]
    if not check:
        for scenario in shown:
            cases = len(scenario.cases())
            click.echo(
                f"{scenario.name}  {scenario.profile}  {cases} cases  {scenario.checks} checks"
            )
    for fault in faults:
        click.echo(fault, err=True)
    checks = sum(scenario.checks for scenario in shown)
    click.echo(f"{len(shown)} scenarios, {checks} checks, {len(faults)} faults")
    return 1 if faults else 0


def _update(root: Path) -> None:
    update(root)

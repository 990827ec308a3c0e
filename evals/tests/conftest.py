"""What the tests of the evals share: the questions, and a runner of the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from click.testing import CliRunner, Result
from smooth_operator_evals.cli import main
from smooth_operator_evals.questions import Question, load

OURS = ("SMOOTH_", "SMOOAI_")


@pytest.fixture(scope="session")
def questions() -> list[Question]:
    return load()


@pytest.fixture
def evals(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`smooth-evals …` with an environment that holds nothing of ours but what is given."""
    import os

    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")

    def call(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
        return CliRunner().invoke(main, list(arguments), env=env, catch_exceptions=False)

    return call

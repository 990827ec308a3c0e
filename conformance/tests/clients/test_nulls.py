"""No driver that does nothing, or only claims to do something, earns a pass anywhere."""

from __future__ import annotations

import pytest
from smooth_operator_conformance.clients.corpus import client_corpus, load_scripts
from smooth_operator_conformance.clients.player import Patience
from smooth_operator_conformance.clients.session import Session
from smooth_operator_conformance.clients.targets import NULLS, load_client


@pytest.mark.parametrize("kind", NULLS)
async def test_null_drivers_earn_no_pass(kind: str) -> None:
    scenarios = load_scripts(client_corpus())
    target = load_client(f"null:{kind}")
    run = await Session(scenarios, [target], jobs=8, patience=Patience(step=0.2)).run()
    assert len(run.cases) >= len(scenarios) >= 40
    assert {case.outcome for case in run.cases} == {"fail"}
    assert run.end is not None
    assert run.end.exit_code == 1
    told = {finding.message.split(":")[0] for case in run.cases for finding in case.findings}
    assert "step 0" not in told or kind == "exit"

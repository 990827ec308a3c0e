"""A published client that is none: our interpreter with a stand-in package before all others."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from interop.environments import Published

FAKES = Path(__file__).with_name("fakes")


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    monkeypatch.setenv("PYTHONPATH", str(FAKES))
    return Published("fake", "smooth-fake", "1.0", Path(sys.executable))

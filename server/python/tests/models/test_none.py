"""A server without a model knows that it has none."""

from __future__ import annotations

import pytest
from smooth_operator_server.engine.model import ModelError, ModelRequest
from smooth_operator_server.models.none import NoModel


async def test_no_model_answers() -> None:
    model = NoModel()
    assert not model.configured
    assert model.retries_total() == 0
    with pytest.raises(ModelError):
        await anext(model.stream(ModelRequest("m", [])))
    with pytest.raises(ModelError):
        await model.complete(ModelRequest("m", []))
    await model.close()

"""A test that ends in the middle of its turn: what the server asks then has nobody to answer it."""

from __future__ import annotations

import pytest
from smooth_operator import StreamTokenEvent, connect
from smooth_operator_conformance.pytest_plugin import ScriptedModel, SmoothServer


@pytest.mark.smooth(tools=["look_up"])
@pytest.mark.asyncio
async def test_it_leaves(smooth_server: SmoothServer, scripted_model: ScriptedModel) -> None:
    begun = ["One moment.", {"gate": "opens when the test is over"}]
    scripted_model.calls_tool("look_up", {"order": 7}, deltas=begun)
    async with connect(smooth_server.url) as client:
        session = await client.create_session(smooth_server.agent_id)
        async for event in session.send("Where is it?"):
            if isinstance(event, StreamTokenEvent):
                break

"""A turn that is over is gone at once, without the collector: cycles would make it work."""

from __future__ import annotations

import gc
from typing import Any

from smooth_operator_server import serve_local
from smooth_operator_server.turns.turn import Turn


async def test_no_turn_waits_for_the_collector(connect: Any, model: Any) -> None:
    for _ in range(3):
        model.says("a", "b")
    async with serve_local(model=model) as server:
        plain, sequenced = await connect(server), await connect(server, hello=["event_seq"])
        peers = [(peer, await peer.session()) for peer in (plain, sequenced)]
        gc.collect()
        gc.disable()
        try:
            for peer, session in peers:
                await peer.send("send_message", requestId="t", sessionId=session, message="hi")
                await peer.until("eventual_response")
                await peer.ask("ping", requestId="p")
            assert not [found for found in gc.get_objects() if isinstance(found, Turn)]
        finally:
            gc.enable()

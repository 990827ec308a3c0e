"""The proxy as a server: listens, starts a relay for each connection, ends them all."""

from __future__ import annotations

import asyncio
from pathlib import Path

from smooth_operator_conformance.proxy.address import Upstream
from smooth_operator_conformance.proxy.head import LONGEST_HEAD
from smooth_operator_conformance.proxy.journal import Journal
from smooth_operator_conformance.proxy.masking import Secrets
from smooth_operator_conformance.proxy.relay import Relay
from smooth_operator_conformance.proxy.speech import Speech
from smooth_operator_conformance.proxy.violations import Violation
from smooth_operator_conformance.proxy.watch import Shared, Watch
from smooth_operator_conformance.schemas import Contract


class Proxy:
    """Stands before one server. `async with` it, or call `start` and `stop`."""

    def __init__(self, upstream: Upstream, speech: Speech, folder: Path | None = None) -> None:
        self._upstream, self._speech = upstream, speech
        self.journal = Journal(str(upstream), folder)
        self.violations: list[Violation] = []
        self.shared = Shared(
            journal=self.journal,
            secrets=Secrets(),
            contract=Contract.shared(),
            say=speech.line,
            tell=self._tell,
        )
        self.shared.secrets.learn_query(upstream.query)
        self._server: asyncio.Server | None = None
        self._relays: set[asyncio.Task[None]] = set()
        self.first_ended = asyncio.Event()
        """Set when a WebSocket that was opened is over."""

    def _tell(self, violation: Violation) -> None:
        self.violations.append(violation)
        self._speech.violation(violation)

    @property
    def upstream_name(self) -> str:
        """The server behind, as people are told."""
        return str(self._upstream)

    @property
    def url(self) -> str:
        """Where apps connect to."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        host = f"[{host}]" if ":" in host else host
        return f"ws://{host}:{port}/ws"

    async def start(self, host: str, port: int) -> None:
        """Listen; raises OSError."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=LONGEST_HEAD)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._relays.add(task)
        watch = Watch(self.shared)
        try:
            await Relay(self._upstream, watch, reader, writer).run()
        except asyncio.CancelledError:
            # The proxy ends: what was open is recorded as it stands.
            pass
        finally:
            self._relays.discard(task)
            if watch.opened:
                self.first_ended.set()

    async def stop(self) -> None:
        """Stop listening, end what is open, close the recording."""
        if self._server is not None:
            self._server.close()
        for task in list(self._relays):
            task.cancel()
        if self._relays:
            await asyncio.wait(self._relays)
        self.journal.close()

    async def __aenter__(self) -> Proxy:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

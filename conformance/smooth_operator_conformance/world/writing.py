"""Writes a scripted HTTP answer part by part: gates, pieces, a broken connection."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from aiohttp import web

from smooth_operator_conformance.world.case_run import CaseRun
from smooth_operator_conformance.world.completions import CUT, Answer, Hold

_RESERVED = ("content-length", "transfer-encoding")


async def answer_on(
    request: web.BaseRequest, run: CaseRun, inbox: str, answer: Answer
) -> web.StreamResponse:
    """Write an answer; a server that goes away before it is whole leaves `$dropped` behind."""
    try:
        return await write(request, run, answer)
    except asyncio.CancelledError:
        run.timeline.add(inbox, "in", "event", {"$dropped": True})
        raise
    except ConnectionError:
        # Also aiohttp's ClientConnectionResetError: the server hung up, which it may.
        run.timeline.add(inbox, "in", "event", {"$dropped": True})
        return web.Response(status=499)


async def write(request: web.BaseRequest, run: CaseRun, answer: Answer) -> web.StreamResponse:
    """Send the answer; gates before the first byte hold the headers back too."""
    parts = list(answer.parts)
    while parts and isinstance(parts[0], Hold):
        await run.gate(parts.pop(0).gate)  # type: ignore[union-attr]  # the loop just looked
    if len(parts) <= 1 and not answer.split and all(isinstance(p, bytes) for p in parts):
        body = parts[0] if parts else b""
        assert isinstance(body, bytes)
        return await _whole(request, answer, body)
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    if parts and parts[0] is CUT:
        return _broken(request, response)
    await response.prepare(request)
    for part in parts:
        if isinstance(part, Hold):
            await run.gate(part.gate)
        elif isinstance(part, bytes):
            for piece in _pieces(part, answer.split):
                await response.write(piece)
        else:
            await asyncio.sleep(0)
            return _broken(request, response)
    with contextlib.suppress(ConnectionError):
        await response.write_eof()
    return response


async def _whole(request: web.BaseRequest, answer: Answer, body: bytes) -> web.StreamResponse:
    """An answer in one piece; written here, so that a server that drops it is noticed."""
    response = web.Response(status=answer.status, headers=answer.headers, body=body)
    await response.prepare(request)
    await response.write_eof()
    return response


def _broken(request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    """Close the connection although the answer is not whole; what was written still leaves."""
    if request.transport is not None:
        request.transport.close()
    return response


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    if not size:
        yield data
        return
    for start in range(0, len(data), size):
        yield data[start : start + size]


def headers_of(request: web.BaseRequest) -> dict[str, str]:
    """Header names in lower case, as `$headers` shows them."""
    return {name.lower(): value for name, value in request.headers.items()}

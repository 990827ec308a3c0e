"""The page at `/`: static files as routes, each with the headers that keep it to itself.

No build step: what is in this folder is what the browser gets.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

_FOLDER = Path(__file__).parent
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def routes() -> list[BaseRoute]:
    """`/`, its files, and the requirement ids that the frames are labelled with."""
    files = sorted(path for path in _FOLDER.iterdir() if path.suffix in _TYPES)
    paths = {"/" if path.name == "index.html" else f"/{path.name}": path for path in files}
    return [
        *(Route(route, _file(path)) for route, path in paths.items()),
        Route("/requirements.json", _requirements),
    ]


def _file(path: Path) -> Callable[[Request], Awaitable[Response]]:
    body = path.read_bytes()

    async def answer(request: Request) -> Response:
        return Response(body, media_type=_TYPES[path.suffix], headers=HEADERS)

    return answer


async def _requirements(request: Request) -> Response:
    return Response(requirement_ids(), media_type="application/json", headers=HEADERS)


@cache
def requirement_ids() -> bytes:
    """`{actions: {name: [ids]}, events: {type: [ids]}, texts: {id: sentence}}` as JSON."""
    from smooth_operator.protocol import requirements

    return orjson.dumps(
        {
            "actions": requirements.BY_ACTION,
            "events": requirements.BY_EVENT,
            "texts": requirements.TEXTS,
        }
    )

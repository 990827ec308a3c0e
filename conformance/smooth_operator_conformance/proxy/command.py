"""The command `proxy`: from arguments to an exit code."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import click

from smooth_operator_conformance.proxy.address import (
    BadAddress,
    Upstream,
    parse_listen,
    parse_upstream,
)
from smooth_operator_conformance.proxy.outcome import write_all
from smooth_operator_conformance.proxy.server import Proxy
from smooth_operator_conformance.proxy.speech import Speech, summary
from smooth_operator_conformance.spec import SpecNotFound


@dataclass(frozen=True, slots=True)
class ProxyArgs:
    """The options of `proxy`, as typed."""

    upstream: str
    listen: str = "127.0.0.1:0"
    out: Path | None = None
    fail_on_violation: bool = False
    once: bool = False


def proxy_command(args: ProxyArgs) -> int:
    """Stand between until Ctrl-C; 0, or 1 with violations where they fail it, 2 usage."""
    try:
        upstream, where = parse_upstream(args.upstream), parse_listen(args.listen)
        out = args.out or Path(time.strftime("smooth-proxy-%Y%m%d-%H%M%S"))
        return asyncio.run(_stand(upstream, where, out, args))
    except (BadAddress, SpecNotFound) as error:
        click.echo(str(error), err=True)
    except OSError as error:
        click.echo(f"cannot listen on {args.listen}: {error.strerror or error}", err=True)
    return 2


async def _stand(upstream: Upstream, where: tuple[str, int], out: Path, args: ProxyArgs) -> int:
    told = _told()
    async with Proxy(upstream, Speech(), out) as proxy:
        if args.once:
            proxy.first_ended = told
        await proxy.start(*where)
        click.echo(f"{proxy.url} → {upstream}")
        click.echo("Point your app there; Ctrl-C ends, and writes what was seen.")
        # Windows has no signal handlers on its loop: there Ctrl-C unwinds the wait.
        with contextlib.suppress(asyncio.CancelledError):
            await told.wait()
    return _finish(proxy, out, args)


def _told() -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM; in place before anybody can know that we run."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, told.set)
    return told


def _finish(proxy: Proxy, out: Path, args: ProxyArgs) -> int:
    """Write what was seen and say it; the exit code."""
    click.echo("")
    for line in summary(proxy.journal.frames, proxy.violations):
        click.echo(line)
    for line in write_all(proxy, out):
        click.echo(line)
    broken = any(violation.binding for violation in proxy.violations)
    return 1 if broken and args.fail_on_violation else 0

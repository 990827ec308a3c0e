"""The command `proxy`: stand between an app and a server, name violations, record."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("proxy")
@click.option("--upstream", required=True, help="The server: ws://host:port/ws or wss://…")
@click.option("--listen", default="127.0.0.1:0", show_default=True, help="Where apps connect.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for what was seen (default ./smooth-proxy-<time>).",
)
@click.option("--fail-on-violation", is_flag=True, help="Exit 1 when anything was violated.")
@click.option("--once", is_flag=True, help="End when the first connection ended.")
def command(
    upstream: str, listen: str, out: Path | None, fail_on_violation: bool, once: bool
) -> None:
    """Stand between any app and any server: name violations as they happen, record the session."""
    from smooth_operator_conformance.proxy.command import ProxyArgs, proxy_command

    args = ProxyArgs(upstream, listen, out, fail_on_violation, once)
    raise SystemExit(proxy_command(args))

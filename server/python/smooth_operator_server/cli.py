"""The command line: serve, demo, chat, config, agents, token. Imports stay inside the commands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from smooth_operator_server import __version__

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from smooth_operator_server.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="smooth-operator")
def main() -> None:
    """An AI agent service behind one WebSocket protocol."""


def _stop(line: str) -> NoReturn:
    """One line that says what to do, and exit code 2."""
    click.echo(f"smooth-operator: {line}", err=True)
    sys.exit(2)


def _settings(**overrides: Any) -> Settings:
    from smooth_operator_server.settings import SettingsError, load_settings

    try:
        return load_settings(**overrides)
    except SettingsError as error:
        _stop(str(error))


@main.command()
@click.option("--bind", help="Address to listen on (SMOOTH_AGENT_BIND).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port (SMOOTH_AGENT_PORT).")
def serve(bind: str | None, port: int | None) -> None:
    """Run the server until SIGTERM or Ctrl-C."""
    import gc

    # Starting allocates much and frees nothing; `run_server` turns collecting on again.
    gc.disable()
    settings = _settings(bind=bind, port=port)
    from smooth_operator_server.logs import configure_logging

    configure_logging()
    from smooth_operator_server.process import StartError, run_server

    try:
        run_server(settings)
    except StartError as error:
        _stop(str(error))
    finally:
        gc.enable()


@main.command()
@click.option("--once", metavar="QUESTION", help="Print one answer and exit.")
def demo(once: str | None) -> None:
    """A server with a demo shop's knowledge on this machine, and a chat with it.

    With SMOOAI_GATEWAY_KEY a language model answers; without, passages are quoted.
    """
    settings = _settings()
    from smooth_operator_server.terminal.demo import run_demo
    from smooth_operator_server.terminal.screen import Screen

    _converse(run_demo(settings, once=once, screen=Screen()))


@main.command()
@click.argument("url")
@click.option("--agent", default="default", show_default=True, help="An agent's slug or UUID.")
@click.option("--token", envvar="SMOOTH_OPERATOR_TOKEN", help="Who you are; or set the variable.")
@click.option("--once", metavar="QUESTION", help="Print one answer and exit.")
def chat(url: str, agent: str, token: str | None, once: str | None) -> None:
    """Chat with a running server, for example ws://127.0.0.1:8787/ws."""
    from smooth_operator_server.terminal.demo import run_chat
    from smooth_operator_server.terminal.screen import Screen

    _converse(run_chat(url, agent=agent, token=token, once=once, screen=Screen()))


def _converse(conversation: Coroutine[object, object, bool]) -> None:
    """Run a chat to its end: exit 0 if every turn was answered, 1 if not, 2 if none could begin."""
    import asyncio
    import logging

    from smooth_operator import SmoothOperatorError

    from smooth_operator_server.logs import configure_logging
    from smooth_operator_server.process import START_ERRORS

    configure_logging(logging.WARNING)
    try:
        answered = asyncio.run(conversation)
    except SmoothOperatorError as error:
        _stop(f"{error.message} ({error.code})")
    except START_ERRORS as error:
        _stop(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0 if answered else 1)


@main.command()
def config() -> None:
    """Print every setting, its value and where it came from; secrets are masked."""
    import os

    settings = _settings()
    from smooth_operator_server.settings import describe

    rows = describe(settings, os.environ)
    width = max(len(name) for name, _, _ in rows)
    for name, value, source in rows:
        click.echo(f"{name:<{width}}  {value}  ({source})")


@main.group()
def agents() -> None:
    """The agents file."""


@agents.command()
@click.argument("file", type=click.Path(dir_okay=False))
def check(file: str) -> None:
    """Read an agents file as `serve` would: every problem with its place, exit 2 if there is one.

    Documents are read too, so that equal ids are found before the server is started with them.
    """
    import os

    settings = _settings()
    from smooth_operator_server.agents.loading import check_agents
    from smooth_operator_server.app import load_knowledge
    from smooth_operator_server.knowledge.documents import KnowledgeError

    found, problems = check_agents(file, os.environ, tool_hosts=settings.tool_hosts)
    lines = [str(problem) for problem in problems]
    if found is not None:
        try:
            load_knowledge(settings, found)
        except KnowledgeError as error:
            lines.append(str(error))
    for line in lines:
        click.echo(f"{file}: {line}", err=True)
    if lines or found is None:
        sys.exit(2)
    for agent in found:
        mark = "  (default)" if agent is found.default else ""
        click.echo(f"{agent.slug}  {agent.id}  {agent.name}{mark}")


@main.command()
@click.option("--org", default="dev-org", show_default=True, help="Claim `org`.")
@click.option("--sub", default="dev-user", show_default=True, help="Claim `sub`.")
@click.option("--role", default="basic", show_default=True, help="Claim `role`.")
@click.option("--name", help="Claim `name`.")
@click.option("--email", help="Claim `email`.")
@click.option("--seconds", default=3600, show_default=True, help="How long it is good.")
def token(org: str, sub: str, role: str, name: str | None, email: str | None, seconds: int) -> None:
    """Mint an HS256 development token with AUTH_JWT_HS256_SECRET."""
    settings = _settings()
    secret = settings.jwt_hs256_secret
    if secret is None:
        _stop("Set AUTH_JWT_HS256_SECRET to the secret that the server checks with.")
    from time import time

    import jwt

    claims = {"org": org, "sub": sub, "role": role, "name": name, "email": email}
    given = {key: value for key, value in claims.items() if value is not None}
    now = int(time())
    click.echo(
        jwt.encode({**given, "iat": now, "exp": now + seconds}, secret.get_secret_value(), "HS256")
    )


if __name__ == "__main__":
    main()

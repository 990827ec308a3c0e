"""The project's verbs: every command that a person, CI or the README runs, in one place."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["tests"]

ROOT = Path(__file__).parent
ENVIRONMENTS = ROOT / ".nox"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
PACKAGES = (
    "clients/python/smooth_operator",
    "server/python/smooth_operator_server",
    "codegen/smooth_operator_codegen",
    "conformance/smooth_operator_conformance",
    "evals/smooth_operator_evals",
    "bench",
    "soak",
    "interop",
)
PINS = {"evals": "evals/constraints.txt"}
"""The versions of an environment of its own; the others share `constraints.txt`."""
USERS = ("examples/order_support", "conformance/tests/pytest_plugin/inner")
"""Code as people outside would write it, typed as theirs would be."""


class Environment:
    """One virtual environment that several sessions share, made anew when the pins change."""

    def __init__(self, session: nox.Session, extra: str) -> None:
        self._session = session
        self._folder = ENVIRONMENTS / extra
        stamp = self._folder / "made-from"
        pins = PINS.get(extra, "constraints.txt")
        wanted = _digest(pins)
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        session.log(f"making {self._folder.relative_to(ROOT)}; this takes a minute, once")
        session.run(sys.executable, "-m", "venv", "--clear", str(self._folder), external=True)
        pinned = ("-c", pins, "-e", f".[{extra}]")
        self.run("python", "-m", "pip", "install", "-q", *pinned)
        stamp.write_text(wanted)

    def run(self, tool: str, *args: str, **env: str) -> None:
        """Run a command of this environment; a failure ends the session."""
        path = self._folder / SCRIPTS / tool
        self._session.run(str(path), *args, env=env or None, external=True)


def _digest(pins: str) -> str:
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", pins)]
    return hashlib.sha256(b"\0".join([*parts, sys.version.encode()])).hexdigest()


@nox.session
def demo(session: nox.Session) -> None:
    """The server with its demo knowledge, and a chat in this terminal."""
    Environment(session, "server").run("smooth-operator", "demo", *session.posargs)


@nox.session
def serve(session: nox.Session) -> None:
    """The server as the environment configures it."""
    Environment(session, "server").run("smooth-operator", "serve", *session.posargs)


@nox.session
def codegen(session: nox.Session) -> None:
    """Write what is generated from spec/; `-- --check` compares, `-- --diff REF` tells changes."""
    Environment(session, "dev").run("smooth-codegen", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Format, lint and types, strictly."""
    _lint(Environment(session, "dev"))


@nox.session
def tests(session: nox.Session) -> None:
    """Everything that can be tested on this machine.

    What this machine lacks (a browser) is reported as not run; with `-- --require-all`, and in
    CI, lacking it is an error.
    """
    args = list(session.posargs)
    require_all = "--require-all" in args or os.environ.get("CI") == "true"
    args = [arg for arg in args if arg != "--require-all"]
    environment = Environment(session, "dev")
    _lint(environment)
    environment.run("smooth-codegen", "--check")
    _corpus(environment)
    _clients(environment)
    _mutants(environment, "--target", "python", "--no-source", "--brief")
    strict = {"SMOOTH_REQUIRE_ALL": "1"} if require_all else {}
    environment.run("pytest", "-rs", "--cov", "--cov-report=term", *args, **strict)
    if not args:
        _judge_tests(Environment(session, "evals"))


@nox.session
def conformance(session: nox.Session) -> None:
    """Replay the corpus against the server, and the clients' corpus against ours; see report/."""
    environment = Environment(session, "dev")
    _corpus(environment, *session.posargs)
    if not session.posargs:
        _clients(environment)


@nox.session
def mutants(session: nox.Session) -> None:
    """Prove that the corpus catches what it should: every mutant must die."""
    environment = Environment(session, "dev")
    _mutants(environment, *session.posargs)
    if not session.posargs:
        _clients(environment, "--mutants", "--brief")


@nox.session
def evals(session: nox.Session) -> None:
    """Ask an agent questions, grade its answers; a judge only with SMOOTH_AGENT_E2E=1 and a key.

    Without arguments it also measures the search.
    """
    environment = Environment(session, "evals")
    environment.run("smooth-evals", "run", *session.posargs)
    if not session.posargs:
        environment.run("smooth-evals", "retrieval", "--worst", "5")


@nox.session
def flakes(session: nox.Session) -> None:
    """The corpus 100 times in a row (`-- --runs N`): no failure that nobody rescued."""
    Environment(session, "dev").run("smooth-conformance", "flakes", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Speed beside the published server and a measured floor in one run; results in report/."""
    Environment(session, "dev").run("python", "-m", "bench", "--make-peer", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """The bounds that only many runs can show: cuts, resends, slow readers, growth."""
    Environment(session, "dev").run("python", "-m", "soak", *session.posargs)


@nox.session
def interop(session: nox.Session) -> None:
    """Published peers, in environments of their own: clients here, their server judged."""
    Environment(session, "dev").run("python", "-m", "interop", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation site in site/, offline; a broken link or anchor is an error."""
    Environment(session, "docs").run("zensical", "build", "--strict", "--clean", *session.posargs)


def _judge_tests(environment: Environment) -> None:
    """The judge's tests, in the environment that has deepeval; its pytest plugin stays out."""
    apart = ("--confcutdir=evals/judge_tests", "-p", "no:deepeval", "-p", "no:smooth_operator")
    environment.run("pytest", *apart, "evals/judge_tests")


def _lint(environment: Environment) -> None:
    environment.run("ruff", "format", "--check", ".")
    environment.run("ruff", "check", ".")
    environment.run("mypy", *PACKAGES, *USERS)


PATIENCE = ("--deadline", "30")
"""Seconds for a step: a busy machine is no finding."""


def _corpus(environment: Environment, *args: str) -> None:
    args = args or ("--target", "python")
    environment.run("smooth-conformance", "run", "--report", "report", *PATIENCE, *args)


def _clients(environment: Environment, *args: str) -> None:
    environment.run("smooth-conformance", "clients", "--report", "report/clients", *args)


def _mutants(environment: Environment, *args: str) -> None:
    environment.run("smooth-conformance", "mutants", *(args or ("--target", "python")))

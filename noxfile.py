"""The project's verbs: every command that a person, CI or the README runs, in one place."""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "venv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests"]

ROOT = Path(__file__).parent
USER_ENV = str(ROOT / ".nox" / "user")
DEV_ENV = str(ROOT / ".nox" / "dev")
REPORT = ROOT / "report"


def install(session: nox.Session, extra: str) -> None:
    """Install this checkout with one extra, at the versions that CI tests."""
    session.install("-q", "-c", "constraints.txt", "-e", f".[{extra}]")


@nox.session(venv_location=USER_ENV)
def demo(session: nox.Session) -> None:
    """The server with its demo knowledge, and a chat in this terminal."""
    install(session, "server")
    session.run("smooth-operator", "demo", *session.posargs)


@nox.session(venv_location=USER_ENV)
def serve(session: nox.Session) -> None:
    """The server as the environment configures it."""
    install(session, "server")
    session.run("smooth-operator", "serve", *session.posargs)


@nox.session(venv_location=DEV_ENV)
def codegen(session: nox.Session) -> None:
    """Write the generated layer from spec/; `-- --check` compares, `-- --diff REF` tells what changed."""
    install(session, "dev")
    session.run("smooth-codegen", *session.posargs)


@nox.session(venv_location=DEV_ENV)
def lint(session: nox.Session) -> None:
    """Format, lint and types, strictly."""
    install(session, "dev")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run(
        "mypy",
        "clients/python/smooth_operator",
        "server/python/smooth_operator_server",
        "codegen/smooth_operator_codegen",
        "conformance/smooth_operator_conformance",
        "noxfile.py",
    )


@nox.session(venv_location=DEV_ENV)
def tests(session: nox.Session) -> None:
    """Everything that can be tested on this machine: lint, unit tests, the corpus, its mutants."""
    lint(session)
    session.run("smooth-codegen", "--check")
    run_corpus(session)
    run_mutants(session)
    session.run("coverage", "erase")
    session.run("pytest", "--cov", "--cov-report=term", *session.posargs)


@nox.session(venv_location=DEV_ENV)
def conformance(session: nox.Session) -> None:
    """Replay the corpus against the server; the report is in report/."""
    install(session, "dev")
    run_corpus(session, *session.posargs)


@nox.session(venv_location=DEV_ENV)
def mutants(session: nox.Session) -> None:
    """Prove that the corpus catches what it should: every mutant must die."""
    install(session, "dev")
    run_mutants(session, *session.posargs)


@nox.session(venv_location=DEV_ENV)
def bench(session: nox.Session) -> None:
    """Speed against a named peer or a measured floor, in one run; prints ratios, judges nothing."""
    install(session, "dev")
    session.run("python", "-m", "bench", *session.posargs, env={"PYTHONPATH": str(ROOT)})


def run_corpus(session: nox.Session, *args: str) -> None:
    """One run of the corpus against the Python server, with its reports."""
    session.run("smooth-conformance", "run", "--report", os.fspath(REPORT), *(args or ("--target", "python")))


def run_mutants(session: nox.Session, *args: str) -> None:
    """All mutants, the source patches among them."""
    session.run("smooth-conformance", "mutants", *(args or ("--target", "python")))

"""`smooth-conformance`: the command line. Everything heavy is imported inside a command.

Exit codes: 0 all as expected, 1 regressions, 2 usage, 3 a target could not be started.
"""

from __future__ import annotations

from pathlib import Path

import click

VERSION = "0.1.0"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="smooth-conformance")
def main() -> None:
    """Holds servers and clients of the smooth-operator protocol to its contract."""


@main.command()
@click.option("--target", "targets", multiple=True, help="NAME, cmd:…, url:ws://…, null:…")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--only", multiple=True, help="Glob over scenario names; may be repeated.")
@click.option("--jobs", default=32, show_default=True, help="Scenarios at a time in a process.")
@click.option("--processes", default=4, show_default=True, help="Server processes at a time.")
@click.option("--repeat", default=1, show_default=True, help="Copies of each scenario.")
@click.option("--deadline", default=10.0, show_default=True, help="Patience of a step, seconds.")
@click.option("--seed", default="", help="Makes the names of a run reproducible.")
@click.option("--listen", default="127.0.0.1:0", help="Where gateway and tools listen.")
@click.option(
    "--report", type=click.Path(path_type=Path, file_okay=False), help="Report directory."
)
@click.option("--all", "every", is_flag=True, help="List green scenarios too.")
@click.option("--isolate", is_flag=True, help="One process for each scenario copy.")
@click.option(
    "--profile", default="", help="Only this profile (for url: what it was started with)."
)
def run(
    targets: tuple[str, ...],
    corpus: Path | None,
    only: tuple[str, ...],
    jobs: int,
    processes: int,
    repeat: int,
    deadline: float,
    seed: str,
    listen: str,
    report: Path | None,
    every: bool,
    isolate: bool,
    profile: str,
) -> None:
    """Run the corpus on one or more targets."""
    from smooth_operator_conformance.run.command import RunArgs, run_command

    args = RunArgs(
        targets=targets or ("python",),
        corpus=corpus,
        only=only,
        jobs=jobs,
        processes=processes,
        repeat=repeat,
        deadline=deadline,
        seed=seed,
        listen=listen,
        report=report,
        every=every,
        isolate=isolate,
        profile=profile,
    )
    raise SystemExit(run_command(args))


@main.command("list")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--only", multiple=True)
@click.option("--check", is_flag=True, help="The corpus gate: exit 1 with every fault.")
@click.option("--update", is_flag=True, help="Write MANIFEST and the minimum counts anew.")
def list_(corpus: Path | None, only: tuple[str, ...], check: bool, update: bool) -> None:
    """List the scenarios, or check the corpus."""
    from smooth_operator_conformance.run.listing import list_command

    raise SystemExit(list_command(corpus, only, check=check, update=update))


@main.command()
@click.argument("scenario")
@click.option("--target", default="python", show_default=True)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--deadline", default=10.0, show_default=True)
@click.option("--full", is_flag=True, help="Frames without cutting them.")
def replay(scenario: str, target: str, corpus: Path | None, deadline: float, full: bool) -> None:
    """Run one SCENARIO (`area/slug` or `area/slug[case]`) and print its timeline."""
    from smooth_operator_conformance.run.replay import replay_command

    raise SystemExit(replay_command(scenario, target, corpus, deadline=deadline, full=full))


@main.command()
@click.option("--target", default="python", show_default=True)
def doctor(target: str) -> None:
    """Say step by step whether a target starts, answers, and uses our gateway and agents."""
    from smooth_operator_conformance.run.doctor import doctor_command

    raise SystemExit(doctor_command(target))


@main.command()
@click.option("--listen", required=True, help="ADDR:PORT where a later run will listen.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--profile", default="shared", show_default=True)
@click.option("--seed", default="agents", show_default=True)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--target", default="url:ws://127.0.0.1:8787", show_default=True)
def agents(
    listen: str, out: Path, profile: str, seed: str, corpus: Path | None, target: str
) -> None:
    """Write the agents file and the environment with which any server can be started."""
    from smooth_operator_conformance.run.provision import agents_command

    raise SystemExit(agents_command(listen, out, profile, seed, corpus, target))


def _attach() -> None:
    """Commands of other rooms, where those rooms exist; each imports its work lazily."""
    from importlib import import_module
    from importlib.util import find_spec

    for name in ("mutants", "diff", "proxy", "clients"):
        module = f"smooth_operator_conformance.commands.{name}"
        if find_spec("smooth_operator_conformance.commands") and find_spec(module):
            main.add_command(import_module(module).command)


_attach()

if __name__ == "__main__":
    main()

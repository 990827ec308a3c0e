"""The documents tell the truth: commands, sessions and options exist, code blocks hold."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md"))
PROSE = [
    *PAGES,
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "clients/python/README.md")),
    *(ROOT / name for name in ("examples/order_support/README.md", "conformance/README.md")),
    *(ROOT / name for name in ("codegen/README.md", "spec/README.md")),
]
CODE = [path for path in PROSE if "reference" not in path.parts]
PROGRAMS = {
    "smooth-operator": "smooth_operator_server.cli",
    "smooth-conformance": "smooth_operator_conformance.cli",
    "smooth-evals": "smooth_operator_evals.cli",
}
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"^```\w*\n(.*?)^```|`([^`\n]+)`", re.DOTALL | re.MULTILINE)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands(text: str) -> Iterator[str]:
    """Every line of code in a document, continued lines joined."""
    for block, span in SPAN.findall(text):
        for line in (block or span).replace("\\\n", " ").split("\n"):
            yield line.split("  #")[0]


def sessions() -> set[str]:
    tree = ast.parse((ROOT / "noxfile.py").read_text("utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(
            ast.unparse(decorator).startswith("nox.session") for decorator in node.decorator_list
        )
    }


@pytest.mark.parametrize("path", PROSE, ids=name_of)
def test_sessions_that_are_named_exist(path: Path) -> None:
    named = set(re.findall(r"\bnox -s ([a-z_]+)", path.read_text("utf-8")))
    assert named <= sessions()


@pytest.mark.parametrize("path", PROSE, ids=name_of)
def test_commands_and_options_that_are_named_exist(path: Path) -> None:
    wrong = [said for line in commands(path.read_text("utf-8")) for said in unknown(line)]
    assert wrong == []


def unknown(line: str) -> Iterator[str]:
    """What a line says to one of our programs that it does not know."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "…", line)
    for program, rest in re.findall(r"\b(smooth-[a-z]+)(?![\w-])((?: [^|;&>]*)?)", bare):
        if program not in PROGRAMS:
            continue
        group = import_module(PROGRAMS[program]).main
        words = rest.split()
        if not words or words[0].startswith("-"):
            continue
        found = group.commands.get(words[0])
        for word in words[1:]:
            if isinstance(found, click.Group):
                found = found.commands.get(word)
        if found is None:
            yield f"{program} {words[0]}"
            continue
        known = {option for p in found.params for option in (*p.opts, *p.secondary_opts)}
        yield from (
            f"{program} {words[0]} {option}"
            for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest)
            if option not in known | {"--help"}
        )


def test_the_check_of_commands_can_fail() -> None:
    assert list(unknown("smooth-conformance run --target x")) == []
    assert list(unknown("smooth-conformance walk")) == ["smooth-conformance walk"]
    assert list(unknown("smooth-operator serve --colour red")) == ["smooth-operator serve --colour"]


def test_every_page_is_in_the_navigation() -> None:
    config = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]
    listed = set(re.findall(r"[\w/-]+\.md", str(config["nav"])))
    assert listed == {path.relative_to(ROOT / "docs").as_posix() for path in PAGES}


def test_the_site_builds_and_asks_no_other_host(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    built = subprocess.run(
        [Path(sys.executable).with_name("zensical"), "build", "--strict"],
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    fetched = re.compile(r'<(?:script|link|img)[^>]*(?:src|href)="(https?:[^"]+)"')
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > len(PAGES)
    assert [link for page in pages for link in fetched.findall(page.read_text("utf-8"))] == []


def _callable(block: str) -> str:
    """A block that awaits at its top, as a notebook does, becomes a coroutine function."""
    top = ast.parse(block).body
    if not any(isinstance(node, ast.AsyncWith | ast.AsyncFor) for node in top):
        return block
    return "async def block() -> None:\n" + textwrap.indent(block, "    ")


def test_code_blocks_are_typed(tmp_path: Path) -> None:
    count = 0
    for path in CODE:
        for number, block in enumerate(BLOCK.findall(path.read_text("utf-8")), 1):
            name = re.sub(r"\W", "_", name_of(path).removesuffix(".md"))
            (tmp_path / f"{name}_{number}.py").write_text(_callable(block))
            count += 1
    assert count > 10
    options = ["--config-file", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout


def test_the_tests_in_the_documents_pass(tmp_path: Path) -> None:
    blocks = BLOCK.findall((ROOT / "docs/testing-your-app.md").read_text("utf-8"))
    for number, block in enumerate(blocks):
        (tmp_path / f"test_{number}.py").write_text(block)
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "no:asyncio", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    assert f"{len(blocks)} passed" in done.stdout


@pytest.mark.parametrize(("number", "printed"), [(0, "pong"), (3, "Hello!")])
def test_programs_in_the_documents_run(number: int, printed: str) -> None:
    block = BLOCK.findall((ROOT / "docs/embed.md").read_text("utf-8"))[number]
    done = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert printed in done.stdout

"""The oracle is independent: the runner imports neither the client nor the server."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import smooth_operator_conformance

ROOT = Path(smooth_operator_conformance.__file__).parent
FORBIDDEN = ("smooth_operator", "smooth_operator_server", "smooth_operator_codegen")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


def test_no_module_imports_the_generated_code() -> None:
    files = sorted(ROOT.rglob("*.py"))
    assert len(files) > 30
    for path in files:
        assert not imported(path) & set(FORBIDDEN), path.name


def test_nothing_of_it_is_loaded_by_a_run() -> None:
    program = (
        "import sys, smooth_operator_conformance.run.engine, smooth_operator_conformance.judge;"
        "print([m for m in sys.modules if m.split('.')[0] in " + repr(FORBIDDEN) + "])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_command_line_loads_nothing_heavy_for_its_version() -> None:
    program = (
        "import sys, smooth_operator_conformance.cli;"
        "print([m for m in ('aiohttp', 'uvloop', 'jsonschema_rs', 'rich', 'jwt', 'asyncio')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr

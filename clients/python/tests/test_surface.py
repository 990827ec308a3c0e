"""The public face: what is exported, what stays private, who may know the WebSocket library."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import smooth_operator
from smooth_operator import sync
from smooth_operator._actions import Actions

ROOT = Path(smooth_operator.__file__).parent
HAND_WRITTEN = sorted(path for path in ROOT.glob("*.py"))


def public(thing):
    return {name for name in vars(thing) if not name.startswith("_")}


def members(*classes):
    return {name for each in classes for name in public(each)}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def test_the_list_of_exports_is_sorted_and_whole():
    assert smooth_operator.__all__ == sorted(smooth_operator.__all__)
    assert dir(smooth_operator) == smooth_operator.__all__
    for name in smooth_operator.__all__:
        assert getattr(smooth_operator, name) is not None
    modules = {
        name for name in vars(smooth_operator) if inspect.ismodule(getattr(smooth_operator, name))
    }
    found = public(smooth_operator) - modules - {"TYPE_CHECKING", "Any", "import_module"}
    assert found == set(smooth_operator.__all__)


def test_the_wire_layer_does_not_wait_for_the_client():
    script = (
        "import sys; import smooth_operator.protocol.encode;"
        "print('websockets' in sys.modules or 'pydantic' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_every_module_but_the_documented_ones_is_private():
    names = {path.stem for path in HAND_WRITTEN if not path.stem.startswith("_")}
    assert names == {"sync", "driver"}


def test_one_file_knows_the_websocket_library():
    knowing = {
        path.name
        for path in HAND_WRITTEN
        if any(name.split(".")[0] == "websockets" for name in imports(path))
    }
    assert knowing == {"_websocket.py"}


def test_the_state_machines_know_no_event_loop():
    for name in ("_router", "_fold", "_call", "_cursor", "_frames", "_answer", "_resume"):
        assert "asyncio" not in set(imports(ROOT / f"{name}.py")), name


def test_every_exported_thing_is_documented():
    for name in smooth_operator.__all__:
        thing = getattr(smooth_operator, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert (inspect.getdoc(thing) or "").strip(), name


def test_the_blocking_twin_has_the_same_names():
    assert members(smooth_operator.Client, Actions) - {"open", "actions"} == members(sync.Client)
    callbacks = {"on_event", "on_alive", "on_done"}
    assert members(smooth_operator.Turn) - callbacks == members(sync.Turn)
    fields = {"conversation_id"}
    assert members(smooth_operator.Session) - fields == members(sync.Session)


def test_the_blocking_twin_takes_the_same_arguments():
    for ours, theirs in (
        (smooth_operator.Client, sync.Client),
        (Actions, sync.Client),
        (smooth_operator.Session, sync.Session),
        (smooth_operator.Turn, sync.Turn),
    ):
        for name in public(ours) & public(theirs):
            here, there = getattr(ours, name), getattr(theirs, name)
            if inspect.isfunction(here):
                wanted = inspect.signature(here).parameters
                assert inspect.signature(there).parameters == wanted, name


def test_the_client_needs_nothing_but_pydantic_and_websockets():
    script = (
        "import sys; import smooth_operator, smooth_operator.sync;"
        "loaded = {name.split('.')[0] for name in sys.modules};"
        "print(*loaded - set(sys.stdlib_module_names))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    foreign = {name for name in run.stdout.split() if not name.startswith("_")}
    assert foreign <= {
        "annotated_types",
        "pydantic",
        "pydantic_core",
        "smooth_operator",
        "typing_extensions",
        "typing_inspection",
        "websockets",
    }

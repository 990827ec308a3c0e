"""Client targets: names, files, and what is said about wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from smooth_operator_conformance.clients.targets import BadClient, ClientTarget, load_client


def test_names_commands_and_nulls() -> None:
    assert load_client("cmd:node a.mjs 'b c'").command == ("node", "a.mjs", "b c")
    assert load_client("null:echo").command[-1] == "echo"
    ours = load_client("python")
    assert ours.language == "python"
    assert (Path(ours.sources) / "smooth_operator" / "driver.py").is_file()


def test_a_file_says_where_its_things_are(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('command = ["{here}/driver", "{sources}"]\nsources = "{here}/src"\n', "utf-8")
    target = load_client(str(file))
    assert target.name == "mine"
    assert target.command == (f"{tmp_path}/driver", f"{tmp_path}/src")
    moved = target.moved(Path("elsewhere"))
    assert moved.command == (f"{tmp_path}/driver", "elsewhere")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("command = 7", "command is written like"),
        ("command = []", "command is written like"),
        ('command = ["x"]\nmood = 1', "no such key: mood"),
        ("command = [", "mine.toml"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_write(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadClient, match=told):
        load_client(str(file))


@pytest.mark.parametrize("name", ["nobody", "null:unheard", "cmd:", "gone.toml"])
def test_an_unknown_client_is_refused(name: str) -> None:
    with pytest.raises(BadClient, match="say cmd:COMMAND"):
        load_client(name)


def test_a_missing_tool_is_a_reason() -> None:
    assert not ClientTarget("x", ("x",)).missing
    told = ClientTarget("x", ("x",), needs_tool="no-such-tool-here").missing
    assert told == "not run: no no-such-tool-here"

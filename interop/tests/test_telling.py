"""The texts: tables hold anything, and the document's own words stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.findings import Findings
from interop.proxied import NotProxied, read_summary
from interop.reading import Reading
from interop.telling import BEGIN, markdown, table, write_docs
from interop.visit import Played


def test_cells_hold_anything() -> None:
    text = table(["a"], [["x | y\nz <uuid>"]])
    assert text.splitlines() == ["| a |", "| --- |", "| x \\| y z &lt;uuid> |"]


def test_what_was_done_is_told_and_nothing_else() -> None:
    findings = Findings(versions={"published-server": "server 1"})
    assert "Versions" in markdown(findings)
    assert "judged" not in markdown(findings)
    findings.visits["client 1"] = [Played("greets", "says hello", "passed")]
    findings.readings["client 1"] = Reading(3, {"pong": 3}, {}, (), 1)
    told = markdown(findings)
    assert "| greets | says hello | passed |" in told
    assert "| client 1 | 3 | 1 | 0 | 0 |" in told


def test_only_the_generated_part_of_the_document_changes(tmp_path: Path) -> None:
    path = tmp_path / "interop.md"
    path.write_text(f"# Own words\n\n{BEGIN}\n\nold\n")
    write_docs(path, Findings(versions={"x": "new 1"}))
    text = path.read_text()
    assert text.startswith(f"# Own words\n\n{BEGIN}\n")
    assert "new 1" in text
    assert "old" not in text
    path.write_text("no mark")
    with pytest.raises(ValueError, match="lacks the line"):
        write_docs(path, Findings())


SAID = """ws://127.0.0.1:1/ws → ws://x
12:00:00  a  server breaks  STREAM-005  Silent turns.

70 frames, 3 violations
  CLIENT-012  1 ×  client  It pages with cursor.
  STREAM-005  2 ×  server  With stream false nothing streams.
  FRAME-012  4 ×  server  Exact keys. (not counted: the published protocol does not promise it)
"""


def test_the_proxys_summary() -> None:
    frames, named = read_summary(SAID)
    assert frames == 70
    assert [(n.requirement, n.count, n.side, n.counted) for n in named] == [
        ("CLIENT-012", 1, "client", True),
        ("STREAM-005", 2, "server", True),
        ("FRAME-012", 4, "server", False),
    ]
    assert named[2].message == "Exact keys."


def test_a_summary_that_does_not_add_up_is_none() -> None:
    with pytest.raises(NotProxied, match="counts 9 violations and names 3"):
        read_summary(SAID.replace("3 violations", "9 violations"))
    with pytest.raises(NotProxied, match="no summary"):
        read_summary("killed")

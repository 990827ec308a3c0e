"""The documents are what the results file says, and a results file is what was measured."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import docs, table
from bench.picture import svg
from bench.results import Taken, read, write
from bench.row import Reading

SVG = "{http://www.w3.org/2000/svg}"


def test_results_are_read_as_they_were_written(row, results, tmp_path: Path) -> None:
    run = results([row(), row("turn/p50", floor=None, peer=Reading("p", status="no counterpart"))])
    path = tmp_path / "report" / "bench.json"
    write(path, run)
    assert read(path) == run


def test_a_case_that_is_measured_anew_takes_its_old_place(row, results) -> None:
    run = results([row("load/1", ours=1.0), row("load/2"), row("turn/p50")])
    again = Taken("2026-02-03 04:05 UTC", (0.0, 0.0), quick=True)
    updated = run.with_case("load", again, [row("load/1", ours=5.0)])
    assert [(one.key, one.ours.samples) for one in updated.rows] == [
        ("load/1", (5.0,)),
        ("turn/p50", (10.0,)),
    ]
    assert updated.taken["load"] == again
    assert updated.quick
    assert not run.quick
    assert [one.key for one in run.with_case("idle", again, [row("idle/memory")]).rows][-1] == (
        "idle/memory"
    )


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1}'])
def test_another_file_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"other\.json: not a results file"):
        read(path)


def test_blocks_are_written_anew_and_the_rest_is_left(row, results) -> None:
    text = "# Ours\n\n<!-- results: behind -->\nold\n<!-- end -->\n\nprose\n"
    written = docs.page(text, results([row(ours=30.0)]))
    assert written.startswith("# Ours\n\n<!-- results: behind -->\n")
    assert written.endswith("<!-- end -->\n\nprose\n")
    assert "old" not in written
    assert "behind the published server: none of 1 rows" in written
    assert docs.page(written, results([row(ours=30.0)])) == written


def test_a_block_of_another_name_is_an_error(row, results) -> None:
    with pytest.raises(KeyError):
        docs.page("<!-- results: nothing -->\n<!-- end -->", results([row()]))


def test_the_picture_has_a_bar_for_each_compared_row(row, results) -> None:
    behind = row("growth/one", ours=0.5, what="less < more & so on")
    alone = row("turn/p50", peer=Reading("p", status="no counterpart"))
    drawn = ElementTree.fromstring(svg(results([row("load/50/2/elapsed"), behind, alone])))
    bars = [one.get("class") for one in drawn.iter(f"{SVG}rect")]
    assert bars == ["ground", "bar", "behind"]
    titles = [one.text or "" for one in drawn.iter(f"{SVG}title")]
    assert any("less < more & so on" in title for title in titles)
    assert sum("measured elsewhere" in title for title in titles) == 3


def test_a_picture_without_a_comparison_is_still_one(row, results) -> None:
    alone = row(peer=Reading("p", status="not here", note="no network"))
    assert len(list(ElementTree.fromstring(svg(results([alone]))).iter(f"{SVG}rect"))) == 1


def test_the_tables_columns_line_up_and_notes_follow(row) -> None:
    short = row(ours=9_999.0)
    bounded = row("load/1/2/cpu", peer=Reading("published 9.9.9", (1.0,), note="ended after 30 s"))
    lines = table.lines([short, bounded])
    head, first, second, *notes = lines
    assert re.search(r"9,999  turns/s ↑", first)
    assert head.index("unit") == first.index("turns/s") == second.index("turns/s")
    assert "published 9.9.9: ended after 30 s (what load/1/2/cpu is)" in notes
    assert "the floor is thinnest server" in notes


@pytest.mark.parametrize(
    ("value", "text"),
    [(12_345.6, "12,346"), (0.12345, "0.123"), (99.96, "100"), (251.4, "251"), (999.6, "1,000")],
)
def test_figures_have_three_digits(value: float, text: str) -> None:
    assert table.shown(value) == text


def test_columns_that_say_nothing_are_left_out(row) -> None:
    alone = row("profile/2/a", floor=None, peer=Reading("p", status="no counterpart"))
    assert table.lines([alone])[0].split() == ["what", "ours", "unit"]

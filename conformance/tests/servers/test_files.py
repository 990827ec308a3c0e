"""The files of an exclusive scenario lie below its folder, and never outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from smooth_operator_conformance.servers.files import write_files


def test_texts_bytes_and_links(tmp_path: Path) -> None:
    write_files(tmp_path / "f", {"a/b.md": "é\n", "c": {"base64": "/w=="}, "l": {"link": "a/b.md"}})
    assert (tmp_path / "f/a/b.md").read_bytes() == b"\xc3\xa9\n"
    assert (tmp_path / "f/c").read_bytes() == b"\xff"
    assert (tmp_path / "f/l").is_symlink()
    assert (tmp_path / "f/l").read_text("utf-8") == "é\n"


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/out"])
def test_nothing_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="outside"):
        write_files(tmp_path / "f", {name: "x"})

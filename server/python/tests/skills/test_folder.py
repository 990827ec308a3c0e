"""Skills: own ones first, folders in order, nothing outside them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server import Settings
from smooth_operator_server.app import Parts, make_services
from smooth_operator_server.skills.folder import FolderSkills, without_front_matter


@dataclass(frozen=True)
class Owner:
    id: str
    skills: dict[str, str]


def write(folder: Path, name: str, text: str | bytes) -> None:
    path = folder / name / "SKILL.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_first_hit_wins(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one, "a", "---\nname: a\n---\n\n# One\n")
    write(two, "a", "two a")
    write(two, "b", "two b")
    write(two, "own", "two own")
    skills = FolderSkills([Owner("x", {"own": "  mine\n"})], f"{one}:{two}:")
    assert skills.resolve("a", agent_id="x") == "# One"
    assert skills.resolve("b", agent_id="x") == "two b"
    assert skills.resolve("own", agent_id="x") == "  mine\n"
    assert skills.resolve("own", agent_id="y") == "two own"
    assert skills.resolve("none", agent_id="x") is None


def test_an_unreadable_skill_is_passed_over(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one, "a", b"\xff")
    write(one, "big", b"x" * (1024 * 1024 + 1))
    write(two, "a", "two")
    (one / "dir" / "SKILL.md").mkdir(parents=True)
    skills = FolderSkills((), [one, tmp_path / "missing", two])
    assert skills.resolve("a", agent_id="x") == "two"
    assert skills.resolve("big", agent_id="x") is None
    assert skills.resolve("dir", agent_id="x") is None


@pytest.mark.parametrize(
    "name", ["", "..", "../secret", "a/b", "a b", "a.b", "é", "x" * 129, "a\n"]
)
def test_malformed_names(tmp_path: Path, name: str) -> None:
    write(tmp_path, "secret", "no")
    folder = tmp_path / "skills"
    folder.mkdir()
    assert FolderSkills([Owner("x", {name: "no"})], [folder]).resolve(name, agent_id="x") is None


def test_links_do_not_lead_out(tmp_path: Path) -> None:
    write(tmp_path / "outside", "a", "secret")
    folder = tmp_path / "skills"
    write(folder, "b", "fine")
    (folder / "a").symlink_to(tmp_path / "outside" / "a")
    (folder / "c").symlink_to(folder / "b")
    skills = FolderSkills((), [folder])
    assert skills.resolve("a", agent_id="x") is None
    assert skills.resolve("c", agent_id="x") == "fine"


def test_without_folders_nothing_resolves() -> None:
    assert FolderSkills().resolve("a", agent_id="x") is None
    assert FolderSkills((), "").resolve("a", agent_id="x") is None


def test_a_folder_that_is_not_there_is_named_at_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gone = tmp_path / "gone"
    make_services(Settings(port=0, skills_dir=f"{tmp_path}{os.pathsep}{gone}"), Parts())
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert str(gone) in record.getMessage()


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("plain", "plain"),
        ("---\na: 1\n---\nbody", "body"),
        ("\ufeff---\r\na: 1\r\n---\r\n\r\nbody\r\n", "body"),
        ("---\n---\nbody", "body"),
        ("--- \na: '---'\n--- \nbody\n---\nmore", "body\n---\nmore"),
        ("---\na: 1\n---", ""),
        ("---\nnever closed", "---\nnever closed"),
        ("\n---\na: 1\n---\nbody", "---\na: 1\n---\nbody"),
        ("---x\n---\nbody", "---x\n---\nbody"),
    ],
)
def test_front_matter(text: str, body: str) -> None:
    assert without_front_matter(text) == body


@given(st.text(alphabet="-\na: "), st.text(alphabet="ab#\n"))
def test_what_stands_below_is_kept(front: str, body: str) -> None:
    front = "\n".join(f"k{line}" for line in front.split("\n"))
    assert without_front_matter(f"---\n{front}\n---\n{body}") == body.strip()

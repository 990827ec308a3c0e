"""Source patches apply exactly, or say why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from smooth_operator_conformance.mutants.patches import (
    BadPatch,
    DoesNotApply,
    Edit,
    Patch,
    apply,
    faulty_copy,
    load_patches,
)

TEXT = "attempts = 3\nretry = True\n"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "server"
    (folder / "models").mkdir(parents=True)
    (folder / "__pycache__").mkdir()
    (folder / "models" / "gateway.py").write_text(TEXT, encoding="utf-8")
    return folder


def patch(*edits: Edit) -> Patch:
    return Patch("src:python/no-retry", "No retry.", ("MODEL-005",), edits)


def test_a_copy_is_broken_and_the_original_is_not(package: Path, tmp_path: Path) -> None:
    found = patch(
        Edit("models/gateway.py", "attempts = 3", "attempts = 1"),
        Edit("models/gateway.py", "retry = True", "retry = False"),
    )
    into = faulty_copy(found, package, tmp_path / "copy")
    broken = (into / "server" / "models" / "gateway.py").read_text(encoding="utf-8")
    assert broken == "attempts = 1\nretry = False\n"
    assert (package / "models" / "gateway.py").read_text(encoding="utf-8") == TEXT
    assert not (into / "server" / "__pycache__").exists()
    assert found.language == "python"


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (Edit("models/nowhere.py", "a", "b"), r"there is no models/nowhere\.py"),
        (Edit("models/gateway.py", "attempts = 4", "x"), "has its text 0 times"),
        (Edit("models/gateway.py", "=", "x"), "has its text 2 times"),
    ],
)
def test_a_patch_that_does_not_apply_changes_nothing(package: Path, edit: Edit, why: str) -> None:
    good = Edit("models/gateway.py", "attempts = 3", "attempts = 1")
    with pytest.raises(DoesNotApply, match=why):
        apply(patch(good, edit), package)
    assert (package / "models" / "gateway.py").read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "no toml",
        'description = "x"\nrequirements = ["A-001"]\nedits = []',
        'description = "x"\nrequirements = []\n[[edits]]\nfile="f"\nsearch="a"\nreplace="b"',
        'description = "x"\nrequirements = ["A-001"]\n[[edits]]\nfile="f"\nsearch="a"\nreplace="a"',
        'description = "x"\nrequirements = ["A-001"]\n[[edits]]\nfile="f"\nsearch="a"',
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "bad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadPatch, match=r"bad\.toml"):
        load_patches(tmp_path)


def test_patches_are_named_after_their_place(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()
    text = 'description="d"\nrequirements=["A-001"]\n[[edits]]\nfile="f"\nsearch="a"\nreplace="b"'
    (tmp_path / "python" / "no-retry.toml").write_text(text, encoding="utf-8")
    [found] = load_patches(tmp_path)
    assert found.id == "src:python/no-retry"
    assert found.requirements == ("A-001",)


def test_the_committed_patches_apply_to_the_server_of_this_repository(tmp_path: Path) -> None:
    package = Path(__file__).parents[3] / "server" / "python" / "smooth_operator_server"
    for number, found in enumerate(load_patches()):
        if found.language == "python":
            into = faulty_copy(found, package, tmp_path / str(number))
            for edit in found.edits:
                source = (into / package.name / edit.file).read_text(encoding="utf-8")
                compile(source, edit.file, "exec")

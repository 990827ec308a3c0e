"""Gates on the repository itself: no host, no path of a machine, rooms that stay small."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = "clients/python/smooth_operator/protocol/"
LONGEST = 500
# In pieces, so that this file does not name them itself.
HOSTS = re.compile(
    r"py" r"pi\.org|python" r"hosted|registry\.npm" r"js|(static|index)\.crates|proxy\.go" r"lang"
)


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    return listed.stdout.split("\n")[:-1]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text file of the repository by its path."""
    found = {}
    for name in _tracked():
        path = ROOT / name
        if path.is_file() and b"\0" not in (data := path.read_bytes())[:4096]:
            found[name] = data.decode("utf-8", "replace")
    assert len(found) > 200
    return found


def test_no_file_names_the_host_of_a_registry(texts: dict[str, str]) -> None:
    assert [name for name, text in texts.items() if HOSTS.search(text)] == []


def test_no_file_carries_a_path_of_this_machine(texts: dict[str, str]) -> None:
    here = str(ROOT)
    assert [name for name, text in texts.items() if here in text] == []


def test_hand_written_rooms_stay_small(texts: dict[str, str]) -> None:
    large = {
        name: text.count("\n")
        for name, text in texts.items()
        if name.endswith((".py", ".js", ".css")) and not name.startswith(GENERATED)
    }
    assert {name: lines for name, lines in large.items() if lines > LONGEST} == {}


def test_every_module_states_its_responsibility(texts: dict[str, str]) -> None:
    silent = [
        name
        for name, text in texts.items()
        if name.endswith(".py") and text.strip() and not re.match(r'(#.*\n)*\s*r?"""\S', text)
    ]
    assert silent == []


def test_the_readme_begins_with_its_two_commands(texts: dict[str, str]) -> None:
    commands = re.findall(r"^python3 -m venv .*?nox -s (\w+)", texts["README.md"], re.MULTILINE)
    assert commands == ["demo", "tests"]


def test_links_in_the_documents_lead_somewhere(texts: dict[str, str]) -> None:
    broken = [
        (name, link)
        for name, text in texts.items()
        if name.endswith(".md")
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
        if not (ROOT / name).parent.joinpath(link).exists()
    ]
    assert broken == []

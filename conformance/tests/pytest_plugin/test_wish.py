"""The marker: keys add up from module to test, whatever order says so; nonsense is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.pytest_plugin.wish import MAIN, BadWish, Wish, read_wish

HERE = Path("/tests")


def wish(*marks: dict[str, Any], folder: Path = HERE) -> Wish:
    """The wish of marks, the closest first."""
    return read_wish([((), mark) for mark in marks], folder)


def test_without_a_marker_there_is_one_plain_agent() -> None:
    assert wish() == Wish({MAIN: {}}, (), False)


SETTINGS = st.dictionaries(
    st.sampled_from(["SMOOTH_AGENT_A", "SMOOTH_AGENT_B", "X"]), st.integers() | st.booleans()
)


@given(closest=SETTINGS, farther=SETTINGS)
def test_settings_are_merged_and_the_closest_wins(
    closest: dict[str, Any], farther: dict[str, Any]
) -> None:
    merged = dict(wish({"settings": closest}, {"settings": farther}).settings)
    assert set(merged) == {*closest, *farther}
    for name, text in merged.items():
        value = closest.get(name, farther.get(name))
        assert text == (str(int(value)) if isinstance(value, bool) else str(value))


@given(settings=SETTINGS)
def test_equal_settings_share_a_server_whatever_their_order(settings: dict[str, Any]) -> None:
    turned = dict(reversed(settings.items()))
    assert wish({"settings": settings}).settings == wish({"settings": turned}).settings


def test_what_the_marker_adds_joins_what_the_agent_has() -> None:
    agent = {"tools": [{"name": "a"}], "confirmTools": ["a"], "knowledge": ["docs"]}
    added = {"tools": ["b"], "confirm": ["b"], "knowledge": {"hours": "Nine to five."}}
    main = wish(added, {"agent": agent}).agents[MAIN]
    assert [tool["name"] for tool in main["tools"]] == ["a", "b"]
    assert main["confirmTools"] == ["a", "b"]
    assert main["knowledge"] == ["/tests/docs", {"source": "hours", "content": "Nine to five."}]
    assert main["tools"][1]["parameters"] == {"type": "object"}


def test_an_agents_file_names_its_agents_and_the_default_comes_first(tmp_path: Path) -> None:
    agents = [{"id": "1", "slug": "one"}, {"id": "2", "slug": "two"}]
    (tmp_path / "agents.json").write_text(json.dumps({"default": "two", "agents": agents}))
    found = wish({"agents": "agents.json"}, folder=tmp_path)
    assert list(found.agents) == ["two", "one"]
    assert list(wish({"agents": ["desk", "billing"]}).agents) == ["desk", "billing"]


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ({"colour": 1}, "knows no 'colour'"),
        ({"agent": {}, "agents": ["a"]}, "give one"),
        ({"agents": []}, "a mapping of name to agent"),
        ({"agents": [1]}, "a mapping of name to agent"),
        ({"agents": {"a": 1}}, "the agent 'a' is no mapping"),
        ({"agents": "nowhere.json"}, "no agents file"),
        ({"tools": [{"description": "x"}]}, "neither a name nor a tool"),
        ({"confirm": 1}, "confirm=…) is a list"),
        ({"knowledge": 1}, "knowledge=…) is a list"),
        ({"settings": {"SMOOTH_AGENT_PORT": 1}}, "leave it out"),
    ],
)
def test_nonsense_is_named(mark: dict[str, Any], told: str) -> None:
    with pytest.raises(BadWish) as refused:
        wish(mark)
    assert told in str(refused.value)

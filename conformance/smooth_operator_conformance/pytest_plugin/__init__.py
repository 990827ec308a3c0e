"""The pytest plugin: `smooth_server`, `scripted_model`, `scripted_tool`, `@pytest.mark.smooth(…)`.

A test gets a real server in a process of its own and scripts what the language model and the tools
answer; no network, no key. pytest loads this module in every session of an environment that has
the wheel, therefore it imports nothing but pytest and itself until a test asks for a fixture.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from smooth_operator_conformance.pytest_plugin.model import Hold, ModelRequest, ScriptedModel
from smooth_operator_conformance.pytest_plugin.server import SmoothServer
from smooth_operator_conformance.pytest_plugin.tool import ScriptedTool, ScriptedTools, ToolCall
from smooth_operator_conformance.pytest_plugin.wish import BadWish, Wish, read_wish

if TYPE_CHECKING:
    from smooth_operator_conformance.pytest_plugin.pool import Pool
    from smooth_operator_conformance.pytest_plugin.stage import Stage

__all__ = [
    "Hold",
    "ModelRequest",
    "ScriptedModel",
    "ScriptedTool",
    "ScriptedTools",
    "SmoothServer",
    "ToolCall",
]

_MARK = (
    "smooth(*, agent, agents, tools, confirm, knowledge, settings, own_server): "
    "what the smooth-operator server of a test is like"
)
_STAGE = pytest.StashKey["Stage"]()
_FITTED = pytest.StashKey[bool]()
"""Whether the test passed with a script that fitted, so that a misfit afterwards is news."""
_FIXTURE = "_smooth_stage"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("smooth-operator")
    group.addoption(
        "--smooth-target",
        metavar="NAME|cmd:…",
        help="the server that smooth_server starts (default: the Python server)",
    )
    parser.addini("smooth_target", "the server that smooth_server starts", default="python")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARK)


@pytest.fixture(scope="session")
def _smooth_pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """The servers of the session."""
    try:
        from smooth_operator_conformance.pytest_plugin.pool import Pool
        from smooth_operator_conformance.pytest_plugin.starting import CannotServe
    except ImportError as error:
        needs = (
            "smooth_server and scripted_model need pip install 'smooth-operator-kit[conformance]'"
        )
        pytest.fail(f"{needs}: {error}", pytrace=False)
    target = request.config.getoption("--smooth-target") or request.config.getini("smooth_target")
    try:
        pool = Pool(target, _wishes(request.session.items))
    except CannotServe as error:
        pytest.fail(str(error), pytrace=False)
    yield pool
    late = pool.close()
    if late:
        lines = "\n".join(["asked when its test was over:", *late])
        warnings.warn(pytest.PytestWarning(lines), stacklevel=1)


@pytest.fixture
def _smooth_stage(request: pytest.FixtureRequest, _smooth_pool: Pool) -> Iterator[Stage]:
    """What the fixtures of one test share; a leftover that only shows now is an error."""
    from smooth_operator_conformance.pytest_plugin.stage import Stage

    try:
        wish = _wish(request.node)
    except BadWish as error:
        pytest.fail(str(error), pytrace=False)
    stage = Stage(_smooth_pool, request.node.nodeid, wish)
    request.node.stash[_STAGE] = stage
    yield stage
    problems = stage.end()
    if problems and request.node.stash.get(_FITTED, False):
        pytest.fail(_misfit(problems), pytrace=False)


@pytest.fixture
def smooth_server(_smooth_stage: Stage) -> SmoothServer:
    """A real server with the agents of this test: `.url`, `.agent_id`, `.log`."""
    from smooth_operator_conformance.pytest_plugin.starting import CannotServe

    try:
        return _smooth_stage.server()
    except CannotServe as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def scripted_model(_smooth_stage: Stage) -> ScriptedModel:
    """The model of this test: `.says("…")`, `.calls_tool(…)`, `.fails(429)`, `.requests`."""
    return _smooth_stage.model()


@pytest.fixture
def scripted_tool(_smooth_stage: Stage) -> ScriptedTools:
    """`scripted_tool("name").returns("…")`; `scripted_tool("name", "agent")` of several agents."""
    return _smooth_stage.tool


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A script that does not fit what was asked fails the test, whatever the test asserts."""
    try:
        result = yield
    except BaseException:
        _explain(item, problems=True)
        raise
    stage = item.stash.get(_STAGE, None)
    problems = stage.problems() if stage is not None else []
    if problems:
        _explain(item, problems=False)
        pytest.fail(_misfit(problems), pytrace=False)
    item.stash[_FITTED] = True
    return result


def _explain(item: pytest.Item, *, problems: bool) -> None:
    stage = item.stash.get(_STAGE, None)
    if stage is not None:
        for title, text in stage.sections(problems=problems):
            item.add_report_section("call", title, text)


def _misfit(problems: list[str]) -> str:
    return "\n".join(["the script does not fit: " + problems[0], *problems[1:]])


def _wish(item: pytest.Item) -> Wish:
    marks = [(mark.args, mark.kwargs) for mark in item.iter_markers("smooth")]
    return read_wish(marks, item.path.parent)


def _wishes(items: list[pytest.Item]) -> dict[str, Wish]:
    """The wishes of every test that will want a server; a bad one fails in its own test."""
    wishes: dict[str, Wish] = {}
    for item in items:
        if _FIXTURE in getattr(item, "fixturenames", ()):
            try:
                wishes[item.nodeid] = _wish(item)
            except BadWish:
                continue
    return wishes

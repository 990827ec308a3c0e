"""The agents file: what is read, and what refuses to start, with its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.agents.loading import (
    AgentsFileError,
    check_agents,
    load_agents,
    parse_agents,
)
from smooth_operator_server.agents.model import (
    Agent,
    EmbedPolicy,
    HttpEndpoint,
    KnowledgeDocument,
    ToolSpec,
    Workflow,
    WorkflowStep,
)

ID = "c2b7f4e8-55aa-4d3e-8f01-6b9d20e4a733"
OTHER = "C2B7F4E8-55AA-4D3E-8F01-6B9D20E4A734"
TOOL = {
    "name": "track_order",
    "description": "Says where an order is.",
    "parameters": {"type": "object", "properties": {"order": {"$ref": "#/$defs/o"}}, "$defs": {}},
    "http": {"url": "https://tools.example/track"},
}
TOOL["parameters"]["$defs"] = {"o": {"type": "string"}}  # type: ignore[index]
ENV = {"SMOOTH_TOOL_KEY": "s3cret", "SITE_SECRET": "site", "OTHER": "x"}


def agent(**more: Any) -> dict[str, Any]:
    return {"id": ID, "slug": "desk", "name": "Desk", **more}


def tool(**more: Any) -> dict[str, Any]:
    return {**copy.deepcopy(TOOL), **more}


def parse(*agents: dict[str, Any], **more: Any) -> Agent:
    found, problems = parse_agents({"agents": list(agents), **more}, ENV)
    assert problems == []
    assert found is not None
    return next(iter(found))


def problems_of(document: Any, **more: Any) -> list[str]:
    found, problems = parse_agents(document, ENV, **more)
    assert (found is None) == bool(problems)
    return [str(problem) for problem in problems]


def test_the_least_agent() -> None:
    assert parse(agent()) == Agent(id=ID, slug="desk", name="Desk")


def test_the_most_agent() -> None:
    full = agent(
        organizationId="org-1",
        instructions="Be brief.",
        persona="calm",
        greeting="Hello",
        model="m",
        models=["m", "n"],
        modelParams={"temperature": 0.2, "stop": None, "max_tokens": 5},
        preambleModel="p",
        judgeModel="j",
        visibility="internal",
        maxIterations=4.0,
        workflow={
            "steps": [
                {"id": "a", "instructions": "i", "doneWhen": "d", "chips": ["x"]},
                {"id": "b", "instructions": "", "doneWhen": ""},
            ],
            "maxAttempts": 2,
        },
        tools=[
            tool(
                authLevel="end_user",
                timeoutMs=500,
                http={
                    "url": "http://localhost:9/x",
                    "headers": {"X-Key": {"env": "SMOOTH_TOOL_KEY"}, "X-Team": "t"},
                },
            )
        ],
        confirmTools=["cancel_"],
        interactions=["choices"],
        knowledge=["handbook", {"source": "fees", "content": "None.", "url": "https://x.example"}],
        skills={"refunds": "# Refunds"},
        embed={
            "allowedOrigins": ["*", "https://*.a.example:8443"],
            "authContextSecretEnv": "SITE_SECRET",
            "singleUse": True,
        },
    )
    assert parse(full) == Agent(
        id=ID,
        slug="desk",
        name="Desk",
        organization_id="org-1",
        instructions="Be brief.",
        persona="calm",
        greeting="Hello",
        model="m",
        models=("m", "n"),
        model_params={"temperature": 0.2, "stop": None, "max_tokens": 5},
        preamble_model="p",
        judge_model="j",
        visibility="internal",
        max_iterations=4,
        workflow=Workflow(
            (WorkflowStep("a", "i", "d", ("x",)), WorkflowStep("b", "", "")), max_attempts=2
        ),
        tools=(
            ToolSpec(
                "track_order",
                "Says where an order is.",
                tool()["parameters"],
                HttpEndpoint("http://localhost:9/x", {"X-Key": "s3cret", "X-Team": "t"}),
                "end_user",
                500,
            ),
        ),
        confirm_tools=("cancel_",),
        interactions=("choices",),
        knowledge=("handbook", KnowledgeDocument("fees", "None.", "https://x.example")),
        skills={"refunds": "# Refunds"},
        embed=EmbedPolicy(("*", "https://*.a.example:8443"), "site", single_use=True),
    )


def test_secrets_do_not_show() -> None:
    embed = {"allowedOrigins": [], "authContextSecretEnv": "SITE_SECRET"}
    headers = {"X-Key": {"env": "SMOOTH_TOOL_KEY"}}
    found = parse(
        agent(embed=embed, tools=[tool(http={"url": "https://x.example", "headers": headers})])
    )
    assert "s3cret" not in repr(found)
    assert "'site'" not in repr(found)


def test_an_unset_embed_secret_is_none() -> None:
    embed = {"allowedOrigins": [], "authContextSecretEnv": "UNSET"}
    assert parse(agent(embed=embed)).embed == EmbedPolicy(())


@pytest.mark.parametrize("default", ["second", OTHER, OTHER.lower()])
def test_the_default(default: str) -> None:
    second = agent(id=OTHER, slug="second")
    found, _ = parse_agents({"agents": [agent(), second], "default": default}, {})
    assert found is not None
    assert found.default.slug == "second"
    assert found.resolve("nobody").slug == "second"


def test_the_first_is_the_default_otherwise() -> None:
    found, _ = parse_agents({"agents": [agent(), agent(id=OTHER, slug="second")]}, {})
    assert found is not None
    assert found.default.slug == "desk"
    assert [entry.slug for entry in found] == ["desk", "second"]


A = "$.agents[0]"
T = "$.agents[0].tools[0]"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"extra": 1}, f"{A}.extra: unknown key"),
        ({"x-y": 1}, f"{A}['x-y']: unknown key"),
        ({"id": "nope"}, f"{A}.id: must be a UUID"),
        ({"id": 7}, f"{A}.id: must be a UUID"),
        ({"slug": "Desk"}, f"{A}.slug: must be 1 to 63 lower-case letters, digits and dashes"),
        ({"slug": "a" * 64}, f"{A}.slug: must be 1 to 63 lower-case letters, digits and dashes"),
        ({"name": ""}, f"{A}.name: must not be empty"),
        ({"name": None}, f"{A}.name: must be a string"),
        ({"models": ["m", 1]}, f"{A}.models[1]: must be a string"),
        ({"models": "m"}, f"{A}.models: must be a list"),
        ({"modelParams": {"stream": False}}, f"{A}.modelParams.stream: cannot be set"),
        ({"modelParams": []}, f"{A}.modelParams: must be an object"),
        ({"visibility": "secret"}, f"{A}.visibility: must be one of public, internal"),
        ({"maxIterations": 0}, f"{A}.maxIterations: must be at least 1"),
        ({"maxIterations": 1.5}, f"{A}.maxIterations: must be an integer"),
        ({"maxIterations": True}, f"{A}.maxIterations: must be an integer"),
        ({"workflow": {}}, f"{A}.workflow.steps: is required"),
        ({"workflow": {"steps": []}}, f"{A}.workflow.steps: must hold at least 1"),
        ({"confirmTools": [""]}, f"{A}.confirmTools[0]: must not be empty"),
        ({"interactions": ["x"]}, f"{A}.interactions[0]: must be one of identity_intake, choices"),
        ({"knowledge": [""]}, f"{A}.knowledge[0]: must not be empty"),
        ({"knowledge": [{"source": "x"}]}, f"{A}.knowledge[0].content: is required"),
        ({"knowledge": [7]}, f"{A}.knowledge[0]: must be an object"),
        ({"skills": {"a b": "x"}}, f"{A}.skills['a b']: is no skill name"),
        ({"skills": {"a": 1}}, f"{A}.skills.a: must be a string"),
        ({"embed": {}}, f"{A}.embed.allowedOrigins: is required"),
        (
            {"embed": {"allowedOrigins": ["https://a.example/"]}},
            f"{A}.embed.allowedOrigins[0]: must be *, an origin without a path, or "
            "scheme://*.suffix",
        ),
        (
            {"embed": {"allowedOrigins": [], "singleUse": 1}},
            f"{A}.embed.singleUse: must be true or false",
        ),
        (
            {"tools": [tool(name="a b")]},
            f"{T}.name: must be 1 to 64 letters, digits, dots, dashes or underscores",
        ),
        ({"tools": [tool(name="request_choices")]}, f"{T}.name: is the name of a built-in tool"),
        (
            {"tools": [tool(), tool()]},
            "$.agents[0].tools[1].name: this tool name is taken by $.agents[0].tools[0].name",
        ),
        (
            {"tools": [tool(authLevel="root")]},
            f"{T}.authLevel: must be one of none, end_user, admin",
        ),
        ({"tools": [tool(timeoutMs=0)]}, f"{T}.timeoutMs: must be at least 1"),
        ({"tools": [{"name": "x"}]}, f"{T}.description: is required"),
        ({"tools": [tool(parameters=[])]}, f"{T}.parameters: must be an object"),
        (
            {"tools": [tool(parameters={"items": [{"$ref": "https://x.example"}]})]},
            f"{T}.parameters.items[0]['$ref']: may only refer to places in the schema itself (#/…)",
        ),
    ],
)
def test_each_mistake_is_named_with_its_place(change: dict[str, Any], problem: str) -> None:
    assert problem in problems_of({"agents": [agent(**change)]})


def test_a_ref_that_is_no_reference_is_left_alone() -> None:
    parse(agent(tools=[tool(parameters={"properties": {"a": {"const": {"$ref": "x"}}}})]))


@pytest.mark.parametrize("schema", [{"type": "nope"}, {"$schema": "http://127.0.0.1:1/x"}])
def test_parameters_must_be_a_schema(schema: dict[str, Any]) -> None:
    (problem,) = problems_of({"agents": [agent(tools=[tool(parameters=schema)])]})
    assert problem.startswith(f"{T}.parameters: is no JSON Schema: ")


@pytest.mark.parametrize(
    "url",
    [
        "https://tools.example",
        "https://169.254.169.254/x",
        "HTTPS://tools.example/x?y=1",
        "http://127.0.0.1:8080/x",
        "http://[::1]/x",
        "http://localhost/x",
        "http://tools.internal:80/x",
        "http://TOOLS.internal/x",
    ],
)
def test_good_addresses(url: str) -> None:
    document = {"agents": [agent(tools=[tool(http={"url": url})])]}
    assert problems_of(document, tool_hosts=["tools.internal"]) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://tools.example", "must be https, or http to loopback"),
        ("http://127.0.0.1.example", "must be https, or http to loopback"),
        ("http://169.254.169.254", "must be https, or http to loopback"),
        ("ftp://tools.example", "must be an https or http URL"),
        ("tools.example", "must be an https or http URL"),
        ("https://", "must be an https or http URL"),
        ("https://user:pass@tools.example", "must not hold credentials"),
        ("https://[::1", "is no URL"),
        ("https://tools.example:port", "is no URL"),
    ],
)
def test_bad_addresses(url: str, reason: str) -> None:
    (problem,) = problems_of({"agents": [agent(tools=[tool(http={"url": url})])]})
    assert problem.startswith(f"{T}.http.url: {reason}")
    assert "pass" not in problem


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"Host": "x"}, ".Host: cannot be set"),
        ({"content-type": "x"}, "['content-type']: cannot be set"),
        ({"IDEMPOTENCY-KEY": "x"}, "['IDEMPOTENCY-KEY']: cannot be set"),
        ({"a b": "x"}, "['a b']: is no header name"),
        ({"X": "sec\r\nret"}, ".X: holds characters that no header can carry"),
        ({"X": 1}, '.X: must be a string or {"env": name}'),
        ({"X": {"env": "OTHER"}}, ".X.env: must name a variable that begins SMOOTH_TOOL_"),
        ({"X": {"env": "SMOOTH_TOOL_UNSET"}}, ".X.env: SMOOTH_TOOL_UNSET is not set"),
        ({"X": {}}, ".X.env: is required"),
        ({"X": {"env": "SMOOTH_TOOL_KEY", "y": 1}}, ".X.y: unknown key"),
    ],
)
def test_headers(headers: dict[str, Any], problem: str) -> None:
    http = {"url": "https://x.example", "headers": headers}
    assert problems_of({"agents": [agent(tools=[tool(http=http)])]}) == [
        f"{T}.http.headers{problem}"
    ]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "$: must be an object"),
        ({}, "$.agents: is required"),
        ({"agents": []}, "$.agents: must hold at least 1"),
        ({"agents": {}}, "$.agents: must be a list"),
        ({"agents": [7]}, "$.agents[0]: must be an object"),
        ({"agents": [agent()], "agent": 1}, "$.agent: unknown key"),
        ({"agents": [agent()], "default": "x"}, "$.default: names no agent"),
        (
            {"agents": [agent(), agent(id=ID.upper(), slug="b")]},
            "$.agents[1].id: this id is taken by $.agents[0].id",
        ),
        (
            {"agents": [agent(), agent(id=OTHER)]},
            "$.agents[1].slug: this slug is taken by $.agents[0].slug",
        ),
    ],
)
def test_the_document(document: Any, problem: str) -> None:
    assert problem in problems_of(document)


def test_step_ids_differ() -> None:
    step = {"id": "a", "instructions": "i", "doneWhen": "d"}
    workflow = {"steps": [step, step], "maxAttempts": 1}
    assert problems_of({"agents": [agent(workflow=workflow)]}) == [
        f"{A}.workflow.steps[1].id: this step id is taken by {A}.workflow.steps[0].id"
    ]


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "agents.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"agents": [agent(knowledge=["kb"])]}).encode())
    found = load_agents(path, {})
    assert found.default.knowledge == (str(tmp_path / "kb"),)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(AgentsFileError, match=r"agents\.json: \$: is not JSON"):
        load_agents(str(path), {})
    path.write_text(json.dumps({"agents": [agent(id="x", slug="X")]}), encoding="utf-8")
    with pytest.raises(AgentsFileError, match=r"\$\.agents\[0\]\.id: .* \(and 1 more\)") as caught:
        load_agents(path, {})
    assert len(caught.value.problems) == 2
    assert [str(p) for p in check_agents(tmp_path / "none.json", {})[1]] == [
        "$: cannot be read: No such file or directory"
    ]


def test_without_a_file_one_agent_answers() -> None:
    agents = load_agents(None, {})
    assert [entry.name for entry in agents] == ["smooth-agent"]
    assert len(agents) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(Agent.__dataclass_fields__)), json_values)
def test_any_value_anywhere_is_read_or_refused(field: str, value: Any) -> None:
    head, *rest = field.split("_")
    key = head + "".join(part.title() for part in rest)
    agents, problems = parse_agents({"agents": [agent(**{key: value})]}, {})
    assert (agents is None) == bool(problems)
    assert all("\n" not in str(problem) for problem in problems)

"""What a message may bring along, and what an agent may add: skills, images, models, steps."""

from __future__ import annotations

import asyncio
from typing import Any

from smooth_operator_server import Settings, serve_local
from smooth_operator_server.agents.model import Agent, KnowledgeDocument, Workflow, WorkflowStep
from smooth_operator_server.agents.registry import Agents

ID = "7c1d2e3f-1111-4222-8333-944445555603"


def agents(**more: Any) -> Agents:
    agent = Agent(id=ID, slug="main", name="Main", **more)
    return Agents([agent], agent)


async def turn(peer: Any, session: str, message: str = "hi", **more: Any) -> list[dict[str, Any]]:
    await peer.send("send_message", requestId="t", sessionId=session, message=message, **more)
    events: list[dict[str, Any]] = await peer.until("eventual_response")
    return events


async def test_a_skill_is_read_for_its_turn_only(connect: Any, model: Any) -> None:
    model.says("a").says("b")
    async with serve_local(model=model, agents=agents(skills={"rhyme": "Rhyme."})) as server:
        peer = await connect(server)
        session = await peer.session()
        for bad in ("ghost", "no/name", 7):
            refused = await peer.ask(
                "send_message", requestId="x", sessionId=session, message="hi", skill=bad
            )
            assert refused["error"]["code"] == "SKILL_NOT_FOUND"
        await turn(peer, session, skill="rhyme")
        await turn(peer, session, skill="  ")
    first, second = (request.messages[0]["content"] for request in model.requests)
    assert "Rhyme." in first
    assert "Rhyme." not in second


async def test_images_reach_the_model_in_their_turn_and_files_the_tools(
    connect: Any, model: Any, tool: Any, toolbox: Any
) -> None:
    look = tool("look")
    model.calls(("look", {"id": "1"})).says("a").says("b")
    image = {"url": "data:image/png;base64,AA==", "detail": "low"}
    files = [{"name": "a.csv", "url": "data:text/csv;base64,AA=="}, {"name": 3}]
    async with serve_local(model=model, agents=agents(), tools=[toolbox(look)]) as server:
        peer = await connect(server)
        session = await peer.session()
        await turn(peer, session, "", images=[image, {"no": 1}], files=files)
        await turn(peer, session, "and?")
    assert model.requests[0].messages[-1]["content"] == [
        {"type": "image_url", "image_url": {"url": image["url"], "detail": "low"}}
    ]
    told = [m["content"] for m in model.requests[2].messages if m["role"] == "user"]
    assert told == ["", "and?"]
    assert [dict(file) for file in look.seen[0][1].files] == files[:1]


async def test_models_and_parameters(connect: Any, model: Any) -> None:
    model.says("a").says("b")
    one = agents(model="own", model_params={"temperature": 0})
    async with serve_local(Settings(port=0, model="base"), model=model, agents=one) as server:
        peer = await connect(server)
        session = await peer.session()
        await turn(peer, session, model=" named ")
        await turn(peer, session, model=" ")
    assert [request.model for request in model.requests] == ["named", "own"]
    assert model.requests[0].params == {"temperature": 0}


async def test_documents_are_given_cited_and_searched(connect: Any, model: Any) -> None:
    documents = (
        KnowledgeDocument("returns.md", "Goods go back within 30 days.", "https://x.test/r"),
        KnowledgeDocument("ships.md", "Parcels leave on Monday."),
    )
    model.calls(("knowledge_search", {"query": "parcels"})).says("30 days.")
    async with serve_local(model=model, agents=agents(knowledge=documents)) as server:
        peer = await connect(server)
        session = await peer.session()
        answer = (await turn(peer, session, "When can goods go back?"))[-1]["data"]["data"]
    assert [(c["id"], c.get("url")) for c in answer["citations"]] == [
        ("returns.md", "https://x.test/r"),
        ("ships.md", None),
    ]
    assert "Goods go back within 30 days." in model.requests[0].messages[0]["content"]
    found = model.requests[1].messages[-1]["content"]
    assert found.startswith('[{"id":"ships.md","title":"ships.md","content":"Parcels leave')


async def test_the_workflow_moves_when_the_judge_says_so(connect: Any, model: Any) -> None:
    steps = (
        WorkflowStep("one", "Ask the size.", "a size is known"),
        WorkflowStep("two", "Ask the colour.", "a colour is known", ("Red", "Blue")),
    )
    flow = Workflow(steps, max_attempts=2)
    model.says("a").says("b").says("c").says("d").says("e")
    model.completions += ['{"done": false}', '{"done": true}', "junk", "junk"]
    async with serve_local(model=model, agents=agents(workflow=flow)) as server:
        peer = await connect(server)
        session = await peer.session()
        answers = [(await turn(peer, session))[-1]["data"]["data"] for _ in range(5)]
    chips = [answer["response"]["suggestedNextActions"] for answer in answers]
    assert chips == [[], ["Red", "Blue"], [], [], []]
    systems = [
        request.messages[0]["content"] if request.messages[0]["role"] == "system" else ""
        for request in model.requests
    ]
    assert ["size" in text for text in systems] == [True, True, False, False, False]
    assert ["colour" in text for text in systems] == [False, False, True, True, False]
    assert answers[0]["usage"]["promptTokens"] == 11
    assert len(model.completed) == 4
    assert model.completed[0].max_tokens == 256


async def test_a_preamble_is_said_before_the_answer(
    connect: Any, model: Any, gate: asyncio.Event
) -> None:
    model.says("a", gates={0: gate}).says("b")
    model.completions.append("One moment.")
    async with serve_local(model=model, agents=agents(preamble_model="fast")) as server:
        peer = await connect(server)
        session = await peer.session()
        await peer.send("send_message", requestId="t", sessionId=session, message="hi")
        said = (await peer.until("stream_preamble"))[-1]
        assert said["token"] == said["data"]["token"] == "One moment."
        gate.set()
        await peer.until("eventual_response")
        await peer.send(
            "send_message", requestId="t2", sessionId=session, message="hi", stream=False
        )
        await peer.until("eventual_response")
    assert [(r.model, r.max_tokens) for r in model.completed] == [("fast", 64)]

"""The app against a real server, with a scripted model: offline, no key, nothing sleeps."""

from __future__ import annotations

from collections.abc import AsyncIterator

import order_support
import pytest
import pytest_asyncio
from smooth_operator import Answer, ServerError, Session, connect
from smooth_operator_conformance.pytest_plugin import ScriptedModel, ScriptedTools, SmoothServer

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.smooth(agents="agents.json", settings={"SMOOTH_TOOL_ORDERS_TOKEN": "Bearer t0p"}),
]


class Customer:
    """Somebody at the keyboard: what they saw, what they were asked, what they say then."""

    def __init__(self, *, agrees: bool = True) -> None:
        self.agrees = agrees
        self.seen: list[str] = []
        self.asked: list[str] = []

    async def asks(self, session: Session, question: str) -> Answer:
        return await order_support.ask(
            session, question, show=self.seen.append, approve=self._answers
        )

    def _answers(self, what: str) -> bool:
        self.asked.append(what)
        return self.agrees


@pytest_asyncio.fixture
async def session(smooth_server: SmoothServer) -> AsyncIterator[Session]:
    async with connect(smooth_server.url) as client:
        yield await client.create_session(smooth_server.agent_id)


async def test_the_answer_is_shown_as_it_comes(
    session: Session, scripted_model: ScriptedModel
) -> None:
    scripted_model.says_in(["It is ", "on its ", "way."])
    customer = Customer()
    await customer.asks(session, "Where is it?")
    assert "".join(customer.seen) == "It is on its way."


async def test_an_answer_names_the_documents_it_rests_on(
    session: Session, scripted_model: ScriptedModel
) -> None:
    scripted_model.says("Until it leaves our warehouse.")
    answer = await Customer().asks(session, "Until when can I have my order cancelled?")
    assert order_support.sources(answer) == ["[1] Cancelling an order"]
    assert "evening of the next working day" in scripted_model.requests[0].system


async def test_looking_up_an_order_asks_nobody(
    session: Session, scripted_model: ScriptedModel, scripted_tool: ScriptedTools
) -> None:
    scripted_model.calls_tool("find_order", {"order": "A-7"}).says("A-7 is packed.")
    scripted_tool("find_order").returns("packed")
    customer = Customer()
    answer = await customer.asks(session, "Where is A-7?")
    assert answer.text == "A-7 is packed."
    assert customer.asked == []
    assert scripted_model.requests[1].last["content"] == "packed"


async def test_an_order_is_cancelled_once_the_customer_agrees(
    session: Session, scripted_model: ScriptedModel, scripted_tool: ScriptedTools
) -> None:
    scripted_model.calls_tool("cancel_order", {"order": "A-7"}).says("Done.")
    cancel = scripted_tool("cancel_order").returns("cancelled")
    customer = Customer(agrees=True)
    await customer.asks(session, "Cancel A-7.")
    assert len(customer.asked) == 1
    assert [call.arguments for call in cancel.calls] == [{"order": "A-7"}]
    assert cancel.calls[0].headers["authorization"] == "Bearer t0p"


async def test_nothing_is_cancelled_if_they_do_not(
    session: Session, scripted_model: ScriptedModel, scripted_tool: ScriptedTools
) -> None:
    scripted_model.calls_tool("cancel_order", {"order": "A-7"}).says("I left it.")
    answer = await Customer(agrees=False).asks(session, "Cancel A-7.")
    assert answer.text == "I left it."
    assert scripted_tool("cancel_order").calls == []


async def test_a_busy_model_is_asked_again(session: Session, scripted_model: ScriptedModel) -> None:
    scripted_model.fails(429).says("Here I am.")
    assert (await Customer().asks(session, "Hello?")).text == "Here I am."


async def test_a_model_that_is_down_is_an_error(
    session: Session, scripted_model: ScriptedModel
) -> None:
    scripted_model.fails(500, times=3)
    with pytest.raises(ServerError) as caught:
        await Customer().asks(session, "Hello?")
    assert caught.value.code == "AGENT_ERROR"


async def test_the_whole_command(
    smooth_server: SmoothServer,
    scripted_model: ScriptedModel,
    scripted_tool: ScriptedTools,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scripted_model.calls_tool("cancel_order", {"order": "A-7"}).says("Cancelled, free of charge.")
    scripted_tool("cancel_order").returns("cancelled")
    monkeypatch.setattr("builtins.input", lambda question: "y")
    await order_support.run(smooth_server.url, smooth_server.agent_id, "Cancel my order A-7.")
    printed = capsys.readouterr().out.splitlines()
    assert printed == ["Cancelled, free of charge.", "[1] Cancelling an order"]

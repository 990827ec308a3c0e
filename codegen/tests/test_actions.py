"""The table of actions, the handler interface and the client stubs agree with the catalogue."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any, TypeVar

import pytest
from smooth_operator.protocol import models
from smooth_operator.protocol.base import WireModel
from smooth_operator.protocol.decode import decode_request
from smooth_operator.protocol.dispatch import ACTIONS, ActionHandlers, dispatch
from smooth_operator.protocol.stubs import ActionStubs
from smooth_operator_codegen.emit.python.names import snake
from smooth_operator_codegen.ir import AnswerKind, Const, Contract

R = TypeVar("R", bound=WireModel)


def test_the_table_says_what_the_catalogue_says(contract: Contract) -> None:
    assert list(ACTIONS) == [each.name for each in contract.actions]
    for action in contract.actions:
        found = ACTIONS[action.name]
        assert found.answer == action.answer.kind.value
        assert found.errors == frozenset(action.errors)
        assert found.capability == action.capability
        assert found.request_type is getattr(models, action.request)
        response = found.response_type
        if response is None:
            assert action.answer.kind is AnswerKind.EVENT or action.answer.response is None
        else:
            assert response.__name__ == action.answer.response


def test_every_action_has_a_handler_and_none_is_left_over(contract: Contract) -> None:
    methods = {
        name for name, each in vars(ActionHandlers).items() if inspect.iscoroutinefunction(each)
    }
    assert methods == {snake(each.name) for each in contract.actions}


class Recorder:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        async def handler(context: str, request: Any) -> None:
            self.calls.append((name, context, request))

        return handler


async def test_dispatch_calls_the_handler_of_the_request() -> None:
    recorder: Any = Recorder()
    request = decode_request("ping", {"requestId": "p"})
    await dispatch(recorder, "here", request)
    assert recorder.calls == [("ping", "here", request)]


class Client(ActionStubs[str]):
    """Writes down what would be sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any], Any]] = []

    async def _request(self, frame: dict[str, Any], response_type: type[R]) -> R:
        self.sent.append(("request", frame, response_type))
        return response_type.model_construct()

    async def _event(self, frame: dict[str, Any], event_types: tuple[type[R], ...]) -> R:
        self.sent.append(("event", frame, event_types))
        return event_types[0].model_construct()

    async def _turn(self, frame: dict[str, Any]) -> str:
        self.sent.append(("turn", frame, None))
        return "turn"

    async def _notify(self, frame: dict[str, Any]) -> None:
        self.sent.append(("notify", frame, None))


async def test_stubs_send_every_field_under_its_name(contract: Contract) -> None:
    for action in contract.actions:
        client = Client()
        fields = [
            each
            for each in contract.object(action.request).fields
            if not isinstance(each.type, Const)
        ]
        method = getattr(client, snake(action.name))
        assert list(inspect.signature(method).parameters) == [snake(each.name) for each in fields]
        await method(**{snake(each.name): f"value of {each.name}" for each in fields})
        ((_, frame, _),) = client.sent
        expected = {each.name: f"value of {each.name}" for each in fields}
        assert frame == {"action": action.name, **expected}


async def test_stubs_leave_out_what_was_not_given_and_write_models_as_objects() -> None:
    client = Client()
    image = models.ImageAttachment(url="https://a.example/p.png")
    assert await client.send_message(session_id="s", message="m", images=[image]) == "turn"
    await client.cancel()
    await client.verify_otp(session_id="s", code="1")
    assert client.sent == [
        (
            "turn",
            {
                "action": "send_message",
                "sessionId": "s",
                "message": "m",
                "images": [{"url": "https://a.example/p.png"}],
            },
            None,
        ),
        ("notify", {"action": "cancel"}, None),
        (
            "event",
            {"action": "verify_otp", "sessionId": "s", "code": "1"},
            (models.OtpVerifiedEvent, models.OtpInvalidEvent),
        ),
    ]


@pytest.mark.parametrize("module", ["codes", "encode", "dispatch", "prompts", "limits", "lexical"])
def test_light_modules_do_not_import_the_models(module: str) -> None:
    """A server's start must not wait for models that it does not need yet."""
    program = (
        "import sys, types\n"
        # The package's own front door is the client; only the wire layer is looked at here.
        "import smooth_operator_codegen.source as s\n"
        "package = types.ModuleType('smooth_operator')\n"
        "package.__path__ = [str(s.repository() / 'clients/python/smooth_operator')]\n"
        "sys.modules['smooth_operator'] = package\n"
        f"import smooth_operator.protocol.{module}\n"
        "print('pydantic' in sys.modules or 'orjson' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]

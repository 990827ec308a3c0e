"""A contract in miniature, and the few verbs that tests bend it with."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from smooth_operator_codegen import SpecError, read
from smooth_operator_codegen.emit.python import emit_python, emit_python_models
from smooth_operator_codegen.ir import Contract
from smooth_operator_codegen.source import SpecFiles, from_folder, from_texts, repository

HOME = "https://smooth-operator.example/spec/"

Files = dict[str, Any]
Change = Callable[[Files], None]


def _object(title: str, properties: dict[str, Any], required: list[str], **more: Any) -> Any:
    return {
        "title": title,
        "description": f"{title}, in short.",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        **more,
    }


def _files() -> Files:
    text = {"type": "string", "description": "A text."}
    greet = _object(
        "GreetRequest",
        {
            "action": {"const": "greet", "description": "Which action."},
            "requestId": {**text, "x-soft": "absent", "maxLength": 8},
            "name": {**text, "minLength": 1, "maxLength": 5},
            "times": {
                "type": "integer",
                "minimum": 1,
                "maximum": 9,
                "default": 2,
                "x-soft": "clamp",
                "description": "How often.",
            },
        },
        ["action", "name"],
    )
    told = _object(
        "ToldEvent",
        {
            "type": {"const": "told", "description": "Which event."},
            "requestId": text,
            "data": {"$ref": "#/$defs/Data", "description": "The content."},
            "seq": {"type": "integer", "description": "Place.", "x-capability": "numbers"},
            "timestamp": {"type": "integer", "description": "When."},
        },
        ["type", "data"],
    )
    data = _object(
        "ToldData",
        {
            "requestId": {**text, "x-twin": "/requestId"},
            "mood": {"$ref": "../domain/mood.schema.json", "description": "How it was said."},
            "words": {"type": "array", "items": {"type": "string"}, "description": "The words."},
        },
        ["requestId", "words"],
    )
    return {
        "VERSION": "1.0.0",
        "actions/greet.schema.json": {
            "$id": HOME + "actions/greet.schema.json",
            "description": "Greeting.",
            "oneOf": [{"$ref": "#/$defs/Request"}, {"$ref": "#/$defs/Response"}],
            "$defs": {
                "Request": greet,
                "Response": _object("GreetResponse", {"said": text}, ["said"]),
            },
        },
        "events/told.schema.json": {
            "$id": HOME + "events/told.schema.json",
            **told,
            "x-always": ["requestId", "timestamp"],
            "$defs": {"Data": data},
        },
        "domain/mood.schema.json": {
            "$id": HOME + "domain/mood.schema.json",
            "title": "Mood",
            "description": "A mood.",
            "type": "string",
            "enum": ["glad", "sad"],
            "x-open": True,
        },
        "catalogue.json": {
            "protocolVersion": "1",
            "actions": [
                {
                    "name": "greet",
                    "description": "Says hello.",
                    "request": "actions/greet.schema.json#/$defs/Request",
                    "answer": {
                        "kind": "ack",
                        "status": 200,
                        "messages": ["Done"],
                        "response": "actions/greet.schema.json#/$defs/Response",
                    },
                    "errors": ["OOPS"],
                }
            ],
            "events": [
                {
                    "type": "told",
                    "description": "Something was said.",
                    "schema": "events/told.schema.json",
                    "endsTurn": True,
                    "inLog": True,
                    "published": True,
                }
            ],
            "errors": [
                {
                    "code": "OOPS",
                    "when": "It broke.",
                    "retry": "later",
                    "endsTurn": True,
                    "sent": True,
                }
            ],
            "capabilities": [
                {"name": "numbers", "declaredIn": "hello", "description": "Numbered events."}
            ],
            "interactions": [],
            "closeCodes": [{"code": 1000, "name": "normal", "when": "The end."}],
            "limits": [
                {
                    "name": "greatest",
                    "setting": "GREATEST",
                    "default": 3,
                    "unit": "pieces",
                    "description": "The most.",
                    "inWelcome": True,
                }
            ],
            "metrics": [],
            "logKeys": [],
            "routes": [],
            "shapes": [],
        },
        "prompts.json": {
            "sentences": {
                **_refusals(),
                "hello_name": {
                    "id": "hello_name",
                    "audience": "model",
                    "text": 'Say {"hi"} to {name}.',
                    "placeholders": ["name"],
                    "description": "A greeting.",
                    "contractual": True,
                },
            },
            "tools": {},
        },
        "requirements.json": [
            {
                "id": "FRAME-001",
                "level": "MUST",
                "side": "server",
                "text": "It works.",
                "place": "catalogue.json",
                "observable": True,
            }
        ],
        "lexical-tables.json": {
            "fold": {"0041": "a"},
            "drop": [["00AD", "00AD"]],
            "gram": [],
            "separator": [["0000", "002F"]],
            "stopWords": ["a"],
        },
    }


def _refusals() -> dict[str, Any]:
    """The sentences with which the miniature's fields are refused."""
    placeholders = {
        "error_field_required": ["field"],
        "error_field_type": ["field", "expected"],
        "error_field_too_short": ["field", "minimum"],
        "error_field_too_long": ["field", "maximum"],
        "error_field_invalid": ["field"],
        "type_string": [],
    }
    return {
        name: {
            "id": name,
            "audience": "error",
            "text": " ".join(["no", *(f"{{{each}}}" for each in names)]),
            "placeholders": names,
            "description": "A refusal.",
        }
        for name, names in placeholders.items()
    }


@pytest.fixture
def spec() -> Files:
    """The miniature contract as editable documents by path."""
    return copy.deepcopy(_files())


@pytest.fixture
def load() -> Callable[[Files], Contract]:
    """Reads documents as a contract."""
    return lambda files: read(_sources(files))


@pytest.fixture
def refusal() -> Callable[[Files], str]:
    """The message that documents are refused with; fails when they are accepted."""

    def message(files: Files) -> str:
        with pytest.raises(SpecError) as caught:
            read(_sources(files))
        return str(caught.value)

    return message


@pytest.fixture(scope="session")
def root() -> Path:
    return repository()


@pytest.fixture(scope="session")
def contract(root: Path) -> Contract:
    """The real contract."""
    return read(from_folder(root / "spec"))


def _sources(files: Files) -> SpecFiles:
    texts = {path: each if path == "VERSION" else json.dumps(each) for path, each in files.items()}
    return from_texts(texts)


@pytest.fixture(scope="session")
def tiny_protocol(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The miniature contract's wire layer, importable; the value is the package's name."""
    name = "tiny_protocol"
    folder = tmp_path_factory.mktemp("generated")
    contract = read(_sources(_files()))
    (folder / name).mkdir()
    for path, text in {**emit_python(contract), **emit_python_models(contract)}.items():
        target = folder / name / Path(path).name
        target.write_text(text.replace("smooth_operator.protocol", name), encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield name
    sys.path.remove(str(folder))
    for module in [each for each in sys.modules if each.partition(".")[0] == name]:
        del sys.modules[module]

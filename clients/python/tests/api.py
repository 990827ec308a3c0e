"""What the client promises: every public name with its signature, as text that can be compared.

`python clients/python/tests/api.py --write` takes a deliberate change over into `api.txt`.
Annotations are shown as they are written, so that every Python version gives the same text.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

SNAPSHOT = Path(__file__).with_name("api.txt")


def described() -> str:
    """The whole public API of `smooth_operator` and `smooth_operator.sync`."""
    import smooth_operator
    from smooth_operator import sync

    lines = [line for module in (smooth_operator, sync) for line in _module(module)]
    return "\n".join(lines) + "\n"


def _module(module: ModuleType) -> Iterator[str]:
    for name in module.__all__:
        thing = getattr(module, name)
        full = f"{module.__name__}.{name}"
        if inspect.isclass(thing):
            yield from _class(full, thing)
        elif inspect.isfunction(thing):
            yield f"def {full}{_signature(thing)}"
        else:
            yield f"{full} = {thing}".replace("smooth_operator.", "")


def _class(full: str, thing: type) -> Iterator[str]:
    bases = ", ".join(base.__name__ for base in thing.__bases__ if base is not object)
    yield f"class {full}({bases})" if bases else f"class {full}"
    for name in sorted(_members(thing)):
        yield f"    {_member(thing, name)}"


def _members(thing: type) -> set[str]:
    """Public names that the class or a base class of this package defines."""
    ours = [c for c in thing.__mro__ if c.__module__.startswith("smooth_operator")]
    names = {name for c in ours for name in (*vars(c), *inspect.get_annotations(c))}
    hidden = {"model_config"} if issubclass(thing, BaseModel) else {"__init__"}
    return {name for name in names if not name.startswith("_")} - hidden | _made(thing)


def _made(thing: type) -> set[str]:
    """The constructor, where an app is meant to call it."""
    given = dataclasses.is_dataclass(thing) or issubclass(thing, BaseException)
    return {"__init__"} if given else set()


def _member(thing: type, name: str) -> str:
    found = inspect.getattr_static(thing, name, None)
    if isinstance(found, property):
        assert found.fget is not None
        returned = inspect.signature(found.fget).return_annotation
        return f"{name}: {_plain(returned)} (property)"
    if inspect.isfunction(found):
        kind = "async def" if inspect.iscoroutinefunction(found) else "def"
        return f"{kind} {name}{_signature(found)}"
    if issubclass(thing, BaseModel):
        return f"{name}: {_field(thing, name)}"
    annotation = next(
        (c.__annotations__[name] for c in thing.__mro__ if name in _annotated(c)), None
    )
    return name if annotation is None else f"{name}: {_plain(annotation)}"


def _annotated(thing: type) -> dict[str, Any]:
    return vars(thing).get("__annotations__", {})


def _field(model: type[BaseModel], name: str) -> str:
    """A field as the source has it, with its default."""
    return next((f[name] for c in model.__mro__ if name in (f := _fields(c))), "inherited")


@cache
def _fields(model: type) -> dict[str, str]:
    """The fields that a class of the generated file declares; that file quotes no annotation."""
    if not model.__module__.startswith("smooth_operator"):
        return {}
    return {
        ast.unparse(node.target): ast.unparse(node.annotation)
        + ("" if node.value is None else f" = {ast.unparse(node.value)}")
        for node in ast.walk(ast.parse(inspect.getsource(model)))
        if isinstance(node, ast.AnnAssign)
    }


def _signature(function: Any) -> str:
    signature = inspect.signature(function)
    parameters = [
        p if p.annotation is p.empty else p.replace(annotation=_Bare(p.annotation))
        for p in signature.parameters.values()
    ]
    text = str(signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty))
    returned = signature.return_annotation
    # A dataclass writes its constructor without one, or with None itself.
    bare = returned is inspect.Signature.empty or returned is None
    return text if bare else f"{text} -> {_plain(returned)}"


class _Bare:
    """Shows an annotation as it was written, without quotes."""

    def __init__(self, annotation: Any) -> None:
        self._text = _plain(annotation)

    def __repr__(self) -> str:
        return self._text


def _plain(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "?")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        SNAPSHOT.write_text(described(), "utf-8")
    else:
        print(described(), end="")

"""The fixed part of the generated `validate.py`."""

from __future__ import annotations

WALKER = '''
Check: TypeAlias = Callable[[Any, str], Iterator[str]]


class _Shape:
    """An object: whether other keys may come, and each key's need and check."""

    __slots__ = ("fields", "open")

    def __init__(self, open: bool, fields: dict[str, tuple[bool, Check]]) -> None:
        self.open = open
        self.fields = fields


def check_event(frame: dict[str, Any]) -> list[str]:
    """What keeps a frame from being one that our servers send; nothing when it is exact."""
    type = frame.get("type")
    name = _EVENTS.get(type) if isinstance(type, str) else None
    if name is None or not isinstance(type, str):
        return ["/type: no event of this version"]
    return [*_object(frame, "", name), *_unequal(frame, _TWINS.get(type, ()))]


def check_request(frame: dict[str, Any]) -> list[str]:
    """What keeps a frame from being one that our clients send; nothing when it is exact."""
    action = frame.get("action")
    name = _REQUESTS.get(action) if isinstance(action, str) else None
    if name is None:
        return ["/action: no action of this version"]
    return list(_object(frame, "", name))


def check_object(value: Any, name: str) -> list[str]:
    """What keeps a value from being the named object of the contract. KeyError: no such object."""
    _SHAPES[name]
    return list(_object(value, "", name))


def _object(value: Any, at: str, name: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at or '/'}: is no object"
        return
    shape = _SHAPES[name]
    for key, (needed, check) in shape.fields.items():
        if key in value:
            yield from check(value[key], f"{at}/{key}")
        elif needed:
            yield f"{at}/{key}: is missing"
    if not shape.open:
        for key in value:
            if key not in shape.fields:
                yield f"{at}/{key}: is not a key of {name}"


def _unequal(
    frame: dict[str, Any], pairs: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
) -> Iterator[str]:
    for one, other in pairs:
        first, second = _at(frame, one), _at(frame, other)
        if first is not _ABSENT and second is not _ABSENT and first != second:
            yield f"/{'/'.join(one)}: differs from /{'/'.join(other)}"


_ABSENT: Final = object()


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return _ABSENT
        value = value[step]
    return value


def _any(value: Any, at: str) -> Iterator[str]:
    return iter(())


def _shaped(name: str) -> Check:
    return lambda value, at: _object(value, at, name)


def _or_null(check: Check) -> Check:
    return lambda value, at: iter(()) if value is None else check(value, at)


def _text(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{at}: is no string"


def _text_between(low: int | None, high: int | None, pattern: str | None) -> Check:
    compiled = None if pattern is None else re.compile(pattern)

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{at}: is no string"
        elif (low is not None and len(value) < low) or (high is not None and len(value) > high):
            yield f"{at}: has {len(value)} characters"
        elif compiled is not None and compiled.search(value) is None:
            yield f"{at}: does not match its pattern"

    return check


def _one_of(*values: Any) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not any(value == each and type(value) is type(each) for each in values):
            yield f"{at}: is none of {', '.join(map(repr, values))}"

    return check


def _boolean(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{at}: is neither true nor false"


def _integer_between(low: int | None, high: int | None) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield f"{at}: is no integer"
        elif (low is not None and value < low) or (high is not None and value > high):
            yield f"{at}: is out of range"

    return check


def _number_between(low: float | None, high: float | None) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{at}: is no number"
        elif (low is not None and value < low) or (high is not None and value > high):
            yield f"{at}: is out of range"

    return check


def _list_of(item: Check, low: int | None, high: int | None) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{at}: is no array"
            return
        if (low is not None and len(value) < low) or (high is not None and len(value) > high):
            yield f"{at}: has {len(value)} items"
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")

    return check


def _map_of(inner: Check) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at}: is no object"
            return
        for key, each in value.items():
            yield from inner(each, f"{at}/{key}")

    return check


def _any_of(*checks: Check) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if all(next(each(value, at), None) is not None for each in checks):
            yield f"{at}: fits none of its variants"

    return check
'''

"""Fixed parts of generated modules: the same whatever the contract says."""

from __future__ import annotations

import re

from smooth_operator_codegen.emit.python.layout import quote


def used_parts(runtime: str, text: str) -> str:
    """Those top-level parts of a runtime that a text needs, directly or through one another."""
    parts = re.split(r"\n{3,}", runtime.strip("\n"))
    wanted: set[int] = set()
    while True:
        seen = text + "".join(parts[each] for each in wanted)
        more = {
            position
            for position, part in enumerate(parts)
            if position not in wanted and re.search(rf"\b{_name(part)}\b", seen)
        }
        if not more:
            return "\n\n\n".join(part for position, part in enumerate(parts) if position in wanted)
        wanted |= more


def _name(part: str) -> str:
    """What a top-level part defines."""
    found = re.search(r"^(?:async def|def|class) (\w+)|^(\w+)(?::[^=]*)? = ", part, re.MULTILINE)
    assert found is not None
    return found.group(1) or found.group(2)


def raw_pattern(pattern: str) -> str:
    """The contract's pattern as a Python literal, a raw one if it can be."""
    # In Python `$` also matches before a final line feed; in the contract it does not.
    spelled = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    return quote(spelled) if '"' in spelled else f'r"{spelled}"'


DECODE_RUNTIME = '''
class FieldError(Exception):
    """A field that cannot be read; `field` is its path from the frame's root."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(message)


def decode_request(action: str, frame: dict[str, Any]) -> Request:
    """The request that a frame stands for.

    Raises KeyError for an action that this version does not know, FieldError for a bad field.
    """
    return _READERS[action](frame)


def _wrong_type(at: str, expected: str) -> FieldError:
    return FieldError(at, prompts.error_field_type(field=at, expected=expected))


def _required(value: Any, at: str, check: Check) -> Any:
    if value is None:
        raise FieldError(at, prompts.error_field_required(field=at))
    return check(value, at)


def _optional(value: Any, at: str, check: Check, default: Any = None) -> Any:
    return default if value is None else check(value, at)


def _any(value: Any, at: str) -> Any:
    return value


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise _wrong_type(at, prompts.TYPE_STRING)
    return value


def _text_between(low: int | None, high: int | None, pattern: re.Pattern[str] | None) -> Check:
    def check(value: Any, at: str) -> str:
        text = _text(value, at)
        if low is not None and len(text) < low:
            if low == 1:
                raise FieldError(at, prompts.error_field_required(field=at))
            raise FieldError(at, prompts.error_field_too_short(field=at, minimum=str(low)))
        if high is not None and len(text) > high:
            raise FieldError(at, prompts.error_field_too_long(field=at, maximum=str(high)))
        if pattern is not None and pattern.search(text) is None:
            raise FieldError(at, prompts.error_field_invalid(field=at))
        return text

    return check


def _one_of(*values: Any) -> Check:
    def check(value: Any, at: str) -> Any:
        if not any(value == each and type(value) is type(each) for each in values):
            raise FieldError(at, prompts.error_field_invalid(field=at))
        return value

    return check


def _whole(value: Any) -> int | None:
    """The integer that a JSON number stands for, if it stands for one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None


def _integer(value: Any, at: str) -> int:
    whole = _whole(value)
    if whole is None:
        raise _wrong_type(at, prompts.TYPE_INTEGER)
    return whole


def _integer_between(low: int | None, high: int | None) -> Check:
    def check(value: Any, at: str) -> int:
        whole = _integer(value, at)
        if (low is not None and whole < low) or (high is not None and whole > high):
            raise FieldError(at, prompts.error_field_out_of_range(field=at))
        return whole

    return check


def _number(value: Any, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong_type(at, prompts.TYPE_NUMBER)
    return value


def _number_between(low: float | None, high: float | None) -> Check:
    def check(value: Any, at: str) -> float:
        number = _number(value, at)
        if (low is not None and number < low) or (high is not None and number > high):
            raise FieldError(at, prompts.error_field_out_of_range(field=at))
        return number

    return check


def _boolean(value: Any, at: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(at, prompts.TYPE_BOOLEAN)
    return value


def _object(value: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong_type(at, prompts.TYPE_OBJECT)
    return value


def _list_of(check_item: Check, low: int | None, high: int | None) -> Check:
    def check(value: Any, at: str) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong_type(at, prompts.TYPE_ARRAY)
        if (low is not None and len(value) < low) or (high is not None and len(value) > high):
            raise FieldError(at, prompts.error_field_out_of_range(field=at))
        return [check_item(each, f"{at}[{index}]") for index, each in enumerate(value)]

    return check


def _map_of(check_value: Check) -> Check:
    def check(value: Any, at: str) -> dict[str, Any]:
        source = _object(value, at)
        return {key: check_value(each, f"{at}.{key}") for key, each in source.items()}

    return check


def _soft_true(value: Any) -> bool:
    return value if isinstance(value, bool) else True


def _soft_strings(value: Any) -> list[str] | None:
    if not isinstance(value, list):
        return None
    return [each for each in value if isinstance(each, str)]


def _soft_entries(value: Any, at: str, check: Check) -> list[Any] | None:
    if not isinstance(value, list):
        return None
    kept: list[Any] = []
    for each in value:
        try:
            kept.append(check(each, at))
        except FieldError:
            continue
    return kept


def _soft_clamp(value: Any, low: int | None, high: int | None, default: int) -> int:
    whole = _whole(value)
    if whole is None or (low is not None and whole < low):
        return default
    return whole if high is None else min(whole, high)


def _soft_absent(value: Any, at: str, kind: Any, check: Check) -> Any:
    """A wrong type is no value; a value of the right type must still fit."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return None
    return check(value, at)
'''

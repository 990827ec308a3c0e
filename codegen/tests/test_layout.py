"""The building blocks of the Python emitter, for any text."""

from __future__ import annotations

import ast
import keyword

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_codegen.emit.python.layout import (
    bracket,
    docstring,
    literal,
    pretty,
    quote,
    signature,
    split,
)
from smooth_operator_codegen.emit.python.names import constant, pascal, snake
from smooth_operator_codegen.emit.python.runtime import used_parts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.text())
def test_a_quoted_text_reads_back(text: str) -> None:
    assert ast.literal_eval(quote(text)) == text
    assert "\n" not in quote(text)


@given(st.text(min_size=1), st.integers(20, 90))
def test_a_split_text_reads_back(text: str, width: int) -> None:
    pieces = split(text, width)
    assert ast.literal_eval(f"({' '.join(pieces)})") == text


@given(JSON, st.integers(0, 8))
def test_json_reads_back(value: object, indent: int) -> None:
    assert ast.literal_eval(literal(value)) == value
    assert ast.literal_eval(pretty("", value, indent).strip()) == value


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_makes_a_docstring(text: str) -> None:
    body = docstring(text, 4)
    if text.strip():
        tree = ast.parse(f"def f():\n{body}\n")
        assert ast.get_docstring(tree.body[0]) is not None  # type: ignore[arg-type]
        assert all(len(line) <= 100 for line in body.split("\n") if " " in line.strip())


def test_names() -> None:
    assert [snake(each) for each in ("requestId", "costUsd", "from", "copy", "OTPCode")] == [
        "request_id",
        "cost_usd",
        "from_",
        "copy_",
        "otp_code",
    ]
    assert constant("maxFrameBytes") == "MAX_FRAME_BYTES"
    assert pascal("stream_token") == "StreamToken"


@given(st.from_regex(r"[a-z][A-Za-z0-9]{0,12}", fullmatch=True))
def test_every_wire_name_becomes_an_identifier(name: str) -> None:
    assert snake(name).isidentifier()
    assert not keyword.iskeyword(snake(name))


def test_long_heads_and_calls_are_broken() -> None:
    assert signature("def f", ["a: int"], ":") == "def f(a: int):"
    parts = [f"argument_{number}: str" for number in range(5)]
    assert signature("def function", parts, " -> None:", 4).count("\n") == 2
    assert signature("def function", parts * 2, " -> None:").count("\n") == 11
    assert bracket("f(", ["x" * 60, "y" * 60], ")").count("\n") == 3
    assert bracket("function_name(", ["x" * 90], ")").count("\n") == 2


def test_only_used_parts_of_a_runtime_are_kept() -> None:
    runtime = "def a() -> int:\n    return b()\n\n\ndef b() -> int:\n    return 1\n\n\nC: int = 3"
    assert used_parts(runtime, "a()") == runtime.rpartition("\n\n\n")[0]
    assert used_parts(runtime, "C") == "C: int = 3"

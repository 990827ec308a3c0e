"""JSON text read tolerantly and written as ECMAScript would."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.json_text import JsonError, read_json, write_json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_what_is_written_reads_back(value: Any) -> None:
    assert read_json(write_json(value).encode()) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_read_back_exactly(value: float) -> None:
    assert float(write_json(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10.0, "10"),
        (-0.0, "0"),
        (0.5, "0.5"),
        (-1.25, "-1.25"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1.5e300, "1.5e+300"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-7, "1.5e-7"),
        (123456.789, "123456.789"),
        (5e-324, "5e-324"),
        (2**53, "9007199254740992"),
        (2**53 + 1, "9007199254740992"),
        (10**400, "null"),
        (float("inf"), "null"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_numbers_as_ecmascript_prints_them(value: Any, text: str) -> None:
    assert write_json(value) == text


def test_only_what_must_be_is_escaped() -> None:
    assert write_json({"b": ['"\\\n\t\x01\x1f/\x7f\u2028é😀'], "a": {}}) == (
        '{"b":["\\"\\\\\\n\\t\\u0001\\u001f/\x7f\u2028é😀"],"a":{}}'
    )


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object is not a JSON value"):
        write_json([object()])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d"', "\ufffd"),
        (r'"\ude00x"', "\ufffdx"),
        (r'"\ud83d\ude00"', "😀"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (r'"\\ud83d"', r"\ud83d"),
        (r'"\\\uD83D"', "\\\ufffd"),
        (r'{"\udc00":1}', {"\ufffd": 1}),
        (r'{"a":1,"a":2}', {"a": 2}),
    ],
)
def test_lone_surrogates_become_the_replacement_character(text: str, value: Any) -> None:
    assert read_json(text.encode()) == value


@pytest.mark.parametrize("data", [b"{", b'"\xff"', b"NaN", b'"\\ud83d', b'"\\u12"', b""])
def test_bad_texts_are_refused(data: bytes) -> None:
    with pytest.raises(JsonError):
        read_json(data)


@given(st.text(st.characters(codec=None, categories=("Cs", "Lu", "Zs"))))
def test_any_surrogates_read_like_a_lenient_decoder(text: str) -> None:
    escaped = json.dumps(text)
    lenient = json.loads(escaped).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert read_json(escaped.encode()) == lenient

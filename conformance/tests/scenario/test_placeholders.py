"""Placeholders: whole values, insertions, splices, what is left out, what is not known."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_conformance.scenario.placeholders import (
    EMBED_SECRET,
    Scope,
    Unbound,
    auth_context,
    fill,
    fill_case,
    for_case,
    stable_uuid,
)

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("abc {}$", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
)


@given(PLAIN.filter(lambda value: "{{" not in repr(value)))
def test_what_has_no_placeholder_stays_as_it_is(value: Any) -> None:
    assert fill(value, Scope({})) == value


def test_a_whole_placeholder_keeps_its_type() -> None:
    scope = Scope({"n": 7, "o": {"a": [1, 2]}})
    assert fill({"x": "{{n}}", "y": "{{ o.a }}", "z": "{{o.a.1}}"}, scope) == {
        "x": 7,
        "y": [1, 2],
        "z": 2,
    }


def test_inside_a_text_values_are_inserted() -> None:
    assert fill("a{{n}}b{{o}}", Scope({"n": 7, "o": {"k": "é"}})) == 'a7b{"k": "é"}'


def test_a_list_is_spliced_into_a_list() -> None:
    assert fill(["x", "{{l}}", ["{{l}}"]], Scope({"l": [1, 2]})) == ["x", 1, 2, [1, 2]]


def test_what_is_unknown_is_said() -> None:
    with pytest.raises(Unbound, match="sid"):
        fill({"a": ["{{sid}}"]}, Scope({}))
    with pytest.raises(Unbound):
        fill("{{o.missing}}", Scope({"o": {}}))


def test_a_missing_case_value_leaves_its_place_out() -> None:
    template = {"a": "{{case.a}}", "b": ["{{case.b}}", "{{case.c}}", 3], "t": "x{{case.q}}y"}
    assert fill_case(template, {"b": 1}) == {"b": [1, 3], "t": "xy"}


def test_a_case_leaves_other_placeholders_for_later() -> None:
    filled = fill_case(["{{case.frame}}", "{{sid}}-{{case.n}}"], {"frame": {"s": "{{t}}"}, "n": 1})
    assert filled == [{"s": "{{t}}"}, "{{sid}}-1"]
    assert fill(filled, Scope({"t": 5, "sid": "q"})) == [{"s": 5}, "q-1"]


def test_what_a_server_sent_is_never_read_as_a_placeholder() -> None:
    assert fill("{{x}}", Scope({"x": "{{nonce}}"})) == "{{nonce}}"


def test_only_keeps_an_entry_for_its_cases() -> None:
    template = {"steps": [{"a": 1, "only": "x"}, {"a": 2, "only": ["x", "y"]}, {"a": 3}]}
    assert for_case(template, "y") == {"steps": [{"a": 2}, {"a": 3}]}
    assert for_case(template, "x") == {"steps": [{"a": 1}, {"a": 2}, {"a": 3}]}


def test_uuids_are_reproducible_and_fresh_ones_differ() -> None:
    first, second = Scope({"nonce": "n"}), Scope({"nonce": "n"})
    pair = fill(["{{uuid}}", "{{uuid}}", "{{uuid.k}}", "{{uuid.k}}"], first)
    assert pair == fill(["{{uuid}}", "{{uuid}}", "{{uuid.k}}", "{{uuid.k}}"], second)
    assert pair[0] != pair[1]
    assert pair[2] == pair[3]
    assert stable_uuid("m", "named/k") != pair[2]


def test_repeat_makes_long_texts() -> None:
    assert fill("<{{repeat.3.é}}{{repeat.2.]}}>", Scope({})) == "<ééé]]>"
    assert len(fill("{{repeat.100001.a}}", Scope({}))) == 100001


def test_an_auth_context_is_signed_as_the_contract_says() -> None:
    made = fill({"$authContext": {"userId": "u", "skew": -5}}, Scope({}))
    text = f"u:{made['timestamp']}".encode()
    right = hmac.new(EMBED_SECRET.encode(), text, hashlib.sha256).hexdigest()
    assert made["signature"] == right
    assert auth_context({"userId": "u", "secret": "wrong"})["signature"] != right

"""Tokens: folding, runs, stop words, stems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.knowledge.tokens import fold, stem, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("What is the return policy?", ["return", "policy"]),
        ("the and of", []),
        ("Größe STRASSE straße", ["gross", "strass", "strass"]),
        ("cafe\u0301 café CAFÉ", ["caf", "caf", "caf"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("don't e-mail", ["e", "mail"]),
        ("東京都", ["東京", "京都"]),
        ("猫", ["猫"]),
        ("iPhone用ケース", ["iphon", "用ケ", "ケー", "ース"]),
        ("ab\u00adcd\u200def", ["abcdef"]),
        ("x9" * 35, ["x9" * 32]),
        ("17 days, 4.90 EUR", ["17", "day", "4", "90", "eur"]),
        ("Привет мир", ["привет", "мир"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("classes", "clas"),
        ("policies", "policy"),
        ("dies", "die"),
        ("died", "died"),
        ("tried", "try"),
        ("returns", "return"),
        ("bus", "bus"),
        ("plus", "plus"),
        ("this", "this"),
        ("glass", "glas"),
        ("running", "run"),
        ("returned", "return"),
        ("sing", "sing"),
        ("thing", "thing"),
        ("string", "string"),
        ("agreed", "agreed"),
        ("refunded", "refund"),
        ("calling", "cal"),
        ("seeing", "see"),
        ("house", "hous"),
        ("free", "fre"),
        ("abc", "abc"),
        ("naïve", "naïve"),
        ("mp3s", "mp3s"),
    ],
)
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


@given(st.text())
def test_any_text_becomes_tokens_of_at_most_64(text: str) -> None:
    assert all(0 < len(token) <= 64 for token in tokens(text))


@given(st.text(), st.text())
def test_a_separator_keeps_two_texts_apart(left: str, right: str) -> None:
    assert tokens(f"{left} {right}") == tokens(left) + tokens(right)


@given(st.text())
def test_folding_twice_changes_nothing_more_for_ascii(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded

"""Embedding: origins and signed visitors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.auth.embed import (
    EmbedRefused,
    SeenSignatures,
    check_embed,
    is_pattern,
    matches,
    sign,
)

NOW = 1_760_000_000
SECRET = "site-secret"


@dataclass(frozen=True)
class Policy:
    allowed_origins: tuple[str, ...] = ("*",)
    secret: str | None = SECRET
    single_use: bool = False


@pytest.mark.parametrize(
    ("pattern", "origin", "expected"),
    [
        ("*", "https://any.example", True),
        ("*", None, False),
        ("https://a.example", "https://a.example", True),
        ("https://a.example", "https://A.example", True),
        ("https://a.example", "http://a.example", False),
        ("https://a.example", "https://a.example:8443", False),
        ("https://a.example:8443", "https://a.example:8443", True),
        ("https://*.a.example", "https://b.a.example", True),
        ("https://*.a.example", "https://c.b.a.example", True),
        ("https://*.a.example", "https://a.example", False),
        ("https://*.a.example", "https://.a.example", False),
        ("https://*.a.example", "https://bada.example", False),
        ("https://*.a.example", "http://b.a.example", False),
        ("https://*.a.example", "https://b.a.example:444", False),
        ("https://*.a.example:444", "https://b.a.example:444", True),
        ("https://*.a.example", "https://evil.example/x.a.example", False),
        ("https://*.a.example", "https://evil.example:1@b.a.example", False),
        ("https://a.example", "", False),
        ("https://a.example", "null", False),
    ],
)
def test_patterns(pattern: str, origin: str | None, expected: bool) -> None:
    assert matches(pattern, origin) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", True),
        ("https://a.example", True),
        ("http://localhost:3000", True),
        ("https://*.a.example:8443", True),
        ("a.example", False),
        ("https://a.example/", False),
        ("https://a.example/x", False),
        ("https://*", False),
        ("https://a.*.example", False),
        ("https://user@a.example", False),
        ("https://a.example:port", False),
        ("", False),
    ],
)
def test_what_is_a_pattern(text: str, expected: bool) -> None:
    assert is_pattern(text) is expected


@given(st.text(alphabet="ab./:@*"))
def test_a_wildcard_never_takes_more_than_labels(middle: str) -> None:
    if matches("https://*.a.example", f"https://{middle}.a.example"):
        assert middle
        assert not set(middle) & set("/:@*")


def context(user: str = "u-1", at: float = NOW, **more: Any) -> dict[str, Any]:
    return {"userId": user, "timestamp": at, "signature": sign(SECRET, user, int(at)), **more}


def check(policy: Policy | None, auth_context: Any, **more: Any) -> str | None:
    return check_embed(
        policy,
        origin="https://a.example",
        auth_context=auth_context,
        clock=lambda: NOW,
        **more,
    )


def test_a_signed_visitor_is_known() -> None:
    assert check(Policy(), context()) == "u-1"
    assert check(Policy(), context(at=NOW + 60)) == "u-1"
    assert check(Policy(), context(at=float(NOW - 60))) == "u-1"
    assert check(Policy(), context(note="ignored")) == "u-1"
    assert check(Policy(), None) is None
    assert check(None, None) is None


def test_the_signature_is_over_id_colon_seconds() -> None:
    expected = "7af50a5eefeeb983048b1dd36dd1b9b5d98525dbb58ceb5d0e8509d72ac27258"
    assert sign("key", "u", 1) == expected


@pytest.mark.parametrize(
    "auth_context",
    [
        context(at=NOW + 61),
        context(at=NOW - 61),
        context(signature="0" * 64),
        context(signature=sign(SECRET, "u-1", NOW).upper()),
        context(userId="u-2"),
        context(userId=7),
        context(signature=None),
        context(signature="é\ud83d"),
        context(timestamp=str(NOW)),
        context(timestamp=True),
        context(timestamp=NOW + 0.5),
        context(timestamp=float("inf")),
        context(timestamp=None),
        {"userId": "u-1"},
        {},
        [],
        "signed",
        False,
    ],
)
def test_anything_wrong_is_refused(auth_context: Any) -> None:
    with pytest.raises(EmbedRefused) as caught:
        check(Policy(), auth_context)
    assert caught.value.code == "AUTH_CONTEXT_INVALID"


@pytest.mark.parametrize("policy", [None, Policy(secret=None), Policy(secret="other")])
def test_without_the_secret_nobody_is_signed(policy: Policy | None) -> None:
    with pytest.raises(EmbedRefused) as caught:
        check(policy, context())
    assert caught.value.code == "AUTH_CONTEXT_INVALID"
    assert SECRET not in str(caught.value)


def test_single_use() -> None:
    seen = SeenSignatures()
    assert check(Policy(single_use=True), context(), seen=seen) == "u-1"
    with pytest.raises(EmbedRefused):
        check(Policy(single_use=True), context(), seen=seen)
    assert check(Policy(), context(), seen=seen) == "u-1"
    assert check(Policy(single_use=True), context(at=NOW + 1), seen=seen) == "u-1"


def test_signatures_are_forgotten_when_they_could_not_pass_anyway() -> None:
    seen = SeenSignatures()
    assert seen.first_use("a", 0)
    assert seen.first_use("b", 100)
    assert not seen.first_use("a", 120)
    assert seen.first_use("a", 121)
    assert not seen.first_use("b", 121)


@pytest.mark.parametrize("origins", [(), ("https://b.example",)])
def test_other_origins_are_refused_first(origins: tuple[str, ...]) -> None:
    with pytest.raises(EmbedRefused) as caught:
        check(Policy(allowed_origins=origins), "nonsense")
    assert caught.value.code == "ORIGIN_NOT_ALLOWED"

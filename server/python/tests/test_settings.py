"""Settings: names, defaults, refusals in one line, and nothing secret shown."""

from __future__ import annotations

import os

import pytest
from smooth_operator.protocol import limits
from smooth_operator_server.actions.greeting import limits_of
from smooth_operator_server.settings import (
    DEFAULT_GATEWAY,
    Settings,
    SettingsError,
    describe,
    load_settings,
)


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("SMOOTH_", "SMOOAI_", "AUTH_", "WIDGET_")):
            monkeypatch.delenv(name)


def test_defaults_are_the_contracts() -> None:
    wire = limits_of(Settings())
    for name, value in wire.items():
        snake = "".join(f"_{c}" if c.isupper() else c.upper() for c in name)
        assert getattr(limits, snake) == value, name
    assert (Settings().bind, Settings().port) == ("127.0.0.1", 8787)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SMOOTH_AGENT_PORT", "eighty", "SMOOTH_AGENT_PORT"),
        ("SMOOTH_AGENT_PORT", "70000", "SMOOTH_AGENT_PORT"),
        ("SMOOTH_AGENT_STORAGE", "postgres", "SMOOTH_AGENT_STORAGE"),
        ("SMOOTH_AGENT_BACKPLANE", "nats", "SMOOTH_AGENT_BACKPLANE"),
        ("SMOOTH_AGENT_PARK_SECONDS", "-1", "SMOOTH_AGENT_PARK_SECONDS"),
        ("SMOOTH_AGENT_PARK_SECONDS", "inf", "SMOOTH_AGENT_PARK_SECONDS"),
        ("SMOOTH_AGENT_ON_DISCONNECT", "maybe", "SMOOTH_AGENT_ON_DISCONNECT"),
        ("SMOOTH_AGENT_NONSENSE", "1", "SMOOTH_AGENT_NONSENSE"),
        ("SMOOTH_AGENT_BIND", "0.0.0.0", "SMOOTH_AGENT_ALLOW_OPEN=1"),
        ("AUTH_MODE", "smoo", "AUTH_MODE"),
        ("SMOOAI_GATEWAY_KEY", "", None),
        ("SMOOTH_AGENT_E2E", "1", None),
    ],
)
def test_what_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str | None
) -> None:
    monkeypatch.setenv(name, value)
    if says is None:
        load_settings()
        return
    with pytest.raises(SettingsError) as caught:
        load_settings()
    line = str(caught.value)
    assert says in line
    assert "\n" not in line


def test_the_environment_is_read_and_options_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOOTH_AGENT_PORT", "9000")
    monkeypatch.setenv("SMOOTH_AGENT_CONFIRM_TOOLS", " wipe , drop,")
    monkeypatch.setenv("SMOOTH_AGENT_PARK_SECONDS", "0.2")
    monkeypatch.setenv("AUTH_MODE", "none")
    settings = load_settings(port=9001, bind=None)
    assert (settings.port, settings.confirm_tools) == (9001, ("wipe", "drop"))
    assert (settings.park_seconds, settings.auth_mode) == (0.2, "none")
    monkeypatch.setenv("SMOOTH_AGENT_AUTH_MODE", "jwt")
    assert load_settings().auth_mode == "jwt"


def test_an_embedded_server_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOOTH_AGENT_PORT", "9000")
    assert Settings().port == 8787


def test_addresses_are_shown_without_what_opens_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOOAI_GATEWAY_URL", "https://me:pass@models.test:8443/v1?key=abc")
    monkeypatch.setenv("SMOOTH_AGENT_OTP_URL", "https://post.test/send?token=abc#abc")
    monkeypatch.setenv("AUTH_JWT_RS256_PUBLIC_KEY", "-----BEGIN-----\nabc\n-----END-----")
    shown = {name: value for name, value, _ in describe(load_settings(), os.environ)}
    assert shown["SMOOAI_GATEWAY_URL"] == "https://********@models.test:8443/v1?********"
    assert shown["SMOOTH_AGENT_OTP_URL"] == "https://post.test/send?********"
    assert shown["AUTH_JWT_RS256_PUBLIC_KEY"] == "-----BEGIN----- …"


def test_a_key_without_an_address_shows_where_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ("SMOOAI_GATEWAY_URL", "(unset)", "default") in describe(load_settings(), os.environ)
    monkeypatch.setenv("SMOOAI_GATEWAY_KEY", "k")
    rows = describe(load_settings(), os.environ)
    assert ("SMOOAI_GATEWAY_URL", DEFAULT_GATEWAY, "default with SMOOAI_GATEWAY_KEY") in rows


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOOAI_GATEWAY_KEY", "sk-very-secret")
    settings = load_settings()
    rows = describe(settings, os.environ)
    assert "sk-very-secret" not in repr(rows) + repr(settings)
    assert ("SMOOAI_GATEWAY_KEY", "********", "env SMOOAI_GATEWAY_KEY") in rows
    assert ("SMOOTH_AGENT_PORT", "8787", "default") in rows

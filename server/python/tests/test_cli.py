"""The command line: one line and exit 2 for what cannot be, and what each command prints."""

from __future__ import annotations

import socket
import time

import jwt
import pytest
from click.testing import CliRunner
from smooth_operator_server.cli import main

SECRET = "a-secret-of-at-least-thirty-two-bytes"


def test_a_taken_port_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["serve", "--port", str(port)])
    assert result.exit_code == 2
    assert f"Cannot listen on 127.0.0.1:{port}" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "config"])
def test_a_bad_setting_is_one_line(command: str) -> None:
    result = CliRunner().invoke(main, [command], env={"SMOOTH_AGENT_PORT": "x"})
    assert result.exit_code == 2
    assert "SMOOTH_AGENT_PORT" in result.stderr


@pytest.mark.parametrize(
    "env",
    [
        {"SMOOTH_AGENT_AGENTS": "no-such-file.json"},
        {"SMOOTH_AGENT_KNOWLEDGE": "no-such-folder"},
        {"AUTH_MODE": "jwt"},
        {"AUTH_MODE": "jwt", "AUTH_JWT_HS256_SECRET": "short"},
        {"SMOOTH_AGENT_OTP_URL": "ftp://x"},
        {"SMOOAI_GATEWAY_URL": "nonsense"},
    ],
)
def test_what_cannot_be_wired_is_one_line(env: dict[str, str]) -> None:
    result = CliRunner().invoke(main, ["serve", "--port", "0"], env=env)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1


def test_config_says_where_values_come_from() -> None:
    env = {"SMOOTH_AGENT_PORT": "9000", "AUTH_JWT_HS256_SECRET": SECRET}
    result = CliRunner().invoke(main, ["config"], env=env)
    assert result.exit_code == 0
    assert "9000  (env SMOOTH_AGENT_PORT)" in result.output
    assert SECRET not in result.output


def test_a_development_token_is_good() -> None:
    env = {"AUTH_JWT_HS256_SECRET": SECRET}
    args = ["token", "--sub", "alice", "--org", "acme", "--role", "admin"]
    result = CliRunner().invoke(main, args, env=env)
    claims = jwt.decode(result.output.strip(), SECRET, ["HS256"])
    assert (claims["sub"], claims["org"], claims["role"]) == ("alice", "acme", "admin")
    assert claims["exp"] > time.time()
    assert CliRunner().invoke(main, ["token"]).exit_code == 2

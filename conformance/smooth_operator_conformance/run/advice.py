"""What the doctor says: for every fault what was seen, and what its owner can do about it.

No text holds what a server sent as its key: it may be a real one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smooth_operator_conformance.live.player import Endpoint
from smooth_operator_conformance.match.values import short
from smooth_operator_conformance.servers.target import Target

Json = Any
LONGEST = 300


class Unwell(Exception):
    """A fault: `str()` is what was seen, `cures` is what to do, `exit_code` that of the command."""

    def __init__(self, seen: str, *cures: str, exit_code: int = 1) -> None:
        super().__init__(seen)
        self.cures, self.exit_code = cures, exit_code


def cannot_listen(error: OSError) -> Unwell:
    """Our own port is taken, or the address is not ours."""
    return Unwell(
        str(error),
        "end the run that still listens there, or choose another --listen and tell the server",
        exit_code=2,
    )


def nobody_there(host: str, port: int) -> Unwell:
    """No TCP connection."""
    return Unwell(
        f"nobody listens on {host}:{port}",
        "start the server; look in its log at which address and port it listens",
        "or correct the URL of the target",
        exit_code=3,
    )


def not_started(target: Target, told: str, port: int, listening: bool) -> Unwell:
    """Our own process did not become ready."""
    if "[Errno" in told:
        cures = ["correct the command; paths are relative to where you are, unless cwd is set"]
    elif "exit code" in told:
        cures = ["run the command by hand and read what it says"]
    elif listening:
        cures = [
            f"it listens on port {port}, but GET {target.health} is not answered by 200: "
            'name its path in the target file, health = "/its/path", or health = "" for none'
        ]
    else:
        cures = [
            f"it does not listen on port {port}, which SMOOTH_AGENT_PORT told it; if it has "
            'another name for that, add to the target file [env] ITS_NAME = "{port}"',
            'or to the command: ["sh", "-c", "exec server -p $SMOOTH_AGENT_PORT"]',
        ]
    return Unwell(told, *cures, exit_code=3)


def no_socket(endpoint: Endpoint, status: Json, profile: str) -> Unwell:
    """The upgrade was refused."""
    where = f"{endpoint.ws}{endpoint.path}"
    if status in (401, 403):
        return Unwell(
            f"{where} refuses the upgrade with HTTP {status}",
            f"the doctor came as profile {profile}; say --profile jwt (or trusted, strict) if the "
            "server was started with authentication, or start it without",
            "look at its rules for Origin and Host",
        )
    if isinstance(status, int):
        return Unwell(
            f"{where} answers the upgrade with HTTP {status}",
            'if its WebSocket has another path, name it: path = "/its/path" in the target file, '
            "or in the URL",
        )
    return Unwell(
        f"what listens at {where} does not speak WebSocket ({status})",
        "is this the right port? A TLS port needs wss://",
    )


def no_pong(answer: Json) -> Unwell:
    """The first request was not understood."""
    seen = "nothing" if answer is None else short(answer, LONGEST)
    return Unwell(
        f'{{"action": "ping"}} is answered by {seen}',
        "is this a smooth-operator server? docs/reference/actions.md shows every request",
    )


def takes_nothing() -> Unwell:
    """provision = none."""
    return Unwell(
        "the target takes neither agents nor environment (provision = none): no scenario that "
        "scripts the model can run",
        'with provision = "env" it is told where its model is: [env] ITS_URL = "{gateway}", '
        'ITS_KEY = "{key}", ITS_MODEL = "{model}"',
        'with provision = "agents-file" it reads the file of SMOOTH_AGENT_AGENTS, too '
        "(docs/reference/agents-file.md)",
    )


def no_session(target: Target, answer: Json, anyhow: bool) -> Unwell:
    """Our agent is unknown, or sessions do not work at all."""
    seen = "nothing" if answer is None else short(answer, LONGEST)
    if anyhow and target.provision == "agents-file":
        place = (
            "OUT/agents.json of `agents`" if target.url else "the file SMOOTH_AGENT_AGENTS names"
        )
        return Unwell(
            f"it does not know our agent ({seen}), though it opens sessions without: "
            "the agents file is not read",
            f"let it read {place} when it starts (docs/reference/agents-file.md)",
            *(["or was it started with a file of another --seed?"] if target.url else []),
            'or, if it has no such file, say provision = "env"',
        )
    return Unwell(
        f"create_conversation_session is answered by {seen}",
        "was it started with the agents file of this target, and of this --seed?"
        if target.url and target.provision == "agents-file"
        else "docs/reference/actions.md says what the answer is like",
    )


def no_model_request(
    target: Target, gateway: str, model: str, strays: Sequence[str], frames: Sequence[Json]
) -> Unwell:
    """A turn ran, or not, without a request that we know."""
    other = [stray for stray in strays if stray.startswith("a model request for")]
    if other:
        return other_model(target, model, other[0].removeprefix("a model request for "))
    if strays:
        return Unwell(
            f"our gateway was asked for {strays[0]}, not for chat/completions",
            f"the gateway is {gateway}: the server appends /chat/completions to it",
        )
    seen = short(frames[-1], LONGEST) if frames else "nothing"
    names = '[env] ITS_URL = "{gateway}", ITS_KEY = "{key}" in the target file'
    if target.url:
        names = f"SMOOAI_GATEWAY_URL={gateway} and SMOOAI_GATEWAY_KEY, or under names of its own"
    return Unwell(
        f"the gateway is unused: no request came to {gateway}; the client got {seen}",
        f"tell the server where its model is when it starts: {names}",
        "a server without a key may answer by itself: look whether it takes the key, too",
    )


def other_model(target: Target, wanted: str, got: Json) -> Unwell:
    """Our gateway was asked for a model that nobody scripted."""
    cures = [
        "let it use the key `model` of the agent that the session was created with",
        "and was it started with the agents file of this target (same --seed, same --out)?",
    ]
    if target.provision == "env":
        cures = [
            'tell it the name: [env] ITS_MODEL = "{model}" in the target file',
            'or, if its model is fixed, say it here: model = "its-name"',
        ]
    return Unwell(f"it asks for the model {got}, not for {wanted}: the name is ignored", *cures)


def other_key(any_key: bool) -> Unwell:
    """The model request had not our key."""
    seen = "another key" if any_key else "no key"
    return Unwell(
        f"its model request comes with {seen} instead of the one it was told",
        "send SMOOAI_GATEWAY_KEY as `Authorization: Bearer …`; a name of its own goes into the "
        'target file: [env] ITS_KEY = "{key}"',
    )


def answer_lost(frames: Sequence[Json]) -> Unwell:
    """The model answered, the client did not get it."""
    seen = short(frames[-1], LONGEST) if frames else "nothing"
    return Unwell(
        f"the model's answer does not reach the client; the last frame is {seen}",
        "the text belongs into stream_token frames and data.data.response.responseParts of "
        "eventual_response (docs/reference/events.md)",
    )


def secret_logged() -> Unwell:
    """A canary in the log."""
    return Unwell(
        "its log shows a secret that it was given", "never log keys, tokens or header values"
    )


def bad_end(code: int, seconds: float) -> Unwell:
    """It did not end well."""
    late = code == -9
    seen = f"it still runs {seconds:g} s after SIGTERM" if late else f"it ends with code {code}"
    return Unwell(
        seen if late else f"{seen} after SIGTERM",
        "SIGTERM means: refuse new work, finish, exit with 0",
    )

"""Profiles: the environment that a group of scenarios wants its server process to have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smooth_operator_conformance.scenario.placeholders import EMBED_SECRET
from smooth_operator_conformance.world.keys import HS_SECRET

GATEWAY_KEY: Final = "gateway-canary-5f2d9c0e7b41"
TOOL_HEADER: Final = "tool-header-canary-91ab64e0"
CANARIES: Final = (GATEWAY_KEY, TOOL_HEADER, HS_SECRET, EMBED_SECRET)
"""Planted secrets: none may appear in any frame, answer or log line."""
HOMES: Final = {"model": GATEWAY_KEY, "tool": TOOL_HEADER}
"""The one place where a planted secret belongs: the headers of these requests."""

_JWT = {"SMOOTH_AGENT_AUTH_MODE": "jwt", "AUTH_JWT_HS256_SECRET": HS_SECRET}


@dataclass(frozen=True, slots=True)
class Profile:
    """What a profile sets on top of the base environment."""

    env: dict[str, str]
    auth: str = ""
    """`jwt`, `trusted`, or empty where everybody is anonymous."""
    strict: bool = False
    gateway: bool = True


PROFILES: Final[dict[str, Profile]] = {
    "shared": Profile({}),
    "jwt": Profile(_JWT, auth="jwt"),
    "trusted": Profile({"SMOOTH_AGENT_AUTH_MODE": "trusted"}, auth="trusted"),
    "strict": Profile(
        {**_JWT, "SMOOTH_AGENT_AUTH_STRICT": "1", "WIDGET_AUTH_STRICT": "1"},
        auth="jwt",
        strict=True,
    ),
    "timers": Profile(
        {
            "SMOOTH_AGENT_KEEPALIVE_SECONDS": "0.3",
            "SMOOTH_AGENT_PARK_SECONDS": "1",
            "SMOOTH_AGENT_OTP_SECONDS": "0.25",
            "SMOOTH_AGENT_TURN_SECONDS": "3",
            "SMOOTH_AGENT_MODEL_IDLE_SECONDS": "0.8",
            "SMOOTH_AGENT_PING_SECONDS": "0.3",
            "SMOOTH_AGENT_PONG_SECONDS": "3",
            "SMOOTH_AGENT_SLOW_READER_SECONDS": "1",
            "SMOOTH_AGENT_EVENT_LOG_SECONDS": "1.5",
            "AUTH_EXPIRY_GRACE_SECONDS": "0.6",
        }
    ),
    "limits": Profile(
        {
            **_JWT,
            "SMOOTH_AGENT_FRAMES_PER_SECOND": "1",
            "SMOOTH_AGENT_FRAME_BURST": "40",
            "SMOOTH_AGENT_MAX_FRAME_BYTES": "65536",
            "SMOOTH_AGENT_MAX_MESSAGE_CHARS": "1000",
            "SMOOTH_AGENT_CONNECTIONS_PER_PRINCIPAL": "3",
            "SMOOTH_AGENT_EVENT_LOG_EVENTS": "60",
            "SMOOTH_AGENT_EVENT_LOG_BYTES": "262144",
        },
        auth="jwt",
    ),
    "nokey": Profile({}, gateway=False),
    "seed": Profile({"SMOOTH_AGENT_SEED_KB": "1"}),
}


def base_env(*, port: int, agents: str, gateway_url: str, host: str) -> dict[str, str]:
    """What every profile sets: where to listen, whom to call, planted secrets."""
    return {
        "SMOOTH_AGENT_BIND": "127.0.0.1",
        "SMOOTH_AGENT_PORT": str(port),
        "SMOOTH_AGENT_AGENTS": agents,
        "SMOOAI_GATEWAY_URL": gateway_url,
        "SMOOAI_GATEWAY_KEY": GATEWAY_KEY,
        "SMOOTH_AGENT_MODEL_BACKOFF_SECONDS": "0.01",
        "SMOOTH_AGENT_OTP_URL": f"{host}/otp",
        "SMOOTH_TOOL_CANARY": TOOL_HEADER,
        "CONFORMANCE_EMBED_SECRET": EMBED_SECRET,
    }


def own_names(
    names: dict[str, str], base: dict[str, str], model: str, profile: Profile
) -> dict[str, str]:
    """A target's own variables, with `{port} {gateway} {key} {agents} {model} {host}` filled in.

    Where the profile has no gateway, the variables that would tell it are left out.
    """
    places = {
        "{port}": base["SMOOTH_AGENT_PORT"],
        "{gateway}": base["SMOOAI_GATEWAY_URL"],
        "{key}": base["SMOOAI_GATEWAY_KEY"],
        "{agents}": base["SMOOTH_AGENT_AGENTS"],
        "{host}": base["SMOOTH_AGENT_OTP_URL"].removesuffix("/otp"),
        "{model}": model,
    }
    gateway = ("{gateway}", "{key}")
    filled = {
        name: text
        for name, text in names.items()
        if profile.gateway or not any(place in text for place in gateway)
    }
    for place, value in places.items():
        filled = {name: text.replace(place, value) for name, text in filled.items()}
    return filled


def environment(
    profile: Profile, base: dict[str, str], extra: dict[str, str | None]
) -> dict[str, str]:
    """The whole environment of a process; None in `extra` removes a name."""
    env = {**base, **profile.env}
    if not profile.gateway:
        env = {k: v for k, v in env.items() if not k.startswith("SMOOAI_GATEWAY_")}
    for name, value in extra.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = str(value)
    return env

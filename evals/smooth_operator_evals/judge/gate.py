"""Whether a judge may score: asked for, with a key, with a model, with deepeval at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

ASKED = "SMOOTH_AGENT_E2E"
KEY = "SMOOAI_GATEWAY_KEY"
URL = "SMOOAI_GATEWAY_URL"
JUDGE_MODEL = "SMOOTH_AGENT_JUDGE_MODEL"
MODEL = "SMOOTH_AGENT_MODEL"
DEFAULT_URL = "https://llm.smoo.ai/v1"
"""Where a key without a URL goes, as for the server."""


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """The judge's gateway. The key is in no text of this object."""

    url: str
    model: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nobody judges; `reason` says in one line what is missing."""

    reason: str


def look(env: Mapping[str, str], *, local: bool, model: str = "auto") -> JudgeSettings | Skipped:
    """The judge that the environment allows. `model` is the answering mode of a local target."""
    if model not in ("auto", "gateway"):
        return Skipped(f"--model {model} is no language model, so there is no quality to judge")
    missing = [] if env.get(ASKED) == "1" else [f"{ASKED}=1"]
    missing += [] if env.get(KEY) else [KEY]
    missing += [] if env.get(JUDGE_MODEL) or env.get(MODEL) else [JUDGE_MODEL]
    missing += [MODEL] if local and not env.get(MODEL) else []
    missing += [] if find_spec("deepeval") else ["the extra `evals` (deepeval)"]
    if missing:
        return Skipped(f"missing {', '.join(missing)}")
    return JudgeSettings(
        env.get(URL) or DEFAULT_URL, env.get(JUDGE_MODEL) or env[MODEL], key=env[KEY]
    )

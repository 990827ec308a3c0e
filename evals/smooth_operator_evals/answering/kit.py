"""`smooth-evals kit`: what a server that somebody else starts needs to be asked our questions."""

from __future__ import annotations

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from smooth_operator_evals.answering.agents import agents_file
from smooth_operator_evals.answering.target import CORPUS


def write_kit(listen: str, folder: Path) -> dict[str, str]:
    """Write the agents file and the documents into `folder`; gives the environment to start with.

    `listen` is the `host:port` where a later run plays the tools. Raises `OSError`.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    knowledge, agents = folder / "knowledge", folder / "agents.json"
    with as_file(files("smooth_operator_evals") / CORPUS) as corpus:
        shutil.copytree(corpus, knowledge, dirs_exist_ok=True)
    content = json.dumps(agents_file(f"http://{listen}/tools"), ensure_ascii=False, indent=2)
    agents.write_text(content + "\n", encoding="utf-8")
    return {"SMOOTH_AGENT_AGENTS": str(agents), "SMOOTH_AGENT_KNOWLEDGE": str(knowledge)}

"""Keeps deepeval to itself: no telemetry, no update check, no login, no files but in a folder
that goes away. It has to run before the first import of deepeval."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

SET = {
    "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
    "DEEPEVAL_DISABLE_DOTENV": "1",
    "DEEPEVAL_DISABLE_LEGACY_KEYFILE": "1",
    "CONFIDENT_OPEN_BROWSER": "0",
    "CONFIDENT_TRACE_FLUSH": "0",
}
TAKEN_AWAY = (
    "CONFIDENT_API_KEY",
    "DEEPEVAL_UPDATE_WARNING_OPT_IN",
    "DEEPEVAL_TELEMETRY_ENABLED",
    "DEEPEVAL_EVAL_MODE",
    "DEEPEVAL_RESULTS_FOLDER",
)
"""What would make it send or write something, or score in another way."""


def quiet() -> Path:
    """Set this process's environment; gives the folder. Raises `RuntimeError` when too late."""
    if "deepeval" in sys.modules:
        folder = os.environ.get("DEEPEVAL_HOME")
        if os.environ.get("DEEPEVAL_TELEMETRY_OPT_OUT") != "1" or folder is None:
            raise RuntimeError("deepeval was imported before it was kept quiet")
        return Path(folder)
    folder = tempfile.mkdtemp(prefix="smooth-evals-judge-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in TAKEN_AWAY:
        os.environ.pop(name, None)
    os.environ.update(SET, DEEPEVAL_HOME=folder, DEEPEVAL_CACHE_FOLDER=folder)
    return Path(folder)

"""The smooth-operator server: `serve_local` runs one inside your own program."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smooth_operator_server.local import LocalServer, serve_local
    from smooth_operator_server.settings import Settings

__version__ = "0.1.0"
__all__ = ["LocalServer", "Settings", "__version__", "serve_local"]

_HOMES = {
    "LocalServer": "smooth_operator_server.local",
    "Settings": "smooth_operator_server.settings",
    "serve_local": "smooth_operator_server.local",
}


def __getattr__(name: str) -> Any:
    """Heavy imports happen at first use, so that the command line starts at once."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(_HOMES[name]), name)

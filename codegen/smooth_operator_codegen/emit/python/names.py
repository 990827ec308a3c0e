"""How names of the contract are spelled in Python."""

from __future__ import annotations

import keyword
import re

# Attributes that pydantic's BaseModel owns: a field of that name gets a trailing underscore, as
# datamodel-code-generator gives it in the models.
_TAKEN = frozenset({"copy", "dict", "json", "schema", "validate", "construct"})
_WORD = re.compile(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])")


def snake(name: str) -> str:
    """`requestId` → `request_id`; keywords get a trailing underscore."""
    spelled = _WORD.sub(r"\1\3_\2\4", name).replace("-", "_").lower()
    return f"{spelled}_" if keyword.iskeyword(spelled) or spelled in _TAKEN else spelled


def constant(name: str) -> str:
    """`maxFrameBytes` → `MAX_FRAME_BYTES`."""
    return _WORD.sub(r"\1\3_\2\4", name).replace("-", "_").upper()


def pascal(name: str) -> str:
    """`stream_token` → `StreamToken`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[_-]", name))

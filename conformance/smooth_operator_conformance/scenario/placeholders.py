"""Placeholders: `{{path}}` in any string of a scenario becomes a value of its scope.

A string that is one placeholder becomes the value itself, a list in a list is spliced in, and a
`{{case.x}}` that the row lacks leaves its key or element out. Inside a text, values are inserted.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any, Final

Json = Any
_WHOLE = re.compile(r"\{\{([^{}]+)\}\}\Z")
_INSIDE = re.compile(r"\{\{([^{}]+)\}\}")
_NAMESPACE = uuid.UUID("5d9c5f0c-1c4e-5b0e-9a54-2f6c1d1f7a11")
EMBED_SECRET: Final = "embed-canary-7f31c9"
"""Secret of the profiles' `CONFORMANCE_EMBED_SECRET`, which signs an `authContext`."""


class Unbound(Exception):
    """A placeholder names nothing that is known at this point."""


class _Gone:
    """Stands for what a row of cases leaves out."""


_GONE: Final = _Gone()


def stable_uuid(nonce: str, name: str) -> str:
    """The UUID that `name` has in the copy `nonce`; the same again when a trace is replayed."""
    return str(uuid.uuid5(_NAMESPACE, f"{nonce}/{name}"))


class Scope(dict[str, Json]):
    """Names and values of one scenario copy; what `$as` remembers is added as it comes."""

    partial = False
    """Only some placeholders are filled in; the rest stays for later."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        super().__init__(values)
        self._uuids = 0

    def fresh_uuid(self) -> str:
        """A new UUID, reproducible from the nonce."""
        self._uuids += 1
        return stable_uuid(str(self.get("nonce", "")), f"fresh/{self._uuids}")

    def look(self, path: str) -> Json:
        """The value of a dotted path; raises Unbound, or is `_GONE` for a missing case value."""
        head, *rest = path.split(".")
        made = self._made(head, rest)
        if made is not None:
            return made
        value: Json = self.get(head, _GONE)
        for part in rest:
            value = _step(value, part)
        if value is _GONE and head != "case":
            raise Unbound(f"{{{{{path}}}}} is not known here")
        return value

    def _made(self, head: str, rest: list[str]) -> Json:
        if head == "uuid":
            return stable_uuid(self["nonce"], f"named/{rest[0]}") if rest else self.fresh_uuid()
        if head == "repeat" and len(rest) == 2:
            return rest[1] * int(rest[0])
        if head == "now" and "now" not in self:
            return int(time.time())
        return None


def _step(value: Json, part: str) -> Json:
    if isinstance(value, dict):
        return value.get(part, _GONE)
    if isinstance(value, list) and part.lstrip("-").isdigit() and int(part) < len(value):
        return value[int(part)]
    return _GONE


def fill(template: Json, scope: Scope) -> Json:
    """The template with every placeholder filled in; raises Unbound."""
    filled = _fill(template, scope)
    return None if filled is _GONE else filled


def has_placeholder(template: Json) -> bool:
    """Whether filling the template in would change it."""
    if isinstance(template, str):
        return "{{" in template
    if isinstance(template, dict):
        return "$authContext" in template or any(
            has_placeholder(value) or "{{" in key for key, value in template.items()
        )
    return isinstance(template, list) and any(map(has_placeholder, template))


def _fill(template: Json, scope: Scope) -> Json:
    if isinstance(template, str):
        return _text(template, scope) if "{{" in template else template
    if isinstance(template, dict):
        return _object(template, scope)
    if isinstance(template, list):
        out: list[Json] = []
        for element in template:
            value = _fill(element, scope)
            if isinstance(value, list) and isinstance(element, str):
                out.extend(value)
            elif value is not _GONE:
                out.append(value)
        return out
    return template


def _object(template: dict[str, Json], scope: Scope) -> Json:
    if "$authContext" in template and not scope.partial:
        return auth_context(_fill(template["$authContext"], scope))
    out = {}
    for key, element in template.items():
        value = _fill(element, scope)
        if value is not _GONE:
            out[_text(key, scope) if "{{" in key else key] = value
    return out


def _text(template: str, scope: Scope) -> Json:
    whole = _WHOLE.match(template)
    if whole is not None:
        path = whole[1].strip()
        value = scope.look(path)
        # A case value may itself hold placeholders; what a server sent is never read as one.
        return _fill(value, scope) if path.startswith("case.") else value
    return _INSIDE.sub(lambda found: _inserted(scope.look(found[1].strip())), template)


def _inserted(value: Json) -> str:
    if value is _GONE:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def auth_context(wanted: Mapping[str, Json]) -> dict[str, Json]:
    """A signed `authContext` (wire-facts §5.1); `skew` seconds off, or with a wrong secret."""
    stamp = int(time.time()) + int(wanted.get("skew", 0))
    secret = "not-the-secret" if wanted.get("secret") == "wrong" else EMBED_SECRET
    user = str(wanted["userId"])
    signature = hmac.new(secret.encode(), f"{user}:{stamp}".encode(), hashlib.sha256).hexdigest()
    return {"userId": user, "signature": signature, "timestamp": stamp}


def for_case(template: Json, label: str) -> Json:
    """The template without the list entries that exist only in other cases (`only`)."""
    if isinstance(template, dict):
        return {key: for_case(value, label) for key, value in template.items() if key != "only"}
    if isinstance(template, list):
        return [for_case(entry, label) for entry in template if _belongs(entry, label)]
    return template


def _belongs(entry: Json, label: str) -> bool:
    only = entry.get("only") if isinstance(entry, dict) else None
    if only is None:
        return True
    return label == only if isinstance(only, str) else label in only


def fill_case(template: Json, case: Mapping[str, Json]) -> Json:
    """Only `{{case.…}}` filled in; other placeholders stay for later."""
    return fill(template, _CaseScope(case))


class _CaseScope(Scope):
    """A scope that knows the row alone and leaves every other placeholder as it is."""

    partial = True

    def __init__(self, case: Mapping[str, Json]) -> None:
        super().__init__({"case": dict(case)})

    def look(self, path: str) -> Json:
        if path.split(".")[0] == "case":
            return super().look(path)
        return f"{{{{{path}}}}}"

"""Titles become class names in every language, so each is a name, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speclint.documents import Documents, Finding

_NAME = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
_KEY = re.compile(r"[a-z][A-Za-z0-9]*\Z")
# Names that others chose: a claim of a token.
_FOREIGN = {("domain/token-claims.schema.json", "org_id")}


def check_titles(documents: Documents) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for place in documents.definitions():
        for key in place.schema.get("properties", {}):
            if not _KEY.match(key) and (place.file, key) not in _FOREIGN:
                yield place.finding("title", f"the property {key!r} is not in camelCase")
        title = place.schema.get("title")
        if title is None:
            continue
        if not _NAME.match(title):
            yield place.finding("title", f"{title!r} is not in PascalCase")
        if title in owners:
            yield place.finding("title", f"{title!r} is taken by {owners[title]}")
        owners.setdefault(title, f"{place.file}#{place.pointer}")

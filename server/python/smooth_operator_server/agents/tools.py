"""A tool of the agents file: its schema, its address, its headers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs

from smooth_operator_server.agents.model import HttpEndpoint, ToolSpec
from smooth_operator_server.agents.places import (
    Key,
    Place,
    integer,
    mapping,
    matching,
    one_of,
    record,
    text,
)

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OURS = frozenset({"host", "idempotency-key", "connection", "transfer-encoding"})
_VARIABLE = matching(r"SMOOTH_TOOL_[A-Za-z0-9_]+", "must name a variable that begins SMOOTH_TOOL_")


class ToolReader:
    """Reads one tool. `env` is where header values come from, `hosts` whom plain http may reach."""

    def __init__(self, env: Mapping[str, str], hosts: Collection[str]) -> None:
        self._env = env
        self._hosts = frozenset(host.lower() for host in hosts)
        self._read = record(
            {
                "name": Key(
                    matching(
                        r"[A-Za-z0-9_.-]{1,64}",
                        "must be 1 to 64 letters, digits, dots, dashes or underscores",
                    ),
                    required=True,
                ),
                "description": Key(text, required=True),
                "parameters": Key(_parameters, required=True),
                "authLevel": Key(one_of("none", "end_user", "admin")),
                "timeoutMs": Key(integer(1)),
                "http": Key(self._http, required=True),
            }
        )

    def __call__(self, value: Any, place: Place) -> ToolSpec | None:
        before = len(place.problems)
        found = self._read(value, place)
        if len(place.problems) > before:
            return None
        return ToolSpec(
            name=found["name"],
            description=found["description"],
            parameters=found["parameters"],
            http=found["http"],
            auth_level=found.get("authLevel"),
            timeout_ms=found.get("timeoutMs", 30_000),
        )

    def _http(self, value: Any, place: Place) -> HttpEndpoint:
        headers = mapping(self._header, names=_header_problem)
        found = record({"url": Key(self._url, required=True), "headers": Key(headers)})(
            value, place
        )
        return HttpEndpoint(found.get("url", ""), found.get("headers", {}))

    def _url(self, value: Any, place: Place) -> str | None:
        if not isinstance(value, str):
            return text(value, place)
        if reason := url_problem(value, self._hosts):
            place.refuse(reason)
        return value

    def _header(self, value: Any, place: Place) -> str | None:
        """The value itself, or `{env}`; no reason ever quotes it."""
        if isinstance(value, dict):
            variable = record({"env": Key(_VARIABLE, required=True)})(value, place).get("env")
            if variable is None:
                return None
            if variable not in self._env:
                place.at("env").refuse(f"{variable} is not set")
                return None
            value = self._env[variable]
        if not isinstance(value, str):
            place.refuse('must be a string or {"env": name}')
            return None
        if not _HEADER_VALUE.fullmatch(value):
            place.refuse("holds characters that no header can carry")
            return None
        return value


def url_problem(url: str, http_hosts: Collection[str]) -> str | None:
    """What is wrong with a tool's address, as far as it can be told without resolving it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in ("https", "http") or not host:
        return "must be an https or http URL"
    if "@" in parts.netloc:
        return "must not hold credentials; use headers"
    if parts.scheme == "https" or is_loopback(host) or host in http_hosts:
        return None
    return "must be https, or http to loopback or a host of SMOOTH_AGENT_TOOL_HOSTS"


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _header_problem(header: str) -> str | None:
    if not _HEADER_NAME.fullmatch(header):
        return "is no header name"
    if header.lower() in _OURS or header.lower().startswith("content-"):
        return "cannot be set"
    return None


def _parameters(value: Any, place: Place) -> Mapping[str, Any] | None:
    if not isinstance(value, dict):
        place.refuse("must be an object")
        return None
    for path, reference in _references(value, place):
        if not reference.startswith("#/"):
            path.refuse("may only refer to places in the schema itself (#/…)")
            return None
    try:
        jsonschema_rs.validator_for(value, validate_formats=False, retriever=_fetch_nothing)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        place.refuse(f"is no JSON Schema: {str(error).partition(chr(10))[0]}")
        return None
    return value


def _fetch_nothing(uri: str) -> Any:
    raise LookupError(uri)


def _references(schema: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(schema, dict):
        for key, entry in schema.items():
            if key in ("$ref", "$dynamicRef", "$recursiveRef") and isinstance(entry, str):
                yield place.at(key), entry
            elif key not in ("const", "enum", "default", "examples"):
                yield from _references(entry, place.at(key))
    elif isinstance(schema, list):
        for index, entry in enumerate(schema):
            yield from _references(entry, place.at(index))

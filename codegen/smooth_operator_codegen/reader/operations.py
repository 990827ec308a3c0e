"""Reads the catalogue's part beside the frames: metrics, log keys, routes and HTTP bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from smooth_operator_codegen.ir import Body, LogKey, Metric, Route, RouteAnswer
from smooth_operator_codegen.reader.catalogue import FILE, all_of
from smooth_operator_codegen.reader.node import Node
from smooth_operator_codegen.reader.titles import Titles


@dataclass(frozen=True, slots=True)
class Operations:
    metrics: tuple[Metric, ...]
    log_keys: tuple[LogKey, ...]
    routes: tuple[Route, ...]
    bodies: tuple[Body, ...]


def read_operations(document: Any, titles: Titles) -> Operations:
    """The sections as they stand; references into the schemas become titles."""
    root = Node(FILE, "", document)
    return Operations(
        metrics=all_of(root, "metrics", "name", _metric),
        log_keys=all_of(root, "logKeys", "name", _log_key),
        routes=all_of(root, "routes", "path", _route),
        bodies=all_of(root, "shapes", "name", lambda each: _body(each, titles)),
    )


def _metric(node: Node) -> Metric:
    node.only({"name", "type", "labels", "description"}, "a metric")
    return Metric(
        name=node.child("name").string(),
        type=node.child("type").string(),
        labels=tuple((name, each.strings()) for name, each in node.child("labels").entries()),
        doc=node.child("description").string(),
    )


def _log_key(node: Node) -> LogKey:
    node.only({"name", "always", "description"}, "a log key")
    return LogKey(
        name=node.child("name").string(),
        always=node.child("always").boolean(),
        doc=node.child("description").string(),
    )


def _route(node: Node) -> Route:
    node.only({"path", "method", "answers", "description"}, "a route")
    return Route(
        path=node.child("path").string(),
        method=node.child("method").string(),
        answers=tuple(_route_answer(each) for each in node.child("answers").items()),
        doc=node.child("description").string(),
    )


def _route_answer(node: Node) -> RouteAnswer:
    node.only({"status", "when", "body"}, "an answer of a route")
    return RouteAnswer(
        status=node.child("status").integer(),
        when=node.child("when").string(),
        body=node.text_or_none("body"),
    )


def _body(node: Node, titles: Titles) -> Body:
    node.only({"name", "schema", "description"}, "a shape")
    return Body(
        name=node.child("name").string(),
        type=titles.resolve(node.child("schema")),
        doc=node.child("description").string(),
    )

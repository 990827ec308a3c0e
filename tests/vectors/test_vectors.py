"""The shared vectors: well-formed, consistent in themselves, and tied to rules that exist."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

_ROOT = Path(__file__).resolve().parents[2] / "spec" / "conformance"
_FILES = sorted(
    path for folder in ("retrieval", "sse", "text") for path in (_ROOT / folder).glob("*.json")
)
# Counts never fall: a vector that goes must be replaced.
_LEAST = {
    "tokens": 40,
    "stems": 100,
    "chunks": 70,
    "rankings": 30,
    "sse-events": 30,
    "sse-completions": 30,
}
_LEAST_TEXT_CASES = 250


def _load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def _cases(kind: str) -> list[dict[str, Any]]:
    (document,) = (each for each in map(_load, _FILES) if each["kind"] == kind)
    cases: list[dict[str, Any]] = document["cases"]
    return cases


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_each_file_fits_the_schema(spec: Path, path: Path) -> None:
    schema = json.loads((spec / "schema/vectors.schema.json").read_text("utf-8"))
    jsonschema_rs.validator_for(schema).validate(_load(path))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_ids_are_unique_in_a_file(path: Path) -> None:
    ids = [case["id"] for case in _load(path)["cases"]]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_files_prove_rules_that_exist(path: Path, requirements: list[dict[str, Any]]) -> None:
    assert set(_load(path)["requirements"]) <= {rule["id"] for rule in requirements}


def test_a_case_of_another_form_is_refused(spec: Path) -> None:
    schema = json.loads((spec / "schema/vectors.schema.json").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    document = _load(_ROOT / "text" / "lengths.json")
    for broken in ({"length": "3"}, {"extra": 1}, {"id": "Not An Id"}):
        changed = [{**document["cases"][0], **broken}, *document["cases"][1:]]
        assert not validator.is_valid({**document, "cases": changed}), broken


def test_counts_do_not_fall() -> None:
    for kind, least in _LEAST.items():
        assert len(_cases(kind)) >= least, kind
    text = [_load(path) for path in _FILES if path.parent.name == "text"]
    assert sum(len(each["cases"]) for each in text) >= _LEAST_TEXT_CASES


def test_no_chunk_is_longer_than_its_bound_and_none_is_blank() -> None:
    for case in _cases("chunks"):
        for chunk in case["chunks"]:
            assert 0 < len(chunk["body"]) <= 1000, case["id"]
            assert chunk["body"].strip(" \t\n"), case["id"]


def test_hits_are_ordered_within_their_limit_and_name_given_documents() -> None:
    for case in _cases("rankings"):
        keys = [(-hit["micro"], hit["id"].encode()) for hit in case["hits"]]
        assert keys == sorted(keys), case["id"]
        assert len(keys) <= case["limit"], case["id"]
        assert {hit["id"] for hit in case["hits"]} <= {d["name"] for d in case["documents"]}


def test_the_question_everybody_asks_finds_its_document() -> None:
    (case,) = (each for each in _cases("rankings") if each["query"] == "what is the return policy?")
    assert case["hits"][0]["id"] == "returns.md"


def test_cuts_are_prefixes_within_their_bound_and_as_long_as_fits() -> None:
    for case in _cases("encoded-cuts"):
        fits = _encoded(case["result"]) <= case["maximumBytes"]
        assert fits, case["id"]
        assert case["text"].startswith(case["result"]), case["id"]
        assert _encoded(case["text"]) == case["encodedBytes"], case["id"]
        if case["result"] != case["text"]:
            longer = case["text"][: len(case["result"]) + 1]
            assert _encoded(longer) > case["maximumBytes"], case["id"]


def _encoded(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def test_stream_cuts_ascend_inside_the_stream() -> None:
    for case in [*_cases("sse-events"), *_cases("sse-completions")]:
        size = len(bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode())
        cuts = case.get("cuts", [])
        assert cuts == sorted(cuts), case["id"]
        assert all(0 < cut < size for cut in cuts), case["id"]


def test_texts_for_a_model_mean_the_value_they_were_written_from() -> None:
    for case in _cases("model-json"):
        assert json.loads(case["text"]) == json.loads(case["json"]) or case["id"] in {
            # Above 2**53 the nearest double is written, as every language prints it.
            "beyond-safe",
            "many-digits",
        }, case["id"]


def test_nesting_accepts_exactly_64_levels() -> None:
    depths = {case["depth"] for case in _cases("nesting")}
    assert {64, 65} <= depths
    assert all(case["accepted"] == (case["depth"] <= 64) for case in _cases("nesting"))


def test_tables_are_whole(spec: Path) -> None:
    tables = _load(spec / "lexical-tables.json")
    assert set(tables) == {"fold", "drop", "gram", "separator", "stopWords"}
    for name in ("drop", "gram", "separator"):
        ranges = [(int(first, 16), int(last, 16)) for first, last in tables[name]]
        flat = [point for each in ranges for point in each]
        assert flat == sorted(flat), name
    assert sorted(tables["stopWords"]) == tables["stopWords"]

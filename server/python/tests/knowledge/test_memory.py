"""What an agent sees, and in which order."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from math import floor, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.knowledge.base import Hit
from smooth_operator_server.knowledge.documents import KnowledgeError, inline
from smooth_operator_server.knowledge.index import Index, View
from smooth_operator_server.knowledge.memory import DEMO_FOLDER, MemoryKnowledge


@dataclass(frozen=True)
class Inline:
    source: str
    content: str
    url: str | None = None


source = Inline


async def ids(
    knowledge: MemoryKnowledge, query: str, agent: str = "a", limit: int = 3
) -> list[str]:
    hits = await knowledge.search(query, agent_id=agent, limit=limit)
    return [hit.document_id for hit in hits]


async def test_the_score_is_the_contract_s() -> None:
    knowledge = MemoryKnowledge.load(
        inline=[source("a", "lamp lamp"), source("b", "loom wool yarn")]
    )
    (hit,) = await knowledge.search("a lamp", agent_id="x", limit=3)
    # Title "a" is a stop word; "b" is none: lengths 2 and 4, average 3.
    gain = log(1 + (2 - 1 + 0.5) / (1 + 0.5)) * 2 / (2 + 1.2 * (0.25 + 0.75 * 2 / 3))
    assert hit == Hit("a", "a", "lamp lamp", "lamp lamp", floor(gain * 1e6 + 0.5) / 1e6)


async def test_every_agent_sees_the_server_s_and_its_own() -> None:
    knowledge = MemoryKnowledge.load(
        inline=[source("shared", "lamp")],
        agents={"a": [source("own-a", "lamp")], "b": [source("own-b", "lamp lamp")], "c": []},
    )
    assert await ids(knowledge, "lamp", "a") == ["own-a", "shared"]
    assert await ids(knowledge, "lamp", "b") == ["own-b", "shared"]
    assert await ids(knowledge, "lamp", "c") == ["shared"]
    assert knowledge.offers("anyone")


async def test_counts_are_of_what_the_agent_sees() -> None:
    both = [source("x", "lamp oil"), source("y", "loom")]
    apart = MemoryKnowledge.load(inline=both[:1], agents={"a": both[1:]})
    together = MemoryKnowledge.load(inline=both)
    for query in ("lamp", "loom", "oil lamp loom"):
        assert await apart.search(query, agent_id="a", limit=9) == await together.search(
            query, agent_id="z", limit=9
        )


async def test_nothing_is_found_without_a_term() -> None:
    knowledge = MemoryKnowledge.load(inline=[source("x", "the lamp is on")])
    for query in ("", "   ", "is the", "?!", "unknown"):
        assert await ids(knowledge, query) == []


async def test_no_chunk_means_no_offer() -> None:
    knowledge = MemoryKnowledge.load(inline=[source("x", "# only a heading\n\n")])
    assert not knowledge.offers("a")
    assert await ids(knowledge, "heading") == []


async def test_a_document_counts_once_by_its_best_chunk() -> None:
    text = "# One\nlamp and wool\n# Two\nlamp lamp\n# Three\nlamp lamp"
    knowledge = MemoryKnowledge.load(inline=[source("x", text)])
    (hit,) = await knowledge.search("lamp", agent_id="a", limit=3)
    assert hit.content == "lamp lamp"
    view = View([Index.of([inline("x", text)])])
    assert view.search("lamp", 1)[0].chunk.path == ("Two",)


async def test_ties_are_broken_by_the_id_s_bytes() -> None:
    # U+FF5E sorts before U+10348 in UTF-8 but after it in UTF-16.
    names = ["\U00010348", "\uff5e", "Z"]
    knowledge = MemoryKnowledge.load(inline=[source(name, "lamp zzzz") for name in names])
    hits = await knowledge.search("zzzz", agent_id="a", limit=3)
    same = [hit.document_id for hit in hits if hit.score == hits[0].score]
    assert same == sorted(same, key=lambda name: name.encode())


def test_equal_ids_refuse() -> None:
    twice = [source("x", "a"), source("x", "b")]
    with pytest.raises(KnowledgeError, match="'x' in the server's knowledge"):
        MemoryKnowledge.load(inline=twice)
    with pytest.raises(KnowledgeError, match="'x' in what agent a sees"):
        MemoryKnowledge.load(inline=twice[:1], agents={"a": twice[1:]})
    MemoryKnowledge.load(agents={"a": twice[:1], "b": twice[1:]})


async def test_only_web_addresses_become_links() -> None:
    knowledge = MemoryKnowledge.load(
        inline=[
            source("1", "lamp", url="https://x.example/1"),
            source("2", "lamp", url="file:///etc/passwd"),
            source("http://x.example/3", "lamp"),
            source("4", "lamp"),
        ]
    )
    hits = await knowledge.search("lamp", agent_id="a", limit=9)
    assert {hit.document_id: hit.url for hit in hits} == {
        "1": "https://x.example/1",
        "2": None,
        "http://x.example/3": "http://x.example/3",
        "4": None,
    }


async def test_folders(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = {
        "a.md": b"\xef\xbb\xbf# Alpha\r\nlamp",
        "deep/b.markdown": b"lamp",
        "C.TXT": b"# Gamma\nlamp",
        "d.html": b"<h1>Delta</h1><p>lamp",
        "e.htm": b"lamp",
        "f.pdf": b"lamp",
        ".hidden.md": b"lamp",
        ".git/g.md": b"lamp",
        "bad.md": b"lamp \xff",
        "big.md": b"lamp " * 210_000,
        "limit.md": b"lamp".ljust(1024 * 1024),
    }
    for name, data in files.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "root" / "link.md").symlink_to(tmp_path / "root" / "a.md")
    (tmp_path / "root" / "loop").symlink_to(tmp_path / "root")
    with caplog.at_level(logging.WARNING):
        knowledge = MemoryKnowledge.load(folders=[tmp_path / "root"])
    hits = await knowledge.search("lamp", agent_id="a", limit=99)
    assert {hit.document_id: hit.title for hit in hits} == {
        "a.md": "Alpha",
        "deep/b.markdown": "deep/b.markdown",
        "C.TXT": "C.TXT",
        "d.html": "Delta",
        "e.htm": "e.htm",
        "limit.md": "limit.md",
    }
    assert {record.getMessage().rpartition("/")[2] for record in caplog.records} == {
        "bad.md is not valid UTF-8",
        "big.md is larger than 1 MiB",
    }


def test_a_missing_folder_refuses(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="not found"):
        MemoryKnowledge.load(folders=[tmp_path / "none"])


@pytest.mark.parametrize(
    ("question", "document", "sentence"),
    [
        ("what is the return policy?", "returns.md", "17 days"),
        ("How many days do I have to return something?", "returns.md", "17 days"),
        ("how much is express shipping", "shipping.md", "11.90 EUR"),
        ("do you accept bank transfers", "payment.md", "bank transfer"),
        ("warranty on lamps", "warranty.md", "five years"),
        ("When are you open on Saturday?", "contact.md", "Saturday"),
        ("is my gift card still valid", "gift-cards.md", "four years"),
        ("how do I wash wool", "care.md", "by hand"),
    ],
)
async def test_the_demo_knows_its_shop(question: str, document: str, sentence: str) -> None:
    knowledge = MemoryKnowledge.load(folders=[DEMO_FOLDER])
    hits = await knowledge.search(question, agent_id="a", limit=3)
    assert hits[0].document_id == document
    assert sentence in hits[0].content


words = st.sampled_from(["lamp", "loom", "wool", "returns", "the", "東京", "é"])
contents = st.lists(st.lists(words).map(" ".join), min_size=1, max_size=6)


@given(contents, st.lists(words).map(" ".join), st.integers(1, 5))
def test_a_smaller_limit_gives_the_beginning(texts: list[str], query: str, limit: int) -> None:
    view = View([Index.of(inline(f"d{i}", text) for i, text in enumerate(texts))])
    every = view.search(query, 99)
    assert view.search(query, limit) == every[:limit]
    assert [-m.micro for m in every] == sorted(-m.micro for m in every)
    assert len({m.document.id for m in every}) == len(every)


@given(contents)
def test_adding_one_by_one_is_building_at_once(texts: list[str]) -> None:
    documents = [inline(f"d{i}", text) for i, text in enumerate(texts)]
    grown = Index()
    for document in documents:
        grown.add(document)
    assert grown == Index.of(documents)

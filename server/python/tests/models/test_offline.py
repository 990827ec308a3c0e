"""The offline answerer: grounded, labelled, readable."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator.protocol import prompts
from smooth_operator_server.engine.model import Finished, ModelRequest, TextDelta
from smooth_operator_server.knowledge.memory import DEMO_FOLDER, MemoryKnowledge
from smooth_operator_server.models.offline import OfflineModel, answer, passages, sentences


def messages(question: Any, *documents: tuple[str, str]) -> list[dict[str, Any]]:
    blocks = [prompts.system_knowledge_document(title=t, content=c) for t, c in documents]
    system = prompts.system_knowledge(documents="\n\n".join(blocks))
    head = [{"role": "system", "content": f"Be kind.\n\n{system}"}] if documents else []
    return [*head, {"role": "user", "content": question}]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what is the return policy?", "17 days"),
        ("how much is express shipping", "11.90 EUR"),
        ("How long is the warranty on lamps?", "five years"),
        ("When do you answer on Saturday?", "until 14:00"),
    ],
)
async def test_the_demo_s_questions(question: str, expected: str) -> None:
    knowledge = MemoryKnowledge.load(folders=[DEMO_FOLDER])
    hits = await knowledge.search(question, agent_id="a", limit=3)
    reply = answer(messages(question, *((hit.title, hit.content) for hit in hits)))
    assert expected in reply
    assert reply.startswith("[offline answer, no language model] From ")


def test_the_document_that_fits_best_is_named_and_quoted() -> None:
    reply = answer(
        messages(
            "how do I wash wool?",
            ("Lamps", "A lamp is bright. Wipe it."),
            ("Care", "Linen is easy. Wash wool by hand. Iron linen damp."),
        )
    )
    assert reply == prompts.offline_answer(title="Care", excerpt="Wash wool by hand.")


def test_without_a_shared_word_the_first_sentences_are_quoted() -> None:
    reply = answer(messages("?", ("Care", "One. Two. Three. Four.")))
    assert reply == prompts.offline_answer(title="Care", excerpt="One. Two. Three.")


def test_without_a_passage_it_says_so() -> None:
    assert answer(messages("anything")) == prompts.OFFLINE_NO_MATCH
    assert answer([]) == prompts.OFFLINE_NO_MATCH


def test_images_are_passed_over() -> None:
    parts = [{"type": "text", "text": "wool"}, {"type": "image_url", "image_url": {"url": "x"}}]
    assert "Wool is warm." in answer(messages(parts, ("Care", "Linen is cool. Wool is warm.")))


def test_markdown_becomes_sentences() -> None:
    body = (
        "Some **bold** text over\ntwo lines. Next!\n\n- one\n- two\n\n"
        "| A | B |\n|---|---|\n| c | d |\n\n```sh\nrun it\n```\n1. first"
    )
    assert sentences(body) == [
        "Some bold text over two lines.",
        "Next!",
        "one",
        "two",
        "A B",
        "c d",
        "run it",
        "first",
    ]


async def test_it_streams_in_several_deltas_that_join_to_the_answer() -> None:
    model = OfflineModel()
    request = ModelRequest("offline", messages("wool", ("Care", "Wash wool by hand, never hot.")))
    *deltas, last = [delta async for delta in model.stream(request)]
    assert isinstance(last, Finished)
    assert len(deltas) > 2
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == last.text
    assert last == await model.complete(request)
    assert model.configured
    assert model.retries_total() == 0
    await model.close()


@given(st.text(), st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=3))
def test_any_documents_give_a_labelled_answer(
    question: str, documents: list[tuple[str, str]]
) -> None:
    assert answer(messages(question, *documents)).startswith("[offline answer")


@given(st.text())
def test_nothing_is_quoted_without_the_block(system: str) -> None:
    assert passages(system) == []

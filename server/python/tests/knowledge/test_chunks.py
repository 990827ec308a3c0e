"""Documents into sections, blocks and pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.knowledge.chunks import Chunk, chunks, clean, title
from smooth_operator_server.knowledge.snippets import snippet


def bodies(text: str) -> list[str]:
    return [chunk.body for chunk in chunks(text)]


def test_headings_set_the_path_and_end_the_section() -> None:
    text = (
        "intro\n# One #\na\n### Deep ##\nb\n## Two\t\nc\n#no heading\n####### nor this\n# Next\nd"
    )
    assert chunks(text) == [
        Chunk((), "intro"),
        Chunk(("One",), "a"),
        Chunk(("One", "Deep"), "b"),
        Chunk(("One", "Two"), "c\n#no heading\n####### nor this"),
        Chunk(("Next",), "d"),
    ]
    assert chunks(text)[2].indexed("T") == "T\nOne > Deep\nb"


def test_plain_text_has_no_headings() -> None:
    assert chunks("# a\n\nb", headings=False) == [Chunk((), "# a\n\nb")]


def test_a_fence_holds_together_and_hides_headings() -> None:
    text = "# T\nbefore\n```sh\n# comment\n\n~~~\nx\n``` whatever\n\n# Next\nafter"
    assert chunks(text) == [
        Chunk(("T",), "before\n```sh\n# comment\n\n~~~\nx\n``` whatever"),
        Chunk(("Next",), "after"),
    ]


def test_an_open_fence_lasts_to_the_end() -> None:
    assert chunks("~~~\n# a\n\n```\nb") == [Chunk((), "~~~\n# a\n\n```\nb")]
    assert len(chunks("    ~~~\n# a\nb")) == 2


def test_blocks_are_packed_up_to_the_bound() -> None:
    a, b, c = "a" * 499, "b" * 499, "c"
    assert bodies(f"{a}\n\n \t\n{b}\n\n{c}") == [f"{a}\n\n{b}", c]
    assert bodies(f"{a}\n\n{b}b\n\n{c}") == [a, f"{b}b\n\n{c}"]


def test_a_section_is_never_packed_with_another() -> None:
    assert bodies("a\n# H\nb") == ["a", "b"]


def test_long_blocks_are_cut_at_the_best_place() -> None:
    tail = "t" * 800
    assert bodies(f"{'l' * 600}\n{'m' * 300}\n{tail}") == [f"{'l' * 600}\n{'m' * 300}", tail]
    assert bodies(f"{'s' * 500}. {'w' * 300} {tail}") == [f"{'s' * 500}.\n\n{'w' * 300}", tail]
    assert bodies(f"{'w' * 900} {tail}") == ["w" * 900, tail]
    assert bodies("x" * 2100) == ["x" * 1000, "x" * 1000, "x" * 100]


def test_a_block_that_is_not_cut_keeps_its_leading_blanks() -> None:
    assert bodies("  a\n b \n\n\tc") == ["  a\n b \n\n\tc"]


def test_a_long_block_that_begins_with_a_blank_still_ends() -> None:
    assert bodies(" " + "x" * 1500) == ["x" * 1000, "x" * 500]


def test_titles() -> None:
    assert title("a\n## No\n```\n# no\n```\n# Yes #\n# Later") == "Yes"
    assert title("## only") is None
    assert title("# \n# x") is None


def test_clean() -> None:
    assert clean("\ufeffa\r\nb\rc\n\ufeff") == "a\nb\nc\n\ufeff"


def test_snippets() -> None:
    assert snippet("  a\n\n b\tc ") == "a b c"
    assert snippet("x" * 280) == "x" * 280
    assert snippet("😀" * 281) == "😀" * 279 + "…"


documents = st.lists(
    st.sampled_from(
        ["# A", "## B b ##", "```", "~~~", "", " ", "word. word", "x" * 700, " y" * 600]
    )
).map("\n".join)


@given(documents)
def test_no_chunk_is_too_long_or_empty(text: str) -> None:
    found = chunks(text)
    assert all(0 < len(chunk.body) <= 1000 and chunk.body.strip() for chunk in found)


@given(documents)
def test_no_letter_is_lost(text: str) -> None:
    kept = sum(chunk.body.count(letter) for chunk in chunks(text) for letter in "xy")
    assert kept == text.count("x") + text.count("y")


@given(st.text())
def test_any_text_is_cut(text: str) -> None:
    assert all(len(body) <= 1000 for body in bodies(clean(text)))

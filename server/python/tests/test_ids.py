"""Ids are random UUIDs like everybody's."""

from __future__ import annotations

from uuid import RFC_4122, UUID

from smooth_operator_server.ids import new_id


def test_an_id_is_a_random_uuid_in_our_spelling() -> None:
    made = {new_id() for _ in range(500)}
    assert len(made) == 500
    for text in made:
        read = UUID(text)
        assert (str(read), read.version, read.variant) == (text, 4, RFC_4122)
    assert {text[19] for text in made} == set("89ab")

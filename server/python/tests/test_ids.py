"""Ids are random UUIDs like everybody's."""

from __future__ import annotations

import os
from uuid import RFC_4122, UUID

import pytest
from smooth_operator_server.ids import AT_ONCE, new_id


def test_an_id_is_a_random_uuid_in_our_spelling() -> None:
    made = {new_id() for _ in range(3 * AT_ONCE)}
    assert len(made) == 3 * AT_ONCE
    for text in made:
        read = UUID(text)
        assert (str(read), read.version, read.variant) == (text, 4, RFC_4122)
    assert {text[19] for text in made} == set("89ab")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nobody forks here")
def test_a_forked_process_makes_ids_of_its_own() -> None:
    new_id()
    read, write = os.pipe()
    if not (child := os.fork()):
        os.write(write, new_id().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 64).decode() != new_id()
    os.close(read)
    os.close(write)

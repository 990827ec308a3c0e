"""Memory storage: pages, order, titles, contacts and what clears them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smooth_operator_server.storage.base import Scope, StorageError
from smooth_operator_server.storage.memory import AWAKE, MemoryStorage
from smooth_operator_server.storage.records import Contact, Conversation, StoredMessage
from smooth_operator_server.storage.titles import clean_title, title_of


async def filled(*texts: str, owner: str | None = None) -> tuple[MemoryStorage, str]:
    storage = MemoryStorage()
    conversation = Conversation(str(uuid4()), "org", storage.next_time(), owner=owner)
    await storage.add_conversation(conversation)
    for index, text in enumerate(texts):
        direction = "outbound" if index % 2 else "inbound"
        await storage.add_message(
            StoredMessage(str(uuid4()), conversation.id, direction, text, storage.next_time())  # type: ignore[arg-type]
        )
    return storage, conversation.id


async def test_messages_page_newest_first() -> None:
    storage, id = await filled("a", "b", "c", "d")
    page = await storage.messages_before(id, None, 3)
    assert [m.text for m in page] == ["d", "c", "b"]
    rest = await storage.messages_before(id, page[-1].id, 3)
    assert [m.text for m in rest] == ["a"]
    assert await storage.messages_before(id, rest[-1].id, 3) == []
    assert [m.text for m in await storage.recent_messages(id, 2)] == ["c", "d"]


async def test_times_only_grow() -> None:
    storage = MemoryStorage()
    times = [storage.next_time() for _ in range(100)]
    assert times == sorted(set(times))


async def test_lists_show_owners_their_own_and_skip_what_is_empty() -> None:
    storage, id = await filled("**Hello** there", owner="alice")
    await storage.add_conversation(Conversation(str(uuid4()), "org", 1, owner="alice"))
    own = await storage.conversations_after(Scope("org", "alice"), "", None, 9)
    assert [(row.id, row.title, row.message_count) for row in own] == [(id, "Hello** there", 1)]
    assert await storage.conversations_after(Scope("org", "bob"), "", None, 9) == []
    assert await storage.conversations_after(Scope("other", "alice"), "", None, 9) == []
    assert len(await storage.conversations_after(Scope(), "hello", None, 9)) == 1
    assert await storage.conversations_after(Scope(), "absent", None, 9) == []
    await storage.rename(id, "Renamed")
    renamed = await storage.conversations_after(Scope(), "renamed", None, 9)
    assert [(row.title, row.updated_at) for row in renamed] == [("Renamed", own[0].updated_at)]


async def test_a_changed_contact_is_not_verified_any_more() -> None:
    storage, id = await filled()
    await storage.set_contact(id, Contact(email="a@x.test", phone="+1"))
    await storage.set_verified(id, Contact(email="a@x.test", phone="+1"))
    await storage.set_contact(id, Contact(email="a@x.test", phone="+2"))
    held = await storage.conversation(id)
    assert held is not None
    assert held.verified == Contact(email="a@x.test")


async def test_what_is_gone_is_a_storage_error() -> None:
    with pytest.raises(StorageError):
        await MemoryStorage().rename("nothing", "x")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("  a \n b ", "a b"),
        ("## > Head", "Head"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60 + "…"),
        ("``` ", ""),
    ],
)
def test_titles(text: str, title: str) -> None:
    assert title_of(text) == title


@given(st.text())
def test_a_typed_title_fits(text: str) -> None:
    title = clean_title(text)
    assert len(title) <= 60
    assert clean_title(title) == clean_title(clean_title(title))


async def test_quiet_conversations_are_packed_and_read_the_same() -> None:
    storage = MemoryStorage()
    for number in range(AWAKE + 2):
        await storage.add_conversation(Conversation(f"c{number}", "org", 1))
        await storage.add_message(
            StoredMessage(f"m{number}", f"c{number}", "inbound", "hi", 10 + number)
        )
    assert list(storage._awake) == [f"c{number}" for number in range(2, AWAKE + 2)]
    assert [m.id for m in await storage.recent_messages("c0", 5)] == ["m0"]
    rows = await storage.conversations_after(Scope(None, None), "", None, 1_000)
    assert (rows[-1].id, rows[-1].updated_at, rows[-1].title) == ("c0", 10, "hi")

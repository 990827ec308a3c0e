"""A browser, a server whose model answers when told to, and where to find both."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from smooth_operator_server.engine.model import Finished, ModelDelta, ModelRequest, TextDelta
from smooth_operator_server.local import LocalServer, serve_local
from smooth_operator_server.models.offline import OfflineModel
from smooth_operator_server.settings import Settings
from smooth_operator_server.terminal.shop import RULES, shop_agents, shop_tools

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class HeldModel(OfflineModel):
    """Answers like the demo; to "count" it says numbers, each when the test lets it."""

    def __init__(self) -> None:
        super().__init__(RULES)
        self._tokens: asyncio.Queue[str | None] = asyncio.Queue()

    def says(self, *tokens: str) -> None:
        for token in tokens:
            self._tokens.put_nowait(token)

    def ends(self) -> None:
        self._tokens.put_nowait(None)

    async def stream(self, request: ModelRequest):  # type: ignore[no-untyped-def]
        if request.messages[-1].get("content") != "count":
            async for delta in super().stream(request):
                yield delta
            return
        text = ""
        while (token := await self._tokens.get()) is not None:
            text += token
            piece: ModelDelta = TextDelta(token)
            yield piece
        yield Finished(text)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("SMOOTH_REQUIRE_ALL"):
            pytest.fail("no Chromium: install it, for example the Debian package chromium")
        pytest.skip("not run: no chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest.fixture
def model() -> HeldModel:
    return HeldModel()


@pytest_asyncio.fixture(loop_scope="session")
async def server(model: HeldModel) -> AsyncIterator[LocalServer]:
    settings = Settings(port=0, seed_kb=True)
    agents, tools = shop_agents(offline=True), [shop_tools()]
    async with serve_local(settings, model=model, agents=agents, tools=tools) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, server: LocalServer) -> AsyncIterator[Page]:
    """The page, connected; a script error fails the test."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(server.http_url + "/")
    await expect(page.locator("#state")).to_contain_text("connected to")
    yield page
    assert errors == []
    await context.close()

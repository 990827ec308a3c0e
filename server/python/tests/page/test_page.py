"""The page as a person uses it, in a real browser: chat, prompts, stop, cut, reload, phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect
from smooth_operator_server.local import LocalServer, serve_local
from smooth_operator_server.models.offline import OfflineModel
from smooth_operator_server.settings import Settings

from .conftest import HeldModel

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _say(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.get_by_label("Your message").press("Enter")


async def test_an_answer_comes_with_its_sources(page: Page) -> None:
    await _say(page, "How long is the return window?")
    await expect(page.get_by_role("article").last).to_contain_text("17 days")
    await expect(page.get_by_role("list", name="Sources")).to_contain_text("returns.md")


async def test_every_frame_is_shown_with_its_requirements(page: Page) -> None:
    await _say(page, "How long is the return window?")
    frames = page.get_by_role("list", name="Frames, newest last")
    sent = frames.get_by_role("listitem").filter(has_text="→ send_message")
    await expect(sent).to_contain_text("FRAME-017")
    await expect(frames).to_contain_text("← eventual_response")
    await sent.locator("summary").click()
    await expect(sent.locator("pre")).to_contain_text('"message": "How long')
    await expect(sent).to_contain_text("UUID")


async def test_a_refund_waits_for_the_approve_button(page: Page) -> None:
    await _say(page, "Refund order A-1042")
    approve = page.get_by_role("button", name="Approve")
    await expect(approve).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article").last).to_contain_text("A-1042 is refunded")
    await expect(approve).to_have_count(0)


async def test_a_rejected_refund_did_not_run(page: Page) -> None:
    await _say(page, "Refund order A-7")
    await page.get_by_role("button", name="Reject").click()
    await expect(page.locator(".tool.failed")).to_contain_text("Denied by human")


async def test_a_card_is_filled_and_sent(page: Page) -> None:
    await _say(page, "Help me choose a lamp")
    await page.get_by_role("radio", name="Desk").check()
    await page.get_by_role("button", name="Send").last.click()
    await expect(page.get_by_role("alert")).to_contain_text("Light: select an option")
    await page.get_by_role("radio", name="Warm").check()
    await page.locator("#card").get_by_role("button", name="Send").click()
    await expect(page.get_by_role("article").last).to_contain_text("Desk")


async def test_escape_stops_an_answer_and_the_chat_goes_on(page: Page, model: HeldModel) -> None:
    await _say(page, "count")
    model.says("one ")
    await expect(page.get_by_role("article").last).to_contain_text("one")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("article").last).to_contain_text("Stopped.")
    await _say(page, "How long is the return window?")
    await expect(page.get_by_role("article").last).to_contain_text("17 days")


async def test_a_cut_socket_resumes_on_its_own(page: Page, model: HeldModel) -> None:
    await _say(page, "count")
    model.says("one ", "two ")
    answer = page.get_by_role("article").last
    await expect(answer.locator(".text")).to_have_text("one two ")
    await page.get_by_role("button", name="Cut the socket").click()
    await expect(page.locator("#state")).to_contain_text("connection lost")
    model.says("three ", "four")
    await expect(answer.locator(".text")).to_have_text("one two three four")
    model.ends()
    await expect(answer).not_to_have_attribute("aria-busy", "true")
    await expect(answer.locator(".text")).to_have_text("one two three four")


async def test_a_reload_finds_the_running_turn(page: Page, model: HeldModel) -> None:
    await _say(page, "How long is the return window?")
    await expect(page.get_by_role("article").last).to_contain_text("17 days")
    await _say(page, "count")
    model.says("one ")
    await expect(page.get_by_role("article").last.locator(".text")).to_have_text("one ")
    await page.reload()
    await expect(page.get_by_role("article").last.locator(".text")).to_have_text("one ")
    await expect(page.locator(".turn")).to_have_count(4)
    model.says("two")
    model.ends()
    await expect(page.get_by_role("article").last.locator(".text")).to_have_text("one two")
    await expect(page.get_by_role("button", name="Send")).to_be_visible()


async def test_a_reload_finds_the_open_prompt(page: Page) -> None:
    await _say(page, "Refund order A-1042")
    await expect(page.get_by_role("button", name="Approve")).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("article").last).to_contain_text("A-1042 is refunded")


async def test_a_server_that_was_started_anew_is_said_so(browser: Browser) -> None:
    page = await browser.new_page()
    async with serve_local(Settings(port=0, seed_kb=True), model=OfflineModel()) as first:
        port = first.port
        await page.goto(first.http_url + "/")
        await _say(page, "How long is the return window?")
        await expect(page.get_by_role("article").last).to_contain_text("17 days")
    await expect(page.locator("#state")).to_contain_text("connection lost")
    async with serve_local(Settings(port=port, seed_kb=True), model=OfflineModel()):
        await expect(page.locator("#state")).to_contain_text("connected to", timeout=20_000)
        await expect(page.get_by_role("log")).to_contain_text("The server was started anew")
        await _say(page, "How long is the return window?")
        await expect(page.get_by_role("article").last).to_contain_text("17 days")
        await page.close()


async def test_on_a_phone_one_panel_is_shown_and_nothing_sticks_out(
    browser: Browser, server: LocalServer
) -> None:
    page = await browser.new_page(viewport={"width": 360, "height": 640})
    await page.goto(server.http_url + "/")
    await _say(page, "How long is the return window?")
    await expect(page.get_by_role("article").last).to_contain_text("17 days")
    assert await page.locator("html").evaluate("node => node.scrollWidth") <= 360
    frames = page.get_by_role("list", name="Frames, newest last")
    await expect(frames).not_to_be_visible()
    await page.get_by_role("button", name="Frames").click()
    await expect(frames).to_be_visible()
    await expect(page.get_by_label("Your message")).not_to_be_visible()
    await page.close()


async def test_what_a_screen_reader_hears_is_the_whole_answer(page: Page) -> None:
    await _say(page, "How long is the return window?")
    await expect(page.locator("#said")).to_contain_text("17 days")
    await expect(page.get_by_role("log", name="Conversation")).to_be_visible()


async def test_markup_in_an_answer_stays_text(page: Page, model: HeldModel) -> None:
    await _say(page, "count")
    model.says("<img src=x onerror=alert(1)>")
    model.ends()
    await expect(page.get_by_role("article").last).to_contain_text("<img src=x")
    assert await page.locator("#log img").count() == 0

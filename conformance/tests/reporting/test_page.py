"""The report in a browser, opened like a file: filter, colours, timeline, keyboard.

On a machine without Chromium these are reported as not run; with SMOOTH_REQUIRE_ALL they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from smooth_operator_conformance.reporting.write import write_reports

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync")


@pytest_asyncio.fixture
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


@pytest_asyncio.fixture
async def page(browser: Browser, report: Path) -> AsyncIterator[Page]:
    write_reports(report)
    page = await browser.new_page(color_scheme="light")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: faults.append(asked.url) if "file:" not in asked.url else None)
    await page.goto((report / "index.html").as_uri())
    yield page
    assert faults == []
    await page.close()


async def shown(page: Page) -> list[str]:
    """The scenarios that the matrix shows."""
    rows = page.locator("#matrix tr[data-scenario]:visible th")
    return await rows.all_text_contents()


async def test_each_filter_narrows_and_clear_shows_all(page: Page) -> None:
    every = ["drain/term", "lists/paging", "otp/park", "turns/plain"]
    assert await shown(page) == every
    await page.get_by_label("Text").fill("PAG")
    assert await shown(page) == ["lists/paging"]
    await page.get_by_role("button", name="Clear").click()
    assert await shown(page) == every
    await page.get_by_label("Area").select_option("otp")
    assert await shown(page) == ["otp/park"]
    await page.get_by_role("button", name="Clear").click()
    await page.get_by_label("Requirement").fill("turn-0")
    assert await shown(page) == ["turns/plain"]
    await expect(page.locator("#filter-count")).to_have_text("1 scenarios shown")


async def test_outcome_and_target_have_to_hold_together(page: Page) -> None:
    await page.get_by_label("Outcome").select_option("fail")
    assert await shown(page) == ["turns/plain"]
    await page.get_by_label("Target").select_option("python")
    assert await shown(page) == []
    await expect(page.locator("#none-shown")).to_be_visible()
    await page.get_by_label("Target").select_option("go")
    assert await shown(page) == ["turns/plain"]
    columns = page.locator("#matrix thead th:visible")
    assert await columns.all_text_contents() == ["Scenario", "go"]
    cases = page.locator("details.case:visible > summary code")
    assert await cases.all_text_contents() == ["turns/plain[b]"]


async def test_an_area_on_a_target_is_a_filter(page: Page) -> None:
    await page.get_by_role("button", name="lists on go").click()
    assert await shown(page) == ["lists/paging"]
    assert await page.get_by_label("Target").input_value() == "go"


async def test_the_colours_can_be_chosen(page: Page) -> None:
    async def back() -> str:
        return str(await page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = await back()
    await page.get_by_role("radio", name="dark").check(force=True)
    dark = await back()
    assert light != dark
    await page.get_by_role("radio", name="auto").check(force=True)
    assert await back() == light
    await page.emulate_media(color_scheme="dark")
    assert await back() == dark


async def test_a_failure_opens_from_the_matrix_and_shows_gaps(page: Page) -> None:
    await page.get_by_role("link", name="failed: turns/plain on go").focus()
    await page.keyboard.press("Enter")
    case = page.locator("details.case[open]")
    await expect(case).to_have_count(1)
    await expect(case.locator("summary").first).to_be_focused()
    gaps = await case.locator(".timeline .gap").all_text_contents()
    assert gaps == ["+0.0 ms", "+1.2 ms", "+1.2 ms"]
    blamed = case.locator(".blamed pre")
    await expect(blamed).to_be_visible()
    assert '"type": "pong"' in (await blamed.text_content() or "")
    other = case.locator(".timeline li").first
    await expect(other.locator("pre")).to_be_hidden()
    await other.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(other.locator("pre")).to_be_visible()


async def test_it_fits_on_a_phone(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.locator("details.case summary").first.click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_requirements_say_how_they_are_covered(page: Page) -> None:
    row = page.locator("tr[data-requirement='TURN-001']")
    await expect(row.locator(".cover")).to_have_text("proven")
    await expect(page.locator("tr[data-requirement='OTP-001'] .cover")).to_have_text("claimed")
    await row.get_by_role("button").last.click()
    assert await shown(page) == ["turns/plain"]

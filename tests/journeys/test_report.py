"""A report, at a shell: `voices report`."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from bot import config, synthetic, wiring
from bot.__main__ import main
from bot.clock import SystemClock
from tests.journeys.test_browser import page as page

SPRING = ("report", "--from", "2026-03-01", "--to", "2026-05-31", "--language", "fr")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder in which the bot has been, and many have told."""
    monkeypatch.chdir(tmp_path)

    async def furnish() -> None:
        async with wiring.opened(config.read({}), SystemClock()) as (store, _):
            await synthetic.fill(store, ["partner"], 400, datetime(2026, 6, 1, tzinfo=UTC))

    asyncio.run(furnish())


@pytest.mark.usefixtures("house")
def test_a_report_is_a_folder_that_whoever_reads_can_count_anew(capsys: pytest.CaptureFixture[str]) -> None:
    """Its page, its PDF and its Word file; nothing is written over, and what cannot be made is said in a sentence."""
    assert main(SPRING) == 0
    folder = Path("report-2026-03-2026-05-fr")
    assert f"The report is in {folder}" in capsys.readouterr().out
    assert {each.name for each in folder.iterdir()} == {
        "report.html",
        "report.pdf",
        "report.docx",
        "annex",
        "charts",
        "recompute.py",
    }
    assert "Difficultés\u00a0: que vivent les gens\u00a0?" in (folder / "report.html").read_text()
    done = subprocess.run(
        [sys.executable, "-I", folder / "recompute.py"], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith(" 0 differences\n")
    for wrong, sentence in (
        (SPRING, "name a new folder"),
        ((*SPRING, "--partner", "Nobody", "--output", "other"), "Which partner?"),
        ((*SPRING[:-1], "xx"), "There is no report in xx yet"),
        (("report", "--from", "2026-03-02", "--to", "2026-05-31"), "whole months"),
    ):
        assert main(wrong) == 1
        assert sentence in capsys.readouterr().err
    assert main(["journal"]) == 0
    assert "made a report" in capsys.readouterr().out


@pytest.mark.soak
@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("language", ["en", "ar", "ur"])
async def test_who_sees_badly_or_holds_a_phone_can_read_it(page: Page, language: str) -> None:
    """Axe finds nothing, and nothing is wider than the screen."""
    await asyncio.to_thread(main, [*SPRING[:-1], language])
    for width in (360, 1100):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(Path(f"report-2026-03-2026-05-{language}/report.html").absolute().as_uri())
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width

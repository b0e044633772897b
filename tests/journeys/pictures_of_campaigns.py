"""Pictures of campaigns, as a lead's phone shows them: `python -m tests.journeys.pictures_of_campaigns`.

One campaign is composed, approved and followed in English, French and Arabic; each step is kept as
docs/pictures/campaigns/<language>/<name>.png, for docs/campaigns.md. A folder and languages may be named: `… x ar`.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, async_playwright

from bot import campaigning
from bot.people import Role
from sandbox.people import Person
from tests.journeys.pictures_of_review import PHONE, Play
from tests.journeys.stage import raised
from tests.journeys.test_browser import FLAGS, browser_path
from tests.journeys.test_voices import WORDS, label

PICTURES = Path(__file__).parents[2] / "docs" / "pictures" / "campaigns"
ASKED = {
    "en": ("How are the schools near you?", "Is your school open?"),
    "fr": ("Comment vont les écoles près de chez vous ?", "Votre école est-elle ouverte ?"),
    "ar": ("كيف حال المدارس قريبًا منكم؟", "هل مدرستكم مفتوحة؟"),
}
TOLD = {"en": "The school has no roof.", "fr": "L’école n’a plus de toit.", "ar": "المدرسة بلا سقف."}
NAMES = ("Amina", "Binta", "Sita")


class Round(Play):
    """One campaign in one language."""

    async def whole(self) -> None:
        """From the first step to its card."""
        lead = await self.stage.moderator("Lena", self.language, Role.LEAD)
        other = await self.stage.moderator("Noor", self.language, Role.LEAD)
        people = [await self.tells_and_agrees(name) for name in NAMES]
        await self.composes(lead)
        await self.is_counted(lead)
        await self.is_approved(lead, other)
        await self.is_followed(lead, people)

    async def tells_and_agrees(self, name: str) -> Person:
        return await self.tells(name, TOLD[self.language], "contact", themes=("education",))

    async def composes(self, lead: Person) -> None:
        words = WORDS.words(self.language)
        await self.says(lead, "/campaigns")
        await self.taps(lead, "New campaign")
        await self.keeps("form", lead)
        await self.taps(lead, "Check-in")
        await self.keeps("whom", lead)
        await self.taps(lead, "They speak as")
        await self.keeps("roles", lead)
        await self.taps(lead, "Back", "Next step")
        await self.keeps("when", lead)
        await self.taps(lead, "Once")
        await self.keeps("day", lead)
        tomorrow = (self.stage.clock.now() + timedelta(days=1)).date()
        await self.presses(lead, words.short_day(tomorrow))
        await self.keeps("hour", lead)
        await self.presses(lead, "19:00")
        await self.keeps("words", lead)
        await self.presses(lead, words.name_of(self.language))
        await self.keeps("write", lead)
        await self.says(lead, ASKED[self.language][0])
        await self.presses(lead, words.name_of(self.language))
        await self.taps(lead, "A second wording")
        await self.says(lead, ASKED[self.language][1])
        await self.taps(lead, "Next step")
        await self.keeps("limits", lead)
        await self.taps(lead, "Done")
        await self.keeps("draft", lead)
        await self.taps(lead, "Preview")
        await self.presses(lead, words.name_of(self.language))
        await self.keeps("preview", lead)
        await self.taps(lead, "Back", "Back")

    async def is_counted(self, lead: Person) -> None:
        await self.taps(lead, "Count the people")
        await self.stage.ticks()
        await self.keeps("counted", lead)
        await self.taps(lead, "City by city")
        await self.keeps("cities", lead)
        await self.taps(lead, "Back", "Ask a colleague")

    async def is_approved(self, lead: Person, other: Person) -> None:
        await self.keeps("asked", other)
        await self.taps(other, "Look at it")
        await self.keeps("approve", other)
        await self.taps(other, "Approve and start")
        await self.keeps("approved", lead)
        await self.taps(lead, "Look at it")

    async def is_followed(self, lead: Person, people: Sequence[Person]) -> None:
        due = (self.stage.clock.now() + timedelta(days=1)).replace(hour=16, minute=1)
        await self.stage.ticks(hours=(due - self.stage.clock.now()).total_seconds() / 3600)
        for her in people[:2]:
            await self.presses(her, self.chat("Begin"))
        await self.presses(people[0], label("checkin", "compared", "worse", self.language))
        await self.says(people[0], TOLD[self.language])
        await self.presses(people[0], label("checkin", "reaching", "no", self.language))
        await self.presses(people[0], label("checkin", "next", "send", self.language))
        await self.stage.ticks()
        await self.keeps("card", lead)
        await self.taps(lead, "Cancel it")
        await self.keeps("cancel", lead)
        await self.taps(lead, "Back", "All campaigns")
        await self.keeps("list", lead)


async def play(browser: Browser, language: str, folder: Path) -> None:
    """One campaign in one language."""
    page = await browser.new_page(viewport={"width": PHONE, "height": 9000}, reduced_motion="reduce")
    with TemporaryDirectory() as kept:
        async with raised(Path(kept), one_clock=True) as stage:
            await Round(stage, page, language, folder).whole()
    await page.close()


async def main(folder: Path, languages: Sequence[str]) -> None:
    """The pictures of each language; three people are already more than one alone may ask."""
    vars(campaigning)["SECOND"] = 2
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        for language in languages:
            into = folder / language
            into.mkdir(parents=True, exist_ok=True)
            await play(browser, language, into)
            print(f"{into}: {len(list(into.glob('*.png')))} pictures")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES, sys.argv[2:] or list(ASKED)))

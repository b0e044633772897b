"""Pictures of the review, as a moderator's phone shows it: `python -m tests.journeys.pictures_of_review`.

One evening is played in English, French and Arabic: somebody joins, reads, decides; each card and dialog is kept as
docs/pictures/review/<language>/<name>.png, for docs/moderators.md. A folder and languages may be named: `… /tmp/x ar`.
"""

import asyncio
import base64
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, async_playwright

from bot import partnering
from bot.clock import SystemClock
from bot.people import Role
from bot.ports import Unit
from bot.reporting import DECISIONS
from bot.speech import Sentence
from bot.testimony import DecisionKind
from sandbox.people import Person
from tests.journeys.evening import EVENING, Evening
from tests.journeys.pictures_of_questions import address
from tests.journeys.stage import Stage, raised
from tests.journeys.test_browser import FLAGS, browser_path
from tests.journeys.test_voices import LANGUAGES, MADAGASCAR, WORDS, begins, first_line, label, said
from tests.pictures import drawn, well

PICTURES = Path(__file__).parents[2] / "docs" / "pictures" / "review"
PHONE = 390
"""Points across."""
OTHER = {"en": "fr", "fr": "en", "ar": "fr"}
"""In which language the voice is told that is translated."""
LATEST = """([person, count]) => {
  for (const phone of document.querySelectorAll(".phone")) phone.hidden = phone.dataset.testid !== `chat-${person}`;
  document.querySelectorAll(".log").forEach(log => { log.style.background = "#ccc" });
  const items = [...document.querySelectorAll(`[data-testid=chat-${person}] .log > .item`)].slice(-count);
  const boxes = items.map(item => item.getBoundingClientRect());
  const top = Math.min(...boxes.map(box => box.top)), bottom = Math.max(...boxes.map(box => box.bottom));
  const log = document.querySelector(`[data-testid=chat-${person}] .log`).getBoundingClientRect();
  return { x: log.x, y: top - 3, width: log.width, height: bottom - top + 6 };
}"""
"""A person, a count → where the latest messages of her chat stand, once every other phone is put away."""

COLOURS = bytes(51 * each for r in range(6) for g in range(6) for b in range(6) for each in (r, g, b))
"""Six shades of each colour."""
NUMBERED = """async address => {
  const image = new Image(); image.src = address; await image.decode();
  const canvas = document.createElement("canvas"); canvas.width = image.width; canvas.height = image.height;
  const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height), shade = value => Math.round(value / 51);
  let rows = "";
  for (let y = 0, at = 0; y < image.height; y++) {
    rows += "\\0";
    for (let x = 0; x < image.width; x++, at += 4)
      rows += String.fromCharCode(36 * shade(data[at]) + 6 * shade(data[at + 1]) + shade(data[at + 2]));
  }
  return [image.width, image.height, btoa(rows)];
}"""
"""A picture's address → its width, its height, and its rows in the numbers of COLOURS."""


class Play:
    """One evening in one language, and the camera."""

    def __init__(self, stage: Stage, page: Page, language: str, folder: Path) -> None:
        self.stage = stage
        self.page = page
        self.language = language
        self.folder = folder
        self.told: Evening = EVENING[language]

    # -- the camera -----------------------------------------------------------------------------------------------

    async def keeps(self, name: str, person: Person, count: int = 1, *, most: int = 2_000) -> None:
        """The latest messages of this chat, as a picture; of a long one the last `most` points."""
        await self.stage.sandbox.quiet()
        chat = self.page.get_by_test_id(f"chat-{person.name.lower()}")
        if not await chat.count():  # who came after the page was opened
            await self.page.goto(self.stage.sandbox.page_url)
            await chat.locator(".log > .item").first.wait_for(state="attached")
        await self.page.wait_for_timeout(150)  # until what the sandbox told the page is drawn
        clip = await self.page.evaluate(LATEST, [person.name.lower(), count])
        clip["y"] += max(0, clip["height"] - most)
        clip["height"] = min(clip["height"], most)
        whole = await self.page.screenshot(clip=clip)
        width, height, rows = await self.page.evaluate(NUMBERED, address(whole))
        picture = drawn(width, height, 3, base64.b64decode(rows), COLOURS)
        (self.folder / f"{name}.png").write_bytes(picture)

    # -- words ----------------------------------------------------------------------------------------------------

    def desk(self, text: str, **values: str) -> str:
        """A sentence for moderators."""
        return WORDS.words(self.language).say(Sentence(text, values, domain="desk"))

    def chat(self, text: str) -> str:
        """A sentence for everybody."""
        return said(text, self.language)

    def decision(self, kind: DecisionKind) -> str:
        return WORDS.words(self.language).say(Sentence(DECISIONS[kind], domain="desk", context="decision"))

    def theme(self, code: str) -> str:
        return label("testimony", "themes", code, self.language)

    # -- deeds ----------------------------------------------------------------------------------------------------

    async def taps(self, person: Person, *buttons: str) -> None:
        """Buttons of the desk, one after the other."""
        for each in buttons:
            await self.presses(person, self.desk(each))

    async def presses(self, person: Person, button: str) -> None:
        """A button by what is written on it, once it is there."""
        plain = button.replace("\u00a0", " ")  # as Telegram takes it
        async with asyncio.timeout(20):
            while not any(plain in each for shown in person.chat for row in shown.buttons for each in row):
                await asyncio.sleep(0.05)
        await person.taps(plain)
        await self._answered(person)

    async def opens(self, person: Person, row: int) -> None:
        """The first button of this row."""
        await person.presses(person.last, (person.last.markup or {})["inline_keyboard"][row][0])
        await self._answered(person)

    async def says(self, person: Person, words: str) -> None:
        await person.says(words)
        await self._answered(person)

    async def _answered(self, person: Person) -> None:
        await person.sees("", within=20)
        for _ in range(2):  # one answer may call for another
            await self.stage.sandbox.quiet()
            await asyncio.sleep(0.1)

    async def tells(
        self,
        name: str,
        story: str,
        *allowed: str,
        themes: tuple[str, ...] = (),
        in_other: bool = False,
        recorded: bool = False,
        private: bool = False,
    ) -> Person:
        """Somebody tells by the quick path, and allows this; `recorded`: by a photo and a voice note."""
        language = OTHER[self.language] if in_other else self.language
        person = self.stage.person(name, language)
        await person.starts()
        await begins(person, "testimony", language)
        await self._until_story(person, language)
        if recorded:
            await person.sends_photo(well())
            await self._answered(person)
            await person.sends_voice(seconds=47)
            await self._answered(person)
        else:
            await self.says(person, story)
        await self._sends(person, language, allowed, themes, private=private)
        return person

    async def tells_again(self, person: Person, story: str, *allowed: str, themes: tuple[str, ...]) -> None:
        """The same person tells once more."""
        await person.starts()
        await person.taps(self.chat("Tell what I live through"))
        await self._answered(person)
        await person.taps(label("testimony", "entry", "adult", self.language))
        await self._answered(person)
        await person.taps(label("testimony", "keep", "yes", self.language))
        await self._until_story(person, self.language)
        await self.says(person, story)
        await self._sends(person, self.language, allowed, themes)

    async def _until_story(self, person: Person, language: str) -> None:
        await person.sees(first_line("testimony", "country", language))
        await person.says(MADAGASCAR[language])
        await person.sees(first_line("testimony", "story", language))

    async def _sends(
        self,
        person: Person,
        language: str,
        allowed: tuple[str, ...],
        themes: tuple[str, ...],
        *,
        private: bool = False,
    ) -> None:
        for question, choices in (("themes", themes), ("consents", allowed)):
            for each in choices:
                await self.presses(person, label("testimony", question, each, language))
        if private:
            await self.presses(person, label("testimony", "next", "private", language))
            await self.presses(person, label("testimony", "sensitive", "private", language))
            skip, send = said("Skip", language), said("Send", language)
            while not any(send in each for row in person.last.buttons for each in row):
                await self.presses(person, skip)
            await self.presses(person, send)
        else:
            await self.presses(person, label("testimony", "next", "send", language))
        await person.sees("MG-")
        await self.stage.sandbox.quiet()

    # -- the evening ----------------------------------------------------------------------------------------------

    async def whole(self) -> None:
        """Every scene, in the order of the guide."""
        other = await self.stage.voices.store.transact(_second)
        await self.stage.moderator("Olga", self.language, partner=other)
        lead = await self.stage.moderator("Lena", self.language, Role.LEAD)
        reader = await self.joins(lead)
        await self.queue(reader)
        await self.told_before(reader)
        await self.languages(reader)
        await self.long_card(reader)
        await self.recording(reader)
        await self.look_alikes(reader)
        await self.hide_names(reader, lead)
        await self.finding(reader)
        await self.sensitive(reader)
        await self.team(reader, lead)

    async def joins(self, lead: Person) -> Person:
        """A lead invites; somebody follows the link and says what she reads."""
        reader = self.stage.person("Noor", self.language)
        await self.says(lead, "/team")
        await self.taps(lead, "Invite")
        await self.keeps("invite", lead)
        await self.presses(
            lead, WORDS.words(self.language).say(Sentence("Moderator", domain="desk", context="role"))
        )
        await self.says(lead, self.told.label)
        await self.keeps("invitation", lead)
        found = re.search(r"start=(j-[\w-]+)", lead.last.text)
        assert found is not None
        await reader.starts(found[1])
        await self.stage.sandbox.quiet()
        await self.keeps("joining", reader, 2)
        await self.presses(reader, LANGUAGES[OTHER[self.language]])
        await self.taps(reader, "Done")
        return reader

    async def queue(self, reader: Person) -> None:
        """What waits, and what of it one wants to see."""
        self.amina = await self.tells("Amina", self.told.first, themes=("food",))
        self.hery = await self.tells("Hery", self.told.dry, themes=("income",))
        await self.tells("Soa", EVENING[OTHER[self.language]].dry, "share", in_other=True)
        await self.says(reader, "/queue")
        await self.keeps("queue", reader)
        await self.taps(reader, "Choose what I see")
        await self.keeps("choose", reader)
        await self.taps(reader, "Themes")
        await self.presses(reader, self.theme("income"))
        await self.keeps("choose-themes", reader)
        await self.taps(reader, "Back", "See everything")

    async def told_before(self, reader: Person) -> None:
        """Accept at two taps; ask; set aside."""
        await self.taps(reader, "Next")
        await self.taps(reader, "Accept")
        await self.keeps("accepted", reader)
        await self.taps(reader, "Next")
        await self.keeps("card", reader)
        await self.taps(reader, "More")
        await self.keeps("more", reader)
        await self.taps(reader, "Back", "Set aside")
        await self.keeps("aside", reader)
        await self.taps(reader, "Cancel", "Ask a question")
        await self.keeps("ask", reader)
        await self.taps(reader, "Write my own")
        await self.says(reader, self.told.question)
        await self.keeps("ask-preview", reader)
        await self.taps(reader, "Send the question")
        await self.keeps("asked", reader)
        await self.keeps("author-question", self.hery)

    async def long_card(self, reader: Person) -> None:
        """A long voice of somebody who told before; its themes; another partner."""
        await self.tells_again(self.amina, self.told.long, "share", themes=("income", "food"))
        await self.takes(reader, self.told.long)
        await self.keeps("card-long", reader)
        await self.taps(reader, "Next page ›")
        await self.keeps("card-page-2", reader)
        await self.taps(reader, "More", "Told before")
        await self.keeps("before", reader, most=500)
        await self.taps(reader, "Back", "Themes")
        await self.presses(reader, self.theme("education"))
        await self.keeps("themes", reader, most=760)
        await self.taps(reader, "Back", "More", "Give to a partner")
        await self.keeps("partner", reader, most=500)
        await self.taps(reader, "Back", "Accept")

    async def recording(self, reader: Person) -> None:
        """A voice note and a photo."""
        await self.tells("Vola", "", recorded=True)
        await self.takes(reader, "🎤")
        await self.keeps("card-voice", reader, 3)
        await self.taps(reader, "Accept")

    async def languages(self, reader: Person) -> None:
        """A translation is offered."""
        await self.takes(reader, EVENING[OTHER[self.language]].dry)
        await self.taps(reader, "Languages")
        await self.keeps("languages", reader)
        await self.opens(reader, 0)
        await self.says(reader, self.told.other)
        await self.keeps("translation-preview", reader)
        await self.taps(reader, "Keep it")
        await self.keeps("translation", reader)
        await self.taps(reader, "Accept")

    async def look_alikes(self, reader: Person) -> None:
        """Three times the same: set aside at once."""
        for name, story in zip(("Rina", "Tiana", "Zo"), _alike(self.told.spam), strict=True):
            await self.tells(name, story)
        await self.takes(reader, self.told.spam)
        await self.taps(reader, "More", "Look-alikes")
        await self.keeps("look-alikes", reader)
        await self.taps(reader, "All aside: spam")
        await self.keeps("look-alikes-aside", reader)

    async def hide_names(self, reader: Person, colleague: Person) -> None:
        """Spans, a corrected text, the copy; then somebody else's second look; what its author sees of it."""
        noro = await self.tells("Noro", self.told.names, "publish", "quote", themes=("income",))
        await self.takes(reader, self.told.names)
        await self.taps(reader, "Accept")
        await self.keeps("accepted-public", reader)
        await self.taps(reader, "Hide names")
        await self.keeps("hide", reader)
        await self.presses(reader, "2")
        await self.keeps("hide-kept", reader)
        await self.says(reader, self.told.hidden)
        await self.keeps("hide-difference", reader)
        await self.taps(reader, "Keep")
        await self.keeps("hidden", reader)
        await self.taps(reader, "Done")
        await self.says(colleague, "/next")
        await self.keeps("second-look", colleague)
        await self.taps(colleague, "Never publish")
        await self.keeps("never-publish", colleague)
        await self.taps(colleague, "Cancel", "Publish")
        await self.keeps("published", colleague)
        await self.says(noro, "/mine")
        await self.presses(noro, "MG-")
        await self.keeps("author-mine", noro)

    async def finding(self, reader: Person) -> None:
        """Search, and what is open."""
        await self.says(reader, "/search")
        await self.keeps("search", reader)
        await self.taps(reader, "State")
        await self.keeps("search-state", reader)
        await self.presses(reader, self.decision(DecisionKind.ACCEPT))
        await self.taps(reader, "Show what there is")
        await self.keeps("search-list", reader)
        await self.opens(reader, -2)
        await self.keeps("search-found", reader)
        await self.taps(reader, "Close")
        await self.tells("Mamy", self.told.first)
        await self.says(reader, "/next")
        await self.says(reader, "/claimed")
        await self.keeps("claimed", reader)
        await self.says(reader, "/stats")
        await self.keeps("stats", reader)

    async def sensitive(self, reader: Person) -> None:
        """A moderator's flag; a case, and what can be done with it; what the person sees."""
        focal = await self.stage.moderator("Flora", self.language, Role.FOCAL_POINT)
        fara = await self.tells("Fara", self.told.private, private=True)
        await self.keeps("author-help", fara, 2)
        await self.says(reader, "/claimed")
        await self.presses(reader, "MG-")
        await self.taps(reader, "More", "Sensitive")
        await self.keeps("flag", reader)
        await self.taps(reader, "Yes, it is sensitive")
        await self.keeps("flagged", reader)
        await self.says(focal, "/sensitive")
        await self.keeps("cases", focal)
        await self.opens(focal, 0)
        await self.keeps("case", focal)
        await self.taps(focal, "More")
        await self.keeps("case-more", focal)
        await self.taps(focal, "It is about an organisation")
        await self.keeps("case-about", focal)
        await self.taps(focal, "Back", "Close")
        await self.keeps("case-close", focal)
        await self.taps(focal, "Back", "Hand over")
        await self.keeps("case-hand-over", focal)
        await self.taps(focal, "Back", "Refer, if they agree")
        await self.keeps("refer", focal)
        await self.says(focal, self.told.referral)
        await self.keeps("refer-preview", focal)
        await self.taps(focal, "Ask the person")
        await self.keeps("referred", focal)
        await self.keeps("author-referral", fara)

    async def team(self, reader: Person, lead: Person) -> None:
        """The team, as a member and as its lead."""
        await self.says(reader, "/team")
        await self.keeps("team", reader)
        await self.says(lead, "/team")
        await self.keeps("team-lead", lead)
        await self.taps(lead, "End a role")
        await self.keeps("team-end", lead)

    async def takes(self, reader: Person, story: str) -> None:
        """/next, until this voice comes; what comes before it goes back."""
        for _ in range(5):
            await self.says(reader, "/next")
            if any(story[:30] in each.text for each in reader.chat if not each.deleted):
                return
        raise AssertionError(reader.transcript())


async def play(browser: Browser, language: str, folder: Path) -> None:
    """One evening in one language."""
    page = await browser.new_page(viewport={"width": PHONE, "height": 9000}, reduced_motion="reduce")
    with TemporaryDirectory() as kept:
        async with raised(Path(kept)) as stage:
            await Play(stage, page, language, folder).whole()
    await page.close()


async def main(folder: Path, languages: Sequence[str]) -> None:
    """The pictures of each language."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        for language in languages:
            into = folder / language
            into.mkdir(parents=True, exist_ok=True)
            await play(browser, language, into)
            print(f"{into}: {len(list(into.glob('*.png')))} pictures")
        await browser.close()


def _alike(words: str) -> tuple[str, str, str]:
    return words, f"{words.upper()}!!", f"{words}."


def _second(unit: Unit) -> str:
    return partnering.add_partner(unit, "Second Home", "hello@second.example", SystemClock().now()).id


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES, sys.argv[2:] or list(EVENING)))

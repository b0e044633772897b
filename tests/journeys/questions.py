"""One form with every kind of question, and how somebody answers it in English or in Arabic."""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import cache
from pathlib import Path

from bot.clock import SystemClock
from bot.ports import Unit
from bot.speech import Sentence
from bot.words import Catalogs
from dialogs.dates import name_of_month
from dialogs.form import Form, Text
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_workbook
from sandbox.people import Person
from tests.pictures import well

WORDS = Catalogs.read()
LANGUAGES = {"en": "English", "ar": "العربية"}
LAST_YEAR = date.today().year - 1  # noqa: DTZ011 - the year on a button, whatever the hour

Shown = Callable[[str], Awaitable[None]]
"""What to do once a question stands on the screen; it is told which."""


@cache
def village() -> Form:
    """The form `questions.md`."""
    table = Path(__file__).with_name("questions.md").read_text(encoding="utf-8")
    xml, rows = read_workbook(table, name="data", kind=".md")
    return read_xform(xml, rows=rows, files={"water.png": well()})


def published(unit: Unit, partner: str) -> None:
    """Publish it, with the picture it shows."""
    now = SystemClock().now()
    unit.forms.keep(village(), partner, now, {village().files["water.png"].digest: well()})
    unit.forms.publish(village(), now)


async def nothing(_: str) -> None:
    """Look at no question in particular."""


class Walk:
    """Somebody answers the village form, in one of its languages, with the digits of that language."""

    def __init__(self, person: Person, language: str, shown: Shown = nothing) -> None:
        self.person = person
        self.language = language
        self.shown = shown
        self.asked = {question.name: question for question in village().questions()}

    # -- words ------------------------------------------------------------------------------------------------------

    def ours(self, text: str) -> str:
        """A sentence of the bot, up to what is filled in."""
        return WORDS.words(self.language).say(Sentence(text)).partition("{")[0].strip()

    def of(self, text: Text) -> str:
        return "".join(piece for piece in text.by_language[self.language] if isinstance(piece, str))

    def choice(self, question: str, name: str) -> str:
        itemset = self.asked[question].itemset
        assert itemset is not None
        return self.of(itemset.choices[name].label)

    def digits(self, words: str) -> str:
        """The words with the digits and marks people of the language write."""
        return (
            words.translate(str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬")) if self.language == "ar" else words
        )

    def either(self, english: str, arabic: str) -> str:
        return {"en": english, "ar": arabic}[self.language]

    # -- deeds ------------------------------------------------------------------------------------------------------

    async def sees(self, question: str, picture: str = "") -> None:
        await self.person.sees(self.of(self.asked[question].label).removeprefix("# "))
        await self.shown(picture or question)

    async def says(self, words: str) -> None:
        await self.person.says(words)

    async def writes(self, number: str) -> None:
        await self.person.says(self.digits(number))

    async def taps(self, *labels: str) -> None:
        for label in labels:
            await self.person.taps(label)

    async def done(self) -> None:
        await self.person.taps(self.ours("Done"))

    # -- the walk ---------------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """From the link to the first question: the language, who can see this, the consent."""
        await self.person.starts("f-village")
        await self.taps(LANGUAGES[self.language])
        await self.taps(self.either("I understand, I am an adult", "فهمت"), self.either("Yes", "نعم"))

    async def words_and_numbers(self) -> None:
        await self.sees("called")
        await self.taps(self.ours("Tell me more"))
        await self.person.sees(self.of(self.asked["called"].guidance))
        await self.sees("called", "called-more")
        await self.says(self.either("Al Mina", "الميناء"))
        await self.sees("story")
        await self.person.sends_voice(b"OggS voice", seconds=20)
        await self.sees("people")
        await self.person.sends_photo()
        await self.person.sees(self.ours("Thank you, added."))
        await self.writes("0")
        await self.person.sees(self.either("More than none", "أكثر من صفر"))
        await self.writes("1,200")
        await self.sees("rice")
        await self.writes("1.5")
        await self.sees("hope")
        await self.writes("7")
        await self.sees("school")
        await self.writes("72")
        await self.person.sees(self.ours("Here a number from {least} to {most} fits, in steps of {step}."))
        await self.writes("75")

    async def lists(self) -> None:
        await self.sees("water")
        await self.taps(self.choice("water", "yes"))
        await self.sees("town")
        await self.says(self.either("bsh", "بشر"))
        await self.sees("mood")
        await self.taps("🙂")
        await self.sees("road")
        await self.taps("Other")
        await self.person.sees("Specify other")
        await self.says(self.either("A river", "نهر"))
        await self.sees("needs")
        needs = {name: self.choice("needs", name) for name in ("food", "seed", "road")}
        await self.taps(*needs.values())
        await self.shown("needs-ticked")
        await self.done()
        await self.person.sees(self.either("Two at most", "اثنان على الأكثر"))
        await self.taps(needs["road"])
        await self.done()
        await self.sees("order")
        await self.taps(needs["seed"], needs["food"])
        await self.shown("order-tapped")
        await self.taps(self.ours("Order them anew"))
        await self.taps(needs["food"], needs["seed"], needs["road"])
        await self.done()

    async def dates(self) -> None:
        await self.sees("since")
        await self.taps(str(LAST_YEAR))
        await self.shown("since-month")
        await self.taps(name_of_month(3, self.language))
        await self.shown("since-day")
        await self.taps("9")
        await self.sees("founded")
        await self.writes("1950")
        await self.sees("harvest")
        await self.taps(str(LAST_YEAR), name_of_month(8, self.language))
        await self.sees("market")
        await self.taps("06")
        await self.shown("market-quarter")
        await self.taps("06:30")
        await self.sees("meeting")
        await self.says(self.digits("15/03/2024 14:30"))

    async def places_and_recordings(self) -> None:
        await self.sees("place")
        await self.person.shares_location(33.8938, 35.5018)
        await self.sees("view")
        await self.person.sends_photo()
        await self.sees("song")
        await self.person.sends_voice(b"OggS song", seconds=30)
        await self.sees("film")
        await self.person.sends_video(b"film", size=25 * 1024 * 1024)
        await self.person.sees("20")
        await self.person.sends_video(b"film")
        await self.sees("paper")
        await self.person.sends_document(b"%PDF-1.4", "council.pdf", "application/pdf")
        await self.sees("seed")
        await self.writes("4006381333931")

    async def groups_and_entries(self) -> None:
        await self.sees("country")
        await self.taps("Lebanon")
        await self.sees("rooms")
        await self.writes("3")
        await self.sees("roof")
        await self.says(self.either("Tin", "صفيح"))
        for number, (name, age) in enumerate(
            ((self.either("Sami", "سامي"), "7"), (self.either("Rana", "رنا"), "5"))
        ):
            if number:
                await self.taps(self.ours("Add one"))
            await self.sees("name", f"name-{number + 1}")
            await self.says(name)
            await self.sees("age", f"age-{number + 1}")
            await self.writes(age)
            await self.person.sees(self.ours("Is there another one to add?"))
        await self.shown("children")
        await self.taps(f"1. {self.either('Sami', 'سامي')}")
        await self.person.sees("(1)")
        await self.shown("child")
        await self.taps(f"✏️ {self.of(self.asked['age'].label)[:10]}")
        await self.writes("8")
        await self.taps(f"2. {self.either('Rana', 'رنا')}")
        await self.taps(self.ours("Take this one away"), self.ours("Yes, take it away"))
        await self.taps(self.ours("That is all"))

    async def end(self) -> None:
        await self.sees("right")
        await self.taps(self.ours("OK"))
        await self.sees("summary")
        await self.taps(self.ours("Send"))

    async def whole(self) -> None:
        """From the link to the receipt."""
        await self.begin()
        await self.words_and_numbers()
        await self.lists()
        await self.dates()
        await self.places_and_recordings()
        await self.groups_and_entries()
        await self.end()
        await self.person.sees("-")

    def answers(self) -> dict[str, str]:
        """What is kept of it; of a recording its kind."""
        return {
            "called": self.either("Al Mina", "الميناء"),
            "story_voice": "audio",
            "story_photo": "image",
            "people": "1200",
            "rice": "1.5",
            "hope": "7",
            "school": "75",
            "water": "yes",
            "town": "bsharri",
            "mood": "good",
            "road": "other",
            "road_other": self.either("A river", "نهر"),
            "needs": "food seed",
            "order": "food seed road",
            "since": f"{LAST_YEAR}-03-09",
            "founded": "1950-01-01",
            "harvest": f"{LAST_YEAR}-08-01",
            "market": "06:30:00",
            "meeting": "2024-03-15T14:30:00",
            "place": "33.9 35.5 0.0 0.0",
            "view": "image",
            "song": "audio",
            "film": "video",
            "paper": "file",
            "seed": "4006381333931",
            "country": "Lebanon",
            "each": "800",
            "house/rooms": "3",
            "house/roof": self.either("Tin", "صفيح"),
            "child[1]/name": self.either("Sami", "سامي"),
            "child[1]/age": "8",
            "right": "OK",
        }

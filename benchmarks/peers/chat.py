"""Forms of others, answered in the chat: `python -m benchmarks.peers.chat FOLDER`.

Every form that reads and can be asked is published in a real bot and answered over real HTTP in the sandbox, in its
first two languages that the bot speaks, by somebody who says what `dialogs.transcript.rehearse` would. After each line
the bot must stand where the engine, told the same, stands; at the end her testimony must hold the same answers. `--all`
takes also the forms that `check` would not have an author publish, as for a question after the phone's number.
"""

import argparse
import asyncio
import logging
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers.comparing import made_by_chance
from benchmarks.peers.gathering import gathered
from bot.authoring import LINKED
from bot.chat.rendering import LABEL, MOVES, NO_MORE, OURS
from bot.clock import SystemClock
from bot.consenting import OPENING
from bot.ports import Kept, Unit
from bot.speech import Sentence
from bot.testimony import Testimony
from bot.words import FALLBACK, FSI, Catalogs, Words
from dialogs import engine
from dialogs.check import check
from dialogs.effect import Ask
from dialogs.form import Form, Ref
from dialogs.reading.xform import read_xform
from dialogs.session import State
from dialogs.transcript import Playing, TranscriptError, parse, rehearse
from dialogs.tree import generic
from sandbox.people import Person, until
from sandbox.refusal import Json
from sandbox.world import Message
from tests.journeys.stage import Stage, raised

MOST = 2_000
"""Lines of hers in one conversation."""
PATIENCE = 30.0
"""Seconds she waits for the bot."""

_PLACE = re.compile(r"\(place (-?[\d.]+), *(-?[\d.]+)\)")
_RECORDED = re.compile(r"(voice|photo|video|file)-\d+|[0-9a-f]{32}|\S+\.(oga|ogg|jpg|png|mp4)")


class Astray(Exception):
    """The bot does not do what the engine does."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one conversation came to."""

    lines: int = 0
    answers: int = 0
    ended: str = ""


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.chat", description=__doc__)
    parser.add_argument("folder", type=Path, help="where workbooks lie")
    parser.add_argument("--only", default="", help="only files whose name holds this")
    parser.add_argument("--all", action="store_true", help="also forms that check refuses")
    parser.add_argument("--minutes", type=float, default=10, help="after which no further form is begun")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    found = _forms(options.folder, options.only, options.all)
    asyncio.run(_all(found, time.monotonic() + 60 * options.minutes))


async def _all(found: Iterator[tuple[str, Form]], ends: float) -> None:
    total = Told()
    forms = conversations = astray = cut = 0
    for path, form in found:
        if time.monotonic() > ends:
            print("no time for more")
            break
        forms += 1
        print(f"\n{path}: “{form.title}”")
        for language in spoken(form):
            conversations += 1
            with tempfile.TemporaryDirectory(prefix="voices-chat-") as kept:
                try:
                    told = await converse(Path(kept), form, language)
                except (Astray, AssertionError, TranscriptError) as error:
                    astray += 1
                    print(f"  {language}: ASTRAY {error}")
                    continue
            cut += told.ended != State.FINISHED
            total = Told(total.lines + told.lines, total.answers + told.answers)
            print(f"  {language}: {told.lines} lines, {told.answers} answers, {told.ended}")
    print(
        f"\n{forms} forms, {conversations} conversations, {total.lines} lines of hers,"
        f" {total.answers} answers the same; {cut} could not be answered to the end, {astray} went astray"
    )


def _forms(folder: Path, only: str, refused: bool) -> Iterator[tuple[str, Form]]:
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found = gathered(path, name) if only in name and path.is_file() else None
        if found is None or found.form is None:
            continue
        form = read_xform(found.xml)  # as the store will read it: without the files beside it
        if not LINKED.fullmatch(form.name):
            print(f"\n{name}: no link can carry “{form.name}”")
        elif refused or not any(not issue.advice for issue in check(form)):
            yield name, form


def spoken(form: Form) -> tuple[str, ...]:
    """The form's first two languages that the bot speaks; English for one that names none of them."""
    ready = {each.code for each in Catalogs.read().ready}
    return tuple(code for code in form.languages if code in ready)[:2] or (FALLBACK,)


async def converse(folder: Path, form: Form, language: str) -> Told:
    """One conversation, from the link to the receipt; Astray where the bot leaves the engine's way."""
    async with raised(folder) as stage:
        now = datetime.now(UTC)

        def publish(unit: Unit) -> Form:
            unit.forms.keep(form, stage.partner, now)
            unit.forms.publish(form, now)
            return unit.forms.current(OPENING)

        opening = await stage.voices.store.transact(publish)
        catalogs = Catalogs.read()
        lives = _Conversation(stage, stage.person("Amina", language), catalogs.words(language))
        await lives.person.starts(f"f-{form.name}")
        await lives.taps(next(each.name for each in catalogs.ready if each.code == language))
        if form.meaning("keep") is None:
            await lives.goes_through(opening, language, now)
        mirror = await lives.goes_through(form, language, now)
        if mirror.session.state is State.FINISHED:
            await lives.compares(mirror)
        answers = engine.answers(form, mirror.session, mirror.now) if mirror.session.answers else {}
        return Told(lives.lines, len(answers), str(mirror.session.state))


class _Conversation:
    """Her chat with the bot, beside a mirror: the engine, told the same."""

    def __init__(self, stage: Stage, person: Person, words: Words) -> None:
        self.stage = stage
        self.person = person
        self.words = words
        self.lines = 0
        self.seen = 0

    async def goes_through(self, form: Form, language: str, now: datetime) -> Playing:
        """Say line by line what the rehearsal says; the mirror as it ends."""
        text = await asyncio.to_thread(rehearse, form, language, most=MOST, now=now)
        mirror = Playing.begin(form, language, now)
        for number, line in parse(text).lines:
            await self.arrives(mirror)
            await self.says(line, mirror.asks[-1])
            mirror.hear(number, line)
            self.lines += 1
        await self.arrives(mirror)
        return mirror

    async def arrives(self, mirror: Playing) -> None:
        """Wait until the bot stands where the mirror does."""
        ends = time.monotonic() + PATIENCE
        while not _same(kept := await self.kept(), mirror):
            if time.monotonic() > ends:
                at = "nothing open" if kept is None else f"{kept.session.form} at {kept.session.at}"
                raise Astray(
                    f"the bot has {at}, the engine {mirror.form.name} at {mirror.session.at}:\n{self.tail()}"
                )
            await asyncio.sleep(0.005)
        while not (self.answered() and self.stage.sandbox.at_rest() and await self.all_sent()):
            if time.monotonic() > ends:
                raise Astray(f"the bot does not answer:\n{self.tail()}")
            await asyncio.sleep(0.005)

    def answered(self) -> bool:
        """Whether the bot has shown something since her last deed."""
        return any(each.from_bot and each.touched > self.seen for each in self.person.chat)

    async def all_sent(self) -> bool:
        """Whether nothing waits to be sent."""
        due = await self.stage.voices.store.transact(lambda unit: unit.outbox.next_due(SystemClock().now()))
        return due is None

    async def kept(self) -> Kept | None:
        """Her session as the bot keeps it."""

        def look(unit: Unit) -> Kept | None:
            address = unit.people.address_of(self.person.id)
            her = unit.people.respondent_at(address) if address else None
            return unit.sessions.of(her.id) if her else None

        return await self.stage.voices.store.transact(look)

    async def says(self, line: str, ask: Ask) -> None:
        """One line of the transcript, as a deed in the chat."""
        if line.startswith("[") and line.endswith("]"):
            await self.taps(self.shown(line[1:-1], ask))
            return
        before = self.stage.sandbox.world.count
        if (place := _PLACE.fullmatch(line)) is not None:
            await self.person.shares_location(float(place[1]), float(place[2]))
        elif line == "(photo)":
            await self.person.sends_photo()
        elif line == "(video)":
            await self.person.sends_video(b"\0" * 64)
        elif line == "(file)":
            await self.person.sends_document(b"%PDF-1.4", "a.pdf", "application/pdf")
        elif line.startswith("(voice"):
            await self.person.sends_voice(seconds=20)
        elif line.startswith("("):
            await self.taps(self.label(line[1:-1], ask))
            return
        else:
            await self.person.says(line)
        self.seen = before

    def shown(self, label: str, ask: Ask) -> str:
        """What a choice's button says: the author's words, or the bot's own for a choice of the bot's."""
        for each in ask.fields:
            if (ours := OURS.get(each.kind, {}).get(label)) and label in {it.label for it in each.options}:
                return self.words.say(Sentence(ours))
        return label

    def label(self, move: str, ask: Ask) -> str:
        """What the button of a move says; of "keep" only how it begins, up to a space."""
        if move not in ask.moves:  # (done) is also said where the button is another one
            move = next(each for each in ("done", "send", "keep") if each in ask.moves)
        if move == "keep":
            return self.words.say(Sentence(MOVES[move][0], {"answer": "…"})).partition("…")[0].rstrip(FSI)
        label = NO_MORE if move == "done" and ask.expects == "entries" else MOVES[move][0]
        return ask.labels.get(move, "") or self.words.say(Sentence(label))

    async def taps(self, label: str) -> None:
        """Tap a button of what the bot has shown since her last deed."""
        world = self.stage.sandbox.world
        found = await until(world, lambda: self.button(label), PATIENCE)
        if found is None:
            raise Astray(f"there is no button “{label}”:\n{self.tail()}")
        before = world.count
        await self.person.presses(*found)
        self.seen = before

    def button(self, label: str) -> tuple[Message, Json] | None:
        """The newest button with this label, among those shown since her last deed."""
        fresh = [each for each in reversed(self.person.chat) if not each.deleted and each.touched > self.seen]
        for fits in (_equal, _begun):
            for message in fresh:
                rows: list[list[Json]] = (message.markup or {}).get("inline_keyboard", [])
                for button in (button for row in rows for button in row):
                    if fits(button["text"], label):
                        return message, button
        return None

    async def compares(self, mirror: Playing) -> None:
        """Her testimony against the engine's own answers; what clock and chance make is left out."""

        def look(unit: Unit) -> list[Testimony]:
            address = unit.people.address_of(self.person.id)
            her = unit.people.respondent_at(address) if address else None
            return unit.testimonies.of(her.id) if her else []

        testimonies = await self.stage.voices.store.transact(look)
        if len(testimonies) != 1:
            raise Astray(f"{len(testimonies)} testimonies, not one:\n{self.tail()}")
        ours = engine.answers(mirror.form, mirror.session, mirror.now)
        left_out = made_by_chance(mirror.form)
        theirs = _plain(testimonies[0].answers, left_out)
        if theirs != _plain(ours, left_out):
            differing = sorted(set(theirs.items()) ^ set(_plain(ours, left_out).items()))
            raise Astray(f"the testimony differs: {differing[:6]}")

    def tail(self) -> str:
        """The end of the chat."""
        return self.person.transcript()[-700:]


def _same(kept: Kept | None, mirror: Playing) -> bool:
    ours = mirror.session
    if ours.state is not State.OPEN:
        return kept is None or kept.session.form != ours.form
    theirs = kept.session if kept is not None else None
    return theirs is not None and (theirs.form, theirs.at, theirs.picks) == (ours.form, ours.at, ours.picks)


def _plain(answers: Mapping[Ref, str], left_out: frozenset[Ref]) -> dict[Ref, str]:
    return {
        ref: _RECORDED.sub("media", value) for ref, value in answers.items() if generic(ref) not in left_out
    }


def _equal(shown: str, label: str) -> bool:
    return _bare(shown) == _bare(label)


def _begun(shown: str, label: str) -> bool:
    """Whether a button shows the beginning of a long label, or is a kept answer."""
    if shown.endswith("…") and len(shown) > LABEL // 2:
        return _bare(label).startswith(_bare(shown)[:-1].strip())
    return label.endswith(" ") and shown.startswith(label)


def _bare(label: str) -> str:
    return " ".join(label.removeprefix("☐ ").removeprefix("☑ ").split())


if __name__ == "__main__":
    main()

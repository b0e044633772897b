"""A session as it is seen: the words, choices and buttons of a screen, and the Ask itself, in her language."""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

from dialogs import calendar, dates
from dialogs.answer import match, numerals
from dialogs.effect import Ask, Entry, Field, Line, Option, Show
from dialogs.form import Choice, Form, Kind, Media, Question, Ref
from dialogs.instance import Instance
from dialogs.letters import folded, width
from dialogs.marks import plain
from dialogs.plan import Plan, Role, Seat, generic, limits_of, plan
from dialogs.screen import Paragraph, Screen, screens
from dialogs.session import Session
from dialogs.shown import ALBUM, KINDS, file_name

PAGE = 8
"""Choices on one page of a long list (xlsform.md 4: pages of 8)."""
LONG = 12
"""A list with more choices than this is shown in pages."""
YEARS = 16
"""Years on one page."""
_SHORT = frozenset({"autocomplete", "minimal", "search"})
"""Appearances that show a page of a list, however long it is."""
_ACROSS = {"near": 2, "year": 4, "month": 3, "day": 7, "hour": 6, "minute": 4}
"""How many buttons of a date or time stand in a row."""
ACROSS, SPARE = 32, 3
"""Letters that fit in a row of buttons on a small screen, the room around each label counted as SPARE."""
NARROW, WIDE = 14, 24
"""Labels up to NARROW letters wide may stand two in a row; one wider than WIDE needs a row of its own."""
KEPT, SHOWN = 40, 160
"""Characters of an old answer on the button that keeps it, and on the summary."""
LISTED = 30
"""Entries of a repeat that are listed, the latest ones; any can be opened by its number."""
SLIPS = 2
"""Characters by which written words may be longer than the label they mean."""
NEAREST = 5
"""Choices brought up for a place."""
ACKNOWLEDGED = "OK"
"""The value of an acknowledgement (XLSForm), and the words on its button."""
_SIGNS = {Kind.AUDIO: "🎤", Kind.IMAGE: "📷", Kind.VIDEO: "🎬", Kind.FILE: "📎"}
_EXPECTS = {
    Kind.INTEGER: "number",
    Kind.DECIMAL: "number",
    Kind.RANGE: "number",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.DATETIME: "moment",
    Kind.GEOPOINT: "place",
    Kind.IMAGE: "image",
    Kind.VIDEO: "video",
    Kind.FILE: "file",
    Kind.AUDIO: "audio",
    Kind.BARCODE: "barcode",
}
_ENDS = "?؟？:：….。।۔ \u00a0\u202f*#_"
"""What a label may end with where it is asked, and not where it stands before an answer."""
_NO_ISOLATES = {ord(mark): None for mark in "\u2068\u2069"}
_INDEX = re.compile(r"\[(\d+)\]")
_SEPARATORS = re.compile(r"[,;،؛、，\n]+")
_COLUMNS = re.compile(r"columns-([1-8])")


class View:
    """A session as it is seen: the words, choices and buttons of a screen in the session's language."""

    def __init__(self, form: Form, session: Session, instance: Instance) -> None:
        self.form = form
        self.session = session
        self.instance = instance

    @cached_property
    def plan(self) -> Plan:
        """The form's plan."""
        return plan(self.form)

    def relevant(self, ref: Ref) -> bool:
        """Whether a question is there and relevant: the entry of a repeat it stood in may be gone."""
        try:
            return self.instance.relevant(ref)
        except KeyError:
            return False

    def ask(self, screen: Screen, moves: Sequence[str], *, again: bool) -> Ask:
        """The Ask of a screen under the session's turn."""
        ref = screen.refs[0]
        first = self.plan.seat(ref)
        opened = self.session.pages.get(ref, 0) if first.role is Role.ENTRIES else 0
        return Ask(
            turn=self.session.turn,
            paragraphs=(f"{self.label(ref)} ({opened})",) if opened else self.paragraphs(screen.paragraphs),
            fields=self.fields(screen.refs) if first.role in (Role.TAP, Role.WORDS) else (),
            hints=() if opened else self.hints(screen.paragraphs),
            facts=self.facts(screen),
            moves=tuple(moves),
            expects=_expects(first),
            summary=self.summary(f"{ref}[{opened}]/" if opened else "")
            if opened or first.role is Role.SUMMARY
            else (),
            again=again,
            entries=self.entries(ref) if first.role is Role.ENTRIES and not opened else (),
            entry=opened,
            labels={"keep": shortened(self.answer(screen.refs[0]), KEPT)} if "keep" in moves else {},
            shows=() if opened else (*self.shows(screen.paragraphs), *self.album(screen.refs)),
        )

    def paragraphs(self, paragraphs: Sequence[Paragraph]) -> tuple[str, ...]:
        """The words of paragraphs, empty ones left out; a value that may only be read stands below its label."""
        return tuple(words for paragraph in paragraphs if (words := self.words(paragraph)))

    def words(self, paragraph: Paragraph) -> str:
        """The words of one paragraph."""
        words = self.instance.words(paragraph.text, paragraph.ref).strip()
        if paragraph.kind == "note" and (value := self.answer(paragraph.ref)):
            words = f"{words}\n{value}".strip()
        return f"{words} ({place})" if words and (place := self.place(paragraph)) else words

    def shows(self, paragraphs: Sequence[Paragraph]) -> tuple[Show, ...]:
        """What is shown with paragraphs: of pictures the large one, in the session's language."""
        if not self.form.files:
            return ()
        return tuple(show for each in paragraphs for show in self.shown(each.media, each.ref))

    def shown(self, media: Media, ref: Ref, label: str = "") -> Iterator[Show]:
        """Those files of a text that are here."""
        for kind in ("image", "audio", "video"):
            form = next((form for form in media if KINDS.get(form) == kind and form.startswith("big")), kind)
            if form in media:
                name = file_name(self.instance.words(media[form], ref).translate(_NO_ISOLATES))
                if (file := self.form.files.get(name)) is not None:
                    yield Show(file.mime, name, file.digest, label)

    def album(self, refs: Sequence[Ref]) -> tuple[Show, ...]:
        """The pictures of the choices offered, where there are not too many, numbered like their buttons."""
        if not self.form.files:
            return ()
        shows: list[Show] = []
        number = 0
        for ref in refs:
            if self.plan.seat(ref).question.itemset is None:
                number += 1  # what only acknowledges is one button
                continue
            choices = self.choices(ref)
            numbered = len(self.pages(ref, choices)) == 1
            for choice in choices:
                number += 1
                words = plain(self.instance.words(choice.label, ref)).strip() or choice.name
                label = shortened(f"{number}. {words}" if numbered else words, SHOWN)
                pictures = {form: choice.media[form] for form in choice.media if KINDS.get(form) == "image"}
                shows += self.shown(pictures, ref, label)
        return tuple(shows) if len(shows) <= ALBUM else ()

    def hints(self, paragraphs: Sequence[Paragraph]) -> tuple[int, ...]:
        """Which of the paragraphs that say something are hints."""
        said = [each.kind for each in paragraphs if self.words(each)]
        return tuple(place for place, kind in enumerate(said) if kind == "hint")

    def facts(self, screen: Screen) -> dict[str, str]:
        """What the face may say beside the author's words (effect.Ask)."""
        ref = screen.refs[0]
        seat = self.plan.seat(ref)
        facts = {}
        if seat.role is Role.WORDS and (limits := limits_of(seat.question)):
            facts = limits.facts()
        if seat.dated:
            facts["example"] = _example(seat.question)
            if tapped := calendar.so_far(
                seat.question, self.session.picks.get(ref, ()), self.session.language
            ):
                facts["so_far"] = tapped
        return facts | self.announced(screen)

    def announced(self, screen: Screen) -> dict[str, str]:
        """Of a field-list that begins here and is asked one by one: its heading, and how many questions it holds."""
        said = [each for each in screen.paragraphs if self.words(each)]
        for place, each in enumerate(said):
            if each.kind == "heading" and generic(each.ref) in self.plan.together:
                asked = (other.refs for other in screens(self.plan, self.instance) if other.refs)
                count = sum(refs[0].startswith(f"{each.ref}/") for refs in asked)
                return {"heading": str(place), "questions": str(count)} if count > 1 else {}
        return {}

    def place(self, heading: Paragraph) -> str:
        """Which entry of a repeat a heading stands for: "2", or "2/3" where it is known how many there will be."""
        repeat = self.plan.repeats.get(generic(heading.ref)) if heading.kind == "heading" else None
        if repeat is None:
            return ""
        whole, _, number = heading.ref.rstrip("]").rpartition("[")
        if repeat.count is None and not repeat.fixed:
            return number
        return f"{number}/{len(self.instance.entries(whole))}"

    def guidance(self, refs: Sequence[Ref]) -> tuple[str, ...]:
        """What stands behind "Tell me more"."""
        texts = ((self.plan.seat(ref).question.guidance, ref) for ref in refs)
        return tuple(words for text, ref in texts if text and (words := self.instance.words(text, ref)))

    def fields(self, refs: Sequence[Ref]) -> tuple[Field, ...]:
        """The lists of choices of these questions, or the parts of a date."""
        if self.plan.seat(refs[0]).dated:
            return self.parts(refs[0])
        members = self.plan.members(refs[0])
        mover = self.mover(members)
        return tuple(
            self.field(number, ref, toggles=ref != mover)
            for number, ref in enumerate(members)
            if ref in refs and self.plan.seat(ref).role is Role.TAP
        )

    def parts(self, ref: Ref) -> tuple[Field, ...]:
        """What may be tapped next of a date or time; many years stand in pages."""
        question, tapped = self.plan.seat(ref).question, self.session.picks.get(ref, [])
        fields = []
        fits = self.fits(ref)
        for stage in calendar.open_stages(question, tapped):
            numbers = calendar.numbers(stage, question, tapped, self.instance.now.date(), fits)
            pages = [numbers[at : at + YEARS] for at in range(0, len(numbers), YEARS)]
            pages = pages if stage == "year" else [numbers]
            page = min(self.session.pages.get(ref, 0), len(pages) - 1)
            language = self.session.language
            options = tuple(
                Option(number, calendar.label(stage, number, tapped, language)) for number in pages[page]
            )
            if options:
                place = calendar.STAGES.index(stage)
                fields.append(Field(place, stage, options, _ACROSS[stage], page, len(pages)))
        return tuple(fields)

    def fits(self, ref: Ref) -> calendar.Fits | None:
        """Whether a value would keep the question's constraint, tried beside the answers; None where it has none."""
        bind = self.form.binds.get(generic(ref))
        if bind is None or bind.constraint is None:
            return None
        beside = Instance.restore(
            self.form,
            self.instance.to_plain(),
            now=self.instance.now,
            chance=lambda: 0.0,
            language=self.session.language,
        )

        def fit(value: str) -> bool:
            beside.set(ref, value)
            return beside.valid(ref)

        return fit

    def mover(self, members: Sequence[Ref]) -> Ref | None:
        """The question whose tap answers the whole screen: the last one where one choice is tapped, if any."""
        single = [ref for ref in members if not self.plan.seat(ref).several]
        return single[-1] if single else None

    def field(self, number: int, ref: Ref, *, toggles: bool) -> Field:
        """One list of choices, the page of it that is open."""
        seat = self.plan.seat(ref)
        if seat.question.kind is Kind.ACKNOWLEDGE:
            picked = ACKNOWLEDGED in self.picked(ref) if toggles else None
            return Field(number, "acknowledge", (Option(0, ACKNOWLEDGED, picked),))
        choices = self.choices(ref)
        numbers = self.numbers(ref, choices)
        pages = self.pages(ref, choices)
        page = min(self.session.pages.get(ref, 0), len(pages) - 1)
        picks = self.picked(ref)
        labels = [self.option_label(seat, ref, choice, picks) for choice in pages[page]]
        options = tuple(
            Option(numbers[choice.name], label, choice.name in picks if toggles else None)
            for choice, label in zip(pages[page], labels, strict=True)
        )
        kind = "rank" if seat.question.kind is Kind.RANK else "several" if seat.several else "one"
        return Field(number, kind, options, _columns(seat.question, labels), page, len(pages))

    def option_label(self, seat: Seat, ref: Ref, choice: Choice, picks: Sequence[str]) -> str:
        """The words on a choice's button; what is put in order carries its place."""
        label = plain(self.instance.words(choice.label, ref)).strip() or choice.name
        if seat.question.kind is Kind.RANK and choice.name in picks:
            return f"{picks.index(choice.name) + 1}. {label}"
        return label

    def choices(self, ref: Ref) -> Sequence[Choice]:
        """The choices offered, those suggested for the language first (hint `suggest`)."""
        seat = self.plan.seat(ref)
        question = seat.question
        if question.itemset is None:
            return tuple(seat.choices.values())
        choices = self.instance.choices(question, ref)
        if "suggest" not in question.chat:
            return choices
        return self.plan.suggested(question, choices, self.session.language)

    def numbers(self, ref: Ref, choices: Sequence[Choice]) -> Mapping[str, int]:
        """The number of each choice: its place in the whole list; among those offered where there is none."""
        return self.plan.seat(ref).numbers or {choice.name: place for place, choice in enumerate(choices)}

    def pages(self, ref: Ref, choices: Sequence[Choice]) -> list[Sequence[Choice]]:
        """The pages of a list; what was found by typing or by a place is a page of its own before all others."""
        long = len(choices) > LONG or bool(_SHORT & self.plan.seat(ref).question.appearance)
        size = PAGE if long else max(len(choices), 1)
        pages = [choices[at : at + size] for at in range(0, max(len(choices), 1), size)]
        by_name = {choice.name: choice for choice in choices}
        found = [by_name[name] for name in self.session.found.get(ref, ()) if name in by_name]
        return [found, *pages] if found else pages

    def picked(self, ref: Ref) -> list[str]:
        """The names that are ticked: tapped and not yet confirmed, or answered before."""
        picks = self.session.picks.get(ref)
        return picks if picks is not None else self.instance.value(ref).split()

    def answer(self, ref: Ref) -> str:
        """What is answered, in words; voice notes and photos as signs; "" where nothing is."""
        seat = self.plan.seat(ref)
        if seat.role is Role.ENTRIES:
            return str(len(self.instance.entries(ref)) or "")
        words = [self.in_words(seat.question, ref)]
        words += [
            self.in_words(self.plan.seat(each).question, each) for each in self.plan.companions(ref).values()
        ]
        return " ".join(word for word in words if word)

    def in_words(self, question: Question, ref: Ref) -> str:
        """One value in words."""
        value = self.instance.value(ref)
        if not value:
            return ""
        if question.kind in _SIGNS:
            return " ".join(_SIGNS[question.kind] for _ in value.split())
        if question.kind is Kind.GEOPOINT:
            return ", ".join(value.split()[:2])
        if question.kind in (Kind.DATE, Kind.TIME, Kind.DATETIME):
            asked = value[: {"year": 4, "month": 7}.get(calendar.stages(question)[-1], len(value))]
            return dates.in_words(asked, self.session.language)
        if question.kind in (Kind.DECIMAL, Kind.RANGE):
            return value.removesuffix(".0")  # kept with a fraction always (answer.as_typed)
        return plain(self.instance.label(question, value, ref)).strip() if question.itemset else value

    def label(self, ref: Ref) -> str:
        """The first line of a question's label as a name for its answer: without the marks at its ends.

        In a repeat with the entry's number.
        """
        question = self.plan.seat(ref).question
        lines = plain(self.instance.words(question.label, ref)).strip().splitlines()
        named = lines[0].strip("*#_ ").rstrip(_ENDS) if lines else ""
        label = shortened(named, SHOWN) or question.name
        numbers = _INDEX.findall(ref)
        return f"{label} ({'.'.join(numbers)})" if numbers else label

    # -- what words and places mean here ---------------------------------------------------------------------------

    def lists(self, refs: Sequence[Ref]) -> dict[Ref, Sequence[Choice]]:
        """The choices of each list that is asked."""
        return {
            ref: self.choices(ref)
            for ref in refs
            if self.plan.seat(ref).question.kind is not Kind.ACKNOWLEDGE
        }

    def name_of(self, ref: Ref, number: int) -> str:
        """The name behind a choice's number; "" where nothing offered has it."""
        if self.plan.seat(ref).question.kind is Kind.ACKNOWLEDGE:
            return ACKNOWLEDGED if number == 0 else ""
        choices = self.choices(ref)
        numbers = self.numbers(ref, choices)
        return next((each.name for each in choices if numbers[each.name] == number), "")

    def named(self, words: str, refs: Sequence[Ref]) -> list[tuple[Ref, str]]:
        """The choice with exactly this name or label."""
        if len(refs) == 1 and self.plan.seat(refs[0]).question.kind is Kind.ACKNOWLEDGE:
            return [(refs[0], ACKNOWLEDGED)] if words.upper() == ACKNOWLEDGED else []
        said = folded(words) or words
        for ref, choices in self.lists(refs).items():
            for choice in choices:
                label = self.instance.words(choice.label, ref)
                if said in (folded(label) or label.strip(), choice.name.casefold()):
                    return [(ref, choice.name)]
        return []

    def numbered(self, words: str, refs: Sequence[Ref]) -> list[tuple[Ref, str]]:
        """The choices with these numbers, counting the buttons on the screen from 1, in any script's digits."""
        numbers = numerals(words)
        if not numbers:
            return []
        members = self.plan.members(refs[0])
        buttons = [
            (members[each.number], option.choice) for each in self.fields(refs) for option in each.options
        ]
        taps = [buttons[number - 1] for number in numbers if 0 < number <= len(buttons)]
        together = len(taps) == 1 or all(self.plan.seat(ref).several for ref, _ in taps)
        return (
            [(ref, self.name_of(ref, choice)) for ref, choice in taps]
            if together and len(taps) == len(numbers)
            else []
        )

    def listed(self, words: str, refs: Sequence[Ref]) -> list[tuple[Ref, str]]:
        """Several choices of one list, written with commas between them."""
        parts = [part.strip() for part in _SEPARATORS.split(words) if part.strip()]
        for ref, choices in self.lists(refs).items() if len(parts) > 1 else ():
            matches = [match(part, choices) for part in parts]
            if self.plan.seat(ref).several and all(len(found) == 1 for found in matches):
                near = [choices[place] for (place,) in matches]
                labels = [self.instance.words(choice.label, ref) for choice in near]
                if all(len(part) <= len(label) + SLIPS for part, label in zip(parts, labels, strict=True)):
                    return [(ref, choice.name) for choice in near]
        return []

    def like(self, words: str, refs: Sequence[Ref]) -> tuple[Ref, list[Choice]]:
        """The choices of one list that the words may mean, best first; none where two lists have such."""
        lists = self.lists(refs)
        found = {ref: places for ref, choices in lists.items() if (places := match(words, choices))}
        if len(found) != 1:
            return refs[0], []
        ref, places = found.popitem()
        return ref, [lists[ref][place] for place in places[:PAGE]]

    def nearest(self, ref: Ref, latitude: float, longitude: float) -> list[str]:
        """The names of the choices whose places lie nearest (hint `place`: a column "lat,lon lat,lon")."""
        column = self.plan.seat(ref).question.chat["place"]
        distances = {
            choice.name: min(_distance((latitude, longitude), place) for place in places)
            for choice in self.choices(ref)
            if (places := _places(choice.extra.get(column, "")))
        }
        return sorted(distances, key=distances.__getitem__)[:NEAREST]

    # -- the summary ------------------------------------------------------------------------------------------------

    def summary(self, within: Ref = "") -> tuple[Line, ...]:
        """A line for every answer that may be changed here; `within`: of those whose refs begin so."""
        asked = {ref: turn for turn, refs in sorted(self.session.asked.items()) for ref in refs}
        return tuple(
            Line(self.label(ref), shortened(self.answer(ref), SHOWN), asked[ref])
            for ref in self.changeable()
            if ref in asked and ref.startswith(within)
        )

    def entries(self, repeat: Ref) -> tuple[Entry, ...]:
        """The latest entries of a repeat, each with its answers in words."""
        answered = [ref for ref in self.changeable() if self.plan.seat(ref).role is not Role.ENTRIES]
        listed = []
        for number, entry in list(enumerate(self.instance.entries(repeat), 1))[-LISTED:]:
            words = [self.answer(ref) for ref in answered if ref.startswith(f"{entry}/")]
            listed.append(Entry(number, shortened(", ".join(words), KEPT)))
        return tuple(listed)

    def changeable(self) -> list[Ref]:
        """The answered questions the summary shows.

        Left out: what came before the consent to be kept and that consent itself (without it there is no summary),
        and what only acknowledges or moves a screen on.
        """
        shown: list[Ref] = []
        for screen in screens(self.plan, self.instance):
            if screen.role is Role.ENTRIES:
                shown += screen.refs
            if screen.role not in (Role.WORDS, Role.TAP):
                continue
            mover = self.mover(self.plan.members(screen.refs[0])) if len(screen.refs) > 1 else None
            for ref in screen.refs:
                bind = self.form.binds.get(generic(ref))
                if bind is not None and bind.chat.get("means") == "keep":
                    shown.clear()
                elif (
                    ref != mover
                    and self.plan.seat(ref).question.kind is not Kind.ACKNOWLEDGE
                    and self.answer(ref)
                ):
                    shown.append(ref)
        return shown


def shortened(words: str, limit: int) -> str:
    """The words on one line, at most `limit` characters; cut between words where possible, never inside a character."""
    line = " ".join(words.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    space = cut.rfind(" ")
    if space > limit // 2:
        return f"{cut[:space]}…"
    while cut and (_joins(line[len(cut)]) or cut[-1] == "\u200d"):
        cut = cut[:-1]
    return f"{cut}…"


def _joins(character: str) -> bool:
    return (
        character == "\u200d" or unicodedata.category(character).startswith("M") or "🏻" <= character <= "🏿"
    )


def _places(written: str) -> list[tuple[float, float]]:
    places = []
    for pair in written.split():
        latitude, _, longitude = pair.partition(",")
        with suppress(ValueError):
            places.append((float(latitude), float(longitude)))
    return places


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The angle between two places on the globe, in radians."""
    (lat, lon), (lat2, lon2) = (map(math.radians, place) for place in (one, other))
    half = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lon2 - lon) / 2) ** 2
    return 2 * math.asin(math.sqrt(min(half, 1.0)))


def _columns(question: Question, labels: Sequence[str]) -> int:
    longest = max(map(width, labels), default=0)
    if longest > WIDE:
        return 1
    for word in question.appearance:
        if (found := _COLUMNS.fullmatch(word)) is not None:
            return int(found[1])
    across = max(1, ACROSS // (longest + SPARE))
    if question.kind is Kind.RANGE or "columns-pack" in question.appearance:
        rows = -(-len(labels) // across)
        return -(-len(labels) // rows)
    if "likert" in question.appearance:
        return len(labels) if len(labels) <= across else 1
    return 2 if longest <= NARROW and len(labels) > 1 else 1


def _example(question: Question) -> str:
    """A date or time as it may be written."""
    return {
        ("year",): "2024",
        ("year", "month"): "03/2024",
        ("year", "month", "day"): "15/03/2024",
        ("hour", "minute"): "14:30",
    }.get(calendar.stages(question), "15/03/2024 14:30")


def _expects(seat: Seat) -> str:
    match seat.role:
        case Role.TAP:
            return "tap"
        case Role.SUMMARY:
            return "summary"
        case Role.ENTRIES:
            return "entries"
        case _:
            return _EXPECTS.get(seat.question.kind, "words")

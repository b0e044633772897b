"""Chapters: what a report says, in the language of whoever reads it. Every number in it comes out of the ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.blocks import (
    CODE,
    DAY,
    FREE,
    MARKS,
    Bar,
    Block,
    Chart,
    Columns,
    Grid,
    Heading,
    Paper,
    Paragraph,
    Points,
    Quotation,
    marked,
    unmarked,
)
from bot.change import ELSEWHERE
from bot.exports.cells import sound
from bot.report import DIRECTIONS, RULE, Gathered, Initiative, Ledger, Number, Quoted, sides
from bot.speech import Sentence
from bot.words import Catalogs
from dialogs.engine import retold

NAMED = 3
"""So many themes or regions a sentence names."""

FOLLOWED = 5
"""So many themes are followed from month to month."""

NOTHING = "–"
"""What stands where nothing is told."""

COMMAND = "python3 recompute.py"

REASONS = {
    "spam": "It was something else, and no voice.",
    "harm": "It could have harmed somebody.",
    "twice": "It had been told before.",
    "other": "Another reason.",
}

PEOPLE = {
    "all": "told something that was accepted",
    "testimony": "told what they live through",
    "initiative": "told what people do for one another",
    "checkin": "told again how it is now",
    "help": "told who helps them",
    "priorities": "told what should change first",
    "quoted": "allow to be quoted today",
    "asked": "were asked again",
    "answered": "answered when they were asked again",
    "aside": "told something that was set aside",
}

SIDES = {
    "theme": "Theme",
    "region": "Region",
    "month": "Month",
    "language": "Language",
    "role": "Speaks as",
    "age": "Age",
    "direction": "How it is now",
    "reaching": "Is help reaching them?",
    "doer": "Who does it",
    "reason": "Reason",
    "what": "People who",
    RULE: "Rule",
}

CAPTIONS = {
    "people": "How many people there are behind this report",
    "themes": "What people speak of",
    "theme_region": "What people speak of, by region",
    "theme_month": "What people speak of, month by month",
    "language_region": "Languages, by region",
    "role": "As whom people speak",
    "age": "How old people are",
    "change": "How it is now, compared with the time before, by theme",
    "change_region": "How it is now, compared with the time before, by region",
    "help": "Is help reaching people? By region",
    "help_theme": "Is help reaching people? By what is hard for them",
    "doers": "Who does something for others",
    "initiatives_region": "Who tells of an initiative, by region",
    "priorities": "What people speak of who told what should change first",
    "priorities_region": "What people speak of who told what should change first, by region",
    "aside": "Why something was set aside",
    RULE: "The least number that is told",
}


@dataclass(frozen=True, slots=True)
class Writer:
    """One report in one language. Whoever wants its numbers finds them in the ledger once it is written."""

    gathered: Gathered
    ledger: Ledger
    catalogs: Catalogs
    language: str

    # -- the whole ------------------------------------------------------------------------------------------------

    def paper(self) -> Paper:
        """The whole report."""
        words = self.catalogs.words(self.language)
        subtitle = self._written(
            "{partners}: what people told from {first} to {last}",
            partners=", ".join(map(_free, self.gathered.partners)),
            first=self._day(self.gathered.period.first),
            last=self._day(self.gathered.period.last),
        )
        note = self._written(
            "Made on {day}. When a voice is withdrawn, the next edition holds in place of this one.",
            day=self._day(self.gathered.made),
        )
        blocks = (
            *self._short(),
            *self._method(),
            *self._challenges(),
            *self._mobilisation(),
            *self._priorities(),
            *self._annex(),
        )
        title = self._written("What people live through")
        return Paper(self.language, words.direction, title, subtitle, note, blocks)

    def _short(self) -> Iterator[Block]:
        yield Heading(1, self._written("In short"))
        people = self.ledger.number("people", what="all")
        if people is None:
            yield Paragraph(
                self._written(
                    "Too few people told something: no number of fewer than {least} is told.",
                    least=self._least(),
                )
            )
            return
        points = [
            self._written(
                "At least {count} people told something that was read and accepted.",
                count=self._number(people),
            )
        ]
        if spoken := self.ledger.ranked("themes", "theme"):
            points.append(self._written("What people speak of most: {themes}.", themes=self._themes(spoken)))
        worse = [
            (theme, number)
            for theme, number in self.ledger.ranked("change", "theme", direction="worse")
            if number.value > self._value("change", theme=theme, direction="better")
        ]
        if worse:
            points.append(
                self._written(
                    "Asked again, more people say “{worse}” than “{better}” about: {themes}.",
                    worse=self.name("direction", "worse"),
                    better=self.name("direction", "better"),
                    themes=self._themes(worse),
                )
            )
        if nobody := self.ledger.ranked("help", "region", reaching="no"):
            points.append(
                self._written(
                    "No help reaches people most often in: {regions}.", regions=self._regions(nobody)
                )
            )
        if first := self.ledger.ranked("priorities", "theme"):
            points.append(
                self._written(
                    "Whoever told what should change first speaks most of: {themes}.",
                    themes=self._themes(first),
                )
            )
        yield Points(tuple(points))

    def _method(self) -> Iterator[Block]:
        yield Heading(1, self._written("How this was made, and what it cannot say"))
        yield Paragraph(
            self._written(
                "Who speaks here chose to. People came by a link, a poster or a friend, and told in a chat, in their"
                " own language. They are no sample of a country: who has no phone, no network, no time or no trust is"
                " missing. So nothing here stands for all people, and no shares are given."
            )
        )
        yield Paragraph(
            self._written(
                "Every number is of people, each counted once in a field, and is a floor: at least so many. A few are"
                " left out by lot, the rest is rounded down to a ten, and fewer than {least} are not told at all. A"
                " dash stands for few people, or none. A sum adds up what is told: who is in two fields is in it"
                " twice.",
                least=self._least(),
            )
        )
        yield Paragraph(
            self._written(
                "Counted is what volunteers read and accepted. What is sensitive is in no number and no quote; nor is"
                " what was withdrawn, sent back with a question, or not read yet. Themes are those people chose"
                " themselves, and those a reader gave."
            )
        )
        if aside := self.ledger.number("people", what="aside"):
            yield Paragraph(
                self._written(
                    "At least {count} people told something that was set aside: read, and not used.",
                    count=self._number(aside),
                )
            )
            yield from self._grid("aside")
        asked, answered = (self.ledger.number("people", what=each) for each in ("asked", "answered"))
        if asked and answered:
            yield Paragraph(
                self._written(
                    "At least {asked} people were asked again, as they had allowed; at least {answered} of them"
                    " answered. Why others did not, we do not know.",
                    asked=self._number(asked),
                    answered=self._number(answered),
                )
            )
        for table in ("people", "language_region", "role", "age"):
            yield from self._grid(table)

    def _challenges(self) -> Iterator[Block]:
        yield Heading(1, self._written("Challenges: what do people live through?"))
        yield from self._bars("themes", "theme")
        yield from self._grid("themes", ranked=True)
        yield from self._grid("theme_region")
        yield from self._months()
        yield from self._grid("theme_month")
        yield from self._parts("change", "theme", "direction", DIRECTIONS)
        yield from self._grid("change")
        yield from self._grid("change_region")
        yield from self._quotes("challenges")

    def _mobilisation(self) -> Iterator[Block]:
        yield Heading(1, self._written("Mobilisation: who helps, how, and where does nobody?"))
        yield from self._bars("doers", "doer")
        yield from self._grid("doers", ranked=True)
        yield from self._grid("initiatives_region")
        reaching = self.gathered.values["reaching"]
        yield from self._parts("help", "region", "reaching", reaching)
        yield from self._grid("help")
        yield from self._grid("help_theme")
        if alone := self._alone():
            yield Paragraph(
                self._written(
                    "People speak of hardship, and neither an initiative nor help that reaches them can be told, in:"
                    " {regions}.",
                    regions=alone,
                )
            )
        yield from self._quotes("mobilisation")
        yield from self._initiatives()

    def _priorities(self) -> Iterator[Block]:
        yield Heading(1, self._written("Priorities: what should change first?"))
        yield Paragraph(
            self._written(
                "The order is people’s own: of all who told what should change first, how many speak of each theme."
            )
        )
        yield from self._bars("priorities", "theme")
        yield from self._grid("priorities", ranked=True)
        yield from self._grid("priorities_region")
        yield from self._quotes("priorities")

    def _annex(self) -> Iterator[Block]:
        yield Heading(1, self._written("Annex"))
        yield Paragraph(
            self._written(
                "Each number of this report adds up fields of the tables in the folder “annex”; the file {file} says"
                " which. Whoever has Python can count all of them anew: {command}",
                file=marked(CODE, "numbers.csv"),
                command=marked(CODE, COMMAND),
            )
        )
        yield Grid(
            self._written("The tables"),
            (self._written("File"), self._written("What is in it")),
            tuple(
                (marked(CODE, f"{table}.csv"), self._written(CAPTIONS[table]))
                for table in self.gathered.tables
            ),
            numbers=False,
        )
        codes = self.gathered.themes.codes
        yield Grid(
            self._written("The code frame"),
            (self._written("Code"), self._written("Theme"), self._written("Meaning")),
            tuple(
                (marked(CODE, code.id), _free(code.name(self.language)), _free(code.meaning(self.language)))
                for code in codes
            ),
            numbers=False,
        )

    # -- numbers in tables and charts -----------------------------------------------------------------------------

    def _grid(self, table: str, *, ranked: bool = False) -> Iterator[Block]:
        """A table as it may be told: lines and columns in which nothing is told are left out, sums stand at the end."""
        one, *other = sides(table)
        lines = dict(self.ledger.ranked(table, one))
        order = list(lines) if ranked else [each for each in self.gathered.values[one] if each in lines]
        caption = self._written(CAPTIONS[table])
        if not lines:
            yield Paragraph(self._written("{table}: too few people, nothing can be told.", table=caption))
            return
        if not other:
            short = tuple((self.name(one, line), self._number(lines[line])) for line in order)
            yield Grid(caption, (self._written(SIDES[one]), self._written("At least")), short, f"{table}.csv")
            return
        across = [
            each for each in self.gathered.values[other[0]] if self.ledger.number(table, **{other[0]: each})
        ]
        rows = [
            (
                self.name(one, line),
                *(self._cell(table, **{one: line, other[0]: each}) for each in across),
                self._number(lines[line]),
            )
            for line in order
        ]
        head = (
            self._written(SIDES[one]),
            *(self.name(other[0], each) for each in across),
            self._written("Sum"),
        )
        yield Grid(caption, head, tuple(rows), f"{table}.csv")

    def _bars(self, table: str, side: str) -> Iterator[Block]:
        if found := self.ledger.ranked(table, side):
            bars = tuple(Bar(self.name(side, value), (number,)) for value, number in found)
            yield Chart(table, self._written(CAPTIONS[table]), (self._written("At least"),), bars)

    def _parts(self, table: str, side: str, of: str, parts: Sequence[str]) -> Iterator[Block]:
        bars = tuple(
            Bar(
                self.name(side, value),
                tuple(self.ledger.number(table, **{side: value, of: part}) for part in parts),
            )
            for value, _ in self.ledger.ranked(table, side)
        )
        if bars:
            yield Chart(
                table, self._written(CAPTIONS[table]), tuple(self.name(of, part) for part in parts), bars
            )

    def _months(self) -> Iterator[Block]:
        months = self.gathered.values["month"]
        rows = tuple(
            Bar(
                self.name("theme", theme),
                tuple(self.ledger.number("theme_month", theme=theme, month=month) for month in months),
            )
            for theme, _ in self.ledger.ranked("theme_month", "theme")[:FOLLOWED]
        )
        if rows and len(months) > 1:
            names = tuple(self.name("month", month) for month in months)
            yield Columns("months", self._written(CAPTIONS["theme_month"]), names, rows)

    # -- words ----------------------------------------------------------------------------------------------------

    def _quotes(self, chapter: str) -> Iterator[Block]:
        yield Heading(2, self._written("In people’s own words"))
        found = [each for each in self.gathered.quotes if each.chapter == chapter]
        if not found:
            yield Paragraph(self._written("Nobody may be quoted here today."))
            return
        yield Paragraph(
            self._written(
                "Quoted are people who allow it today, without their names. They were taken by turns from each region,"
                " not for what they say. By the code after a quote whoever told it can find, change and withdraw it."
            )
        )
        for each in found:
            yield self._quotation(each, each.words)

    def _initiatives(self) -> Iterator[Block]:
        yield Heading(2, self._written("Initiatives"))
        if not self.gathered.initiatives:
            yield Paragraph(self._written("No initiative may be quoted here today."))
        for each in self.gathered.initiatives:
            more = [each.what]
            if each.whom:
                more.append(self._written("For whom: {words}", words=each.whom))
            if each.missing:
                more.append(self._written("What is missing: {words}", words=each.missing))
            yield self._quotation(each, "\n".join(more))

    def _quotation(self, quote: Quoted | Initiative, words: str) -> Quotation:
        reader = self.catalogs.words(self.language)
        about = self._written(
            "{country}, {month}, in this language: {language}. {receipt}",
            country=reader.country(quote.country) or self.name("region", ELSEWHERE),
            month=self.name("month", quote.month),
            language=reader.name_of(quote.language) or quote.language,
            receipt=marked(CODE, quote.receipt),
        )
        return Quotation(sound(words), quote.language, self.catalogs.words(quote.language).direction, about)

    def _alone(self) -> str:
        """Regions of which hardship is told and nothing that is done about it."""
        return self._names(
            "region",
            [
                region
                for region, _ in self.ledger.ranked("theme_region", "region")
                if not self.ledger.number("initiatives_region", region=region)
                and not any(
                    self.ledger.number("help", region=region, reaching=each)
                    for each in self.gathered.values["reaching"]
                    if each != "no"
                )
            ],
        )

    def name(self, side: str, value: str) -> str:
        """What a value is called by which a table sorts."""
        reader = self.catalogs.words(self.language)
        match side:
            case "theme":
                return _free(self.gathered.themes.named(value, self.language))
            case "region":
                name = self.gathered.regions.get(value)
                return (
                    _free(reader.region(name)) if name else reader.say(Sentence("elsewhere", domain="desk"))
                )
            case "month":
                return marked(DAY, reader.month(date.fromisoformat(f"{value}-01")))
            case "language":
                return reader.name_of(value) or value
            case "reason":
                return self._written(REASONS[value])
            case "what":
                return self._written(PEOPLE[value])
            case "direction":
                return self._choice("checkin", "compared", value)
            case "reaching":
                return self._choice("checkin", "help", value)
            case "doer":
                return self._choice("initiative", "speaks_as", value)
            case "role":
                return self._choice("testimony", "speaks_as", value)
            case "age":
                return self._choice("testimony", "age", value)
            case _:
                return value

    def _choice(self, name: str, means: str, value: str) -> str:
        """What a form calls a choice."""
        form = self.gathered.forms[name]
        ref = form.meaning(means)
        asked = next(
            each
            for each in form.questions()
            if each.itemset is not None and (each.ref == ref or each.name == means)
        )
        return _free(retold(form, {}, self.language).instance.label(asked, value, asked.ref))

    def _themes(self, ranked: Sequence[tuple[str, Number]]) -> str:
        return self._names("theme", [value for value, _ in ranked[:NAMED]])

    def _regions(self, ranked: Sequence[tuple[str, Number]]) -> str:
        return self._names("region", [value for value, _ in ranked[:NAMED]])

    def _names(self, side: str, values: Sequence[str]) -> str:
        return " · ".join(self.name(side, value) for value in values)

    def _cell(self, table: str, **where: str) -> str:
        number = self.ledger.number(table, **where)
        return NOTHING if number is None else self._number(number)

    def _value(self, table: str, **where: str) -> int:
        number = self.ledger.number(table, **where)
        return number.value if number else 0

    def _number(self, number: Number) -> str:
        return marked(number.id, self.catalogs.words(self.language).number(number.value))

    def _least(self) -> str:
        number = self.ledger.number(RULE, rule="least")
        return self._number(number) if number else ""

    def _day(self, day: date) -> str:
        return marked(DAY, self.catalogs.words(self.language).date(day))

    def _written(self, text: str, **values: object) -> str:
        return self.catalogs.words(self.language).say(_report(text, **values))


def described(chart: Chart | Columns) -> str:
    """A chart in one sentence, for who does not see it."""
    of = chart.parts if isinstance(chart, Chart) else chart.months
    bars = chart.bars if isinstance(chart, Chart) else chart.rows
    lines = []
    for bar in bars:
        numbers = [
            f"{unmarked(name)} {number.value}" if len(of) > 1 else str(number.value)
            for name, number in zip(of, bar.numbers, strict=True)
            if number
        ]
        lines.append(f"{unmarked(bar.label)}: {', '.join(numbers)}")
    return "; ".join(lines)


def _free(words: str) -> str:
    """Words that are not ours: nothing in them is a mark or breaks a file, and a digit is no number of the report."""
    plain = sound(words).translate(dict.fromkeys(map(ord, MARKS)))
    return marked(FREE, plain) if any(each.isdigit() for each in plain) else plain


def _report(text: str, **values: object) -> Sentence:
    return Sentence(text, values, domain="report")

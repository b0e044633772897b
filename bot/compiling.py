"""Compiling, a deed: what a report is made of is gathered from accepted voices, page by page, so that nobody waits.

A voice belongs to the month in which it was told; what had been published elsewhere before, to the month of that. It
came later than that, so what was received since the first day of a report is looked through up to today.
Nothing sensitive is ever opened for it, nor what is withheld, withdrawn, returned or waits. Words leave as the redacted
copy alone, where a live permission lets them be quoted (S31, S36); numbers are safe (bot/safe.py). Each report is a
line of the journal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice, zip_longest
from typing import TypeVar

from bot import frame, safe, themes
from bot.card import REASONS, redacted
from bot.change import ELSEWHERE, changes, themes_asked
from bot.journal import Deed
from bot.people import Moderator, Partner
from bot.ports import Store, Unit
from bot.report import DIRECTIONS, RULE, WHAT, Gathered, Initiative, Period, Quoted
from bot.testimony import DecisionKind, Testimony
from bot.words import Catalogs
from dialogs.form import Form, Kind

PAGE = 25
"""So many voices are opened in one transaction: on SQLite nothing else happens meanwhile."""

QUOTED = 8
"""So many quotes a chapter has at most."""

KEPT = 3 * QUOTED
"""So many initiatives a report has at most; and so many of a region are held while quotes are chosen: the newest."""

PDF = "pdf"
"""As what a report comes where nobody says otherwise."""

ASKED = "report:"
"""What the mark begins with that says which leads of a partner wait for a report."""

INITIATIVE = "initiative"
BUILT_IN = ("testimony", "checkin", INITIATIVE)

CHAPTERS = {"story": "challenges", "help": "mobilisation", "priorities": "priorities"}
"""In which chapter an answer is quoted, by what its question means."""

End = tuple[datetime, str]
Q = TypeVar("Q", Quoted, Initiative)
Page = Callable[..., list[Testimony]]


class NotOver(ValueError):
    """A report is of months that are over."""


@dataclass(slots=True)
class Count:
    """What is counted so far. `latest`: of whom and what the newest word is counted already; `quotes`, `initiatives`:
    what could be quoted, each with the testimony it is of.
    """

    tables: dict[str, safe.Table] = field(
        default_factory=lambda: {name: safe.Table(name) for name in safe.TABLES}
    )
    latest: set[tuple[str, ...]] = field(default_factory=set)
    quotes: dict[tuple[str, str], list[tuple[str, Quoted]]] = field(default_factory=dict)
    initiatives: dict[str, list[tuple[str, Initiative]]] = field(default_factory=dict)

    def newest(self, *what: str) -> bool:
        """Whether this is said for the first time, as the newest come first."""
        first = what not in self.latest
        self.latest.add(what)
        return first


async def compiled(
    store: Store,
    catalogs: Catalogs,
    partners: Sequence[Partner],
    period: Period,
    now: datetime,
    *,
    least: int = safe.LEAST,
    actor: str = "operator",
) -> Gathered:
    """What a report of these partners and these months is made of, as it stands now. NotOver."""
    if period.until > now:
        raise NotOver("A report is of months that are over: take an earlier last month.")
    count = Count()
    known = await store.transact(_known)
    for partner in partners:
        forms = await store.transact(partial(_forms, partner=partner.id))
        for what, page in ((_accepted, "accepted"), (_aside, "set_aside")):
            end: End | None = (now + timedelta(seconds=1), "")
            while end is not None:
                end = await store.transact(
                    partial(
                        _page,
                        forms=forms,
                        partner=partner.id,
                        period=period,
                        end=end,
                        page=page,
                        count=partial(what, count=count, known=known, catalogs=catalogs),
                    )
                )
        asked = await store.transact(
            partial(_asked, partner=partner.id, since=period.since, until=period.until)
        )
        for her, answered in asked.items():
            count.tables["people"].add(her, "asked")
            if answered:
                count.tables["people"].add(her, "answered")
    by, quotes, initiatives = await store.transact(
        partial(_close, partners=partners, now=now, actor=actor, count=count, known=known)
    )
    least = max(least, safe.FLOOR)
    values = _values(known, by, period, tuple(each.code for each in catalogs.ready))
    return Gathered(
        tuple(each.name for each in partners),
        period,
        now.date(),
        least,
        {**_told(count, values, least), RULE: {("least",): least}},
        values,
        known.regions,
        by,
        known.forms,
        quotes,
        initiatives,
    )


# -- for leads, in the chat -------------------------------------------------------------------------------------------


def ask(unit: Unit, lead: Moderator, months: int, kind: str = PDF) -> None:
    """A lead waits for a report of their partner, of the last so many months, as this kind of file
    (bot/paper/folder.py); it comes with a later tick.
    """
    _save(unit, lead.partner, {**waiting(unit, lead.partner), lead.id: (months, kind)})


def waiting(unit: Unit, partner: str) -> Mapping[str, tuple[int, str]]:
    """Which leads of a partner wait, each for how many months, and as what."""
    said = (each.split(":") for each in (unit.marks.get(f"{ASKED}{partner}") or "").split())
    return {lead: (int(months), kind[0] if kind else PDF) for lead, months, *kind in said}


def answered(unit: Unit, partner: str, lead: str) -> None:
    """This one waits no more."""
    _save(unit, partner, {each: asked for each, asked in waiting(unit, partner).items() if each != lead})


def _save(unit: Unit, partner: str, waits: Mapping[str, tuple[int, str]]) -> None:
    said = (f"{lead}:{months}:{kind}" for lead, (months, kind) in waits.items())
    unit.marks.set(f"{ASKED}{partner}", " ".join(said))


# -- inside -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """By what voices are counted: the region of each country, the names of regions, the forms whose choices count."""

    region_of: Mapping[str, str]
    regions: Mapping[str, str]
    forms: Mapping[str, Form]


def _known(unit: Unit) -> Known:
    region_of: dict[str, str] = {}
    regions = unit.associations.regions()
    for region in regions:
        for country in region.countries:
            region_of.setdefault(country, region.id)
    forms = {name: unit.forms.current(name) for name in BUILT_IN}
    return Known(region_of, {region.id: region.name for region in regions}, forms)


def _forms(unit: Unit, partner: str) -> list[str]:
    """Every form in which a partner's people tell."""
    own = {edition.name for edition in unit.forms.editions(partner) if edition.published}
    return [*BUILT_IN, *sorted(own)]


def _page(
    unit: Unit,
    forms: Sequence[str],
    partner: str,
    period: Period,
    end: End,
    page: str,
    count: Callable[[Unit, Testimony], None],
) -> End | None:
    """Count those of the next page that were told in the period; where the page after it begins, None where there is
    none.
    """
    find: Page = getattr(unit.testimonies, page)
    found = find(forms, partner=partner, since=period.since, until=end, most=PAGE)
    for each in found:
        if period.since <= each.told_at < period.until:
            count(unit, each)
    return (found[-1].received_at, found[-1].id) if len(found) == PAGE else None


def _asked(unit: Unit, partner: str, since: datetime, until: datetime) -> Mapping[str, bool]:
    return unit.checkins.asked(partner, since, until)


def _accepted(unit: Unit, told: Testimony, count: Count, known: Known, catalogs: Catalogs) -> None:
    """One accepted voice: in every table it belongs to, and what of it may be quoted."""
    if told.withheld:
        return
    form = unit.forms.version(told.form, told.form_version)
    region, her, tables = known.region_of.get(told.country, ELSEWHERE), told.respondent, count.tables
    kind = INITIATIVE if told.form == INITIATIVE else "checkin" if themes_asked(form) else "testimony"
    tables["people"].add(her, "all")
    tables["people"].add(her, kind)
    tables["language_region"].add(her, told.language, region)
    if kind == INITIATIVE:
        if doer := _answer(form, told, "speaks_as"):
            tables["doers"].add(her, doer)
        tables["initiatives_region"].add(her, region)
    else:
        _speaks_of(unit, form, told, region, tables)
        for means in ("speaks_as", "age"):
            name = means.removeprefix("speaks_as") or "role"
            if (said := _answer(form, told, means)) and count.newest(her, name):
                tables[name].add(her, said)
    if kind == "checkin":
        _compared(form, told, region, count)
    _quoted(unit, form, told, region, kind, count, catalogs)


def _speaks_of(
    unit: Unit, form: Form, told: Testimony, region: str, tables: Mapping[str, safe.Table]
) -> None:
    """What a voice is about, and who said who helps and what should change first."""
    her, month = told.respondent, f"{told.told_at:%Y-%m}"
    about = dict.fromkeys(each.code for each in themes.codes_of(unit, told))
    first = _answered(form, told, "priorities")
    for theme in about:
        tables["themes"].add(her, theme)
        tables["theme_region"].add(her, theme, region)
        tables["theme_month"].add(her, theme, month)
        if first:
            tables["priorities"].add(her, theme)
            tables["priorities_region"].add(her, region, theme)
    if first:
        tables["people"].add(her, "priorities")
    if _answered(form, told, "help"):
        tables["people"].add(her, "help")


def _compared(form: Form, told: Testimony, region: str, count: Count) -> None:
    """How it is now with each theme, and whether help is reaching her: her newest word on each."""
    her, said = told.respondent, changes(form, told.answers)
    reaching = _answer(form, told, "help")
    if reaching and count.newest(her, "reaching"):
        count.tables["help"].add(her, region, reaching)
        for theme in said:
            count.tables["help_theme"].add(her, theme, reaching)
    for theme, direction in said.items():
        if theme and count.newest(her, "change", theme):
            count.tables["change"].add(her, theme, str(direction))
            count.tables["change_region"].add(her, region, str(direction))


def _quoted(
    unit: Unit, form: Form, told: Testimony, region: str, kind: str, count: Count, catalogs: Catalogs
) -> None:
    """Her redacted words, where she allows now that they are quoted; they are looked at as long as some are wanted."""
    if not _may_be_quoted(unit, told.id):
        return
    count.tables["people"].add(told.respondent, "quoted")
    place = (told.language, told.country, region, f"{told.told_at:%Y-%m}")
    initiatives = count.initiatives.setdefault(region, [])
    quotes = {means: count.quotes.setdefault((where, region), []) for means, where in CHAPTERS.items()}
    if kind == INITIATIVE and len(initiatives) < KEPT:
        words = _words(unit, form, told, catalogs)
        if words["story"]:
            made = Initiative(told.receipt, words["story"], words["whom"], words["missing"], *place)
            initiatives.append((told.id, made))
    elif kind != INITIATIVE and any(len(each) < KEPT for each in quotes.values()):
        words = _words(unit, form, told, catalogs)
        for means, kept in quotes.items():
            if words[means] and len(kept) < KEPT:
                kept.append((told.id, Quoted(told.receipt, CHAPTERS[means], words[means], *place)))


def _words(unit: Unit, form: Form, told: Testimony, catalogs: Catalogs) -> Mapping[str, str]:
    """What may leave of her words now, by what the questions mean; "" where none may."""
    copy = redacted(unit, catalogs, told)
    return {means: copy.get(form.meaning(means) or "", "") for means in (*CHAPTERS, "whom", "missing")}


def _aside(unit: Unit, told: Testimony, count: Count, known: Known, catalogs: Catalogs) -> None:
    """One that is set aside: that it is, and why, nothing else."""
    count.tables["people"].add(told.respondent, "aside")
    decided = [each for each in unit.testimonies.decisions(told.id) if each.kind is DecisionKind.SET_ASIDE]
    reason = decided[-1].reason if decided else "other"
    count.tables["aside"].add(told.respondent, reason if reason in REASONS else "other")


def _answer(form: Form, told: Testimony, means: str) -> str:
    """What she chose where a question means this; "" where it has no choices, or she passed it over."""
    ref = form.meaning(means)
    asked = next((each for each in form.questions() if each.ref == ref), None)
    return told.answers.get(ref or "", "") if asked is not None and asked.kind is Kind.SELECT_ONE else ""


def _answered(form: Form, told: Testimony, means: str) -> bool:
    """Whether she answered in her own words, written or spoken."""
    ref = form.meaning(means) or "-"
    return bool(told.answers.get(ref) or told.answers.get(f"{ref}_voice"))


def _close(
    unit: Unit, partners: Sequence[Partner], now: datetime, actor: str, count: Count, known: Known
) -> tuple[frame.Frame, tuple[Quoted, ...], tuple[Initiative, ...]]:
    """The themes, and what is quoted: nothing that was taken back since it was gathered. The line in the journal."""
    for partner in partners:
        unit.journal.write(Deed(now, actor, "made a report", f"partner:{partner.id}"))
    quotes = (
        each
        for chapter in CHAPTERS.values()
        for each in _by_turns(
            unit, {r: found for (c, r), found in count.quotes.items() if c == chapter}, QUOTED
        )
    )
    return _frame(unit, partners, known), tuple(quotes), tuple(_by_turns(unit, count.initiatives, KEPT))


def _values(
    known: Known, by: frame.Frame, period: Period, languages: tuple[str, ...]
) -> Mapping[str, tuple[str, ...]]:
    """What a cell can be, by what a table sorts by."""
    return {
        "theme": tuple(code.id for code in by.codes),
        "region": (*known.regions, ELSEWHERE),
        "month": period.months,
        "language": languages,
        "role": _choices(known.forms["testimony"], "speaks_as"),
        "age": _choices(known.forms["testimony"], "age"),
        "direction": DIRECTIONS,
        "reaching": _choices(known.forms["checkin"], "help"),
        "doer": _choices(known.forms[INITIATIVE], "speaks_as"),
        "reason": tuple(REASONS),
        "what": WHAT,
        RULE: ("least",),
    }


def _told(
    count: Count, values: Mapping[str, tuple[str, ...]], least: int
) -> dict[str, Mapping[safe.Cell, int]]:
    """What may be told of all that was counted."""
    return {
        name: {
            cell: number
            for cell, number in table.told(least).items()
            if all(value in values[side] for value, side in zip(cell, safe.TABLES[name], strict=True))
        }
        for name, table in count.tables.items()
    }


def _frame(unit: Unit, partners: Sequence[Partner], known: Known) -> frame.Frame:
    """The themes people tapped, and where it is one partner's report, those it codes by."""
    built_in = frame.of_form(known.forms["testimony"])
    own = unit.frames.current(partners[0].id) if len(partners) == 1 else None
    if own is None:
        return built_in
    there = {code.id for code in built_in.codes}
    more = tuple(code for code in own.offered if code.id not in there)
    return frame.Frame(own.name, own.version, (*built_in.codes, *more))


def _choices(form: Form, means: str) -> tuple[str, ...]:
    ref = form.meaning(means)
    return tuple(
        choice
        for question in form.questions()
        if question.ref == ref and question.itemset is not None
        for choice in question.itemset.choices
    )


def _by_turns(unit: Unit, found: Mapping[str, list[tuple[str, Q]]], most: int) -> list[Q]:
    """One of each region after the other, each region's in the order of their receipts, which says nothing (S6)."""
    lines = [sorted(found[region], key=lambda each: each[1].receipt) for region in sorted(found)]
    turns = (each for turn in zip_longest(*lines) for each in turn if each is not None)
    return list(islice((quote for told, quote in turns if _may_be_quoted(unit, told)), most))


def _may_be_quoted(unit: Unit, testimony: str) -> bool:
    return any(each.purpose == "quote" for each in unit.publications.of(testimony))

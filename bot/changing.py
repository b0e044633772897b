"""Changing, a deed: how many say of each theme, in each region, that it is better, the same or worse (docs/change.md).

Counted over check-ins that are accepted and not sensitive, page by page, so that nobody waits for it; told with small
numbers left out (S37).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot import frame
from bot.change import ELSEWHERE, WHOLE, Direction, Row, Tally, changes, themes_asked
from bot.circumstances import Circumstances, tell
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Moderator, Partner
from bot.ports import Clock, Store, Unit
from bot.safe import LEAST
from bot.speech import Lines, Message, Sentence
from bot.words import Catalogs

PAGE = 250
"""So many check-ins are opened in one transaction: on SQLite nothing else happens meanwhile."""

SPAN = timedelta(days=35)
"""What a lead is told of: whoever is asked every month is in it."""

SHOWN = 7
"""So many rows a lead is told, those of most people; with what stands around them ten lines."""

End = tuple[datetime, str]
"""Before which moment a page ends, and at that very moment before which id."""

ASKED = "change:"
"""What the mark begins with that says which leads of a partner wait for its table."""

BUILT_IN = ("checkin",)
"""The built-in forms that compare."""


@dataclass(frozen=True, slots=True)
class Names:
    """What themes and regions are called."""

    themes: frame.Frame
    regions: Mapping[str, str]

    def theme(self, row: Row, language: str) -> str | Sentence:
        """The theme of a row."""
        return _desk("On the whole") if row.theme == WHOLE else self.themes.named(row.theme, language)

    def region(self, row: Row) -> str | Sentence:
        """The region of a row."""
        return _desk("elsewhere") if row.region == ELSEWHERE else self.regions.get(row.region, row.region)


async def counted(
    store: Store, partner: str, since: datetime, until: datetime, *, every: bool = False
) -> Tally:
    """What a partner's check-ins of this time say: each person's latest word on each theme, with `every` all."""
    tally = Tally(every)
    forms = await store.transact(lambda unit: _forms(unit, partner))
    regions = await store.transact(_regions)
    end: End | None = (until, "")
    while end is not None:
        said, end = await store.transact(partial(_page, forms=forms, partner=partner, since=since, end=end))
        for respondent, country, found in said:
            tally.add(respondent, regions.get(country, ELSEWHERE), found)
    return tally


def names(unit: Unit, called: Callable[[str], str] = str) -> Names:
    """What themes and regions are called now; `called`: how a reader calls a region of this name."""
    regions = {region.id: called(region.name) for region in unit.associations.regions()}
    return Names(frame.of_form(unit.forms.current("testimony")), regions)


# -- for leads, in the chat -------------------------------------------------------------------------------------------


def ask(unit: Unit, lead: Moderator) -> None:
    """A lead waits for the table of their partner; it comes with the next tick."""
    mark = f"{ASKED}{lead.partner}"
    waiting = (unit.marks.get(mark) or "").split()
    unit.marks.set(mark, " ".join(dict.fromkeys([*waiting, lead.id])))


async def answer(store: Store, clock: Clock, catalogs: Catalogs) -> int:
    """Tell the leads who wait for a table; how many were told. One that is broken off is counted anew."""
    count = 0
    for partner in await store.transact(_asked):
        now = clock.now()
        here = Circumstances(f"change:{now.isoformat()}", now, catalogs)
        tally = await counted(store, partner.id, now - SPAN, now)
        count += await store.transact(partial(_tell, here=here, partner=partner, tally=tally))
    return count


def told(rows: Sequence[Row], partner: Partner, names: Names, language: str) -> Lines:
    """The table in words, at most ten lines."""
    lines = [_desk("{partner}: how it is now, against the time before", partner=partner.name)]
    most = sorted(rows, key=lambda row: -sum(count or 0 for count in row.counts))
    lines += [
        _desk(
            "{theme}, {region}: better {better} · same {same} · worse {worse}",
            theme=names.theme(row, language),
            region=names.region(row),
            **{
                name: _desk("under {least}", least=LEAST) if count is None else count
                for name, count in zip(("better", "same", "worse"), row.counts, strict=True)
            },
        )
        for row in most[:SHOWN]
    ]
    if not rows:
        lines.append(
            _desk("Too few have said how it is now: no number of fewer than {least} is told.", least=LEAST)
        )
    elif len(rows) > SHOWN:
        lines.append(_desk("Further rows: {count}", count=len(rows) - SHOWN))
    lines.append(_desk("Of the last {days} days; each person counts once for a theme.", days=SPAN.days))
    return Lines(tuple(lines))


# -- inside -----------------------------------------------------------------------------------------------------------


def _forms(unit: Unit, partner: str) -> list[str]:
    """The forms in which a partner's people compare."""
    own = {
        edition.name
        for edition in unit.forms.editions(partner)
        if edition.published and themes_asked(unit.forms.version(edition.name, edition.version))
    }
    return [*BUILT_IN, *sorted(own)]


def _regions(unit: Unit) -> Mapping[str, str]:
    """The region of each country; the first by name, where several have it."""
    found: dict[str, str] = {}
    for region in unit.associations.regions():
        for country in region.countries:
            found.setdefault(country, region.id)
    return found


def _page(
    unit: Unit, forms: Sequence[str], partner: str, since: datetime, end: End
) -> tuple[list[tuple[str, str, Mapping[str, Direction]]], End | None]:
    """The next page: who said what in which country; and where the one after it begins, None where there is none."""
    page = unit.testimonies.accepted(forms, partner=partner, since=since, until=end, most=PAGE)
    said = [
        (each.respondent, each.country, changes(form, each.answers))
        for each in page
        for form in [unit.forms.version(each.form, each.form_version)]
    ]
    return said, (page[-1].received_at, page[-1].id) if len(page) == PAGE else None


def _asked(unit: Unit) -> list[Partner]:
    return [partner for partner in unit.people.partners() if unit.marks.get(f"{ASKED}{partner.id}")]


def _tell(unit: Unit, here: Circumstances, partner: Partner, tally: Tally) -> int:
    """Tell whoever waits, where they lead still."""
    mark = f"{ASKED}{partner.id}"
    waiting = (unit.marks.get(mark) or "").split()
    unit.marks.set(mark, "")
    leads = [
        each
        for each in unit.people.moderators_of(partner.id)
        if each.id in waiting and each.leads(partner.id)
    ]
    for lead in leads:
        language = here.language(lead.language)
        called = names(unit, here.catalogs.words(language).region)
        table = told(tally.told(), partner, called, language)
        message = Message(language, (table,), protect=True)
        tell(unit, here, lead.address, message, kind=Kind.MODERATION, step=lead.id)
        unit.journal.write(Deed(here.now, f"moderator:{lead.id}", "counted change", f"partner:{partner.id}"))
    return len(leads)


def _desk(text: str, **values: object) -> Sentence:
    return Sentence(text, values, domain="desk")

"""Exporting, a deed: what was told in a form leaves as files for its partner, where she allows it.

A testimony leaves where its latest word on the purpose `share` is yes; what is sensitive never does, nor what was set
aside or withdrawn. Her own words leave as their redacted copy alone; a text without one stays (S32, S36). Every
testimony that leaves is a line of the journal; the export itself is remembered until its copies must be gone (S41).

It is read page by page, a day after the other, and within a day by id: neither the reader nor the files say when on
that day somebody told (S6), and nobody waits for it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from bot import retention, themes
from bot.card import redacted
from bot.cleaned import cleaned
from bot.exports.columns import Row, Table, columns, leaves, path_of
from bot.exports.files import written
from bot.exports.kinds import WRITERS, describe, page
from bot.exports.record import XFORM, Export
from bot.forward import instance_id
from bot.frame import Frame
from bot.journal import Deed
from bot.linting import suggest
from bot.people import Partner
from bot.ports import Store, Unit, Vault
from bot.submissions import Submission, answers_of, may_leave, stayed, submission
from bot.testimony import Testimony
from bot.words import Catalogs
from dialogs.form import Form, Kind
from dialogs.plan import generic

T = TypeVar("T")

AT_ONCE = 20
"""Voices that are read in one transaction: their words are looked through once more before they leave."""


@dataclass(slots=True)
class Exported:
    """How much left: voices, files of theirs; files that are named and not here (not fetched yet, or gone), or stayed
    (`unclean`: nobody can take out what is hidden in them); and how many texts stayed, as names are not hidden in them
    yet. `until`: by then every copy must be destroyed.
    """

    until: datetime
    voices: int = 0
    files: int = 0
    missing: int = 0
    unclean: int = 0
    stayed: int = 0


async def export(
    store: Store,
    vault: Vault,
    form: str,
    partner: Partner,
    since: datetime | None,
    folder: Path,
    now: datetime,
    catalogs: Catalogs,
    kind: str = XFORM,
    actor: str = "operator",
) -> Exported:
    """Write what was told in a form into a new folder, as one of the kinds of files; beside it the data
    dictionary and a page that says by when it must be destroyed.

    FileExistsError where the folder is there; OSError where it cannot be written. The journal is written first.
    """
    await asyncio.to_thread(folder.mkdir, 0o700)
    taken = Export(uuid4().hex, partner.id, form, kind, actor, now, now + retention.EXPORT.age)
    await store.transact(lambda unit: _begin(unit, taken))
    await asyncio.to_thread(page, folder, taken, partner.name)
    done = Exported(taken.expires_at)
    try:
        if kind == XFORM:
            await _submissions(store, vault, taken, since, folder, catalogs, done)
        else:
            await _rows(store, taken, partner, since, folder, catalogs, done)
    finally:  # what is broken off lies there too, and must be destroyed
        await store.transact(lambda unit: unit.exports.counted(taken.id, done.voices, partner=partner.id))
    return done


async def _rows(
    store: Store,
    taken: Export,
    partner: Partner,
    since: datetime | None,
    folder: Path,
    catalogs: Catalogs,
    done: Exported,
) -> None:
    about = await store.transact(lambda unit: Leaving.prepare(unit, partner, taken.form, catalogs))
    await asyncio.to_thread(describe, about.table, folder)
    writer = await asyncio.to_thread(WRITERS[taken.kind], about.table, folder)
    try:
        async for rows in _pages(store, taken, since, about.row):
            done.voices += len(rows)
            await asyncio.to_thread(writer.add, rows)
            done.stayed += sum(each.stayed for each in rows)
    finally:
        await asyncio.to_thread(writer.close)


async def _submissions(
    store: Store,
    vault: Vault,
    taken: Export,
    since: datetime | None,
    folder: Path,
    catalogs: Catalogs,
    done: Exported,
) -> None:
    async for leaving in _pages(store, taken, since, partial(answered, catalogs=catalogs)):
        for each in leaving:
            done.voices += 1
            own = folder / each.id
            await asyncio.to_thread(own.mkdir, 0o700)
            await asyncio.to_thread(written, own / "submission.xml", each.xml.encode())
            for name, (medium, respondent) in each.files.items():
                kept = await vault.get(medium, respondent)
                if kept is None:
                    done.missing += 1
                elif (clean := await asyncio.to_thread(cleaned, kept, name)) is None:
                    done.unclean += 1
                else:
                    await asyncio.to_thread(written, own / name, clean.content)
                    done.files += 1
            done.stayed += each.stayed


def answered(unit: Unit, testimony: Testimony, catalogs: Catalogs) -> Submission | None:
    """A submission of who answered the form: what was published elsewhere never answered one."""
    return None if testimony.elsewhere else submission(unit, testimony, catalogs)


async def _pages(
    store: Store, taken: Export, since: datetime | None, make: Callable[[Unit, Testimony], T | None]
) -> AsyncIterator[list[T]]:
    """Everything that may leave, page by page, each with its line in the journal; in memory are one page, and the ids
    of one day.
    """
    while True:
        ids, since = await store.transact(partial(next_day, taken=taken, since=since))
        for n in range(0, len(ids), AT_ONCE):
            yield await store.transact(partial(page_of, taken=taken, ids=ids[n : n + AT_ONCE], make=make))
        if since is None:
            break


def next_day(unit: Unit, taken: Export, since: datetime | None) -> tuple[list[str], datetime | None]:
    """The ids of what was told on the next day of which there is any (UTC), in no order that says when on it; and the
    end of that day, None where there is none.
    """
    first = unit.testimonies.told_first(taken.form, partner=taken.partner, since=since)
    if first is None:
        return [], None
    begins = datetime.combine(first.astimezone(UTC).date(), time(), UTC)
    ends = begins + timedelta(days=1)
    since = max(begins, since or begins)
    return unit.testimonies.told(taken.form, partner=taken.partner, since=since, until=ends), ends


def page_of(
    unit: Unit, taken: Export, ids: Sequence[str], make: Callable[[Unit, Testimony], T | None]
) -> list[T]:
    """Those of these that may leave at this moment, each with its line in the journal; what `make` makes nothing of
    stays.
    """
    found: list[T] = []
    for each in ids:
        testimony = unit.testimonies.get(each, partner=taken.partner)
        made = make(unit, testimony) if testimony is not None and may_leave(unit, testimony) else None
        if made is not None:
            found.append(made)
            unit.journal.write(Deed(taken.made_at, taken.actor, "exported", f"testimony:{each}"))
    return found


# -- rows -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaving:
    """What rows of one partner's voices are made with: the table, and names by their ids."""

    partner: Partner
    catalogs: Catalogs
    table: Table
    associations: Mapping[str, str]
    campaigns: Mapping[str, str]
    regions: Mapping[str, str]
    asked: dict[Form, Mapping[str, Kind]] = field(default_factory=dict)

    @classmethod
    def prepare(cls, unit: Unit, partner: Partner, form: str, catalogs: Catalogs) -> "Leaving":
        """Look up the names; the columns are those of all versions that people answered."""
        frame = themes.frame_of(unit, partner.id)
        versions = [unit.forms.version(form, each) for each in unit.forms.versions(form)]
        return cls(
            partner,
            catalogs,
            Table(partner.name, form, columns(versions, frame), frame),
            {each.id: each.name for each in unit.associations.of(partner.id)},
            {each.id: each.name for each in unit.campaigns.of(partner.id)},
            {country: each.name for each in unit.associations.regions() for country in each.countries},
        )

    def row(self, unit: Unit, testimony: Testimony) -> Row:
        """A testimony as it may leave."""
        form = unit.forms.version(testimony.form, testimony.form_version)
        copy = redacted(unit, self.catalogs, testimony)
        coded = themes.codes_of(unit, testimony)
        frame = self.table.frame
        names = [
            frame.named(each.code, "en")
            if _has(frame, each.frame, each.code)
            else themes.name_of(unit, testimony.partner, each, "en")
            for each in coded
        ]
        kinds = self._kinds(form)
        told = {
            ref: value
            for ref, value in answers_of(form, testimony, copy).items()
            if value and generic(ref) in kinds
        }
        answers = {ref: value for ref, value in told.items() if not _points(kinds[generic(ref)], value)}
        return Row(
            id=instance_id(testimony.id),
            day=testimony.told_at.date().isoformat(),
            partner=self.partner.name,
            association=self.associations.get(testimony.association, ""),
            campaign=self.campaigns.get(testimony.campaign, ""),
            country=testimony.country,
            region=self.regions.get(testimony.country, ""),
            language=testimony.language,
            form=testimony.form,
            version=testimony.form_version,
            state=str(testimony.state),
            elsewhere=testimony.elsewhere.get("source", ""),
            themes=tuple(dict.fromkeys(each.code for each in coded)),
            theme_names=tuple(dict.fromkeys(names)),
            stayed=stayed(form, testimony, copy) + len(told) - len(answers),
            answers={path_of(ref): value for ref, value in answers.items()},
        )

    def _kinds(self, form: Form) -> Mapping[str, Kind]:
        """The questions whose answers may leave, and what each asks for."""
        if form not in self.asked:
            self.asked[form] = {each.ref: each.kind for each in form.questions() if leaves(form, each)}
        return self.asked[form]


def _points(kind: Kind, value: str) -> bool:
    """Whether a number that was asked for could be somebody's: a telephone, an identity card (S36)."""
    return kind in (Kind.INTEGER, Kind.DECIMAL) and bool(suggest(value))


def _has(frame: Frame, name: str, code: str) -> bool:
    return frame.name == name and frame.code(code) is not None


# -- inside ---------------------------------------------------------------------------------------------------------


def _begin(unit: Unit, taken: Export) -> None:
    unit.exports.add(taken)
    unit.journal.write(Deed(taken.made_at, taken.actor, "took out", f"export:{taken.id}"))

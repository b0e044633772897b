"""Translations of what is public: of one copy, sealed, found for who reads both languages, on both databases."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.ports import Unit
from bot.redaction import Redaction
from bot.rendition import Kind, Rendition
from bot.shown import Shown, Sought, Translation
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from dialogs.letters import folded
from storage.database import Database
from tests.contracts.test_shown import NOVEMBER, OCTOBER, published
from tests.stores import NOW, every_row, later, reader, someone

LEA, OMAR = 5_555, 6_666
LAST = (later(days=999), "")


def written(told: Voice, by: str, which: str = "1", language: str = "en", minutes: int = 0) -> Rendition:
    words = f"It is in {language}, canary {which}."
    return Rendition(
        which * 32, told.id, Kind.PUBLIC, language, words, by, later(minutes=minutes), of="d", kept=("It",)
    )


def of(unit: Unit, told: Voice) -> list[Rendition]:
    return unit.translations.of(told.id, respondent=told.respondent)


async def test_a_draft_is_its_authors_and_becomes_what_waits(store: Database, url: str) -> None:
    """One of each author's; nothing of it stands plain; the card of the original never has it."""

    def work(unit: Unit) -> None:
        told, _ = published(unit, 1)
        lea, omar = reader(unit, LEA), reader(unit, OMAR)
        hers = {"respondent": told.respondent}
        for each in (written(told, lea.id), written(told, lea.id, "2"), written(told, omar.id, "3")):
            unit.translations.draft(each, **hers)
        assert unit.translations.drafted(told.id, lea.id, **hers) == replace(
            written(told, lea.id, "2"), kind=Kind.DRAFT
        )
        assert of(unit, told) == []
        unit.translations.keep(written(told, lea.id, "4"), **hers)
        assert of(unit, told) == [written(told, lea.id, "4")]
        assert unit.translations.drafted(told.id, lea.id, **hers) is None
        assert unit.translations.drafted(told.id, omar.id, **hers) is not None
        assert unit.renditions.of(told.id, **hers) == []

    await store.transact(work)
    assert "canary" not in str(dict(every_row(url)))


async def test_of_a_language_one_stands_and_one_waits(store: Database) -> None:
    """Who writes anew replaces what waits, who accepts it what stood; an older one is accepted no more."""

    def work(unit: Unit) -> None:
        told, _ = published(unit, 1)
        lea, omar = reader(unit, LEA), reader(unit, OMAR)
        first, second, third, other = (
            written(told, lea.id, which, language, minutes)
            for which, language, minutes in (("1", "en", 0), ("2", "en", 1), ("3", "en", 2), ("4", "mg", 3))
        )
        hers = {"respondent": told.respondent}
        unit.translations.keep(other, **hers)
        unit.translations.keep(first, **hers)
        assert unit.translations.accept(first, omar.id, NOW)
        assert not unit.translations.accept(first, omar.id, NOW)
        unit.translations.keep(second, **hers)
        unit.translations.keep(third, **hers)
        assert not unit.translations.accept(second, omar.id, NOW)
        stood = replace(first, accepted_by=omar.id, accepted_at=NOW)
        assert of(unit, told) == [other, third, stood]
        assert unit.translations.accept(third, omar.id, NOW)
        assert of(unit, told) == [other, replace(third, accepted_by=omar.id, accepted_at=NOW)]
        assert not unit.translations.drop(told.id, "en", accepted=False)
        assert unit.translations.drop(told.id, "en", accepted=True)
        assert of(unit, told) == [other]

    await store.transact(work)


async def test_another_copy_takes_all_that_was_made_of_the_one_before(store: Database, url: str) -> None:
    """S32, S36: drafts too, and what everybody read; what stands beside the original stays."""

    def work(unit: Unit) -> None:
        told, public = published(unit, 1)
        lea = reader(unit, LEA)
        beside = replace(written(told, lea.id, "9"), kind=Kind.TRANSLATION)
        unit.renditions.add(beside, respondent=told.respondent)
        unit.translations.keep(written(told, lea.id), respondent=told.respondent)
        unit.translations.draft(written(told, lea.id, "2"), respondent=told.respondent)
        unit.shown.show(shown(public), "now")
        copy = Redaction("", told.id, lea.id, lea.address, NOW, {"story": "x"}, {"story": "d"})
        unit.redactions.add(copy, respondent=told.respondent)
        assert of(unit, told) == []
        assert unit.translations.drafted(told.id, lea.id, respondent=told.respondent) is None
        assert unit.renditions.of(told.id, respondent=told.respondent) == [beside]

    await store.transact(work)
    assert every_row(url)["shown_translations"] == []


async def test_what_waits_is_found_for_somebody_else_who_reads_both(store: Database) -> None:
    """S20: of their own partner; the oldest first; by nobody at their address; never of their own words."""

    def work(unit: Unit) -> None:
        lea, omar = reader(unit, LEA), reader(unit, OMAR)
        first, _ = published(unit, 1)
        second, _ = published(unit, 2)
        quoted, _ = published(unit, 3, "quote")
        unit.translations.keep(written(second, lea.id, "2", minutes=1), respondent=second.respondent)
        unit.translations.keep(written(first, lea.id, "1"), respondent=first.respondent)
        unit.translations.keep(written(quoted, lea.id, "3"), respondent=quoted.respondent)

        def waiting(
            languages: Collection[str] = ("fr", "en"),
            *,
            partner: str = first.partner,
            besides: str = "",
            address: str = omar.address,
        ) -> list[str]:
            return unit.translations.waiting(
                partner=partner, languages=languages, besides=besides, address=address, most=9
            )

        assert waiting() == [first.id, second.id]
        assert waiting(("fr", "mg")) == waiting(("en", "mg")) == waiting(("en",)) == []
        assert waiting(partner="omep") == waiting(address=lea.address) == []
        assert waiting(besides=first.respondent) == [second.id]
        unit.translations.accept(written(first, lea.id, "1"), omar.id, NOW)
        assert waiting() == [second.id]

    await store.transact(work)


async def test_what_could_be_translated_is_found_until_it_is_there_in_each_language(store: Database) -> None:
    """S20: of their own partner, the newest first; not what is only quoted; never their own words."""

    def work(unit: Unit) -> None:
        lea = reader(unit, LEA)
        her = someone(unit, 9)
        told, public = published(unit, 1)
        published(unit, 2, "quote")

        def wanting(
            languages: Collection[str] = ("en", "fr"),
            *,
            partner: str = told.partner,
            besides: str = her.id,
            than: tuple[datetime, str] = LAST,
        ) -> list[str]:
            return unit.translations.wanting(
                partner=partner,
                languages=languages,
                besides=besides,
                than=than,
                most=9,
            )

        assert wanting() == [told.id]
        assert wanting(than=(NOW, "g")) == [told.id]
        assert (
            wanting(than=(NOW, public)) == wanting(partner="omep") == wanting(besides=told.respondent) == []
        )
        assert wanting(("fr",)) == wanting(("en", "mg")) == []
        unit.translations.keep(written(told, lea.id, "1"), respondent=told.respondent)
        assert wanting() == []
        assert wanting(("fr", "en", "mg")) == [told.id]

    await store.transact(work)


def shown(public: str) -> Shown:
    both = (Translation("en", "The water is far."), Translation("hi", "पानी दूर है।"))
    return Shown(public, "testimony", "fr", "MG", OCTOBER, NOVEMBER, "L’eau est loin.", (), both)


async def test_what_is_shown_has_its_translations_and_is_found_by_the_readers(
    store: Database, url: str
) -> None:
    """Words are sought in what a reader reads: as it was told, and in their language; no other."""

    def work(unit: Unit) -> None:
        _, public = published(unit, 1)
        assert unit.shown.show(shown(public), "now")
        assert unit.shown.one(public) == shown(public)
        assert unit.shown.found(Sought(), most=9).voices == (shown(public),)
        for read_in, words, there in (
            ("en", "water", True),
            ("hi", folded("पानी"), True),
            ("hi", "water", False),
            ("", "water", False),
            ("en", "eau", True),
        ):
            found = unit.shown.found(Sought(words=(words,), reader=read_in), most=9).voices
            assert bool(found) is there, (read_in, words)
        unit.shown.show(replace(shown(public), translations=()), "now")
        assert unit.shown.one(public) == replace(shown(public), translations=())
        unit.shown.show(shown(public), "now")
        unit.shown.hide(public, "now")

    await store.transact(work)
    assert every_row(url)["shown_translations"] == []


async def test_one_that_is_taken_away_is_read_no_more_from_that_commit_on(store: Database) -> None:
    """S31: the others are; and the voice is looked at again."""

    def work(unit: Unit) -> None:
        told, public = published(unit, 1)
        lea, omar = reader(unit, LEA), reader(unit, OMAR)
        made = written(told, lea.id)
        unit.translations.keep(made, respondent=told.respondent)
        unit.shown.show(shown(public), "now")
        assert unit.translations.accept(made, omar.id, NOW)
        assert unit.shown.stale("now", 9) == [public]
        unit.shown.show(shown(public), "now")
        assert unit.translations.drop(told.id, "en", accepted=True)
        left = unit.shown.one(public)
        assert left is not None
        assert [each.language for each in left.translations] == ["hi"]
        assert unit.shown.stale("now", 9) == [public]

    await store.transact(work)

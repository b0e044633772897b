"""What the public pages show: found in the order of the wall, gone with its publication, on both databases."""

import re
from collections.abc import Sequence

import pytest

from bot.coded import Coded
from bot.people import PURPOSES, Consent, Partner
from bot.ports import Unit
from bot.shown import Count, Page, Shown, Sought, Themed
from bot.testimony import State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from dialogs.letters import folded
from storage import shown
from storage.database import Database
from storage.opening import migrate
from tests.contracts.test_campaign_plans import steps
from tests.stores import NOW, later, opened, publish, reader, someone, voice

NOVEMBER, OCTOBER = "2026-11-23", "2026-10-26"


def published(unit: Unit, person: int, purpose: str = "publish") -> tuple[Voice, str]:
    """A testimony that is before everybody, and the id of its publication."""
    address = unit.people.address_of(person)
    her = (unit.people.respondent_at(address) if address else None) or someone(unit, person)
    kept = voice(her, state=State.ACCEPTED)
    kept = unit.testimonies.add(kept, [Consent(kept.id, each, True, "h", "fr", NOW) for each in PURPOSES])
    return kept, publish(unit, kept.id, purpose, NOW).id


async def hung(store: Database) -> tuple[Sequence[Shown], Sequence[Voice]]:
    """Four voices that are shown, in the order of the wall, and their testimonies."""

    def work(unit: Unit) -> tuple[list[Shown], list[Voice]]:
        told = sorted((published(unit, person) for person in (1, 2, 3, 3)), key=lambda each: each[1])[::-1]
        ids = [each for _, each in told]
        voices = [
            Shown(ids[0], "testimony", "fr", "MG", OCTOBER, NOVEMBER, "L’eau est loin.", ("food", "school")),
            Shown(ids[1], "testimony", "hi", "IN", OCTOBER, NOVEMBER, "स्कूल बंद है।", ("school",)),
            Shown(ids[2], "initiative", "en", "IN", NOVEMBER, NOVEMBER, "We cook rice.", ("food",)),
            Shown(ids[3], "testimony", "en", "", OCTOBER, OCTOBER, "Nothing to eat."),
        ]
        for each in voices:
            assert unit.shown.show(each, "now")
        return voices, [voice for voice, _ in told]

    return await store.transact(work)


async def found(store: Database, sought: Sought, after: str = "", most: int = 9) -> Page:
    return await store.transact(lambda unit: unit.shown.found(sought, after=after, most=most))


async def test_the_newest_week_comes_first_and_page_by_page_each_once(store: Database) -> None:
    voices, _ = await hung(store)
    assert await found(store, Sought()) == Page(tuple(voices))
    walked: list[Shown] = []
    page = await found(store, Sought(), most=1)
    while page.further:
        walked += page.voices
        page = await found(store, Sought(), page.further, most=1)
    assert [*walked, *page.voices] == list(voices)


async def test_what_is_sought_is_found(store: Database) -> None:
    voices, _ = await hung(store)
    for sought, numbers in {
        Sought(theme="food"): (0, 2),
        Sought(theme="water"): (),
        Sought(language="en"): (2, 3),
        Sought(form="testimony"): (0, 1, 3),
        Sought(countries=("IN", "BD")): (1, 2),
        Sought(theme="school", countries=("IN",)): (1,),
        Sought(words=("eau",)): (0,),
        Sought(words=("loin", "eau")): (0,),
        Sought(words=("eau", "rice")): (),
        Sought(words=(folded("बंद"),)): (1,),
        Sought(words=("e",), theme="food"): (0, 2),
        Sought(words=("%",)): (),
    }.items():
        assert await found(store, sought) == Page(tuple(voices[n] for n in numbers)), sought


async def test_of_words_so_many_are_looked_through_and_the_next_begins_there(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices, _ = await hung(store)
    monkeypatch.setattr(shown, "LOOKED", 2)
    sought = Sought(words=("nothing",))
    page = await found(store, sought)
    assert page == Page((), voices[1].place)
    assert (await found(store, sought, page.further)).voices == (voices[3],)


async def test_what_is_taken_back_is_gone_in_the_same_moment(store: Database) -> None:
    """S31: no tick is needed; and whoever stood there reads on behind it."""
    voices, testimonies = await hung(store)
    no = Consent(testimonies[1].id, "publish", False, "h", "fr", later(minutes=9))
    await store.transact(lambda unit: unit.testimonies.add_consents([no]))
    left = (voices[0], voices[2], voices[3])
    assert await found(store, Sought()) == Page(left)
    assert (await found(store, Sought(), voices[1].place)).voices == left[1:]
    assert await store.transact(lambda unit: unit.shown.one(voices[1].id)) is None
    assert not await store.transact(lambda unit: unit.shown.show(voices[1], "now"))
    assert (await found(store, Sought(theme="school"))).voices == (voices[0],)


async def test_what_is_published_waits_to_be_looked_at_and_what_is_coded_waits_again(store: Database) -> None:
    """Only what may be read by everybody waits, what was never looked at first."""
    voices, testimonies = await hung(store)

    async def stale(rules: str, most: int = 9) -> list[str]:
        return await store.transact(lambda unit: unit.shown.stale(rules, most))

    assert await stale("now") == []
    assert set(await stale("other")) == set(await stale("aaa")) == {each.id for each in voices}
    _, fresh = await store.transact(lambda unit: published(unit, 9))
    await store.transact(lambda unit: published(unit, 10, "quote"))
    assert await stale("now") == [fresh]
    assert (await stale("other"))[0] == fresh
    assert await stale("other", most=1) == [fresh]

    def code(unit: Unit) -> None:
        by = reader(unit, 600_000_003)
        unit.codings.give(Coded(testimonies[2].id, "x", by.id, NOW, "themes", "2026"), partner="atd")

    await store.transact(code)
    assert set(await stale("now")) == {fresh, voices[2].id}
    await store.transact(lambda unit: unit.shown.show(voices[2], "now"))
    await store.transact(lambda unit: unit.codings.take_back(testimonies[2].id, "x", second=False))
    assert set(await stale("now")) == {fresh, voices[2].id}


async def test_what_is_hidden_is_read_and_counted_no_more(store: Database) -> None:
    voices, _ = await hung(store)
    await store.transact(lambda unit: unit.shown.hide(voices[0].id, "now"))
    assert await found(store, Sought()) == Page(tuple(voices[1:]))
    assert await store.transact(lambda unit: unit.shown.one(voices[0].id)) is None
    counted = await store.transact(lambda unit: unit.shown.counted())
    assert set(counted.voices) == {
        Count("IN", "testimony", OCTOBER, 1),
        Count("IN", "initiative", NOVEMBER, 1),
        Count("", "testimony", OCTOBER, 1),
    }
    assert set(counted.themes) == {Themed("school", OCTOBER, 1), Themed("food", NOVEMBER, 1)}


async def test_what_was_public_before_there_were_pages_waits_to_be_looked_at(url: str) -> None:
    """R29: 0014, down and up again."""

    def work(unit: Unit) -> tuple[str, str]:
        unit.people.add_partner(Partner("atd", "ATD Fourth World"))
        return published(unit, 1)[1], published(unit, 2, "quote")[1]

    async with opened(url) as store:
        public, _ = await store.transact(work)
    migrate(url, "0013")
    migrate(url)
    async with opened(url) as store:
        assert await store.transact(lambda unit: unit.shown.stale("now", 9)) == [public]


BY_KEY = r"(pk_|autoindex_)"
FOUND_BY = {
    "a page": (shown.ALL, "ix_shown_wall"),
    "a page about a theme": (shown.ABOUT, "ix_shown_themes_wall"),
    "which of some have these words": (shown.SAYING, f"{BY_KEY}shown"),
    "some voices": (shown.THESE, f"{BY_KEY}shown"),
    "their themes": (shown.THEIR_THEMES, f"{BY_KEY}shown_themes"),
    "how many there are": (shown.COUNTED, "ix_shown_counted"),
    "how many there are by theme": (shown.THEMED, "ix_shown_themes_counted"),
    "what was never looked at": (shown.STALE[0], "ix_shown_rules"),
}


@pytest.mark.parametrize("what", FOUND_BY)
def test_what_a_page_asks_is_found_by_one_index_in_its_order(what: str, url: str) -> None:
    statement, by = FOUND_BY[what]
    found = steps(url, statement)
    reads = [step for step in found if " shown" in step and re.search("scan|search", step, re.IGNORECASE)]
    assert len(reads) == 1
    assert re.search(rf"\b(sqlite_)?{by}\b|{by}_1\b", reads[0])
    assert not any(slow in step for step in found for slow in ("Seq Scan", "Sort", "TEMP B-TREE"))

"""What is before everybody is found by theme, place and language, page by page, and nothing else is."""

from collections.abc import Sequence

import pytest

from bot.coded import Coded
from bot.people import PURPOSES, Consent
from bot.ports import Unit
from bot.published import Published, Wanted
from bot.testimony import State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from storage import wall
from storage.database import Database
from tests.stores import NOW, later, publish, reader, someone, voice


def told(unit: Unit, person: int, *, minutes: int, purpose: str = "publish", **more: object) -> Voice:
    """A voice of this person that was published so many minutes after NOW."""
    address = unit.people.address_of(person)
    her = (unit.people.respondent_at(address) if address else None) or someone(unit, person)
    kept = voice(her, **{"state": State.ACCEPTED, **more})
    said = [Consent(kept.id, each, True, "sha256:ab", "fr", NOW) for each in PURPOSES]
    kept = unit.testimonies.add(kept, said)
    publish(unit, kept.id, purpose, later(minutes=minutes))
    return kept


async def hung(store: Database) -> Sequence[Voice]:
    """Four published voices, the first the newest, and one that may be quoted alone."""

    def work(unit: Unit) -> list[Voice]:
        told(unit, 1, minutes=9, purpose="quote")
        return [
            told(unit, 1, minutes=4, country="MG", language="fr", themes=("food",)),
            told(unit, 2, minutes=3, country="IN", language="hi", themes=("school",)),
            told(unit, 3, minutes=2, country="IN", language="en", themes=("food", "school")),
            told(unit, 3, minutes=2, country="", language="en", themes=()),
        ]

    return await store.transact(work)


async def older(store: Database, wanted: Wanted, *, than: str = "", most: int = 9) -> list[Published]:
    return await store.transact(lambda unit: unit.wall.older(wanted, than=than, most=most))


async def newer(store: Database, than: str) -> list[Published]:
    return await store.transact(lambda unit: unit.wall.newer(Wanted(), than=than, most=1))


async def test_the_newest_come_first_and_page_by_page_each_once(store: Database) -> None:
    voices = await hung(store)
    every = await older(store, Wanted())
    assert [each.testimony for each in every[:2]] == [each.id for each in voices[:2]]
    assert {each.testimony for each in every[2:]} == {each.id for each in voices[2:]}
    walked: list[Published] = []
    while page := await older(store, Wanted(), than=walked[-1].id if walked else "", most=1):
        walked += page
    assert walked == every
    for each, after in zip(every[1:], every, strict=False):
        assert await newer(store, each.id) == [after]


async def test_what_is_wanted_is_found(store: Database) -> None:
    """By themes she chose or a first coder gave, by place, language and time, by all of them at once."""
    voices = await hung(store)

    def code(unit: Unit) -> None:
        by = reader(unit, 600_000_003)
        for name, second in (("coded", False), ("second", True)):
            given = Coded(voices[1].id, name, by.id, NOW, "themes", "2026", second)
            unit.codings.give(given, partner="atd")

    await store.transact(code)
    for wanted, found in {
        Wanted(theme="food"): {0, 2},
        Wanted(theme="coded"): {1},
        Wanted(theme="second"): set(),
        Wanted(countries=("IN", "BD")): {1, 2},
        Wanted(elsewhere=("IN", "BD")): {0, 3},
        Wanted(language="en"): {2, 3},
        Wanted(language="en", theme="food", countries=("IN",)): {2},
        Wanted(since=later(minutes=3)): {0, 1},
        Wanted(language="mg"): set(),
        Wanted(besides=voices[3].respondent): {0, 1},
    }.items():
        there = {each.testimony for each in await older(store, wanted)}
        assert there == {voices[number].id for number in found}, wanted


async def test_of_a_theme_older_ones_are_looked_for_further(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One among many is found, and no more are opened than may be."""
    voices = await hung(store)
    monkeypatch.setattr(wall, "LOOKED", 1)
    monkeypatch.setattr(wall, "OPENED", 2)
    assert [each.testimony for each in await older(store, Wanted(theme="school"), most=1)] == [voices[1].id]
    every = await older(store, Wanted())
    within = [each for each in every[1:3] if each.testimony == voices[2].id]
    assert await older(store, Wanted(theme="food"), than=every[0].id) == within


async def test_what_is_taken_back_is_gone_at_once(store: Database) -> None:
    """S31: nothing remembers it, and who stood at it begins with the newest."""
    voices = await hung(store)
    [newest, second, *_] = await older(store, Wanted())
    await store.transact(
        lambda unit: unit.testimonies.add_consents(
            [Consent(voices[1].id, "publish", False, "sha256:ab", "fr", later(minutes=9))]
        )
    )
    assert await store.transact(lambda unit: unit.wall.one(second.id)) is None
    assert second.id not in {each.id for each in await older(store, Wanted())}
    assert (await older(store, Wanted(), than=second.id))[0] == newest
    assert await newer(store, second.id) == []

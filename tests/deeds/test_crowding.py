"""Many new accounts by one link: so many an hour are let in, of the others nothing is kept, nobody else waits (S44)."""

import random
from datetime import timedelta

import pytest

from bot.chat.answering import CROWDED
from bot.chat.slowing import Crowding
from bot.outbox import PRIORITY, Kind
from bot.people import Role
from bot.team import invite
from tests.deeds.stage import Stage, catalogs
from tests.stores import NOW, every_row, later

MOST = 20
LINK = "p-omep"


@pytest.fixture
def crowded(stage: Stage) -> Stage:
    """A stage on which a link may bring twenty newcomers an hour."""
    stage.crowding = Crowding(MOST)
    return stage


def asked_to_wait(language: str = "en") -> str:
    return catalogs().words(language).say(CROWDED)


def counts(stage: Stage) -> dict[str, int]:
    """How many rows there are of what is kept of people."""
    rows = every_row(stage.url)
    return {
        name: len(rows[name]) for name in ("addresses", "respondents", "data_keys", "sessions", "journal")
    }


async def flood(stage: Stage, link: str, accounts: int, first: int = 1000) -> None:
    for account in range(first, first + accounts):
        await stage.person(account).starts(link)


async def test_of_thousands_who_come_by_one_link_so_many_are_let_in_and_nothing_is_kept_of_the_others(
    crowded: Stage,
) -> None:
    """S44."""
    await flood(crowded, LINK, MOST)
    before = counts(crowded)
    assert before["respondents"] == MOST
    await flood(crowded, LINK, 200, first=5000)
    assert counts(crowded) == before
    rows = every_row(crowded.url)
    assert len(rows["outbox"]) == MOST
    for account in (5000, 5199):
        assert crowded.person(account).sees == asked_to_wait()


async def test_who_finds_a_link_crowded_is_told_so_kindly_in_their_language(crowded: Stage) -> None:
    """S44."""
    await flood(crowded, LINK, MOST)
    amina = crowded.person(1, "fr")
    await amina.starts(LINK)
    assert amina.sees == asked_to_wait("fr") != asked_to_wait()
    await amina.starts()
    assert "Choisissez" in amina.sees


async def test_an_hour_later_there_is_room_again(crowded: Stage) -> None:
    """S44."""
    await flood(crowded, LINK, MOST + 1)
    amina = crowded.person(1)
    crowded.now += timedelta(hours=1)
    await amina.starts(LINK)
    await amina.taps("English")
    assert (await crowded.respondent(1)).partner == "omep"


async def test_a_flood_by_one_link_is_in_nobodys_way_who_is_here_already_or_comes_otherwise(
    crowded: Stage,
) -> None:
    """S44: who has a session goes on, and the other links and the open door stay as they are."""
    amina = crowded.person(1)
    await amina.starts(LINK)
    await flood(crowded, LINK, MOST * 3)
    await amina.starts(LINK)
    await amina.taps("English")
    await amina.agrees()
    await amina.starts(LINK)
    assert "Shall we go on with it?" in amina.sees
    for person, link in ((2, "p-mmm"), (3, ""), (4, "p-nobody")):
        await crowded.person(person).starts(link)
        assert "Choose your language" in crowded.person(person).sees


async def test_made_up_invitations_by_many_accounts_fill_neither_rows_nor_journal(crowded: Stage) -> None:
    """S44, S24: all invitations count together, and who moderates already is still heard."""
    vera = await crowded.moderator(1)
    for account in range(1000, 1200):
        await crowded.person(account).starts(f"j-{account}")
    assert len(await crowded.deeds("refused")) == MOST - 1
    assert counts(crowded)["addresses"] == MOST
    code = await crowded.do(lambda unit: invite(unit, "mmm", Role.LEAD, crowded.now))
    await vera.starts(f"j-{code}")
    assert vera.sees != asked_to_wait()


def test_room_is_counted_by_the_hours_of_the_clock_and_its_end_is_noted_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """S44."""
    crowding, full = Crowding(2), NOW.replace(minute=0, second=0, microsecond=0)
    for person in (1, 2, 1, 2, 3):
        assert crowding.lets_in(LINK, person, full - timedelta(seconds=1)) == (person < 3)
    assert len(caplog.records) == 1
    assert crowding.lets_in(LINK, 3, full)
    assert len(caplog.records) == 1


async def test_one_person_alone_does_not_close_a_link(crowded: Stage) -> None:
    """S44: people are counted, not messages."""
    for _ in range(MOST * 3):
        assert crowded.crowding.lets_in(LINK, 1, crowded.now)
    await flood(crowded, LINK, MOST - 1)
    assert crowded.person(1000 + MOST - 2).sees != asked_to_wait()


async def test_who_knocks_again_before_we_could_speak_is_told_once(crowded: Stage) -> None:
    """S44: one word waits to be said to one person, and goes after what others wait for."""
    await flood(crowded, LINK, MOST)
    amina = crowded.person(1)
    speaking, crowded.deliver = crowded.deliver, _silent  # type: ignore[method-assign]
    for _ in range(5):
        await amina.starts(LINK)
    crowded.deliver = speaking  # type: ignore[method-assign]
    [waiting] = await crowded.do(lambda unit: unit.outbox.claim(50, crowded.now))
    assert waiting.kind is Kind.CROWDED
    assert PRIORITY[Kind.REPLY] < PRIORITY[Kind.CROWDED]


async def _silent() -> None:
    """Telegram is away."""


def test_what_is_remembered_of_a_flood_is_bounded_and_goes_with_the_hour() -> None:
    """S44: no more people of a link than are let in."""
    crowding, chance = Crowding(MOST), random.Random(1)
    for _ in range(10_000):
        crowding.lets_in(chance.choice(("a", "b", "c")), chance.randrange(10**9), NOW)
    assert sum(map(len, crowding._came.values())) == 3 * MOST
    assert crowding.lets_in("a", 1, later(hours=1))
    assert sum(map(len, crowding._came.values())) == 1
    assert crowding.lets_in("a", 2, NOW)
    assert sum(map(len, crowding._came.values())) == 2

"""After a breach: exactly those are found whom it concerns, and each is told in their own language."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import warning
from bot.breach import Breach, Concerned, What, due
from bot.people import Partner
from bot.ports import Unit
from tests.deeds.stage import Stage, catalogs

DAY = timedelta(days=1)
FIRST = {
    "en": "A note from Make Mothers Matter about this chat. Please read it when you are alone.",
    "fr": "Make Mothers Matter vous écrit au sujet de cette conversation.",
}


def today(stage: Stage) -> datetime:
    """The midnight before now."""
    return datetime.combine(stage.now.date(), datetime.min.time(), UTC)


async def found(
    stage: Stage, what: str, since: datetime | None = None, until: datetime | None = None
) -> Concerned:
    """Whom this breach concerns, by default one of today."""
    since = since or today(stage)

    def work(unit: Unit) -> Concerned:
        breach = Breach.read(unit, what, since, until or since + DAY)
        return warning.concerned(unit, breach, stage.now)

    return await stage.do(work)


async def whom(stage: Stage, what: str, *days: datetime) -> set[str]:
    return {each.id for each in (await found(stage, what, *days)).people}


async def ids(stage: Stage, *people: int) -> set[str]:
    return {(await stage.respondent(each)).id for each in people}


async def speaks_french(stage: Stage, id: int) -> None:
    """Somebody who told a voice in French."""
    noor = stage.person(id, "fr")
    await noor.starts()
    await noor.taps("Français")
    for label in ("J’ai compris", "Oui"):
        await noor.taps(label)
    await noor.says("Madagascar")
    await noor.says("L’école est fermée.")
    await noor.taps("Envoyer")


async def test_whose_voices_were_opened_on_an_account_are_found_and_told(stage: Stage) -> None:
    """S46, the drill: a moderator's account was used by somebody else; the others hear nothing."""
    await stage.person(1).tells()
    await speaks_french(stage, 2)
    vera = await stage.moderator(8)
    await vera.says("/next")
    await vera.taps("Accept")
    await vera.says("/next")
    victor = await stage.moderator(9)
    await stage.person(3).tells()
    await victor.says("/next")
    await stage.person(4).tells()
    account = f"moderator:{(await stage.role(8)).id}"
    assert await whom(stage, account) == await ids(stage, 1, 2)
    tomorrow = today(stage) + DAY
    assert await whom(stage, account, tomorrow, tomorrow + DAY) == await ids(stage, 1, 2), (
        "cards stay in the chat"
    )
    assert await whom(stage, account, tomorrow - 2 * DAY, tomorrow - DAY) == set(), "nothing was opened yet"

    await stage.person(2).says("/stop")
    breach = await stage.do(lambda unit: Breach.read(unit, account, today(stage), tomorrow))
    people = (await found(stage, account)).reachable
    before = {each: stage.person(each).replies for each in (1, 2, 3, 4)}
    for _ in range(2):
        await stage.do(lambda unit: warning.tell(unit, breach, people, stage.now))
        await stage.deliver()
    heard = {each: stage.person(each).replies - count for each, count in before.items()}
    assert heard == {1: 1, 2: 1, 3: 0, 4: 0}, "once, also who asked for quiet"
    amina, noor = stage.person(1), stage.person(2)
    assert amina.sees.startswith(FIRST["en"])
    assert (
        "Between November 23, 2026 and November 23, 2026, someone who had no right to it may have read"
        in amina.sees
    )
    assert "To reach a person at Make Mothers Matter: hello@example.org" in amina.sees
    assert noor.sees.startswith(FIRST["fr"])
    assert "Du 23 novembre 2026 au 23 novembre 2026" in noor.sees


async def test_a_notice_that_waits_outlives_stop_but_not_forget(stage: Stage) -> None:
    """S46, S45, S40."""
    amina, binta = stage.person(1), stage.person(2)
    await amina.tells()
    await binta.tells()
    people = (await found(stage, "server")).people
    breach = await stage.do(lambda unit: Breach.read(unit, "server", today(stage), stage.now + DAY))
    await stage.do(lambda unit: warning.tell(unit, breach, people, stage.now))
    await amina.says("/stop")
    assert any(each.text.startswith(FIRST["en"]) for each in amina.chat)
    seen = binta.replies
    await stage.do(lambda unit: unit.people.forget(people[1].id, stage.now))
    await stage.deliver()
    assert binta.replies == seen


async def test_whoever_has_the_rows_has_reached_everybody_who_was_in_them(stage: Stage) -> None:
    """S46: also who never told anything; who left since is counted and cannot be told."""
    await stage.person(1).tells()
    await stage.person(2).starts()
    await stage.person(3).tells()
    first = today(stage)
    await stage.person(3).says("/forget")
    await stage.person(3).taps("Erase everything")
    await stage.person(3).taps("Yes, erase it all")
    await stage.person(2).blocks()
    await stage.wakes(days=3)
    await stage.person(4).tells()
    for what in ("database", "backup", "server"):
        concerned = await found(stage, what, first)
        assert {each.id for each in concerned.people} == await ids(stage, 1, 2)
        assert (len(concerned.testimonies), concerned.gone) == (1, 1)
        assert {each.id for each in concerned.reachable} == await ids(stage, 1)
    assert (await found(stage, "database", first + 2 * DAY)).gone == 0, "she had left before"


async def test_whoever_has_the_token_reaches_those_who_write_meanwhile(stage: Stage) -> None:
    """S46."""
    await stage.person(1).tells()
    await stage.person(2).tells()
    await stage.wakes(days=3)
    await stage.person(2).says("/help")
    await stage.person(3).starts()
    assert await whom(stage, "token") == await ids(stage, 2, 3)


async def test_what_one_partner_opened_or_was_given_is_its_own(stage: Stage) -> None:
    """S46, S20."""
    await stage.person(1).tells()
    await stage.person(2).tells()
    vera = await stage.moderator(8)
    await vera.says("/next")
    assert await whom(stage, "partner:Make Mothers Matter") == await ids(stage, 1)
    assert await whom(stage, "partner:OMEP") == set()


@pytest.mark.parametrize(
    "what", ["everything", "moderator", "moderator:nobody", "partner:Nobody", "token:x", ""]
)
async def test_what_cannot_have_been_reached_is_said(stage: Stage, what: str) -> None:
    with pytest.raises((ValueError, LookupError), match=r"^[^\n]+\.$"):
        await found(stage, what)


async def test_a_breach_that_ends_before_it_begins_is_said(stage: Stage) -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        await found(stage, "server", stage.now, stage.now - DAY)


@pytest.mark.parametrize("what", What)
async def test_the_drafts_say_whom_what_and_by_when(stage: Stage, what: What) -> None:
    """S46: 72 hours from when it became known; the people's draft is what they will get, in their languages."""
    await stage.person(1).tells(country="Senegal")
    await speaks_french(stage, 2)
    vera = await stage.moderator(8)
    await vera.says("/next")
    await vera.says("/next")
    whose = {What.MODERATOR: f":{(await stage.role(8)).id}", What.PARTNER: ":Make Mothers Matter"}.get(
        what, ""
    )
    known_at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    def work(unit: Unit) -> dict[str, str]:
        breach = Breach.read(unit, f"{what}{whose}", today(stage), today(stage) + DAY)
        concerned = warning.concerned(unit, breach, stage.now)
        return warning.drafts(
            unit, stage.here(), breach, concerned, known_at, ["testimonies: receipt, state"]
        )

    files = await stage.do(work)
    [line] = await stage.deeds("looked into")
    assert line.object.startswith(f"breach:{what}")
    people = sorted(files.keys() - {"authority.md"})
    rows = what in (What.DATABASE, What.BACKUP, What.SERVER)
    assert people == ["people.en.txt", "people.fr.txt"]
    authority = files["authority.md"]
    assert due(known_at) == datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    assert "**With the authority by 2026-11-27 09:30 UTC**" in authority
    assert "2 people who told what they live through, 2 testimonies, 0 of them sensitive." in authority
    for row in ("| en | 1 |", "| fr | 1 |", "| SN | 1 |", "| MG | 1 |", "| Make Mothers Matter | 2 |"):
        assert row in authority
    assert ("testimonies: receipt, state" in authority) is rows
    assert files["people.fr.txt"].startswith(FIRST["fr"])
    for secret in ("L’école", "The school is closed"):
        assert secret not in "".join(files.values())


def test_the_first_line_says_nothing_of_it_in_any_language() -> None:
    """S46, S30: whoever stands near learns nothing from it; it is short enough for a locked screen."""
    breach = Breach(What.SERVER, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    partner = Partner("p", "Open Hands", 7, "hello@openhands.example")
    for language in catalogs().ready:
        words = catalogs().words(language.code)
        first, what, *_ = (words.say(each) for each in warning.notice(breach, partner))
        assert "Open Hands" in first
        assert len(first) < 130
        assert "2026" not in first
        assert "2026" in what

"""What is planned for one person, and what counts for her week, on both engines."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.campaign import WEEK, CheckIn, Reply, Stage
from bot.ports import Unit
from storage.database import Database
from tests.stores import NOW, later, someone

HOME = "Indian/Antananarivo"
DAY = date(2026, 11, 25)


def planned(respondent: str, number: int, day: date) -> CheckIn:
    """A check-in of hers at nine, by the clock of Antananarivo."""
    due = datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo(HOME))
    return CheckIn(f"{number:032}", "", "atd", respondent, day, 540, HOME, due, due + timedelta(days=3))


async def test_what_is_planned_for_her_is_hers_alone_by_day_and_moves_with_her_clock(store: Database) -> None:
    """R19."""

    def work(unit: Unit) -> None:
        her, other = someone(unit), someone(unit, 2)
        unit.checkins.plan(
            [
                planned(her.id, 1, DAY + timedelta(days=2)),
                planned(her.id, 2, DAY),
                planned(other.id, 3, DAY),
                planned(her.id, 4, DAY + timedelta(days=1)),
            ]
        )
        unit.checkins.queue(f"{4:032}", NOW, later(days=3), None)
        assert [each.id[-1] for each in unit.checkins.ahead(her.id)] == ["2", "1"]
        unit.checkins.set_minute(f"{2:032}", 1080, planned(her.id, 2, DAY).due_at, respondent=other.id)
        assert {each.minute for each in unit.checkins.ahead(her.id)} == {540}, "it is none of theirs"
        assert unit.checkins.moved(her.id, "Pacific/Fiji", NOW) == 2
        assert {
            each.due_at.astimezone(ZoneInfo("Pacific/Fiji")).hour for each in unit.checkins.ahead(her.id)
        } == {9}
        assert [each.zone for each in unit.checkins.ahead(other.id)] == [HOME]

    await store.transact(work)


async def test_what_she_put_off_to_tomorrow_counts_for_her_week_then(store: Database) -> None:
    def work(unit: Unit) -> tuple[int, int]:
        her = someone(unit)
        first, again = planned(her.id, 1, DAY), planned(her.id, 2, DAY + timedelta(days=1))
        sent = replace(first, sent_at=NOW)
        unit.checkins.plan([sent])
        before = len(unit.checkins.lately([her.id], NOW - WEEK).get(her.id, ()))
        unit.checkins.replied(first.id, Reply.TOMORROW, NOW, respondent=her.id)
        unit.checkins.plan([again])
        return before, len(unit.checkins.lately([her.id], NOW - WEEK).get(her.id, ()))

    assert await store.transact(work) == (1, 0)


async def test_whom_a_partner_asked_again_is_known_with_whether_she_answered(store: Database) -> None:
    """Once is enough; what was not sent, or was no question, asked nobody."""

    def work(unit: Unit) -> None:
        her, silent, other = someone(unit), someone(unit, 2), someone(unit, 3)
        days = [planned(her.id, n, DAY + timedelta(days=n)) for n in (1, 2)]
        days += [planned(silent.id, 3, DAY), planned(silent.id, 4, DAY + timedelta(days=60))]
        asked = [replace(each, form="checkin", stage=Stage.SENT) for each in days]
        waits = replace(planned(other.id, 5, DAY), form="checkin")
        digest = replace(planned(other.id, 6, DAY + timedelta(days=1)), stage=Stage.SENT)
        unit.checkins.plan([*asked, waits, digest])
        unit.checkins.replied(asked[0].id, Reply.FINISHED, NOW, respondent=her.id)
        first, after = asked[2].due_at - timedelta(hours=1), asked[3].due_at
        assert unit.checkins.asked("atd", first, after) == {her.id: True, silent.id: False}
        assert unit.checkins.asked("omep", first, after) == {}

    await store.transact(work)

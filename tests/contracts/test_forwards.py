"""Where voices are handed on, and how far each is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.forward import (
    BEGINNING,
    Access,
    Answer,
    File,
    Forward,
    Listed,
    Pinned,
    Standing,
    State,
    Target,
    instance_id,
)
from bot.forwarding import Forwarding
from bot.people import Consent
from bot.ports import Backlog, Stale, Unit
from bot.testimony import State as Stands
from bot.testimony import Testimony as Voice
from storage.database import Database
from storage.forwards import BACKLOG
from storage.vault import Files
from tests.contracts.test_campaign_plans import steps
from tests.deeds.stage import catalogs
from tests.fakes import FakeClock
from tests.stores import KEYS, NOW, change, every_row, later, opened, someone, voice

ACCESS = Access("https://central.example.org/v1/key/canary/projects/1", "canary-user", "canary-word", "")
TARGET = Target("t1", "atd", "testimony", "Data server", ACCESS, NOW, known_as="aKobo")
PINNED = Pinned("<data>canary-words</data>", {"voice-1.oga": "medium"}, "digest")


def told(unit: Unit, number: int = 1, *, share: bool = True, **more: object) -> Voice:
    """Somebody's voice."""
    her = someone(unit, 80_000 + number, partner=str(more.pop("partner", "atd")))
    kept = voice(her, **{"state": Stands.ACCEPTED, "received_at": later(minutes=number)} | more)
    agreed = [Consent(kept.id, purpose, share, "w", "fr", NOW) for purpose in ("keep", "share")]
    return unit.testimonies.add(kept, agreed)


def begun(unit: Unit, kept: Voice) -> Forward:
    """It is being sent."""
    unit.forwards.plan("t1", [kept.id], NOW)
    [due] = [each for each in unit.forwards.standing("t1", [State.DUE]) if each.testimony == kept.id]
    return unit.forwards.begin(due, PINNED, NOW)


@pytest.fixture
async def server(store: Database) -> Database:
    await store.transact(lambda unit: unit.targets.add(TARGET))
    return store


async def test_a_target_is_its_partners_alone_and_its_secrets_are_sealed(server: Database, url: str) -> None:
    """S20, S3."""

    def work(unit: Unit) -> object:
        unit.targets.save(replace(TARGET, name="Another", standing=Standing.PAUSED))
        return unit.targets.of("atd"), unit.targets.of("omep"), unit.targets.due(NOW)

    changed = replace(TARGET, name="Another", standing=Standing.PAUSED)
    assert await server.transact(work) == ([changed], [], [])
    assert "canary" not in str(every_row(url))
    await server.transact(lambda unit: unit.targets.save(replace(changed, access=Access(""))))
    [[*row]] = every_row(url)["targets"]
    assert row[5] is None
    assert (await server.transact(lambda unit: unit.targets.of("atd")))[0].access == Access("")


async def test_a_target_is_tried_when_its_time_has_come_and_stopped_only_where_it_is_active(
    server: Database,
) -> None:
    def work(unit: Unit) -> list[list[str]]:
        unit.targets.met("t1", 3, later(minutes=1))
        early, late = unit.targets.due(NOW), unit.targets.due(later(minutes=1))
        unit.targets.stop("t1", "why")
        stopped = unit.targets.due(later(days=1))
        unit.targets.save(replace(TARGET, standing=Standing.PAUSED))
        unit.targets.stop("t1", "why")
        return [[each.id for each in found] for found in (early, late, stopped)]

    assert await server.transact(work) == [[], ["t1"], []]
    [target] = await server.transact(lambda unit: unit.targets.of("atd"))
    assert (target.standing, target.reason) == (Standing.PAUSED, "")


async def test_what_lacks_a_row_is_found_page_by_page_and_nothing_else(server: Database) -> None:
    """S20, S31, S34: of its partner and form, accepted, shared, not sensitive, not barred."""

    def work(unit: Unit) -> tuple[list[str], list[str], list[int]]:
        wanted = [told(unit, number).id for number in range(1, 8)]
        told(unit, 20, share=False)
        told(unit, 21, sensitive=True)
        told(unit, 22, barred=True)
        told(unit, 23, state=Stands.RECEIVED)
        told(unit, 24, form="checkin")
        told(unit, 25, partner="omep")
        known, found, pages = told(unit, 26), [], []
        unit.forwards.plan("t1", [known.id], NOW)
        after: tuple[datetime, str] | None = BEGINNING
        while after is not None:
            new, after = unit.forwards.lacking(TARGET, after, 3)
            found += new
            pages.append(len(new))
        return wanted, found, pages

    wanted, found, pages = await server.transact(work)
    assert found == wanted
    assert pages == [3, 3, 1, 0]


async def test_planning_twice_is_planning_once(server: Database) -> None:
    """And the instanceID is made then, from the testimony alone."""

    def work(unit: Unit) -> object:
        kept = told(unit)
        counts = unit.forwards.plan("t1", [kept.id], NOW), unit.forwards.plan("t1", [kept.id], later(days=1))
        [row] = unit.forwards.standing("t1", list(State))
        return counts, row.due_at, row.instance == instance_id(kept.id)

    assert await server.transact(work) == ((1, 0), NOW, True)


async def test_the_one_that_was_due_longest_is_next_and_what_was_left_in_sending_too(
    server: Database, url: str
) -> None:
    """R28: what is pinned comes back as it was, and stands sealed."""

    def work(unit: Unit) -> object:
        first, second = told(unit, 1), told(unit, 2)
        sending = begun(unit, first)
        unit.forwards.plan("t1", [second.id], later(seconds=-1))
        before = unit.forwards.next("t1", NOW)
        assert before is not None
        unit.forwards.postpone(before.id, later(minutes=5), "why")
        left = unit.forwards.next("t1", NOW)
        return before.testimony == second.id, left == sending, unit.forwards.waiting("t1")

    assert await server.transact(work) == (True, True, {"why": 1})
    assert "canary" not in str(every_row(url)["forwards"])


async def test_whoever_watches_learns_how_many_are_on_their_way_to_anybody_and_since_when(
    server: Database, url: str
) -> None:
    """R32, S27: by the index of what is due; what is sent or held is none of them."""

    def work(unit: Unit) -> None:
        assert (unit.forwards.backlog(), unit.targets.stopped()) == (Backlog(), 0)
        unit.targets.add(replace(TARGET, id="t2", partner="omep"))
        sent, held, waits, theirs = told(unit, 1), told(unit, 2), told(unit, 3), told(unit, 4, partner="omep")
        assert unit.forwards.settle(begun(unit, sent), State.SENT, NOW, reason="", due_at=NOW)
        assert unit.forwards.settle(begun(unit, held), State.HELD, NOW, reason="409", due_at=NOW)
        begun(unit, waits)
        unit.forwards.plan("t2", [theirs.id], later(seconds=-1))
        unit.targets.stop("t2", "it knows us no more")

    await server.transact(work)
    waits = await server.transact(lambda unit: (unit.forwards.backlog(), unit.targets.stopped()))
    assert waits == (Backlog(2, later(seconds=-1)), 1)
    [read] = [step for step in steps(url, BACKLOG) if " forwards" in step]
    assert "ix_forwards_due" in read


async def test_only_the_latest_try_settles_it_and_none_after_it_was_taken_back(server: Database) -> None:
    """R26: another process may have begun it meanwhile."""

    def work(unit: Unit) -> list[bool]:
        kept = told(unit)
        first = begun(unit, kept)
        second = unit.forwards.begin(first, PINNED, NOW)
        stands = [unit.forwards.stands(first), unit.forwards.stands(second)]
        late = unit.forwards.settle(first, State.SENT, NOW, reason="", due_at=NOW)
        unit.testimonies.add_consents([Consent(kept.id, "share", False, "w", "fr", NOW)])
        gone = unit.forwards.settle(second, State.SENT, NOW, reason="", due_at=NOW)
        return [*stands, late, gone, unit.forwards.stands(second)]

    assert await server.transact(work) == [False, True, False, False, False]
    assert await server.transact(lambda unit: unit.forwards.counts("t1")) == {State.TAKEN_BACK: 1}


async def test_what_was_taken_back_is_not_begun(server: Database) -> None:
    """S31: whoever began it a moment too late sends nothing."""

    def work(unit: Unit) -> None:
        kept = told(unit)
        unit.forwards.plan("t1", [kept.id], NOW)
        due = unit.forwards.next("t1", NOW)
        assert due is not None
        unit.testimonies.add_consents([Consent(kept.id, "share", False, "w", "fr", NOW)])
        unit.forwards.begin(due, PINNED, NOW)

    with pytest.raises(Stale):
        await server.transact(work)


async def test_once_it_is_there_its_words_go_and_its_digest_stays(server: Database, url: str) -> None:
    def work(unit: Unit) -> tuple[Forward, list[str]]:
        kept = told(unit)
        sent = begun(unit, kept)
        unit.forwards.settle(sent, State.SENT, NOW, reason="", due_at=NOW)
        return sent, unit.forwards.receivers(kept.respondent)

    sent, receivers = await server.transact(work)
    [row] = await server.transact(lambda unit: unit.forwards.of(sent.testimony))
    assert (row.state, row.pinned, row.digest, row.ended_at) == (State.SENT, None, sent.digest, NOW)
    assert receivers == ["Data server"]
    assert every_row(url)["forwards"][0][10] is None


async def test_what_is_held_is_sent_again_or_settled_and_what_was_taken_back_goes_when_it_was_asked(
    server: Database,
) -> None:
    def work(unit: Unit) -> list[object]:
        held = begun(unit, told(unit, 1))
        unit.forwards.settle(replace(held, left_at=None), State.HELD, NOW, reason="409", due_at=NOW)
        again = unit.forwards.again(held.id, NOW), unit.forwards.again(held.id, NOW)
        due = unit.forwards.next("t1", NOW)
        assert due is not None
        unit.forwards.hold(due.id, "why")
        done = unit.forwards.done(due.id, later(hours=1)), unit.forwards.done(due.id, NOW)
        [row] = unit.forwards.of(due.testimony)
        back = told(unit, 2)
        gone = begun(unit, back)
        unit.people.forget(back.respondent, NOW)
        return [again, done, row.left_at, unit.forwards.again(gone.id, NOW), unit.forwards.done(gone.id, NOW)]

    assert await server.transact(work) == [(True, False), (True, False), later(hours=1), False, True]
    assert await server.transact(lambda unit: unit.forwards.counts("t1")) == {State.SENT: 1}


async def test_a_target_that_is_cleared_keeps_what_may_be_there(server: Database) -> None:
    def work(unit: Unit) -> object:
        begun(unit, told(unit, 1))
        unit.forwards.plan("t1", [told(unit, 2).id], NOW)
        unit.forwards.clear("t1")
        return unit.forwards.counts("t1")

    assert await server.transact(work) == {State.SENT: 1}


async def test_after_its_time_the_row_goes_with_the_testimony_and_what_is_to_be_asked_back_stays(
    server: Database, url: str
) -> None:
    """S41."""

    def work(unit: Unit) -> int:
        sent, taken = told(unit, 1), told(unit, 2)
        for each in (sent, taken):
            begun(unit, each)
        unit.testimonies.add_consents([Consent(taken.id, "share", False, "w", "fr", NOW)])
        return unit.testimonies.drop_older(later(days=1000))

    assert await server.transact(work) == 2
    [row] = every_row(url)["forwards"]
    assert (row[2], row[4]) == (None, "taken_back")


async def test_what_was_withdrawn_after_a_backup_is_to_be_asked_back_after_its_restore(
    server: Database, url: str
) -> None:
    """S40: a tombstone finds it."""
    kept = await server.transact(lambda unit: begun(unit, told(unit)))
    mark = {"mark": KEYS.mark("testimony", kept.testimony)}
    change(url, "INSERT INTO tombstones (mark, at) VALUES (:mark, 0)", mark)
    assert await server.transact(lambda unit: unit.forget_again(NOW)) == 1
    assert [row[4] for row in every_row(url)["forwards"]] == ["taken_back"]


async def test_a_clock_that_was_set_back_makes_nothing_wait_for_the_time_it_had(server: Database) -> None:
    """R20."""

    def work(unit: Unit) -> object:
        unit.forwards.plan("t1", [told(unit).id], later(days=400))
        unit.targets.met("t1", 1, later(days=400))
        before = unit.targets.due(NOW), unit.forwards.next("t1", NOW)
        unit.targets.set_back(timedelta(days=1), NOW)
        unit.forwards.set_back(timedelta(days=1), NOW)
        return before, len(unit.targets.due(NOW)), unit.forwards.next("t1", NOW) is not None

    assert await server.transact(work) == (([], None), 1, True)


class Deaf:
    """A Collector that takes nothing, and counts."""

    greeted = 0

    async def greet(self, access: Access) -> Answer:
        """It is away."""
        self.greeted += 1
        return Answer(seen=False)

    async def submit(self, access: Access, xml: bytes, files: Sequence[File]) -> Answer:
        """Never asked."""
        raise AssertionError

    async def forms(self, access: Access) -> Listed:
        """Never asked."""
        raise AssertionError


async def test_only_the_process_that_has_the_duty_hands_on(
    server: Database, url: str, tmp_path: Path
) -> None:
    """R26: the other neither plans nor calls."""
    await server.transact(lambda unit: told(unit))
    shared, deaf = url.startswith("postgresql"), Deaf()
    forwarding = Forwarding(server, Files(tmp_path, server), deaf, FakeClock(NOW), catalogs())
    async with opened(url, alone=False) as other:
        await other.transact(lambda unit: unit.leases.take("forwarding", timedelta(minutes=1)))
        await forwarding.forward()
        assert deaf.greeted == (0 if shared else 1)
        await other.transact(lambda unit: unit.leases.release("forwarding"))
    await server.transact(lambda unit: unit.targets.met("t1", 0, None))
    await server.transact(lambda unit: unit.leases.take("forwarding", timedelta(minutes=1)))
    await forwarding.forward()
    assert deaf.greeted == (1 if shared else 2)
    assert await server.transact(lambda unit: unit.forwards.counts("t1")) == {State.DUE: 1}

"""Accepted voices are handed on to a partner's data server: once, whole, and only what may be shared."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import streams
from bot.forward import CHANGED, TOO_LARGE, Access, Forward, Standing, State, Target, instance_id
from bot.forwarding import EVERY, RECORDINGS, REDACTION, Forwarding, examine
from bot.metrics import Metrics, waiting
from bot.openrosa import OpenRosa
from bot.packets import copied
from bot.people import Consent
from bot.pixels import is_photo
from bot.ports import Clock, Unit
from bot.redaction import Redaction, digest
from bot.testimony import State as Stands
from bot.testimony import Testimony as Voice
from storage.vault import Files
from tests.collectors import CENTRAL, CLEAN, KOBO, SPOKEN, STORY, TALE, Server, collector, keep_voice
from tests.deeds.stage import Player, Stage, catalogs, forms
from tests.fakes import FakeClock, Tireless
from tests.photographs import CANARY, NO_PHOTOS
from tests.photographs import HOSTILE as PHOTOS
from tests.recordings import CANARY as RECORDED
from tests.recordings import HOSTILE, NO_RECORDINGS, sound
from tests.stores import NOW, change, every_row

FORM = next(form for form in forms() if form.name == "testimony")
VERSION = FORM.version
WAITS = ("voices_forwards_due", "voices_forwards_oldest_seconds", "voices_targets_stopped")


class Bench:
    """A stage, a server, and what brings the one's voices to the other."""

    def __init__(self, stage: Stage, server: Server, folder: Path) -> None:
        self.stage = stage
        self.server = server
        self.vault = Files(folder, stage.store)
        self.openrosa = OpenRosa(answer=0.5)
        self.target = Target(
            "t1", "mmm", "testimony", "Mothers’ data server", server.access, stage.now, server.known_as
        )
        self.people = 0
        self.metrics = Metrics("sqlite")

    async def open(self) -> "Bench":
        await self.stage.do(lambda unit: unit.targets.add(self.target))
        return self

    def again(self, clock: Clock | None = None) -> Forwarding:
        """As a process that has just started."""
        clock = clock or Tireless(self.stage.now)
        return Forwarding(
            self.stage.store,
            self.vault,
            self.openrosa,
            clock,
            catalogs(),
            chance=lambda: 0.5,
            meter=self.metrics,
        )

    async def ticks(self, **units: float) -> int:
        """So much time passes, and a tick of a process that just started."""
        self.stage.now += timedelta(**units)
        return await self.again().forward()

    async def rows(self, *states: State) -> list[Forward]:
        return await self.stage.do(lambda unit: unit.forwards.standing("t1", states or tuple(State)))

    async def row(self) -> Forward:
        [only] = await self.rows()
        return only

    async def again_with(self, forward: Forward) -> bool:
        return await self.stage.do(lambda unit: unit.forwards.again(forward.id, self.stage.now))

    async def done_with(self, forward: Forward) -> bool:
        return await self.stage.do(lambda unit: unit.forwards.done(forward.id, self.stage.now))

    async def stands(self, target: Target) -> None:
        await self.stage.do(lambda unit: unit.targets.save(target))

    async def where(self) -> Target:
        return (await self.stage.do(lambda unit: unit.targets.of("mmm")))[0]

    async def voice(self, *recordings: bytes) -> Voice:
        """An accepted voice that may be shared, with names hidden in it, as it lies in the rows."""
        self.people += 1
        told, media = await self.stage.do(
            lambda unit: keep_voice(unit, self.people, VERSION, "mmm", len(recordings))
        )
        for medium, content in zip(media, recordings, strict=True):
            await self.vault.put(medium.id, told.respondent, content)
        return told


@pytest.fixture(params=[CENTRAL])
async def bench(request: Any, stage: Stage, tmp_path: Path) -> AsyncIterator[Bench]:
    """By ODK Central, where a test does not say both."""
    async with collector(request.param, VERSION) as server:
        made = await Bench(stage, server, tmp_path).open()
        yield made
        await made.openrosa.close()


BOTH = pytest.mark.parametrize("bench", [CENTRAL, KOBO], indirect=True)


async def allows(player: Player, *labels: str) -> None:
    """She allows these on /mine."""
    await player.says("/mine")
    receipt = (await player.stage.testimonies(player.id))[0].receipt
    if any(label.startswith(receipt) for label in player.last.labels):
        await player.taps(receipt)
    for label in labels:
        await player.taps(label)


async def told(stage: Stage, id: int = 1, *, share: bool = True, hidden: bool = True) -> Player:
    """Somebody's voice, accepted; it may be shared, and a number is hidden in it."""
    her, vera = stage.person(id), await stage.moderator(2)
    await her.tells(STORY)
    if share:
        await allows(her, "Share")
    await vera.says("/next")
    if hidden:
        for label in ("More", "Hide names", "Hide these", "Back"):
            await vera.taps(label)
    await vera.taps("Accept")
    await stage.wakes(minutes=1)
    return her


# -- what leaves ------------------------------------------------------------------------------------------------------


async def test_an_accepted_voice_that_may_be_shared_arrives_once_as_its_redacted_copy(bench: Bench) -> None:
    """S31, S32, S36: known by its instanceID; the pinned words go once they are there, their digest stays."""
    stage, server = bench.stage, bench.server
    await told(stage)
    assert await bench.ticks(minutes=1) == 1
    [kept] = server.kept.values()
    assert (server.answered, server.heads, kept.came) == ([201], 1, 1)
    assert f">{CLEAN}<".encode() in kept.xml
    [row] = await bench.rows()
    assert (row.state, row.tries, row.reason) == (State.SENT, 1, "")
    assert row.instance in server.kept
    [whole] = await stage.do(lambda unit: unit.forwards.of(row.testimony))
    assert whole.pinned is None
    assert whole.digest == hashlib.sha256(kept.xml).hexdigest()
    assert [each.verb for each in await stage.do(lambda unit: unit.journal.read(1))] == ["handed on to t1"]
    assert await bench.ticks(minutes=1) == 0
    assert server.answered == [201]


async def test_what_is_not_to_be_shared_not_accepted_or_private_stays(bench: Bench) -> None:
    """S31, S34."""
    stage = bench.stage
    await told(stage, 1, share=False)
    await stage.person(3).tells_privately()
    await stage.person(4).tells("It is far.")
    await allows(stage.person(4), "Share")
    assert await bench.ticks(minutes=1) == 0
    assert await bench.rows() == []
    assert bench.server.answered == []


async def test_what_she_allows_is_looked_at_when_it_is_sent_whatever_was_planned(bench: Bench) -> None:
    """S31, S34: a row alone lets nothing leave."""
    voices = [await bench.voice() for _ in range(4)]
    await bench.stage.do(lambda unit: unit.forwards.plan("t1", [each.id for each in voices], NOW))
    for told, sql in zip(
        voices,
        (
            "UPDATE testimonies SET sensitive = true WHERE id = :id",
            "UPDATE testimonies SET state = 'in_review' WHERE id = :id",
            "UPDATE consents SET granted = false WHERE testimony = :id AND purpose = 'share'",
        ),
        strict=False,
    ):
        change(bench.stage.url, sql, {"id": told.id})
    assert await bench.ticks() == 1
    assert list(bench.server.kept) == [instance_id(voices[-1].id)]


async def test_a_voice_waits_until_names_are_hidden_in_all_its_words(bench: Bench) -> None:
    """S32: nothing of it leaves before."""
    stage = bench.stage
    await told(stage, hidden=False)
    await allows(stage.person(1), "Publish")
    assert await bench.ticks(minutes=1) == 0
    assert await stage.do(lambda unit: unit.forwards.waiting("t1")) == {REDACTION: 1}
    vera = stage.person(2)
    await vera.says("/next")
    await vera.taps("Hide these")
    await vera.taps("Done")
    assert await bench.ticks(minutes=11) == 1


async def test_another_partners_voice_goes_to_nobody_here(bench: Bench) -> None:
    """S20."""
    stage = bench.stage
    target = replace(bench.target, id="t2", partner="omep")
    await stage.do(lambda unit: unit.targets.add(target))
    await bench.voice()
    assert await bench.ticks(minutes=1) == 1
    assert await stage.do(lambda unit: unit.forwards.standing("t2", tuple(State))) == []


async def test_recordings_go_with_it_and_it_waits_until_they_are_fetched(bench: Bench) -> None:
    """What is gone for good holds nothing up; what is no answer to anything asked stays."""
    stage = bench.stage
    told = await bench.voice(*map(sound, (100, 200, 300, 400)))
    first, second, third, fourth = told.answers[SPOKEN].split()
    answers = {
        **told.answers,
        SPOKEN: f"{first} {second} {third}",
        "/testimony/told/more/help_voice": fourth,
    }
    await stage.do(lambda unit: unit.testimonies.save(replace(told, answers=answers)))
    await stage.do(lambda unit: unit.media.settle(first, "wanted"))
    await stage.do(lambda unit: unit.media.settle(second, "gone"))
    await bench.vault.drop(second)
    assert await bench.ticks() == 0
    assert await stage.do(lambda unit: unit.forwards.waiting("t1")) == {RECORDINGS: 1}
    assert (await bench.row()).left_at is None
    await stage.do(lambda unit: unit.media.settle(first, "held"))
    assert await bench.ticks(minutes=11) == 1
    [kept] = bench.server.kept.values()
    assert kept.files == {"story_voice-1.oga": sound(100), "story_voice-3.oga": sound(300)}


async def photographed(bench: Bench, content: bytes) -> None:
    told = await bench.voice(content)
    answers = {**told.answers, "/testimony/told/story_photo": told.answers[SPOKEN], SPOKEN: ""}
    await bench.stage.do(lambda unit: unit.testimonies.save(replace(told, answers=answers)))


async def test_a_sound_goes_with_its_streams_alone_and_a_document_stays(bench: Bench) -> None:
    """S7: who made it, where and when stays here; what nobody can make bare stays whole, and all else goes."""
    note = HOSTILE["a voice note"]()
    await bench.voice(note, NO_RECORDINGS["a document"]())
    assert await bench.ticks() == 1
    [kept] = bench.server.kept.values()
    assert kept.files == {"story_voice-1.oga": copied(note)}
    assert RECORDED not in kept.files["story_voice-1.oga"]


async def test_a_sound_that_the_machine_could_not_make_bare_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it has left by then."""
    await bench.voice(sound())
    with monkeypatch.context() as broken:
        broken.setattr(streams, "_CODE", "import what_is_not_installed")
        assert await bench.ticks() == 0
    row = await bench.row()
    assert (row.state, row.left_at, bench.server.answered) == (State.DUE, None, [])
    assert await bench.ticks(minutes=1) == 1


async def test_a_photo_goes_anew_from_its_pixels_and_what_is_none_stays(bench: Bench) -> None:
    """S7: where it was taken stays here, on whosever server it arrives."""
    for content in (PHOTOS["EXIF with a place"], NO_PHOTOS["cut off"]):
        await photographed(bench, content)
    assert await bench.ticks() == 2
    arrived = sorted((kept.files for kept in bench.server.kept.values()), key=len)
    assert [list(each) for each in arrived] == [[], ["story_photo-1.jpg"]]
    assert CANARY not in arrived[1]["story_photo-1.jpg"]
    assert is_photo(arrived[1]["story_photo-1.jpg"])


async def test_more_than_it_takes_at_once_goes_in_several_requests_with_the_same_words(bench: Bench) -> None:
    """It is one submission there, with all of its files."""
    bench.server.largest = 10_000
    sounds = [sound(3_000, number) for number in range(1, 4)]
    await bench.voice(*sounds)
    assert await bench.ticks() == 1
    [kept] = bench.server.kept.values()
    assert sorted(kept.files.values()) == sounds
    assert (kept.came, bench.server.heads) == (2, 1)
    assert set(bench.server.answered) == {201}


async def test_a_file_that_is_larger_than_it_takes_stays_and_a_person_learns_of_it(bench: Bench) -> None:
    bench.server.largest = 10_000
    await bench.voice(sound(20_000), sound(100))
    assert await bench.ticks() == 0
    [kept] = bench.server.kept.values()
    assert kept.files == {"story_voice-2.oga": sound(100)}
    row = await bench.row()
    assert (row.state, row.reason, row.left_at is not None) == (State.HELD, TOO_LARGE, True)


# -- what it answers --------------------------------------------------------------------------------------------------


async def test_what_no_further_try_would_change_is_held_for_a_person(bench: Bench) -> None:
    """And the next one goes; 409 says that one with its instanceID is there."""
    for status in (400, 404, 409, 413, 418, 200):
        await bench.voice()
        await bench.voice()
        bench.server.next = [status]
        assert await bench.ticks(seconds=1) == 1
        [held] = await bench.rows(State.HELD)
        assert str(status) in held.reason
        assert (held.left_at is not None) is (status == 409)
        before = len(bench.server.answered)
        assert await bench.ticks(hours=2) == 0
        assert len(bench.server.answered) == before
        assert await bench.again_with(held)
        assert await bench.ticks() == 1
    assert bench.server.doubled == 0


async def test_what_would_meet_all_alike_stops_the_target(bench: Bench) -> None:
    """Nothing is held for it, and nothing is tried until a person has looked; nothing is followed elsewhere (S26)."""
    bench.server.headers = {"Location": "http://127.0.0.1:9/elsewhere"}
    for status in (401, 402, 403, 405, 302):
        await bench.voice()
        await bench.voice()
        bench.server.next = [status]
        assert await bench.ticks(seconds=1) == 0
        target = await bench.where()
        assert (target.standing, str(status) in target.reason) == (Standing.STOPPED, True)
        assert [each.left_at for each in await bench.rows(State.DUE)] == [None] * 2
        before = len(bench.server.answered)
        assert await bench.ticks(hours=2) == 0
        assert len(bench.server.answered) == before
        await bench.stands(replace(target, standing=Standing.ACTIVE, reason=""))
        assert await bench.ticks() == 2


async def test_each_try_is_counted_by_what_came_of_it_and_what_waits_is_told(bench: Bench) -> None:
    """R32, S27: numbers for whoever watches over the machine."""

    async def numbers() -> dict[str, float]:
        waits = await bench.stage.do(waiting)
        text = bench.metrics.text(waits, bench.stage.now).decode()
        samples = [each for family in text_string_to_metric_families(text) for each in family.samples]
        found = {
            each.labels.get("outcome", each.name): each.value for each in samples if "kind" not in each.labels
        }
        return {each: found[each] for each in ("sent", "later", "held", "stopped", *WAITS)}

    for _ in range(5):
        await bench.voice()
    bench.server.next = [201, 409, 503]
    await bench.ticks()
    assert tuple((await numbers()).values()) == (1, 1, 1, 0, 3, 0, 0)
    bench.server.next = [201, 401]
    await bench.ticks(seconds=10)
    assert tuple((await numbers()).values()) == (2, 1, 1, 1, 2, 5, 1)


async def test_a_form_that_is_closed_there_stops_the_target_and_nothing_is_taken_to_be_there(
    bench: Bench,
) -> None:
    """Central says so by the status by which it says that another one with its instanceID is there."""
    await bench.voice()
    bench.server.closed = True
    assert "or not open" in await examine(bench.openrosa, bench.target, VERSION)
    assert await bench.ticks() == 0
    target = await bench.where()
    assert (target.standing, "closed there" in target.reason) == (Standing.STOPPED, True)
    row = await bench.row()
    assert (row.state, row.left_at) == (State.DUE, None)
    bench.server.closed = False
    await bench.stands(bench.target)
    assert await bench.ticks() == 1


async def test_who_was_not_let_to_the_form_or_whose_key_is_taken_away_is_stopped(bench: Bench) -> None:
    """Central opens its door to any app user; only the submission is refused."""
    await bench.voice()
    bench.server.assigned = False
    assert "not for us" in await examine(bench.openrosa, bench.target, VERSION)
    assert await bench.ticks() == 0
    assert (bench.server.answered, "(401)" in (await bench.where()).reason) == ([401], True)
    bench.server.assigned, bench.server.revoked = True, True
    await bench.stands(bench.target)
    assert await bench.ticks() == 0
    assert "(403)" in (await bench.where()).reason
    bench.server.revoked = False
    await bench.stands(bench.target)
    assert await bench.ticks() == 1


async def test_what_may_pass_is_tried_again_later_each_time(bench: Bench) -> None:
    """After 5, 10, 20 … seconds: no earlier."""
    await bench.voice()
    waits = []
    for status in (408, 423, 429, 500, 503):
        bench.server.next = [status]
        assert await bench.ticks() == 0
        until = (await bench.where()).not_before
        assert until is not None
        waits.append((until - bench.stage.now).total_seconds())
        assert await bench.ticks(seconds=waits[-1] - 1) == 0
        bench.stage.now = until
    assert waits == [5, 10, 20, 40, 80]
    assert bench.server.answered == [408, 423, 429, 500, 503]
    assert await bench.ticks() == 1
    assert ((await bench.where()).failures, (await bench.row()).tries) == (0, 6)


async def test_it_waits_as_long_as_the_server_says(bench: Bench) -> None:
    await bench.voice()
    bench.server.next = [503]
    bench.server.headers = {"Retry-After": "600"}
    await bench.ticks()
    assert await bench.ticks(seconds=590) == 0
    assert bench.server.answered == [503]
    assert await bench.ticks(seconds=11) == 1


async def test_one_that_the_server_cannot_bear_holds_up_nobody(bench: Bench) -> None:
    """R31."""
    await bench.voice()
    bench.server.next = [500]
    await bench.ticks()
    for _ in range(3):
        await bench.voice()
    bench.stage.now += timedelta(seconds=1)
    assert await bench.ticks(seconds=5) == 4


async def test_a_server_that_is_away_or_says_no_at_the_door_is_asked_again_or_stopped(bench: Bench) -> None:
    await bench.voice()
    bench.server.greets = 503
    assert await bench.ticks() == 0
    assert ((await bench.where()).failures, (await bench.row()).tries) == (1, 0)
    bench.server.greets = 404
    assert await bench.ticks(minutes=1) == 0
    target = await bench.where()
    assert (target.standing, "404" in target.reason) == (Standing.STOPPED, True)
    away = replace(target, id="t2", access=Access("http://127.0.0.1:9/x"), standing=Standing.ACTIVE)
    await bench.stage.do(lambda unit: unit.targets.add(away))
    assert await bench.ticks(minutes=1) == 0
    rows = await bench.stage.do(lambda unit: unit.forwards.standing("t2", [State.DUE]))
    assert [each.left_at for each in rows] == [None]


@BOTH
async def test_a_version_or_an_id_that_the_server_does_not_know_is_refused_by_both_or_one(
    bench: Bench,
) -> None:
    """Central knows versions, KoboToolbox ids alone."""
    bench.server.forms = {bench.server.known_as or "testimony": {"another"}}
    await bench.voice()
    assert await bench.ticks() == int(bench.server.kind == KOBO)
    assert bench.server.answered == [201 if bench.server.kind == KOBO else 404]


# -- again and again --------------------------------------------------------------------------------------------------


@BOTH
async def test_a_lost_answer_leads_to_the_same_bytes_and_one_submission(bench: Bench) -> None:
    """The server took it, and we did not hear so; whatever would be written otherwise by now."""
    await bench.voice(HOSTILE["a voice note"]())
    bench.server.next = ["lost"]
    assert await bench.ticks() == 0
    row = await bench.row()
    assert (row.state, row.left_at is not None) == (State.DUE, True)
    change(bench.stage.url, "UPDATE media SET mime = 'audio/mpeg'")
    assert await bench.ticks(minutes=1) == 1
    [kept] = bench.server.kept.values()
    assert (kept.came, bench.server.answered) == (2, [201, 201 if bench.server.kind == CENTRAL else 202])


async def test_what_was_deleted_there_after_a_lost_answer_is_held(bench: Bench) -> None:
    """Central remembers what it deleted, and takes it no more (409)."""
    await bench.voice()
    bench.server.next = ["lost"]
    assert await bench.ticks() == 0
    bench.server.deleted = set(bench.server.kept)
    assert await bench.ticks(minutes=1) == 0
    row = await bench.row()
    assert (row.state, "deleted there" in row.reason) == (State.HELD, True)


async def test_what_was_being_sent_when_the_process_died_is_sent_again(bench: Bench) -> None:
    """Nothing but the row knows of it."""
    await bench.voice()
    bench.server.turn = asyncio.Event()
    dying = asyncio.create_task(bench.again().forward())
    while not (await bench.rows(State.SENDING)):
        await asyncio.sleep(0.005)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    bench.server.turn = None
    assert await bench.ticks() == 1
    assert bench.server.doubled == 0
    assert (await bench.row()).tries == 2


async def test_names_that_were_hidden_after_a_try_that_may_have_arrived_hold_it(bench: Bench) -> None:
    """S32: the older words are not sent again; a try that surely did not arrive is made anew."""
    told = await bench.voice()

    def hide(unit: Unit) -> None:
        by = unit.people.moderators_of("mmm")[0]
        copy = Redaction("", told.id, by.id, by.address, NOW, {TALE: "We walk."}, {TALE: digest(STORY)})
        unit.redactions.add(copy, respondent=told.respondent)

    bench.server.next = [503]
    await bench.ticks()
    bench.server.next = []
    await bench.stage.do(hide)
    assert await bench.ticks(minutes=1) == 0
    row = await bench.row()
    assert (row.state, row.reason) == (State.HELD, CHANGED)
    told = await bench.voice()
    bench.server.next = [401]
    await bench.ticks()
    await bench.stage.do(hide)
    await bench.stands(replace(bench.target, standing=Standing.ACTIVE))
    assert await bench.ticks() == 1
    [kept] = bench.server.kept.values()
    assert b">We walk.<" in kept.xml


# -- what is taken back -----------------------------------------------------------------------------------------------


async def withdrawn(bench: Bench, told: Voice) -> None:
    def work(unit: Unit) -> None:
        unit.testimonies.erase_words(told.id, respondent=told.respondent, now=NOW)

    await bench.stage.do(work)


async def unshared(bench: Bench, told: Voice) -> None:
    no = Consent(told.id, "share", False, "w", "en", NOW)
    await bench.stage.do(lambda unit: unit.testimonies.add_consents([no]))


async def left(bench: Bench, told: Voice) -> None:
    await bench.stage.do(lambda unit: unit.people.forget(told.respondent, NOW))


async def sheltered(bench: Bench, told: Voice) -> None:
    await bench.stage.do(
        lambda unit: unit.testimonies.save(replace(told, state=Stands.RECEIVED, sensitive=True))
    )


async def set_aside(bench: Bench, told: Voice) -> None:
    await bench.stage.do(lambda unit: unit.testimonies.save(replace(told, state=Stands.SET_ASIDE)))


async def given_away(bench: Bench, told: Voice) -> None:
    await bench.stage.do(lambda unit: unit.testimonies.hand_over(told, to="omep"))


async def test_what_is_taken_back_waits_no_more_and_what_left_is_to_be_asked_back(bench: Bench) -> None:
    """S31, S40: nothing of it is kept but where it went and by what it is known there."""
    stage, server = bench.stage, bench.server
    for take_back in (withdrawn, unshared, left, sheltered, set_aside, given_away):
        there = await bench.voice()
        await bench.ticks(seconds=1)
        waits = await bench.voice()
        server.next = [403]
        await bench.ticks(seconds=1)
        assert len(await bench.rows()) == 2
        for each in (there, waits):
            await take_back(bench, each)
        row = await bench.row()
        assert (row.state, row.instance) == (State.TAKEN_BACK, instance_id(there.id))
        [kept] = every_row(stage.url)["forwards"]
        assert kept[10:] == (None, None)
        assert (kept[2] is None) is (take_back is left)
        await stage.do(lambda unit: unit.targets.save(replace(bench.target, standing=Standing.ACTIVE)))
        before = len(server.answered)
        assert await bench.ticks(hours=2) == 0
        assert len(server.answered) == before
        assert await bench.done_with(row)
        assert await bench.rows() == []


async def test_she_takes_it_back_while_it_is_on_its_way(bench: Bench) -> None:
    """S31: further requests are not made, and it is to be asked back."""
    bench.server.largest = 10_000
    told = await bench.voice(sound(5_000), sound(5_002))
    bench.server.turn = asyncio.Event()
    sending = asyncio.create_task(bench.again().forward())
    while not (await bench.rows(State.SENDING)):
        await asyncio.sleep(0.005)
    await unshared(bench, told)
    bench.server.turn.set()
    assert await sending == 0
    assert bench.server.answered == [201]
    assert (await bench.row()).state is State.TAKEN_BACK


async def test_what_is_read_once_more_waits_and_is_not_asked_back(bench: Bench) -> None:
    """Undoing a decision is no withdrawal: what is there stays, what is not goes when it is accepted again."""
    there = await bench.voice()
    await bench.ticks()
    waits = await bench.voice()
    undone: list[Voice] = []

    def read_again(unit: Unit) -> None:
        undone.extend(unit.testimonies.save(replace(each, state=Stands.IN_REVIEW)) for each in (there, waits))

    await bench.stage.do(read_again)
    assert await bench.ticks() == 0
    assert [each.state for each in await bench.rows()] == [State.SENT]

    def accept(unit: Unit) -> None:
        for each in undone:
            unit.testimonies.save(replace(each, state=Stands.ACCEPTED))

    await bench.stage.do(accept)
    assert await bench.ticks() == 1
    assert len(bench.server.kept) == 2


async def test_whoever_takes_it_back_learns_who_has_a_copy(bench: Bench) -> None:
    """S31, S40: before and after, in /mydata, and when everything is erased."""
    copies = "A copy was handed on, as you allowed, to: Mothers’ data server. When you take it back"
    amina = await told(bench.stage)
    await bench.ticks()
    await amina.says("/mydata")
    [file] = amina.last.files
    assert json.loads(file.content)["told"][0]["handed_on"] == ["Mothers’ data server"]
    await allows(amina, "Share")
    assert copies in amina.sees
    await amina.says("/withdraw")
    assert copies in amina.sees
    await amina.taps("Yes, withdraw it")
    assert copies in amina.sees
    await amina.says("/forget")
    assert copies in amina.sees
    await amina.taps("Erase everything")
    await amina.taps("Yes, erase it all")
    assert copies in amina.sees
    assert (await bench.row()).state is State.TAKEN_BACK


async def test_whoever_was_never_handed_on_hears_nothing_of_it(bench: Bench) -> None:
    amina = await told(bench.stage, share=False)
    await bench.ticks()
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw it")
    assert "handed on" not in amina.everything


async def test_a_server_that_hangs_holds_up_no_other(bench: Bench) -> None:
    """R31: its own voices wait, another's go; told to end, it leaves what hangs to be sent again."""
    async with collector(CENTRAL, VERSION) as other:
        beside = replace(bench.target, id="t2", access=other.access)
        await bench.stage.do(lambda unit: unit.targets.add(beside))
        await bench.voice()
        bench.server.turn = asyncio.Event()
        clock = FakeClock(bench.stage.now)
        working = asyncio.create_task(bench.again(clock).work())
        for number in range(1, 3):
            while len(other.kept) < number:
                await asyncio.sleep(0.005)
            await bench.voice()
            await clock.asleep()
            clock.advance(EVERY)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert bench.server.answered == []
    bench.server.turn.set()
    assert [each.state for each in await bench.rows(State.SENDING)] == [State.SENDING]

"""Leaving: everything of one person goes, nothing of anyone else; and what stands in the tables meanwhile."""

import base64
import hashlib
from dataclasses import replace

import pytest

from bot.campaign import Campaign, CheckIn
from bot.cases import Case, Step, StepKind, Way
from bot.coded import Coded, Coding
from bot.exports.record import Export
from bot.forward import Access, Pinned, Target
from bot.forward import State as Handed
from bot.frame import Code, Frame
from bot.journal import Deed
from bot.offer import Kind as Offered
from bot.offer import Offer
from bot.outbox import Kind, Refused, Sent
from bot.people import Association, Consent, Invitation, Moderator, Region, Respondent, Role
from bot.ports import Copy, Medium, Raw, Unit
from bot.queued import Filter
from bot.rendition import Kind as Translated
from bot.rendition import Rendition
from bot.response import Response, Words
from bot.rhythm import Rhythm
from bot.room import Post, Room
from bot.shown import Shown, Translation
from bot.speech import Message, Quote, Sentence
from bot.testimony import Decision, DecisionKind, Exchange, State
from storage.database import Database
from storage.sealing import SealFault
from storage.tables import metadata
from tests.stores import KEYS, NOW, change, every_row, later, publish, reader, say, someone, voice, walk

WEEK = "2026-11-23"
SITA, NOOR, LEA = 7_123_456_789, 6_987_654_321, 5_555_123_123


def canary(person: int, where: str) -> str:
    """A word of that person's that stands nowhere else."""
    return f"canary-{person % 1000}-{where}"


def first(person: int) -> int:
    """The id of that person's first update; Telegram's id of them stands in no cause and no key."""
    return 900_000_000 + person % 1000 * 10


def fill(unit: Unit, person: int, lea: Moderator) -> Respondent:
    """Rows of every kind about one person, each with words of theirs."""

    def word(where: str) -> str:
        return canary(person, where)

    her = unit.people.save_respondent(
        replace(someone(unit, person), waiting={"for": "answer", "words": word("waiting")}, hides=True)
    )
    bodies = [f'{{"from": {{"id": {person}}}, "text": "{word("inbox")}"}}'.encode()] * 3
    updates = [Raw(first(person) + n, person, (1_700_000_000, n), body) for n, body in enumerate(bodies)]
    unit.inbox.add(updates, NOW)
    unit.inbox.set_aside(first(person), NOW)
    unit.sessions.add(her.id, walk(answers={"/t/story": word("session")}), later(days=1), NOW)
    medium = Medium("", her.id, "audio", word("file"), word("unique"), "audio/ogg", 5, 6)
    unit.media.add(medium, NOW)
    photo = Medium("", her.id, "image", word("photo"), word("same"), "image/jpeg", 5, state="held")
    photo = unit.media.add(photo, NOW)
    unit.copies.heard(her.address, Copy(person % 1000, NOW))
    for state in State:
        told = voice(
            her,
            state=state,
            answers={"/t/story": word("answer")},
            themes=(word("theme"),),
            exchanges=(Exchange(word("question"), word("reply"), ()),),
            said={1: word("said")},
        )
        agreed = [
            Consent(told.id, each, True, "sha256:ab", "fr", NOW) for each in ("keep", "publish", "photo")
        ]
        unit.testimonies.add(told, agreed)
        if state is State.ACCEPTED:
            public = publish(unit, told.id, "publish", NOW)
            into = (Translation("mg", "Lavitra ny rano."),)
            shown = Shown(public.id, "testimony", "fr", "MG", WEEK, WEEK, "Water is far.", ("food",), into)
            unit.shown.show(shown, "rules")
            unit.pictures.ready(unit.pictures.show(told.id, photo.id), b"as everybody may see it", 4, 3)
            kind = Offered.OFFER
            offer = Offer(f"o-{told.id}", told.id, her.id, her.partner, kind, word("offer"), NOW, NOW)
            unit.offers.add(offer)
            forwarded(unit, person, told.id)
        decision = Decision(f"d-{told.id}", told.id, lea.id, DecisionKind.RETURN, word("reason"), NOW, 1)
        unit.testimonies.add_decision(decision, respondent=her.id)
        beside = Rendition(f"r-{told.id}", told.id, Translated.TRANSLATION, "en", word("beside"), lea.id, NOW)
        unit.renditions.add(replace(beside, accepted_by=lea.id, accepted_at=NOW), respondent=her.id)
        public_one = replace(beside, id=f"p-{told.id}", words=word("translated"), kept=(word("kept"),))
        unit.translations.keep(replace(public_one, accepted_by=lea.id, accepted_at=NOW), respondent=her.id)
        unit.translations.draft(
            replace(public_one, id=f"f-{told.id}", words=word("drafted")), respondent=her.id
        )
        for second in (False, True):
            unit.codings.save(Coding(told.id, second, her.partner, lea.id, "kit", "1", NOW, open=True))
            given = Coded(told.id, "water", lea.id, NOW, "kit", "1", second)
            unit.codings.give(given, partner=her.partner)
        if state is State.RECEIVED:
            case = Case(
                told.id,
                f"K-{told.id[:8]}",
                Way.HERSELF,
                NOW,
                later(hours=12),
                read_at=NOW,
                holder=lea.id,
                about=("omep",),
            )
            unit.cases.add(case)
            step = Step(f"s-{told.id}", told.id, StepKind.HANDED, NOW, lea.id, "w", "fr", word("note"))
            unit.cases.add_step(step, respondent=her.id)
    unit.rhythms.save(Rhythm(her.id, "Indian/Antananarivo", paused_until=NOW.date(), next_day=NOW.date()))
    asked = CheckIn(f"c-{her.id}", "round", her.partner, her.id, NOW.date(), 600, "UTC", NOW, later(days=3))
    answered = replace(asked, remind_at=NOW, reminded_at=NOW, sent_at=NOW, started_at=NOW, finished_at=NOW)
    unit.checkins.plan([answered])
    card = Message("fr", (Quote(word("card")),))
    say(unit, f"{first(person)}:due", her.address, message=card, about=her.id)
    say(unit, f"{first(person)}:campaign", her.address, kind=Kind.CAMPAIGN, message=card)
    say(unit, f"{first(person)}:card", lea.address, kind=Kind.MODERATION, message=card, about=her.id)
    unit.outbox.claim(1, NOW)
    unit.outbox.pause(later(hours=1), her.address)
    unit.journal.write(Deed(NOW, f"respondent:{her.id}", "send", "testimony:x"))
    return her


def forwarded(unit: Unit, person: int, testimony: str) -> None:
    """It is at one server, and on its way to another."""
    for target in ("there", "coming"):
        access = Access(canary(LEA, "server"), "user", "password", "token")
        if target not in {each.id for each in unit.targets.of("atd")}:
            unit.targets.add(Target(target, "atd", "testimony", "Data server", access, NOW, not_before=NOW))
        unit.forwards.plan(target, [testimony], NOW)
        [due] = [each for each in unit.forwards.standing(target, [Handed.DUE]) if each.testimony == testimony]
        begun = unit.forwards.begin(due, Pinned(canary(person, "pinned"), {}, "digest"), NOW)
        if target == "there":
            unit.forwards.settle(begun, Handed.SENT, NOW, reason="", due_at=NOW)


@pytest.fixture
async def people(store: Database) -> dict[int, Respondent]:
    """Two respondents with rows of every kind, read by Lea; no table is empty."""

    def work(unit: Unit) -> dict[int, Respondent]:
        lea = reader(unit, LEA)
        lea = unit.people.save_moderator(replace(lea, waiting={"for": "return", "testimony": "t"}))
        unit.queue.save_filter(lea.address, Filter(frozenset({"fr"})))
        label = canary(SITA, "label")
        unit.people.add_invitation(Invitation("i", "atd", Role.LEAD, later(days=1), label=label), "code")
        unit.associations.save_region(Region("r", "Madagascar", ("MG",)))
        unit.associations.add(Association("g", "atd", "Mamans", "MG", "r"))
        unit.uploads.add(lea.id, canary(LEA, "form"), NOW)
        unit.marks.set("offset", "5")
        unit.frames.keep("atd", Frame("kit", "1", (Code("water", {"": "Water"}),)), NOW)
        unit.campaigns.add(Campaign("round", "atd", lea.id, "checkin", code="code"))
        unit.exports.add(Export("out", "atd", "testimony", "csv", "operator", NOW, later(days=7)))
        unit.responses.add(Response("w", "atd", "", lea.id, {"fr": Words("dit", "fait")}, NOW))
        unit.guidance.set("atd", "words", 'fr = ["viol"]', NOW)
        group = unit.people.add_address(-77, -77, NOW)
        unit.rooms.open(Room(group, "atd", "fr", topics=True))
        unit.rooms.save(group, Post("fr", 5, 9, "hash"))
        return {person: fill(unit, person, lea) for person in (SITA, NOOR)}

    return await store.transact(work)


def found(rows: dict[str, list[tuple[object, ...]]], wanted: list[str]) -> list[str]:
    """Which of these stand anywhere in these rows, as text or as bytes."""
    return sorted({each for each in wanted if each in str(rows) or each.encode() in _bytes(rows)})


def _bytes(rows: dict[str, list[tuple[object, ...]]]) -> bytes:
    values = [value for table in rows.values() for row in table for value in row]
    return b"\n".join(bytes(value) for value in values if isinstance(value, (bytes, memoryview)))


async def test_nothing_anyone_said_stands_plain_in_any_table(
    store: Database, url: str, people: dict[int, Respondent]
) -> None:
    """S3: rows of every kind exist, and none shows a word; the scan itself would find one."""
    rows = dict(every_row(url))
    filled = {name for name, kept in rows.items() if kept} - {"alembic_version"}
    assert filled == set(metadata.tables) - {"tombstones", "forms", "attachments", "contents", "leases"}
    assert found(rows, ["canary"]) == []
    await store.transact(lambda unit: unit.marks.set("slip", canary(SITA, "slip")))
    assert found(dict(every_row(url)), ["canary"]) == ["canary"]


async def test_no_column_shows_a_telegram_id_or_any_plain_hash_of_it(
    store: Database, url: str, people: dict[int, Respondent]
) -> None:
    """S4: not the id, not its beginning, no hash without a key, in no spelling."""
    rows = dict(every_row(url))
    for person in (SITA, NOOR, LEA):
        plain = [str(person).encode(), person.to_bytes(8, "big"), person.to_bytes(8, "little")]
        digests = [
            hashlib.new(name, each).digest()
            for name in ("md5", "sha1", "sha256", "sha512", "blake2b", "sha3_256")
            for each in plain
        ]
        spellings = [digest.hex() for digest in digests]
        spellings += [base64.urlsafe_b64encode(digest).decode().rstrip("=") for digest in digests]
        numbers = [row for table in rows.values() for row in table if person in row]
        assert found(rows, [str(person), str(person)[:7], *spellings]) == []
        assert not any(digest in _bytes(rows) for digest in digests)
        assert numbers == []
        index = KEYS.index(person)
        assert found(rows, [index]) == [index]


async def test_forgetting_erases_her_everywhere_and_nobody_else(
    store: Database, url: str, people: dict[int, Respondent]
) -> None:
    """S40: her rows are gone from every table, the other's stand as they were; twice is as good as once."""
    sita, noor = people[SITA], people[NOOR]
    before = dict(every_row(url))
    assert found(before, [sita.id, sita.address, KEYS.index(SITA)]) != []

    await store.transact(lambda unit: unit.people.forget(sita.id, later(hours=1)))
    after = dict(every_row(url))

    hers = [sita.id, sita.address, KEYS.index(SITA), f"{first(SITA)}:"]
    assert found({**after, "journal": []}, hers) == []  # the journal knows that someone left, by a random id
    assert [row[0] for row in after["data_keys"]].count(sita.id) == 0
    assert after["tombstones"] == [
        (KEYS.mark("respondent", sita.id), int(later(hours=1).timestamp() * 1_000_000))
    ]
    bare = [row for row in after["inbox"] if first(SITA) <= row[0] < first(SITA) + 3]
    assert [row[1:6] for row in bare] == [("done", None, None, None, None)] * 3
    assert all(row[8] for row in bare)  # when they ended: they go in their time
    assert [row[0] for row in set(after["marks"]) - set(before["marks"])] == ["publications"]
    asked_back = [row for row in after["forwards"] if row not in before["forwards"]]
    assert [(row[2], row[4], *row[10:]) for row in asked_back] == [(None, "taken_back", None, None)] * 2
    for name in set(after) - {"tombstones", "inbox", "marks", "forwards"}:
        left = [row for row in before[name] if row in after[name]]
        assert left == after[name]  # nothing was changed in what stayed
        gone = len(before[name]) - len(after[name])
        assert found({name: [row for row in before[name] if row not in left]}, [noor.id, noor.address]) == []
        assert gone == len([row for row in before[name] if row not in after[name]])

    await store.transact(lambda unit: unit.people.forget(sita.id, later(hours=2)))
    assert dict(every_row(url)) == after


async def test_what_she_offered_others_and_what_was_offered_to_her_goes_with_her(
    store: Database, url: str
) -> None:
    """S40: what others said to others stays."""

    def work(unit: Unit) -> None:
        her, other, third = (someone(unit, number) for number in (1, 2, 3))
        told = {each.id: voice(each) for each in (her, other, third)}
        for each in told.values():
            unit.testimonies.add(each, [])
        for name, says, to in (("hers", her, other), ("to her", other, her), ("theirs", other, third)):
            unit.offers.add(Offer(name, told[to.id].id, says.id, "atd", Offered.HELPS, "", NOW))
        unit.people.forget(her.id, NOW)

    await store.transact(work)
    assert [row[0] for row in every_row(url)["offers"]] == ["theirs"]


async def test_what_was_forgotten_cannot_be_read_even_from_an_old_copy(
    store: Database, people: dict[int, Respondent]
) -> None:
    """S40: her data key is destroyed, so what a backup holds of her is noise."""
    sita = people[SITA]
    sealed = await store.transact(lambda unit: unit.seals.bytes_in(b"canary", "sessions.data", "s1", sita.id))
    await store.transact(lambda unit: unit.people.forget(sita.id, NOW))
    with pytest.raises(SealFault, match="destroyed"):
        await store.transact(lambda unit: unit.seals.bytes_out(sealed, "sessions.data", "s1", sita.id))


async def test_whoever_left_is_a_stranger_when_they_write_again(
    store: Database, people: dict[int, Respondent]
) -> None:
    """S40, S24: nothing says that this person was here before."""

    def work(unit: Unit) -> object:
        unit.people.forget(people[SITA].id, NOW)
        unknown = unit.people.address_of(SITA)
        again = someone(unit, SITA)
        return unknown, again.id != people[SITA].id, unit.testimonies.of(again.id)

    assert await store.transact(work) == (None, True, [])


@pytest.mark.parametrize("end", [Sent(9), Refused("blocked", gone=True)])
async def test_the_goodbye_still_reaches_her_and_takes_the_chat_with_it(
    store: Database, url: str, people: dict[int, Respondent], end: Sent | Refused
) -> None:
    """S40: the address loses its index at once, its chat with the last delivery."""
    sita = people[SITA]
    goodbye = Message("fr", (Sentence("Everything is erased."),))

    def leave(unit: Unit) -> None:
        unit.people.forget(sita.id, NOW)
        say(unit, "goodbye", sita.address, message=goodbye)

    await store.transact(leave)
    assert await store.transact(lambda unit: unit.people.address_of(SITA)) is None
    unfinished = await store.transact(lambda unit: unit.people.chat(sita.address))
    assert unfinished == SITA

    def send(unit: Unit) -> list[Message]:
        claimed = [each for each in unit.outbox.claim(9, later(hours=2)) if each.key == "goodbye"]
        assert unit.outbox.cancel(sita.address, NOW) == 0  # while it is under way its chat stays
        assert unit.people.chat(sita.address) == SITA
        for each in claimed:
            unit.outbox.settle(each.id, end, NOW)
        return [each.message for each in claimed]

    assert await store.transact(send) == [goodbye]
    assert found({**every_row(url), "journal": []}, [sita.address]) == []


async def test_a_cancelled_goodbye_takes_the_chat_with_it_too(
    store: Database, url: str, people: dict[int, Respondent]
) -> None:
    sita = people[SITA]

    def leave(unit: Unit) -> int:
        unit.people.forget(sita.id, NOW)
        say(unit, "goodbye", sita.address)
        return unit.outbox.cancel(sita.address, NOW)

    assert await store.transact(leave) == 1
    assert found({**every_row(url), "journal": []}, [sita.address]) == []


async def test_a_moderator_who_leaves_as_a_respondent_stays_a_moderator(store: Database) -> None:
    """S40: the address stays for the role; what she said goes, and what was to be said to her as a respondent."""

    def work(unit: Unit) -> None:
        her = someone(unit, LEA)
        lea = unit.people.add_moderator(her.address, "atd", Role.MODERATOR, "fr", NOW)
        say(unit, "reply", her.address)
        say(unit, "card", her.address, kind=Kind.MODERATION)
        say(unit, "own card", her.address, kind=Kind.MODERATION, about=her.id)
        say(unit, "another's", someone(unit).address)
        unit.people.forget(her.id, NOW)
        assert unit.people.respondent_at(her.address) is None
        assert unit.people.moderators_at(her.address) == [lea]
        assert unit.people.address_of(LEA) == her.address
        assert {each.key for each in unit.outbox.claim(9, NOW)} == {"card", "another's"}

    await store.transact(work)


async def test_the_update_that_asked_to_be_forgotten_is_not_taken_again(store: Database) -> None:
    """S40, R3: its row is emptied, its id stays: a redelivery makes no new person of her."""

    def work(unit: Unit) -> object:
        her = someone(unit)
        raw = Raw(1, 7_123_456_789, (1, 1), b"{}")
        unit.inbox.add([raw], NOW)
        unit.people.forget(her.id, NOW)
        unit.inbox.done(1, NOW)
        return unit.inbox.add([raw], NOW), unit.inbox.waiting(NOW)

    assert await store.transact(work) == (0, 0)


async def test_who_left_after_a_backup_leaves_again_after_its_restore(
    store: Database, url: str, people: dict[int, Respondent]
) -> None:
    """S40: tombstones name nobody, but find whoever came back with older rows."""
    sita, noor = people[SITA], people[NOOR]
    change(
        url,
        "INSERT INTO tombstones (mark, at) VALUES (:mark, 0)",
        {"mark": KEYS.mark("respondent", sita.id)},
    )
    assert await store.transact(lambda unit: unit.forget_again(NOW)) == 1
    assert await store.transact(lambda unit: unit.forget_again(NOW)) == 0
    assert found({**every_row(url), "journal": []}, [sita.id, sita.address]) == []
    assert await store.transact(lambda unit: unit.people.respondent(noor.id)) == noor

"""Everything held about one person is told, table by table, and nothing of anybody else (S39)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.campaign import Campaign
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Respondent, Role
from bot.ports import Unit
from bot.queued import Filter
from bot.response import Response, Words
from bot.speech import Message, Quote
from bot.testimony import State
from storage.database import Database
from storage.everything import DAMAGED, HERS, NOBODYS
from storage.inventory import held
from storage.sealing import HOUSE
from storage.tables import metadata
from tests.contracts.test_leaving import LEA, NOOR, SITA, canary, fill, first
from tests.stores import KEYS, NOW, change, later, reader, say


def test_a_table_says_how_what_is_somebodys_is_found_or_why_nothing_in_it_is() -> None:
    """S39, S49: a new table fails here until somebody has thought about it."""
    assert set(HERS) | set(NOBODYS) == set(metadata.tables)
    assert not set(HERS) & set(NOBODYS)


def test_only_these_columns_are_kept_back_from_everybody() -> None:
    """Who reads for the partner, a key, what a reader was about to do, and what is sent beside the file."""
    back = {f"{table}.{column}" for table, rule in HERS.items() for column in rule.back}
    assert back == {
        "copies.card",
        "testimonies.claimed_by",
        "cases.holder",
        "case_steps.moderator",
        "decisions.moderator",
        "redactions.moderator",
        "redactions.person",
        "looks.claimed_by",
        "publications.moderator",
        "publications.looked_by",
        "publications.redacted_by",
        "pictures.content",
        "renditions.by",
        "renditions.accepted_by",
        "codings.coder",
        "codes.coder",
        "moderators.waiting",
        "campaigns.approved_by",
        "data_keys.wrapped",
    }


def test_what_is_a_keyed_hash_is_called_so() -> None:
    """S39: nobody takes a hash for a name."""
    hashes = {f"{table}.{column}" for table, rule in HERS.items() for column in rule.hashes}
    assert hashes == {"addresses.person", "inbox.person", "tombstones.mark"}


@pytest.fixture
async def people(store: Database) -> dict[int, Respondent]:
    """Two respondents with rows of every kind, read by Lea; Sita writes forms too, and tried a wrong code."""

    def work(unit: Unit) -> dict[int, Respondent]:
        lea = reader(unit, LEA)
        kept = {person: fill(unit, person, lea) for person in (SITA, NOOR)}
        sita = kept[SITA]
        role = unit.people.add_moderator(sita.address, "omep", Role.AUTHOR, "fr", NOW, "Sita, Tana")
        unit.people.save_moderator(replace(role, waiting={"for": canary(NOOR, "role")}))
        ended = unit.people.add_moderator(sita.address, "omep", Role.LEAD, "fr", NOW)
        unit.people.save_moderator(replace(ended, left_at=NOW))
        unit.uploads.add(role.id, canary(SITA, "form"), NOW)
        card = (sita.address, 9, "hash")
        asks = Campaign("round", "atd", role.id, "checkin", code="code", started_at=NOW, ended_at=NOW)
        unit.campaigns.add(replace(asks, approved_by=lea.id))
        unit.campaigns.watch("round", *card)
        unit.responses.add(Response("w", "atd", "", role.id, {"fr": Words("dit", "fait")}, NOW))
        unit.queue.save_filter(sita.address, Filter(frozenset({"fr"})))
        unit.marks.set(f"tries:{sita.address}", "2026-11-23T20|2", later(hours=1))
        say(unit, "goodbye", sita.address, message=Message("fr", (Quote(canary(SITA, "mail")),)))
        note = Message("fr", (Quote(canary(NOOR, "note")),))
        say(unit, "note", sita.address, message=note, about=kept[NOOR].id, kind=Kind.MODERATION)
        told = {each.state: each for each in unit.testimonies.of(sita.id)}
        unit.testimonies.save(replace(told[State.IN_REVIEW], claimed_by=lea.id, claimed_until=later(hours=1)))
        unit.looks.claim(told[State.ACCEPTED].id, lea.id, later(hours=1), NOW)
        unit.testimonies.erase_words(told[State.WITHDRAWN].id, respondent=sita.id, now=NOW)
        return kept

    return await store.transact(work)


async def told_to(store: Database, her: Respondent, besides: str = "") -> dict[str, Any]:
    return await store.transact(lambda unit: unit.people.everything(her.id, besides))


async def test_every_column_of_the_inventory_that_holds_something_of_hers_is_told(
    store: Database, people: dict[int, Respondent]
) -> None:
    """S39: each with what it is for, and its value where it is not kept back."""
    everything = await told_to(store, people[SITA])
    for name, rule in HERS.items():
        table = metadata.tables[name]
        assert everything[name]["rows"], name
        for column in table.columns:
            meaning = everything[name]["columns"][column.name]
            assert (meaning["purpose"], meaning["kept"]) == (held(column).purpose, held(column).retention)
            values = [row[column.name] for row in everything[name]["rows"]]
            assert any(value is not None for value in values) is (column.name not in rule.back), column
    json.dumps(everything)


async def test_of_each_column_is_told_what_it_is(store: Database, people: dict[int, Respondent]) -> None:
    """S39: a hash, an id, sealed or not, how sensitive, and what is kept back of it."""
    everything = await told_to(store, people[SITA])
    for place, said in {
        "addresses.person": {"is": "a keyed hash"},
        "testimonies.id": {"is": "an internal id"},
        "testimonies.respondent": {"is": "an internal id"},
        "testimonies.words": {"sealed": "encrypted where it is kept, opened here"},
        "testimonies.state": {},
        "decisions.moderator": {
            "is": "an internal id",
            "kept_back": "kept back: it names who reads for the partner",
        },
        "outbox.message": {
            "sealed": "encrypted where it is kept, opened here",
            "kept_back": "where it is somebody else's",
        },
    }.items():
        table, column = place.split(".")
        what = held(metadata.tables[table].columns[column])
        always = {"purpose": what.purpose, "kept": what.retention, "sensitivity": str(what.sensitivity)}
        assert everything[table]["columns"][column] == always | said, place


async def test_all_her_words_are_told_and_nobody_elses(
    store: Database, people: dict[int, Respondent]
) -> None:
    """S39: each canary of hers; none of the other's, no id of theirs, no id of who reads."""
    sita, noor = people[SITA], people[NOOR]
    text = json.dumps(await told_to(store, sita), ensure_ascii=False)
    wheres = (
        "waiting inbox session file unique answer theme question reply said reason"
        " beside translated kept drafted note due campaign form mail pinned"
    )
    missing = [where for where in wheres.split() if canary(SITA, where) not in text]
    assert [each for each in missing if each not in ("due", "campaign")] == []
    assert DAMAGED not in text
    assert f"canary-{NOOR % 1000}" not in text
    lea = await store.transact(lambda unit: unit.people.known(LEA))
    assert lea is not None
    roles = await store.transact(lambda unit: unit.people.moderators_at(lea.address))
    for other in (
        noor.id,
        noor.address,
        KEYS.index(NOOR),
        lea.address,
        KEYS.index(LEA),
        *[r.id for r in roles],
    ):
        assert other not in text
    assert str(SITA) in text


async def test_of_a_line_of_the_journal_each_is_told_what_is_theirs(
    store: Database, people: dict[int, Respondent]
) -> None:
    """S39, S42: what was done to hers without who did it, what she did as a reader without to whose words."""
    sita, noor = people[SITA], people[NOOR]

    def work(unit: Unit) -> dict[str, tuple[str, str]]:
        lea = unit.people.moderators_of("atd")[0]
        hers, others = (f"testimony:{unit.testimonies.of(each.id)[0].id}" for each in (sita, noor))
        role = f"moderator:{unit.people.moderators_at(sita.address)[0].id}"
        done = {
            "began": (f"respondent:{sita.id}", "form:testimony"),
            "read hers": (f"moderator:{lea.id}", hers),
            "read another's": (role, others),
        }
        for verb, (actor, what) in done.items():
            unit.journal.write(Deed(NOW, actor, verb, what))
        return done

    done = await store.transact(work)
    rows = {row["verb"]: row for row in (await told_to(store, sita))["journal"]["rows"]}
    told = {verb: (rows[verb]["actor"], rows[verb]["object"]) for verb in done}
    assert told == {
        "began": done["began"],
        "read hers": (None, done["read hers"][1]),
        "read another's": (done["read another's"][0], None),
    }


async def test_what_is_said_about_her_to_a_reader_is_there_without_words_and_without_whom(
    store: Database, people: dict[int, Respondent]
) -> None:
    """S39."""
    sita = people[SITA]

    def work(unit: Unit) -> None:
        lea = unit.people.moderators_of("atd")[0]
        say(unit, "about her", lea.address, about=sita.id, kind=Kind.MODERATION)

    await store.transact(work)
    [row] = [each for each in (await told_to(store, sita))["outbox"]["rows"] if each["key"] == "about her"]
    assert (row["address"], row["message"]) == (None, None)


async def test_the_update_that_is_being_answered_is_not_told(
    store: Database, people: dict[int, Respondent]
) -> None:
    """Its row is emptied in the same commit."""
    sita = people[SITA]
    rows = (await told_to(store, sita))["inbox"]["rows"]
    fewer = (await told_to(store, sita, f"update:{first(SITA)}"))["inbox"]["rows"]
    assert [row["update"] for row in rows][1:] == [row["update"] for row in fewer]
    assert rows[0]["body"]["text"] == canary(SITA, "inbox")  # as it can be read, whatever it is written in


async def test_what_was_damaged_is_named_and_hides_nothing_else(
    store: Database, url: str, people: dict[int, Respondent]
) -> None:
    change(url, "UPDATE media SET file = :bytes", {"bytes": b"\x01" * 40})
    half = await store.transact(
        lambda unit: unit.seals.bytes_in(b'{"text": "', "inbox.body", str(first(SITA)), HOUSE)
    )
    change(url, 'UPDATE inbox SET body = :bytes WHERE "update" = :this', {"bytes": half, "this": first(SITA)})
    everything = await told_to(store, people[SITA])
    assert {row["file"] for row in everything["media"]["rows"]} == {DAMAGED}
    assert [row["body"] for row in everything["inbox"]["rows"]].count(DAMAGED) == 1
    assert canary(SITA, "unique") in json.dumps(everything)


async def test_wrong_codes_she_tried_are_forgotten_with_her(
    store: Database, people: dict[int, Respondent]
) -> None:
    """S40: the count stands under her address."""
    mark = f"tries:{people[SITA].address}"

    def work(unit: Unit) -> tuple[str | None, str | None]:
        before = unit.marks.get(mark)
        unit.people.forget(people[SITA].id, NOW)
        return before, unit.marks.get(mark)

    assert await store.transact(work) == ("2026-11-23T20|2", None)

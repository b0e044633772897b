"""What is before everybody, on both engines: never without a live permission, whoever asks, and the database itself
refuses it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa

from bot.people import PURPOSES, Consent, Moderator, Partner, Role
from bot.ports import NotAllowed, Stale, Unit
from bot.redaction import Redaction
from bot.testimony import Decision, DecisionKind, Publication, State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from storage.database import Database
from storage.wire import wait_for
from tests.stores import (
    KEYS,
    NOW,
    Source,
    change,
    every_row,
    later,
    opened,
    publish,
    reader,
    redacted,
    someone,
    until_it_waits,
    voice,
)


def said(testimony: Voice, purpose: str, granted: bool = True, minutes: int = 0) -> Consent:
    return Consent(testimony.id, purpose, granted, "sha256:ab", "fr", later(minutes=minutes))


def told(unit: Unit, *purposes: str, person: int = 1, **more: object) -> Voice:
    """An accepted testimony for which these are allowed."""
    address = unit.people.address_of(person)
    her = (unit.people.respondent_at(address) if address else None) or someone(unit, person)
    kept = voice(her, **{"state": State.ACCEPTED, **more})
    return unit.testimonies.add(kept, [said(kept, each, each in purposes) for each in PURPOSES])


async def published(store: Database, *purposes: str, person: int = 1) -> Voice:
    """A testimony that is before everybody for these purposes."""

    def work(unit: Unit) -> Voice:
        kept = told(unit, *purposes, person=person)
        for each in purposes:
            publish(unit, kept.id, each, NOW)
        return kept

    return await store.transact(work)


async def public(store: Database, testimony: Voice) -> list[str]:
    found = await store.transact(lambda unit: unit.publications.of(testimony.id))
    return sorted(each.purpose for each in found)


# what the database itself refuses


async def test_the_database_keeps_no_publication_without_a_live_permission(store: Database, url: str) -> None:
    """S31, S36: nor without a redacted copy and two people: whoever writes into it, each of these fails there."""

    def work(unit: Unit) -> tuple[Voice, ...]:
        return (
            told(unit, "publish", "share"),
            told(unit, "publish", sensitive=True),
            told(unit, "publish", state=State.RECEIVED),
        )

    allowed, sensitive, waiting = await store.transact(work)

    def two(unit: Unit) -> tuple[Moderator, Moderator, Redaction, Redaction]:
        one, other = reader(unit), reader(unit, 600_000_002)
        return one, other, redacted(unit, allowed, one), redacted(unit, sensitive, one)

    one, other, copy, sensitive_copy = await store.transact(two)
    good: dict[str, object] = {
        "testimony": allowed.id,
        "purpose": "publish",
        "state": "accepted",
        "sensitive": False,
        "withheld": False,
        "redaction": copy.id,
        "stands": True,
        "redacted_by": one.address,
        "moderator": other.id,
        "looked_by": other.address,
    }
    add = f"INSERT INTO publications (id, at, {', '.join(good)}) VALUES ('p', 1, :{', :'.join(good)})"
    of_sensitive: dict[str, object] = {"testimony": sensitive.id, "redaction": sensitive_copy.id}
    wrongs: tuple[dict[str, object], ...] = (
        {"purpose": "quote"},  # not allowed
        {"purpose": "share"},  # allowed, but nothing that is before everybody
        {"testimony": "nobody"},
        of_sensitive,
        {**of_sensitive, "sensitive": True},
        {"testimony": waiting.id},
        {"testimony": waiting.id, "state": "received"},
        {"withheld": True},
        {"redaction": "none"},  # S36: a copy, which stands
        {"redaction": sensitive_copy.id},  # of this testimony
        {"stands": False},
        {"redacted_by": other.address},  # two people
        {"moderator": one.id, "looked_by": one.address},
        {"looked_by": one.address},
        {"moderator": "nobody"},
        {"redaction": None},
        {"redacted_by": None},
        {"moderator": None},
        {"looked_by": None},
    )
    for wrong in wrongs:
        with pytest.raises(sa.exc.IntegrityError):
            change(url, add, {**good, **wrong}, keyed=True)
    assert every_row(url)["publications"] == []
    change(url, add, good, keyed=True)
    assert len(every_row(url)["publications"]) == 1


async def test_the_database_lets_no_permission_go_while_it_is_used(store: Database, url: str) -> None:
    """S31: nor the testimony itself, nor does it become sensitive or anything but accepted."""
    kept = await published(store, "publish")
    before = every_row(url)
    for statement in (
        "DELETE FROM permissions WHERE testimony = :this AND purpose = 'publish'",
        "UPDATE permissions SET purpose = 'quote' WHERE testimony = :this AND purpose = 'publish'",
        "UPDATE testimonies SET state = 'in_review' WHERE id = :this",
        "UPDATE testimonies SET sensitive = true WHERE id = :this",
        "UPDATE testimonies SET withheld = true WHERE id = :this",
        "UPDATE redactions SET stands = false WHERE testimony = :this",
        "DELETE FROM redactions WHERE testimony = :this",
        "UPDATE publications SET looked_by = redacted_by WHERE testimony = :this",
        "UPDATE publications SET purpose = 'quote' WHERE testimony = :this",
        "DELETE FROM testimonies WHERE id = :this",
    ):
        with pytest.raises(sa.exc.IntegrityError):
            change(url, statement, {"this": kept.id}, keyed=True)
    assert every_row(url) == before


# publishing


async def test_only_what_is_allowed_accepted_and_not_sensitive_is_published(store: Database) -> None:
    """S31, S34, S36."""

    def work(unit: Unit) -> None:
        refused = [
            (told(unit, *PURPOSES, withheld=True), "publish"),
            (told(unit, "quote"), "publish"),
            (told(unit, *PURPOSES), "share"),
            (told(unit, *PURPOSES), "keep"),
            (told(unit, *PURPOSES, sensitive=True), "publish"),
            *((told(unit, *PURPOSES, state=each), "publish") for each in State if each is not State.ACCEPTED),
        ]
        for kept, purpose in refused:
            with pytest.raises(NotAllowed):
                publish(unit, kept.id, purpose, NOW)
            assert unit.publications.of(kept.id) == []
        with pytest.raises(NotAllowed):
            unit.publications.publish("nobody", "publish", NOW, redaction="none", moderator="nobody")

    await store.transact(work)


async def test_publishing_twice_is_once_and_every_change_is_another_revision(store: Database) -> None:
    """S31: what keeps a copy learns of every change, and of nothing else."""

    def work(unit: Unit) -> None:
        kept, seen = told(unit, "publish", "quote"), [unit.publications.revision()]
        assert seen == [""]

        def changed(count: int = 1) -> bool:
            seen.append(unit.publications.revision())
            return seen[-1] not in seen[:-1]

        first = publish(unit, kept.id, "quote", NOW)
        assert first == Publication(first.id, kept.id, "quote", NOW, first.redaction, first.moderator)
        assert changed()
        assert publish(unit, kept.id, "quote", later(days=1)) == first
        assert not changed()
        second = publish(unit, kept.id, "publish", later(days=1))
        assert changed()
        assert unit.publications.of(kept.id) == [first, second]
        assert unit.publications.unpublish(kept.id, "quote") == 1
        assert changed()
        assert unit.publications.unpublish(kept.id, "quote") == 0
        assert not changed()
        assert unit.publications.of(kept.id) == [second]
        assert unit.publications.unpublish(kept.id) == 1
        assert changed()

    await store.transact(work)


async def test_nobody_publishes_what_they_redacted_accepted_or_told(store: Database) -> None:
    """S36: as the same person in another role, too; nor a moderator of another partner, or one who was removed. Who
    accepted it before it was undone may.
    """

    def work(unit: Unit) -> None:
        kept = told(unit, "publish")
        one, other, third = (reader(unit, 600_000_001 + n) for n in range(3))
        copy = redacted(unit, kept, one)
        lead = unit.people.add_moderator(one.address, "atd", Role.LEAD, "fr", NOW)
        her = unit.people.respondent(kept.respondent)
        assert her is not None
        herself = unit.people.add_moderator(her.address, "atd", Role.MODERATOR, "fr", NOW)
        elsewhere = reader(unit, 600_000_009, partner="omep")
        removed = unit.people.save_moderator(replace(reader(unit, 600_000_008), left_at=NOW))
        another = told(unit, "publish", person=2)
        for version, (decided, who, kind) in enumerate(
            (
                (kept, third, DecisionKind.ACCEPT),
                (kept, other, DecisionKind.ACCEPT),
                (kept, third, DecisionKind.RETURN),
                (another, third, DecisionKind.ACCEPT),
            ),
            start=1,
        ):
            decision = Decision(f"d{version}", decided.id, who.id, kind, "", NOW, version)
            unit.testimonies.add_decision(decision, respondent=decided.respondent)
        for each in (one, lead, herself, elsewhere, removed, other):
            with pytest.raises(NotAllowed):
                unit.publications.publish(kept.id, "publish", NOW, redaction=copy.id, moderator=each.id)
        redacted(unit, kept, one, "Water is near.")
        with pytest.raises(NotAllowed):
            unit.publications.publish(kept.id, "publish", NOW, redaction=copy.id, moderator=third.id)
        copy = redacted(unit, kept, one)
        public = unit.publications.publish(kept.id, "publish", NOW, redaction=copy.id, moderator=third.id)
        assert (public.redaction, public.moderator) == (copy.id, third.id)
        versions = unit.redactions.of(kept.id, respondent=kept.respondent)
        assert [each.number for each in versions] == [1, 2, 3]

    await store.transact(work)


async def test_what_is_accepted_and_may_be_published_waits_for_its_look_and_no_other(store: Database) -> None:
    """S36, S20."""

    def work(unit: Unit) -> None:
        mine = reader(unit)
        refused = [
            told(unit, "share"),
            told(unit, "publish", sensitive=True),
            told(unit, "publish", withheld=True),
            told(unit, "publish", state=State.SET_ASIDE),
        ]
        kept = told(unit, "publish")
        for each in refused:
            unit.looks.wait(each.id)

        def waiting(
            now: datetime = NOW, by: str = mine.id, besides: str = "", partner: str = "atd"
        ) -> list[str]:
            return unit.looks.waiting(partner=partner, now=now, mine=by, besides=besides)

        assert waiting() == [kept.id]
        assert waiting(partner="omep") == waiting(besides=kept.respondent) == []
        assert unit.looks.claim(kept.id, mine.id, later(minutes=30), NOW)
        other = reader(unit, 600_000_002)
        assert not unit.looks.claim(kept.id, other.id, later(minutes=30), NOW)
        assert (waiting(), waiting(by=other.id)) == ([kept.id], [])
        assert waiting(later(minutes=31), other.id) == [kept.id]
        revoke(unit, kept)
        assert waiting() == []

    await store.transact(work)


# what takes it back


def revoke(unit: Unit, kept: Voice) -> None:
    unit.testimonies.add_consents([said(kept, "publish", granted=False)])


def withdraw(unit: Unit, kept: Voice) -> None:
    unit.testimonies.erase_words(kept.id, respondent=kept.respondent, now=NOW)
    unit.testimonies.save(replace(kept, state=State.WITHDRAWN))


def forget(unit: Unit, kept: Voice) -> None:
    unit.people.forget(kept.respondent, NOW)


def undo(unit: Unit, kept: Voice) -> None:
    unit.testimonies.save(replace(kept, state=State.IN_REVIEW))


def found_sensitive(unit: Unit, kept: Voice) -> None:
    unit.testimonies.save(replace(kept, sensitive=True))


def withheld(unit: Unit, kept: Voice) -> None:
    unit.testimonies.save(replace(kept, withheld=True))


def redacted_anew(unit: Unit, kept: Voice) -> None:
    redacted(unit, kept, unit.people.moderators_of("atd")[0], "Water is near.")


def grown_old(unit: Unit, kept: Voice) -> None:
    assert unit.testimonies.drop_older(later(days=400)) == 1


@pytest.mark.parametrize(
    "deed", [revoke, withdraw, forget, undo, found_sensitive, withheld, redacted_anew, grown_old]
)
async def test_what_may_no_longer_be_public_is_gone_with_the_same_commit(
    store: Database, deed: Callable[[Unit, Voice], None]
) -> None:
    """S31, S36: revoked, withdrawn, forgotten, undone, sensitive, withheld, redacted anew, old; and it is told."""
    kept = await published(store, "publish")
    before = await store.transact(lambda unit: unit.publications.revision())
    await store.transact(lambda unit: deed(unit, kept))
    assert await public(store, kept) == []
    assert await store.transact(lambda unit: unit.publications.revision()) != before


async def test_one_purpose_taken_back_leaves_the_other_and_comes_back_only_when_published_anew(
    store: Database,
) -> None:
    """S31."""
    kept = await published(store, "publish", "quote")
    await store.transact(lambda unit: revoke(unit, kept))
    assert await public(store, kept) == ["quote"]
    await store.transact(lambda unit: unit.testimonies.add_consents([said(kept, "publish", minutes=5)]))
    assert await public(store, kept) == ["quote"]
    await store.transact(lambda unit: publish(unit, kept.id, "publish", NOW))
    assert await public(store, kept) == ["publish", "quote"]


async def test_saying_yes_again_in_other_words_leaves_what_is_public(store: Database) -> None:
    """S31: a publication rests on what is allowed, not on the words it was first allowed in."""
    kept = await published(store, "publish")
    again = replace(said(kept, "publish"), wording="sha256:cd")
    await store.transact(lambda unit: unit.testimonies.add_consents([again]))
    assert await public(store, kept) == ["publish"]


async def test_another_testimony_is_left_alone(store: Database) -> None:
    """S20, S31: whatever happens to one."""
    for deed in (revoke, withdraw, undo, found_sensitive, forget):
        one, other = await published(store, "publish"), await published(store, "publish", person=2)
        await store.transact(lambda unit, deed=deed, one=one: deed(unit, one))  # type: ignore[misc]
        assert (await public(store, one), await public(store, other)) == ([], ["publish"])


async def test_whoever_was_too_late_takes_nothing_back(store: Database) -> None:
    """R35: a decision on an older version changes nothing, not even what is public."""
    kept = await published(store, "publish")

    def work(unit: Unit) -> None:
        unit.testimonies.save(kept)
        with pytest.raises(Stale):
            unit.testimonies.save(replace(kept, state=State.IN_REVIEW))

    await store.transact(work)
    assert await public(store, kept) == ["publish"]


async def test_of_many_who_publish_and_take_back_at_once_nobody_is_told_of_a_fault(store: Database) -> None:
    """S31: whoever is late finds it not allowed; her word is never refused."""
    for _ in range(10):
        kept = await store.transact(lambda unit: told(unit, "publish", "quote"))
        works: list[Callable[[Unit], object]] = [
            lambda unit, kept=kept: publish(unit, kept.id, "publish", NOW),  # type: ignore[misc]
            lambda unit, kept=kept: publish(unit, kept.id, "quote", NOW),  # type: ignore[misc]
            lambda unit, kept=kept: revoke(unit, kept),  # type: ignore[misc]
            lambda unit, kept=kept: undo(unit, kept),  # type: ignore[misc]
        ]
        came = await asyncio.gather(*(store.transact(each) for each in works), return_exceptions=True)
        assert [each for each in came[2:] if each is not None] == []
        assert all(isinstance(each, (Publication, NotAllowed)) for each in came[:2])
        assert await public(store, kept) == []


@pytest.mark.parametrize("deed", [revoke, withdraw, forget, undo, grown_old])
async def test_whoever_takes_it_back_waits_for_whoever_publishes_at_that_moment(
    postgres: Source, deed: Callable[[Unit, Voice], None]
) -> None:
    """S31: her no is neither refused nor too early, nor is what has the same effect."""
    url = postgres.fresh()
    async with opened(url) as store:
        await store.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        kept = await store.transact(lambda unit: told(unit, "publish"))
        published, waited_for = (asyncio.get_running_loop().create_future() for _ in range(2))

        def publishes(unit: Unit) -> None:
            publish(unit, kept.id, "publish", NOW)
            published.set_result(None)
            wait_for(waited_for)

        publishing = asyncio.ensure_future(store.transact(publishes))
        await published
        taking_back = asyncio.ensure_future(store.transact(lambda unit: deed(unit, kept)))
        await until_it_waits(url, taking_back)
        waited_for.set_result(None)
        await asyncio.gather(publishing, taking_back)
        assert await public(store, kept) == []
    postgres.drop(url)


# after a restore


async def test_what_was_taken_back_after_a_backup_is_taken_back_again_and_what_was_allowed_since_is_not(
    store: Database, url: str
) -> None:
    """S31, S40: the tombstone names the very yes that was taken back; a later one is another."""
    one, other = await published(store, "publish", "quote"), await published(store, "publish")
    rows = every_row(url)
    newer = replace(said(one, "publish", minutes=1), wording="sha256:cd")
    await store.transact(lambda unit: unit.testimonies.add_consents([newer]))
    await store.transact(lambda unit: revoke(unit, one))
    await store.transact(lambda unit: unit.testimonies.add_consents([said(one, "publish", minutes=5)]))
    await store.transact(lambda unit: publish(unit, one.id, "publish", later(minutes=6)))
    later_rows = every_row(url)
    await store.transact(lambda unit: unit.testimonies.add_consents([said(one, "quote", granted=False)]))
    marks = await store.transact(lambda unit: unit.buried())
    assert len(marks) == 2
    ids = {row[1]: row[2] for row in rows["permissions"] if row[0] == one.id}
    assert KEYS.mark("permission", ids["publish"]) in marks

    async def comes_back(rows: Mapping[str, list[tuple[object, ...]]]) -> list[list[str]]:
        tables = ("consents", "permissions", "redactions", "publications")
        for table in reversed(tables):
            change(url, f"DELETE FROM {table}")
        for table in tables:
            for row in rows[table]:
                names = {f"v{place}": value for place, value in enumerate(row)}
                change(url, f"INSERT INTO {table} VALUES ({', '.join(f':{each}' for each in names)})", names)
        await store.transact(lambda unit: unit.forget_again(later(days=1)))
        assert await store.transact(lambda unit: unit.forget_again(later(days=1))) == 0
        latest = await store.transact(lambda unit: unit.testimonies.consents(one.id))
        assert max(each.at for each in latest if not each.granted) == later(days=1)
        granted = sorted(each.purpose for each in latest if each.granted)
        return [granted, await public(store, one), await public(store, other)]

    assert await comes_back(rows) == [[], [], ["publish"]]
    assert await comes_back(later_rows) == [["publish"], ["publish"], ["publish"]]

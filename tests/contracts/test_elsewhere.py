"""Authors of what was published elsewhere: nobody can write to them, and who had it erased stays out."""

from dataclasses import replace

from bot.exports.record import Export
from bot.journal import Deed
from bot.outbox import Refused
from bot.people import Consent
from bot.ports import Unit
from bot.testimony import State
from storage.database import Database
from tests.stores import NOW, every_row, later, publish, say, selected, someone, voice


async def test_the_same_is_found_again_and_nothing_of_it_is_kept(store: Database, url: str) -> None:
    """S3, S4, S45: no chat, no index of a Telegram id, no word of what they are known by."""

    def work(unit: Unit) -> None:
        which = unit.elsewhere.id("Rakoto of the group")
        assert (len(which), int(which, 16) > 0) == (32, True)
        assert unit.elsewhere.id("Rakoto of the group") == which != unit.elsewhere.id("Rakoto")
        her = unit.elsewhere.author(which, "atd", "fr", NOW)
        assert unit.elsewhere.author(which, "atd", "mg", later(days=1)) == her
        assert unit.people.respondent(which) == her
        assert (her.reachable, her.quiet, unit.people.chat(her.address)) == (False, True, None)
        assert unit.people.chats([her.address]) == {}
        told = voice(her, elsewhere={"source": "Group of Tana", "day": "2020-04-03"})
        unit.testimonies.add(told, [])
        kept = unit.testimonies.get(told.id, partner="atd")
        assert kept is not None
        assert (kept, kept.told_at.isoformat()) == (told, "2020-04-03T00:00:00+00:00")

    await store.transact(work)
    rows = str(every_row(url))
    assert not any(word in rows for word in ("Rakoto", "Group of Tana", "2020-04-03"))


async def test_a_delivery_to_them_ends_without_a_message_and_they_stay(store: Database) -> None:
    """S45: whatever would be said to them is not, and their voices stay where they are."""

    def work(unit: Unit) -> str:
        her = unit.elsewhere.author(unit.elsewhere.id("a"), "atd", "fr", NOW)
        unit.testimonies.add(voice(her), [])
        say(unit, "never", her.address)
        [claimed] = unit.outbox.claim(1, NOW)
        unit.outbox.settle(claimed.id, Refused("the address is gone"), NOW)
        return her.id

    which = await store.transact(work)
    assert await store.transact(lambda unit: unit.people.respondent(which)) is not None


async def test_who_had_it_erased_is_known_for_ever(store: Database, url: str) -> None:
    """S40: also after a restore."""

    def work(unit: Unit) -> str:
        which = unit.elsewhere.id("a")
        her = unit.elsewhere.author(which, "atd", "fr", NOW)
        unit.testimonies.add(voice(her), [])
        assert not unit.elsewhere.left(which)
        unit.people.forget(which, NOW)
        assert unit.elsewhere.left(which)
        return which

    which = await store.transact(work)
    assert which not in str(every_row(url))


async def test_published_it_needs_a_permission_as_any_other_voice(store: Database, url: str) -> None:
    """S31, S36: consent by that it was published elsewhere is a row like any other, revocable at once."""

    def fill(unit: Unit) -> str:
        her = unit.elsewhere.author(unit.elsewhere.id("a"), "atd", "fr", NOW)
        told = voice(her, elsewhere={"source": "A group"})
        yes = Consent(told.id, "publish", True, "sha256:ab", "en", NOW, "published-elsewhere/1")
        told = unit.testimonies.add(told, [yes])
        unit.testimonies.save(replace(told, state=State.ACCEPTED))
        publish(unit, told.id, "publish", NOW)
        unit.testimonies.add_consents([replace(yes, granted=False)])
        return told.id

    await store.transact(fill)
    assert selected(url, "SELECT count(*) FROM publications") == [(0,)]


async def test_what_was_taken_out_is_remembered_by_partner_until_it_is_long_past(store: Database) -> None:
    """S20, S41."""

    def work(unit: Unit) -> None:
        def export(id: str, partner: str, day: int) -> Export:
            return Export(id, partner, "testimony", "csv", "operator", later(days=day), later(days=day + 7))

        for each in (export("a", "atd", 0), export("b", "atd", 2), export("c", "omep", 1)):
            unit.exports.add(each)
        unit.exports.counted("a", 5, partner="atd")
        unit.exports.counted("c", 9, partner="atd")
        assert [(each.id, each.count) for each in unit.exports.of("atd")] == [("b", 0), ("a", 5)]
        assert [(each.id, each.count) for each in unit.exports.of("omep")] == [("c", 0)]
        assert [each.id for each in unit.exports.over(NOW, later(days=8))] == ["a", "c"]
        assert [each.id for each in unit.exports.over(later(days=7), later(days=30))] == ["c", "b"]
        assert unit.exports.drop_older(later(days=8)) == 1
        assert [each.id for each in unit.exports.of("atd")] == ["b"]

    await store.transact(work)


async def test_what_left_with_an_export_and_may_be_shared_no_more_is_found_page_by_page(
    store: Database,
) -> None:
    """S31, S41: by the lines of the journal that it left in; another export's lines and another partner's are none."""
    taken = Export("a", "atd", "testimony", "csv", "operator", NOW, later(days=7))

    def leave(unit: Unit) -> None:
        unit.journal.write(Deed(NOW, "operator", "exported", "testimony:before"))
        unit.exports.add(taken)
        unit.journal.write(Deed(NOW, "operator", "took out", "export:a"))
        for n in range(5):
            kept = voice(someone(unit, 70_000 + n))
            share = Consent(kept.id, "share", n != 3, "h", "fr", NOW)
            unit.testimonies.add(kept, [share])
            unit.journal.write(Deed(NOW, "operator", "exported", f"testimony:{kept.id}"))
            unit.journal.write(Deed(later(hours=1), "operator", "exported", "testimony:of another export"))
        unit.journal.write(Deed(NOW, "operator", "exported", "testimony:gone"))

    def look(unit: Unit) -> list[tuple[int, bool]]:
        count, after = unit.exports.taken_back(taken, most=2)
        found = [(count, after is not None)]
        while after is not None:
            count, after = unit.exports.taken_back(taken, after, most=2)
            found.append((count, after is not None))
        return found

    await store.transact(leave)
    assert await store.transact(look) == [(0, True), (1, True), (1, True), (0, False)]
    elsewhere = replace(taken, partner="omep")
    assert (await store.transact(lambda unit: unit.exports.taken_back(elsewhere)))[0] == 6

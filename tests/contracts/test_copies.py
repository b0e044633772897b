"""What lies in the chats is known by number, hers and ours, on both engines."""

from datetime import timedelta

from bot.outbox import Kind
from bot.ports import Copy, Unit
from bot.speech import Message
from storage.database import Database
from tests.stores import NOW, later


async def test_a_copy_is_known_once_and_keeps_its_time(store: Database) -> None:
    """S29: Telegram counts the 48 hours from when it was first said, whatever was changed since."""

    def work(unit: Unit) -> list[Copy]:
        unit.copies.said("a", Copy(7, NOW, card="t"))
        unit.copies.said("a", Copy(7, later(hours=1), stays=True))
        unit.copies.heard("a", Copy(8, NOW, recording=True))
        unit.copies.heard("a", Copy(8, later(hours=1)))
        unit.copies.heard("b", Copy(9, NOW))
        return unit.copies.there("a")

    kept = await store.transact(work)
    assert kept == [Copy(7, NOW, stays=True), Copy(8, NOW, recording=True)]


async def test_copies_go_when_they_were_taken_out_and_by_age(store: Database) -> None:
    """S29, S41."""

    def work(unit: Unit) -> None:
        for number in range(5):
            unit.copies.heard("a", Copy(number, NOW + timedelta(hours=number)))

    await store.transact(work)
    await store.transact(lambda unit: unit.copies.drop("a", [3]))
    assert await store.transact(lambda unit: unit.copies.drop_older(later(hours=2), 1)) == 1
    assert await store.transact(lambda unit: unit.copies.drop_older(later(hours=2), 100)) == 1
    assert [each.number for each in await store.transact(lambda unit: unit.copies.there("a"))] == [2, 4]


async def test_what_takes_messages_out_of_a_chat_is_not_cancelled_by_stop(store: Database) -> None:
    """S29, S45: /stop ends what we say, not what we take away."""

    def work(unit: Unit) -> list[Kind]:
        address = unit.people.add_address(5, 5, NOW)
        for kind in (Kind.REPLY, Kind.HIDING):
            message = Message("en", (), hides=(1,))
            unit.outbox.add(key=f"k:{kind}", address=address, kind=kind, message=message, now=NOW)
        unit.outbox.cancel(address, NOW)
        return [each.kind for each in unit.outbox.claim(9, NOW)]

    assert await store.transact(work) == [Kind.HIDING]

"""What one of several processes has for a while; a process that is alone has everything."""

from datetime import timedelta

from bot.ports import Unit
from storage.database import Database
from tests.stores import Source, opened

SPAN, OVER = timedelta(minutes=1), timedelta(0)


async def test_a_process_has_what_it_took(store: Database) -> None:
    """R26: on SQLite the lock of the file is the lease of everything."""

    def work(unit: Unit) -> object:
        unit.leases.live(SPAN)
        return (
            unit.leases.take("polling", SPAN),
            unit.leases.take("polling", SPAN),
            unit.leases.held("polling"),
        )

    assert await store.transact(work) == (True, True, True)
    assert await store.transact(lambda unit: unit.leases.bury()) is False


async def test_what_one_process_has_no_other_gets(postgres: Source) -> None:
    """R26: until it lets it go, or its time is over."""
    url = postgres.fresh()

    def take(unit: Unit) -> bool:
        return unit.leases.take("polling", SPAN)

    async with opened(url) as store, opened(url) as other:
        assert await store.transact(take)
        assert not await other.transact(take)
        assert not await other.transact(lambda unit: unit.leases.held("polling"))
        await other.transact(lambda unit: unit.leases.release("polling"))  # not its own
        assert not await other.transact(take)
        await store.transact(lambda unit: unit.leases.release("polling"))
        assert await other.transact(take)
        assert not await store.transact(lambda unit: unit.leases.held("polling"))
        await other.transact(lambda unit: unit.leases.take("polling", OVER))
        assert await store.transact(take)
    postgres.drop(url)


async def test_who_did_not_renew_in_time_is_found_dead_once(postgres: Source) -> None:
    """R28: by whoever looks first; nobody buries oneself."""
    url = postgres.fresh()

    def bury(unit: Unit) -> bool:
        return unit.leases.bury()

    async with opened(url) as store, opened(url) as other:
        await store.transact(lambda unit: unit.leases.live(SPAN))
        assert not await other.transact(bury)
        await store.transact(lambda unit: unit.leases.live(OVER))
        assert not await store.transact(bury)
        assert await other.transact(bury)
        assert not await other.transact(bury)
    postgres.drop(url)

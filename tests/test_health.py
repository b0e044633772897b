"""Whoever watches over the bot is told that it lives, that it is ready, and its numbers."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.health import CannotListen, Health, serving
from bot.metrics import Metrics
from bot.outbox import Kind, Later, Refused, Sent, Unknown
from bot.ports import Raw, Unit
from storage.database import Database
from tests.fakes import FakeClock
from tests.stores import NOW, SqliteFiles, later, opened, remember, say

T = TypeVar("T")


@dataclass(slots=True)
class Watch:
    """A store and its health, as somebody asks for it over HTTP."""

    store: Database
    url: str
    metrics: Metrics
    clock: FakeClock
    place: str
    session: aiohttp.ClientSession
    reached: bool = True

    async def asks(self, path: str) -> tuple[int, str]:
        async with self.session.get(self.place + path) as response:
            return response.status, (await response.text()).strip()

    async def numbers(self) -> dict[str, float]:
        """Every number of a scrape, by its name and labels as Prometheus writes them."""
        async with self.session.get(self.place + "/metrics") as response:
            assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            families = list(text_string_to_metric_families(await response.text()))
        found = {}
        for sample in (sample for family in families for sample in family.samples):
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
        return found


@asynccontextmanager
async def watching(url: str, patience: float = 10, **more: Any) -> AsyncIterator[Watch]:
    metrics, clock = Metrics("sqlite"), FakeClock(NOW)
    async with opened(url, meter=metrics, **more) as store, aiohttp.ClientSession() as session:
        watch = Watch(store, url, metrics, clock, "", session)
        health = Health(store, metrics, clock, lambda: watch.reached, patience=patience)
        async with serving("127.0.0.1", 0, [health]) as port:
            watch.place = f"http://127.0.0.1:{port}"
            yield watch


@pytest.fixture
async def watch(files: SqliteFiles) -> AsyncIterator[Watch]:
    async with watching(files.fresh()) as watch:
        yield watch


async def test_a_bot_that_is_well_is_alive_and_ready(watch: Watch) -> None:
    """R32."""
    assert await watch.asks("/healthz") == (200, "alive")
    assert await watch.asks("/readyz") == (200, "ready")


async def test_a_bot_that_has_not_reached_telegram_is_alive_but_not_ready(watch: Watch) -> None:
    """R32: a restart would not help."""
    watch.reached = False
    assert await watch.asks("/healthz") == (200, "alive")
    assert await watch.asks("/readyz") == (503, "telegram")


async def test_a_store_that_is_away_is_no_reason_for_a_restart(watch: Watch) -> None:
    """R23, R32: not ready, alive; what happened is still counted, what waits is not guessed."""
    await watch.store.close()
    assert await watch.asks("/healthz") == (200, "alive")
    assert await watch.asks("/readyz") == (503, "store")
    numbers = await watch.numbers()
    assert numbers["voices_store_unavailable_total"] == 3
    assert not [
        name for name in numbers if name.startswith(("voices_inbox", "voices_outbox", "voices_targets"))
    ]


async def test_a_store_that_stands_still_turns_health_red(files: SqliteFiles) -> None:
    """R32: the disk hangs; the watchdog may restart the process. It turns green with the next answer."""
    go_on = threading.Event()
    async with watching(files.fresh(), patience=0.1, failpoint=lambda _: go_on.wait(30)) as watch:
        hanging = asyncio.create_task(watch.store.transact(remember("word")))
        assert await watch.asks("/healthz") == (503, "stuck")
        assert await watch.asks("/readyz") == (503, "store")
        assert "voices_inbox_open" not in await watch.numbers()
        go_on.set()
        await hanging
        async with asyncio.timeout(10):
            while await watch.asks("/healthz") != (200, "alive"):
                pass


async def test_what_waits_is_read_from_the_rows_when_it_is_asked_for(watch: Watch) -> None:
    """R32: how much, of what kind, and for how long already."""

    def fill(unit: Unit) -> None:
        unit.inbox.add([Raw(1, 5, (1, 1), b"a"), Raw(2, 5, (1, 2), b"b"), Raw(3, 6, (1, 1), b"c")], NOW)
        unit.inbox.set_aside(3, NOW)
        address = unit.people.add_address(5, 5, NOW)
        say(unit, "one", address)
        say(unit, "two", address, not_before=later(seconds=20))
        say(unit, "three", address, kind=Kind.MODERATION, not_before=later(days=1))

    await watch.store.transact(fill)
    watch.clock.advance(90)
    numbers = await watch.numbers()
    assert {
        name: value for name, value in numbers.items() if name.startswith(("voices_inbox", "voices_outbox"))
    } == {
        "voices_inbox_open": 2,
        "voices_inbox_lag_seconds": 90,
        "voices_inbox_aside": 1,
        'voices_outbox_due{kind="first"}': 0,
        'voices_outbox_due{kind="reply"}': 2,
        'voices_outbox_due{kind="moderation"}': 1,
        'voices_outbox_due{kind="notice"}': 0,
        'voices_outbox_due{kind="hiding"}': 0,
        'voices_outbox_due{kind="crowded"}': 0,
        'voices_outbox_due{kind="campaign"}': 0,
        'voices_outbox_oldest_seconds{kind="first"}': 0,
        'voices_outbox_oldest_seconds{kind="reply"}': 90,
        'voices_outbox_oldest_seconds{kind="moderation"}': 0,
        'voices_outbox_oldest_seconds{kind="notice"}': 0,
        'voices_outbox_oldest_seconds{kind="hiding"}': 0,
        'voices_outbox_oldest_seconds{kind="crowded"}': 0,
        'voices_outbox_oldest_seconds{kind="campaign"}': 0,
    }


async def test_what_happened_is_counted(watch: Watch) -> None:
    watch.metrics.received(3)
    watch.metrics.stepped(0.02)
    for outcome in (Sent(1), Sent(2), Later(5), Refused("no"), Unknown("cut")):
        watch.metrics.delivered(Kind.REPLY, outcome)
    watch.metrics.slowed()
    watch.metrics.turned_away()
    numbers = await watch.numbers()
    wanted = {
        "voices_updates_received_total": 3,
        "voices_step_seconds_count": 1,
        "voices_step_seconds_sum": 0.02,
        'voices_step_seconds_bucket{le="0.01"}': 0,
        'voices_step_seconds_bucket{le="0.025"}': 1,
        'voices_deliveries_total{kind="reply",outcome="sent"}': 2,
        'voices_deliveries_total{kind="reply",outcome="later"}': 1,
        'voices_deliveries_total{kind="reply",outcome="refused"}': 1,
        'voices_deliveries_total{kind="reply",outcome="unknown"}': 1,
        'voices_deliveries_total{kind="campaign",outcome="sent"}': 0,
        "voices_too_many_requests_total": 1,
        "voices_webhook_refused_total": 1,
        "voices_store_unavailable_total": 0,
    }
    assert {name: numbers[name] for name in wanted} == wanted
    before = numbers["voices_transaction_seconds_count"]
    assert (await watch.numbers())["voices_transaction_seconds_count"] == before + 1
    assert any(name.startswith("voices_build_info{") for name in numbers)
    assert numbers["process_resident_memory_bytes"] > 0


async def test_two_bots_in_one_process_count_apart(files: SqliteFiles) -> None:
    """No registry is shared by all."""
    async with watching(files.fresh()) as one, watching(files.fresh()) as two:
        one.metrics.received(5)
        assert (await two.numbers())["voices_updates_received_total"] == 0


async def test_it_is_served_at_the_given_address_alone(watch: Watch) -> None:
    """S25: nothing listens on any other address of the machine."""
    other = watch.place.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(aiohttp.ClientConnectorError):
        await watch.session.get(f"{other}/healthz")


async def test_a_place_that_is_taken_is_refused_with_one_sentence(watch: Watch) -> None:
    """S48."""
    port = int(watch.place.rpartition(":")[2])
    with pytest.raises(
        CannotListen, match=rf"^127\.0\.0\.1:{port} cannot be listened on \(.*\): choose another"
    ):
        async with serving("127.0.0.1", port, []):
            pass

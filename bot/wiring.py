"""The one place where real parts meet."""

import asyncio
import contextlib
import hashlib
import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from bot import changing, displaying, gathering, lane, picturing, reclaiming, reporting, returning
from bot.attending import Attending
from bot.authoring import Authoring
from bot.chat import publishing
from bot.chat.answering import Answering
from bot.chat.commands import announce
from bot.chat.face import Line, Polling, TokenRefused
from bot.chat.gallery import Gallery
from bot.chat.hook import AddressRefused, Hook
from bot.chat.intake import Intake
from bot.chat.request import NotSent, TooFast, Uncertain
from bot.chat.signing import Signer
from bot.chat.slowing import Crowding
from bot.chat.speaking import Speaker
from bot.circumstances import Circumstances
from bot.clock import CommonClock, SystemClock
from bot.config import Settings, SettingsFault
from bot.duties import Duties
from bot.forwarding import DUTY as FORWARDING
from bot.forwarding import Forwarding
from bot.health import CannotListen, Health, listening, serving
from bot.issuing import issue
from bot.keeping import Keeping
from bot.launching import DUTY, Launching
from bot.linking import NAME, PAGES
from bot.metrics import Metrics
from bot.openrosa import OpenRosa
from bot.people import Partner
from bot.ports import Clock, Meter, News, Store, Unavailable, Unit, Vault
from bot.receiving import POLLING, Receiving
from bot.schedule import Schedule
from bot.sending import Limiter, Sending
from bot.sweeping import sweep
from bot.timekeeping import Timekeeping
from bot.words import LOCALES, Catalogs
from dialogs.form import Form
from storage import forgotten, inventory
from storage import unit as storage_unit
from storage.database import Database
from storage.forgotten import NoList
from storage.opening import InUse, StoreFault, migrate, sealed
from storage.sealing import KeyFault, KeyFileMissing, KeyFileThere, Keys
from storage.tables import Sensitivity
from storage.vault import Files
from web.site import site

log = logging.getLogger("voices")

Fault = (SettingsFault, StoreFault, KeyFault, NoList, TokenRefused, AddressRefused, CannotListen, Unavailable)
"""What stops a start with one clear sentence; see `sentence`."""

FORMS = Path(__file__).parent.parent / "dialogs" / "forms"
"""The built-in forms, a folder each."""

BUILT_IN = "built-in forms"
"""The mark that says which built-in forms are published."""

PARTNER = Partner("partner", "Voices")
"""Who reads until the operator names a partner (`voices team partner`)."""


def keys_of(settings: Settings) -> Keys:
    """The keys of this installation; made where there is neither a key file nor data. KeyFault otherwise."""
    try:
        return Keys.read(settings.key_file)
    except KeyFileMissing:
        if not sealed(settings.database):
            with contextlib.suppress(KeyFileThere):
                return Keys.make(settings.key_file)
        return Keys.read(settings.key_file)  # a process that starts beside us may have made it since


def sentence(fault: Exception, settings: Settings) -> str:
    """What an operator is told of a Fault: which setting it is about, why, and what to do. No secret is in it."""
    match fault:
        case KeyFault():
            return f"VOICES_KEY_FILE: {fault}."
        case NoList():
            return f"VOICES_FORGOTTEN_FILE: {fault}."
        case StoreFault() | Unavailable():
            return f"{'VOICES_DATABASE_URL' if settings.database_url else 'VOICES_DATA_DIR'}: {fault}."
        case TokenRefused():
            return f"VOICES_TOKEN: {fault}."
        case CannotListen():
            return f"{fault.setting}: {fault}."
        case AddressRefused():
            return f"VOICES_WEBHOOK_URL: Telegram refuses it ({fault})."
    return str(fault)


@cache
def builtin_forms() -> tuple[Form, ...]:
    """The built-in forms, read from their workbooks."""
    # Takes half a second to import, and most starts need no workbook.
    from dialogs.reading.xlsform import load_builtin

    return tuple(load_builtin(FORMS / name) for name in builtin_names())


def builtin_names() -> list[str]:
    """What the built-in forms are called."""
    return [path.stem for path in sorted(FORMS.glob("*/*.md")) if path.stem == path.parent.name]


def _digest() -> str:
    """What the built-in forms' workbooks and their catalogs say, as one hash."""
    told = [*FORMS.glob("*/*.md"), *LOCALES.glob("*/LC_MESSAGES/forms.po"), LOCALES / "languages.toml"]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(told))).hexdigest()


@asynccontextmanager
async def opened(
    settings: Settings, clock: Clock, *, alone: bool = True, meter: Meter | None = None
) -> AsyncIterator[tuple[Database, Keys]]:
    """The store, made or brought to this version's shape, with the built-in forms and a partner in it.

    `alone` False: for an operator's tool, also beside a running bot (which brought the store to its shape).
    """
    make_room(settings.data_dir)
    keys = keys_of(settings)
    try:
        await asyncio.to_thread(migrate, settings.database)
    except InUse:
        if alone:
            raise
    store = await asyncio.to_thread(
        partial(Database.open, settings.database, keys, key_file=settings.key_file, alone=alone, meter=meter)
    )

    def prepare(unit: storage_unit.Unit) -> None:
        """Before anything is said to anyone, and by one process after the other."""
        unit.one_at_a_time()
        leave_again(unit)
        furnish(unit)

    def leave_again(unit: storage_unit.Unit) -> None:
        """Whoever left and was brought back by a backup leaves again."""
        if unit.bury(left) or returning.awaits(unit):
            log.warning("%s left again", unit.forget_again(clock.now()))
        returning.come_back(unit, clock.now())

    def furnish(unit: Unit) -> None:
        if not unit.people.partners():
            unit.people.add_partner(PARTNER)
        if unit.marks.get(BUILT_IN) != digest:
            for form in builtin_forms():
                unit.forms.publish(form, clock.now())
            unit.marks.set(BUILT_IN, digest)

    try:
        digest = await asyncio.to_thread(_digest)
        left = await asyncio.to_thread(forgotten.read, settings.forgotten)
        await store.transact(prepare)
        yield store, keys
    finally:
        await store.close()


@asynccontextmanager
async def looked_at(settings: Settings) -> AsyncIterator[Database | None]:
    """The store as it stands, also beside a running bot; None where there is none yet. Nothing is made or changed."""
    if not await asyncio.to_thread(sealed, settings.database):
        yield None
        return
    keys = Keys.read(settings.key_file)
    store = await asyncio.to_thread(partial(Database.open, settings.database, keys, alone=False))
    try:
        yield store
    finally:
        await store.close()


def make_room(folder: Path) -> None:
    """Make the data folder, and see that it can be written to, and looked into by this account alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise SettingsFault(
            f"VOICES_DATA_DIR: {folder} cannot be written to ({error.strerror}): "
            "let this account write there, or choose another folder."
        ) from error
    if open_to_others(folder):
        raise SettingsFault(
            f"VOICES_DATA_DIR: {folder} can be looked into by others: run chmod 700 {folder}."
        )


def open_to_others(folder: Path) -> bool:
    """Whether any account of this machine may look into a folder; False for one that is not there."""
    return folder.exists() and bool(folder.stat().st_mode & 0o007)


@asynccontextmanager
async def opened_with_recordings(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Store, Vault]]:
    """The store and the recordings, for an operator's tool, also beside a running bot."""
    async with opened(settings, clock, alone=False) as (store, _):
        yield store, _vault(settings, store)


def _vault(settings: Settings, store: Database) -> Files:
    return Files(settings.recordings, store)


def readable() -> list[str]:
    """What stands in the rows in the clear: each table with its columns that say anything and are not sealed."""
    told = {
        table: [
            name
            for name, why in columns.items()
            if why.sensitivity is not Sensitivity.NONE and not why.sealed
        ]
        for table, columns in inventory.columns().items()
    }
    return [f"{table}: {', '.join(names)}" for table, names in told.items() if names]


async def name_of_bot(settings: Settings, store: Store) -> str | None:
    """The bot's username, as Telegram says or as the bot wrote down when it last ran; None where neither is known."""
    if settings.token is not None:
        line = Line(settings.bot_token, settings.api_url)
        try:
            return await line.open()
        except (TokenRefused, NotSent, Uncertain, TooFast):
            pass  # what the bot wrote down will do
        finally:
            await line.close()
    return await store.transact(lambda unit: unit.marks.get(NAME))


@dataclass(frozen=True, slots=True)
class Voices:
    """The running bot: what a test or an operator's tool may want to look at. `port`, `pages`: where it listens."""

    store: Database
    line: Line
    keeping: Keeping
    vault: Files
    answering: Answering
    sending: Sending
    port: int | None
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """What the bot reaches beyond itself, and the words it reads: a simulation gives its own."""

    store: Callable[..., AbstractAsyncContextManager[tuple[Database, Keys]]] = opened
    line: Callable[..., Line] = Line
    catalogs: Callable[[], Catalogs] = Catalogs.read


OUTSIDE = Outside()


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    clock: Clock | None = None,
    stop: asyncio.Event | None = None,
    outside: Outside = OUTSIDE,
) -> AsyncIterator[Voices]:
    """The whole bot, from the first poll to the last reply.

    A part that ends by itself sets `stop`; its fault is raised once the rest has ended too.
    """
    clock = clock or SystemClock()
    stop = stop or asyncio.Event()
    token = settings.bot_token  # without one nothing is begun
    async with AsyncExitStack() as stack:
        metrics = Metrics("sqlite" if settings.sqlite_file else "postgresql")
        store, keys = await stack.enter_async_context(outside.store(settings, clock, meter=metrics))
        common = None
        if store.shared:
            clock = common = CommonClock(clock, store)
            await common.look()
        catalogs = outside.catalogs()
        signer = Signer(keys.buttons)
        line = outside.line(token, settings.api_url, meter=metrics)
        stack.push_async_callback(line.close)
        limiter = Limiter(clock, settings.pace, settings.chat_pace)
        gallery = Gallery(store, line.account)
        speaker = Speaker(line.bot, line.ask, catalogs, signer, clock, limiter, gallery)
        sending = Sending(store, speaker, clock, limiter=limiter, meter=metrics)
        answering = Answering(catalogs, signer, crowding=Crowding(settings.link_pace), pace=settings.pace)
        receiving = Receiving(
            store,
            clock,
            answering.handle,
            apologise=answering.apologise,
            spoke=sending.wake,
            meter=metrics,
            hands=store.hands,
        )
        vault = _vault(settings, store)
        keeping = Keeping(store, speaker, vault, clock)
        authoring = Authoring(store, speaker, clock, catalogs, publishing.tell_outcome)
        intake = Intake(store, receiving, speaker, clock)
        hook = (
            Hook(line, intake, store, clock, *settings.webhook, meter=metrics) if settings.webhook else None
        )
        polling = Polling(line, receiving, intake, clock)
        health = Health(store, metrics, clock, lambda: line.opened)
        port = None
        if settings.listens_at:
            served = serving(*settings.listens_at, [health, hook] if hook else [health])
            port = await stack.enter_async_context(served)

        pages = None
        if settings.pages_at:
            public = site(store, catalogs, settings.pages_url or "")
            served = listening(*settings.pages_at, public, "VOICES_PAGES_LISTEN")
            pages = await stack.enter_async_context(served)

        async def show_commands() -> None:
            await announce(line.bot, store, catalogs, now=clock.now)

        async def wake() -> None:
            if await store.transact(lambda unit: answering.wake(unit, clock.now())):
                sending.wake()

        async def remind() -> None:
            now = clock.now()
            if await store.transact(lambda unit: lane.remind(unit, Circumstances("lane", now, catalogs))):
                sending.wake()

        async def read_forms() -> None:
            if await authoring.fetch():
                sending.wake()

        async def drop_what_is_old() -> None:
            await sweep(store, clock.now())

        async def tell_leads() -> None:
            now = clock.now()
            here = Circumstances(f"week:{now.date()}", now, catalogs)
            told = await store.transact(lambda unit: reporting.weekly(unit, here))
            told += await store.transact(lambda unit: reclaiming.remind(unit, here))
            if told + await reclaiming.look(store, clock, catalogs):
                sending.wake()

        async def tell_change() -> None:
            if await changing.answer(store, clock, catalogs):
                sending.wake()

        async def issue_reports() -> None:
            if await issue(store, clock, catalogs):
                sending.wake()

        async def keep_rooms_up() -> None:
            now = clock.now()
            here = Circumstances(f"room:{now.isoformat()}", now, catalogs)
            if await gathering.keep_up(store, speaker, here):
                sending.wake()

        async def list_who_left() -> None:
            marks = await store.transact(lambda unit: unit.buried())
            await asyncio.to_thread(forgotten.add, settings.forgotten, marks)

        launching = Launching(store, clock, catalogs, settings.pace, metrics)

        attending = Attending(store, clock, catalogs, settings.pace)

        async def count_people() -> None:
            if await attending.count():
                sending.wake()

        async def keep_cards_up() -> None:
            if await attending.keep_up():
                sending.wake()

        async def launch() -> None:
            if await launching.launch():
                sending.wake()

        async def follow() -> None:
            if await launching.follow():
                sending.wake()

        async def display() -> None:
            if settings.pages_at:
                await displaying.display(store, clock, catalogs)
                await picturing.picture(store, vault)

        collector = OpenRosa()
        stack.push_async_callback(collector.close)
        forwarding = Forwarding(store, vault, collector, clock, catalogs, meter=metrics)

        schedule = Schedule(
            {
                display: timedelta(seconds=10),
                launch: timedelta(seconds=1),
                follow: timedelta(seconds=5),
                launching.plan: timedelta(seconds=10),
                count_people: timedelta(seconds=2),
                keep_cards_up: timedelta(seconds=10),
                keeping.fetch: timedelta(seconds=10),
                read_forms: timedelta(seconds=3),
                wake: timedelta(minutes=1),
                remind: timedelta(minutes=5),
                show_commands: timedelta(seconds=30),
                vault.sweep: timedelta(minutes=5),
                drop_what_is_old: timedelta(hours=1),
                tell_leads: timedelta(minutes=10),
                tell_change: timedelta(seconds=5),
                issue_reports: timedelta(seconds=10),
                keep_rooms_up: timedelta(seconds=10),
                list_who_left: timedelta(seconds=10),
            },
            clock,
        )

        def hear(news: News, count: int) -> None:
            match news:
                case News.INBOX:
                    receiving.expect(count)
                case News.OUTBOX:
                    sending.wake()
                case News.LEASES:
                    duties.wake()

        def look_again() -> None:
            receiving.expect()
            sending.wake()

        timekeeping = Timekeeping(store, clock, look_again)
        own = {DUTY: schedule.run, "timekeeping": timekeeping.work, FORWARDING: forwarding.work}
        duties = Duties(
            store,
            clock,
            own if hook else own | {POLLING: polling.run},
            recovered=look_again,
            alone=not store.shared,
        )

        await _connect(line, clock)
        await store.transact(lambda unit: unit.marks.set(NAME, line.bot.username))
        await store.transact(lambda unit: unit.marks.set(PAGES, settings.pages_url or ""))
        if hook:
            await receiving.begin_anew()
        await duties.begin()
        tasks = [
            _lasting("sending", sending.work, stop),
            _lasting("receiving", receiving.work, stop),
            _lasting("duties", duties.work, stop),
            _lasting("listening", partial(store.listen, hear), stop),
            *([_lasting("webhook", hook.run, stop)] if hook else []),
            *([_lasting("clock", common.work, stop)] if common else []),
        ]
        log.info("the bot is up")
        try:
            yield Voices(store, line, keeping, vault, answering, sending, port, pages)
        finally:
            for task in reversed(tasks[1:]):
                task.cancel()
            await asyncio.gather(*tasks[1:], return_exceptions=True)
            await sending.stop()
            await duties.end()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in tasks:
            if not task.cancelled() and (fault := task.exception()):
                raise fault


async def _connect(line: Line, clock: Clock) -> None:
    """Reach Telegram, however long it takes; TokenRefused where it does not know the token."""
    pause = 1
    while True:
        try:
            await line.open()
        except (NotSent, Uncertain, TooFast) as fault:
            wait = fault.seconds if isinstance(fault, TooFast) else pause
            log.warning("Telegram cannot be reached (%s); again in %s s", type(fault).__name__, wait)
            await clock.sleep(wait)
            pause = min(60, 2 * pause)
        else:
            return


def _lasting(
    name: str, work: Callable[[], Coroutine[Any, Any, None]], stop: asyncio.Event
) -> asyncio.Task[None]:
    """A part that is meant to run as long as the bot; when it ends by itself, the bot stops."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            if task.exception():
                log.error("%s ended", name)
            stop.set()

    task = asyncio.create_task(work(), name=name)
    task.add_done_callback(ended)
    return task

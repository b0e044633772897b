"""SQLite: its profile, its one writer, and what a crash leaves."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.outbox import Kind
from bot.people import Partner
from bot.ports import Medium, Raw, Unavailable, Unit
from bot.speech import Message, Quote
from storage.database import Database
from storage.opening import StoreFault, migrate
from storage.sealing import Keys
from tests.stores import (
    KEYS,
    NOW,
    change,
    every_row,
    later,
    opened,
    remember,
    say,
    someone,
    sqlite_store,
    voice,
    walk,
)


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'voices.db'}"


def _run(script: str, *arguments: str, failpoint: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a script of ours in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={"VOICES_FAILPOINT": failpoint, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def test_every_connection_has_the_safe_profile(tmp_path: Path) -> None:
    """R25: WAL, FULL, foreign keys, secure_delete, no trusted schema, a busy timeout, nothing in temporary files."""
    drivers: list[sqlite3.Connection] = []

    def note(driver: sqlite3.Connection, record: object) -> None:
        drivers.append(driver)

    migrate(_url(tmp_path))
    sa.event.listen(sa.Engine, "connect", note)
    try:
        async with opened(_url(tmp_path)):
            profiles = [
                {
                    name: driver.execute(f"PRAGMA {name}").fetchone()[0]
                    for name in (
                        "journal_mode",
                        "synchronous",
                        "foreign_keys",
                        "secure_delete",
                        "trusted_schema",
                        "busy_timeout",
                        "temp_store",
                    )
                }
                for driver in drivers
            ]
    finally:
        sa.event.remove(sa.Engine, "connect", note)
    assert profiles == [
        {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "secure_delete": 1,
            "trusted_schema": 0,
            "busy_timeout": 5000,
            "temp_store": 2,
        }
    ]


async def test_its_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    """S48: database, log and lock."""
    async with sqlite_store(tmp_path):
        modes = _modes(tmp_path)
    assert modes == {f"voices.db{suffix}": 0o600 for suffix in ("", "-wal", "-shm", ".lock")}


async def test_a_second_process_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """R26: one consumer of a file; when the first is gone the second may."""
    open_it = (
        "import sys; from storage.database import Database; from storage.opening import StoreFault;"
        "from storage.sealing import Keys\n"
        "try: Database.open(sys.argv[1], Keys.fresh())\n"
        "except StoreFault as fault: print(fault)"
    )
    async with sqlite_store(tmp_path):
        with pytest.raises(StoreFault, match="in use by another process"):
            Database.open(_url(tmp_path), KEYS)
        with pytest.raises(StoreFault, match="in use by another process"):
            migrate(_url(tmp_path))
        said = await asyncio.to_thread(_run, open_it, _url(tmp_path))
    path = tmp_path / "voices.db"
    assert said.stdout == f"{path} is in use by another process: stop it first, or use PostgreSQL\n"
    async with opened(_url(tmp_path)) as again:
        assert await again.transact(lambda unit: unit.people.partners()) == [
            Partner("atd", "ATD Fourth World")
        ]


async def test_a_commit_that_fails_fails_every_work_of_its_group(tmp_path: Path) -> None:
    """R4: nobody is told of what is not on the disk; the next group starts clean."""
    broken = True

    def fail(point: str) -> None:
        if broken and point == "commit.before":
            raise OSError("the disk is gone")

    migrate(_url(tmp_path))
    async with opened(_url(tmp_path), failpoint=fail) as store:
        works = [store.transact(remember(f"{n}")) for n in range(5)]
        works.append(store.transact(lambda unit: [][0]))
        results = await asyncio.gather(*works, return_exceptions=True)
        assert [type(result) for result in results] == [OSError] * 5 + [IndexError]
        broken = False
        await store.transact(lambda unit: unit.marks.set("after", "x"))
    assert every_row(_url(tmp_path))["marks"] == [("after", "x", None)]


async def test_works_that_wait_share_a_commit(tmp_path: Path) -> None:
    """What makes durable steps cheap: 200 works at once need far fewer commits."""
    commits: list[str] = []

    def count(point: str) -> None:
        if point == "commit.after":
            commits.append(point)

    migrate(_url(tmp_path))
    async with opened(_url(tmp_path), failpoint=count) as store:
        await asyncio.gather(*[store.transact(remember(f"{n}")) for n in range(200)])
    assert len(commits) <= 40
    assert len(every_row(_url(tmp_path))["marks"]) == 200


async def test_a_work_alone_keeps_no_copies_of_what_it_changes(tmp_path: Path) -> None:
    """SQLite walks through a savepoint's copies at most statements: ten thousand rows would take minutes."""
    async with sqlite_store(tmp_path) as store:
        said: list[str] = []
        store._engine._driver.set_trace_callback(said.append)  # type: ignore[attr-defined]
        await store.transact(remember("alone"))
        assert [each for each in said if "SAVEPOINT" in each] == []
        await asyncio.gather(*[store.transact(remember(f"{n}")) for n in range(3)])
        assert len([each for each in said if "SAVEPOINT" in each]) == 2


async def test_a_work_that_fails_first_takes_no_other_with_it(tmp_path: Path) -> None:
    def fail(unit: Unit) -> None:
        unit.marks.set("first", "x")
        raise LookupError

    async with sqlite_store(tmp_path) as store:
        works = [store.transact(fail), store.transact(remember("second"))]
        results = await asyncio.gather(*works, return_exceptions=True)
        assert [type(result) for result in results] == [LookupError, type(None)]
    assert [row[0] for row in every_row(_url(tmp_path))["marks"]] == ["second"]


async def test_a_look_at_what_waits_takes_no_longer_where_more_waits(tmp_path: Path) -> None:
    """R17, R32: SQLite works on the event loop; counted in steps of its machine, which no load changes."""
    looks: list[Callable[[Unit], object]] = [
        lambda unit: unit.inbox.next_due(),
        lambda unit: unit.inbox.waiting(NOW),
        lambda unit: unit.outbox.next_due(NOW),
        lambda unit: unit.outbox.paused_until(),
    ]

    def more(unit: Unit, begin: int, count: int) -> None:
        for person in range(begin, begin + count):
            unit.inbox.add([Raw(person, person, (1, person), b"{}")], NOW)
            say(unit, f"{person}", unit.people.add_address(person, person, NOW))

    async with sqlite_store(tmp_path) as store:

        async def steps() -> list[int]:
            """How many thousand steps each look takes."""
            driver = store._engine._driver  # type: ignore[attr-defined]
            counts = []
            for look in looks:
                count = 0

                def step() -> int:
                    nonlocal count
                    count += 1
                    return 0

                driver.set_progress_handler(step, 1000)
                await store.transact(look)
                driver.set_progress_handler(None, 0)
                counts.append(count)
            return counts

        await store.transact(lambda unit: more(unit, 1, 1500))
        few = await steps()
        await store.transact(lambda unit: more(unit, 2000, 1500))
        many = await steps()
    assert all(after <= before + 1 for before, after in zip(few, many, strict=True))


async def test_a_caller_who_went_away_disturbs_nobody(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        gone = asyncio.ensure_future(store.transact(lambda unit: unit.marks.set("a", "x")))
        stays = asyncio.ensure_future(store.transact(lambda unit: unit.marks.set("b", "x")))
        await asyncio.sleep(0)
        gone.cancel()
        await stays
        assert await store.transact(lambda unit: unit.marks.get("b")) == "x"


async def test_no_word_stands_in_any_file(tmp_path: Path) -> None:
    """S3: not in the database, not in its log, nor beside it, before and after forgetting; S40: nor does her key."""
    word = "canary-Antananarivo"

    def begin(unit: Unit) -> str:
        her = someone(unit)
        unit.inbox.add([Raw(1, 7_123_456_789, (1, 1), word.encode())], NOW)
        unit.sessions.add(her.id, walk(answers={"/t/story": word}), None, NOW)
        unit.testimonies.add(voice(her, answers={"/t/story": word}), [])
        unit.media.add(Medium("m1", her.id, "audio", word, word), NOW)
        say(unit, "card", her.address, kind=Kind.REPLY, message=Message("fr", (Quote(word),)), about=her.id)
        return her.id

    def files() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.iterdir())

    async with sqlite_store(tmp_path) as store:
        her = await store.transact(begin)
        keys = {row[0]: row[2] for row in every_row(_url(tmp_path))["data_keys"]}
        before = files()
        await store.transact(lambda unit: unit.people.forget(her, NOW))
        after = files()
    assert b"canary" not in before
    assert keys[her] in before
    assert b"canary" not in after
    assert keys[her] not in after
    assert her.encode() not in after
    assert keys["house"] in after


LEAVE = """
import asyncio, sys
from pathlib import Path
from storage.database import Database
from storage.sealing import Keys
from tests.stores import NOW, every_row, someone

async def main(url, keys):
    store = Database.open(url, Keys.read(Path(keys)))
    her = await store.transact(someone)
    (key,) = (row[2] for row in every_row(url)["data_keys"] if row[0] == her.id)
    print(key.hex(), flush=True)
    await store.transact(lambda unit: unit.people.forget(her.id, NOW))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_key_that_was_destroyed_does_not_outlive_a_crash_in_the_log(tmp_path: Path) -> None:
    """S40: the process dies between the commit and the emptying of the log; the next start empties it."""
    keys = Keys.make(tmp_path / "voices.key")
    async with sqlite_store(tmp_path, keys):
        pass
    done = await asyncio.to_thread(
        _run, LEAVE, _url(tmp_path), str(tmp_path / "voices.key"), failpoint="commit.after:2"
    )
    assert done.returncode == 137, done.stderr
    key = bytes.fromhex(done.stdout)
    assert key in (tmp_path / "voices.db-wal").read_bytes()
    async with opened(_url(tmp_path), keys):
        assert [file.name for file in tmp_path.iterdir() if key in file.read_bytes()] == []


async def test_a_restored_backup_forgets_again(tmp_path: Path) -> None:
    """S40: last week's copy comes back with the tombstones of today, and whoever left meanwhile leaves again."""
    async with sqlite_store(tmp_path) as store:
        her, him = await store.transact(lambda unit: (someone(unit, 1), someone(unit, 2)))
        await store.transact(lambda unit: unit.sessions.add(her.id, walk(), None, NOW))
    backup = (tmp_path / "voices.db").read_bytes()
    async with opened(_url(tmp_path)) as store:
        await store.transact(lambda unit: unit.people.forget(her.id, NOW))
    tombstones = every_row(_url(tmp_path))["tombstones"]
    (tmp_path / "voices.db").write_bytes(backup)
    for mark, at in tombstones:
        change(_url(tmp_path), "INSERT INTO tombstones VALUES (:mark, :at)", {"mark": mark, "at": at})
    async with opened(_url(tmp_path)) as store:
        assert await store.transact(lambda unit: unit.sessions.of(her.id)) is not None
        assert await store.transact(lambda unit: unit.forget_again(later(days=7))) == 1
        assert await store.transact(lambda unit: unit.sessions.of(her.id)) is None
        assert await store.transact(lambda unit: unit.people.respondent(her.id)) is None
        assert await store.transact(lambda unit: unit.people.respondent(him.id)) == him


STEPS = """
import asyncio, sys
from datetime import timedelta
from bot.outbox import Kind, Sent
from bot.ports import Raw
from storage.database import Database
from storage.sealing import Keys
from pathlib import Path
from tests.stores import NOW, someone, walk, say

async def main(url, keys):
    store = Database.open(url, Keys.read(Path(keys)))

    def step(unit):
        entry = unit.inbox.claim(NOW)
        if entry is None:
            return False
        person = entry.update // 1000
        her = unit.people.respondent_at(unit.people.address_of(person))
        kept = unit.sessions.of(her.id)
        kept.session.turn += 1
        unit.sessions.save(kept)
        say(unit, f"update:{entry.update}:0", her.address, about=her.id)
        unit.inbox.done(entry.update, NOW)
        return True

    async def one(person):
        for n in range(6):
            update = person * 1000 + n
            await store.transact(lambda unit: unit.inbox.add([Raw(update, person, (1, n), b"{}")], NOW))
            print(update, flush=True)  # acknowledged
        while await store.transact(step):
            pass

    await asyncio.gather(*map(one, range(1, 5)))
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


def _crash(folder: Path, failpoint: str) -> tuple[int, set[int]]:
    """Run STEPS in a process that ends at a failpoint: its code, and the updates it had acknowledged."""
    done = _run(STEPS, _url(folder), str(folder / "voices.key"), failpoint=failpoint)
    assert done.returncode in (0, 137), done.stderr
    return done.returncode, {int(line) for line in done.stdout.split()}


POINTS = [
    "inbox.after_insert:3",
    "sessions.after_save:4",
    "outbox.after_insert:2",
    "commit.before:1",
    "commit.before:5",
    "commit.after:4",
    "statement.before:21",
    "statement.after:33",
    "statement.after:47",
    "statement.before:60",
]


@pytest.mark.parametrize("failpoint", POINTS)
async def test_a_crash_at_any_point_loses_nothing_and_doubles_nothing(tmp_path: Path, failpoint: str) -> None:
    """R1, R4: after kill -9 what was acknowledged is there; each step is whole or not begun; R28: going on is safe."""
    keys = Keys.make(tmp_path / "voices.key")
    async with sqlite_store(tmp_path, keys) as store:

        def begin(unit: Unit) -> None:
            for person in range(1, 5):
                her = someone(unit, person)
                unit.sessions.add(her.id, walk(turn=0), None, NOW)

        await store.transact(begin)

    code, acknowledged = await asyncio.to_thread(_crash, tmp_path, failpoint)
    assert code == 137

    def look(unit: Unit) -> list[tuple[int, int]]:
        """(turn of the session, deliveries) of each person."""
        counts = []
        for person in range(1, 5):
            address = unit.people.address_of(person)
            assert address is not None
            her = unit.people.respondent_at(address)
            assert her is not None
            kept = unit.sessions.of(her.id)
            assert kept is not None
            counts.append((kept.session.turn, said.count(address)))
        return counts

    rows = every_row(_url(tmp_path))
    said = [row[3] for row in rows["outbox"]]
    states = {row[0]: row[1] for row in rows["inbox"]}
    assert acknowledged <= set(states)
    async with opened(_url(tmp_path), keys) as store:
        counts = await store.transact(look)
    done = [sum(states.get(1000 * person + n) == "done" for n in range(6)) for person in range(1, 5)]
    assert counts == [(each, each) for each in done]

    code, _ = await asyncio.to_thread(_crash, tmp_path, "")
    assert code == 0
    said = [row[3] for row in every_row(_url(tmp_path))["outbox"]]
    async with opened(_url(tmp_path), keys) as store:
        assert await store.transact(look) == [(6, 6)] * 4


FILL = """
import asyncio, resource, sys
from pathlib import Path
from bot.ports import Unavailable
from storage.database import Database
from storage.sealing import Keys

async def main(url, keys):
    store = Database.open(url, Keys.read(Path(keys)))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
    kept = 0
    try:
        while True:
            await store.transact(lambda unit: unit.marks.set(f"mark {kept}", "x" * 20_000))
            kept += 1
    except Unavailable as fault:
        print("full", kept > 0)
    for _ in range(3):
        try:
            await store.transact(lambda unit: unit.marks.set("more", "x" * 700_000))
        except Unavailable:
            print("still full")
    print("readable", len(await store.transact(lambda unit: unit.marks.get(f"mark {kept - 1}"))))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await store.transact(lambda unit: unit.marks.set("again", "x" * 700_000))
    print("again", kept)
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_full_disk_refuses_keeps_what_was_and_goes_on_when_there_is_space(tmp_path: Path) -> None:
    """R24: nothing is acknowledged, reads are served, no file is damaged, recovery needs nobody."""
    keys = Keys.make(tmp_path / "voices.key")
    async with sqlite_store(tmp_path, keys):
        pass
    done = await asyncio.to_thread(_run, FILL, _url(tmp_path), str(tmp_path / "voices.key"))
    *said, last = done.stdout.splitlines() or [""]
    assert said == ["full True", "still full", "still full", "still full", "readable 20000"], done.stderr
    marks = {row[0] for row in every_row(_url(tmp_path))["marks"]}
    kept = int(last.removeprefix("again "))
    assert marks == {"again", *(f"mark {n}" for n in range(kept))}
    check = sqlite3.connect(tmp_path / "voices.db")
    assert check.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    check.close()


async def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "voices.db").mkdir()
    with pytest.raises(StoreFault, match=r"voices\.db cannot be opened"):
        migrate(_url(tmp_path))


Reject = Callable[[Unit], None]


@pytest.mark.parametrize(
    "work",
    [
        lambda unit: unit.sessions.add("nobody", walk(), None, NOW),
        lambda unit: say(unit, "k", "nowhere"),
    ],
)
async def test_rows_without_what_they_hang_on_are_refused(tmp_path: Path, work: Reject) -> None:
    """R25: foreign keys and seals hold; a programming error is not called an absent database."""
    async with sqlite_store(tmp_path) as store:
        with pytest.raises(Exception, match=r"destroyed|FOREIGN KEY") as caught:
            await store.transact(work)
        assert not isinstance(caught.value, Unavailable)

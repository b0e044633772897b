"""What an operator does at the shell: every command as a process of its own, against the sandbox over HTTP."""

import asyncio
import re
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot import demo, doctor
from bot.chat.face import Line
from bot.config import Settings, SettingsFault
from bot.words import Catalogs
from sandbox import TOKEN, Fault, Sandbox
from sandbox.remote import Remote
from storage.sealing import Keys
from tests.hooks import WORD, free_port
from tests.journeys.operating import PASSWORD, STARTS, Said, Shell, ended, stopped
from tests.journeys.stage import PARTNER, open_house
from tests.sandbox.bots import eventually
from tests.stores import PostgresServer, postgres_server

BOT = "voices_bot"
HOOK = {"VOICES_WEBHOOK_URL": "https://voices.example.org", "VOICES_WEBHOOK_SECRET": WORD}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the bot has run before, for one partner."""
    folder = tmp_path_factory.mktemp("house")
    settings = Settings(data_dir=folder / "var" / "data", key_file=folder / "var" / "keys" / "voices.key")
    asyncio.run(open_house(settings))
    return folder


@pytest.fixture
def fresh(tmp_path: Path) -> Shell:
    """A shell in an empty folder."""
    return Shell(tmp_path)


@pytest.fixture
def shell(tmp_path: Path, house: Path) -> Shell:
    """A shell in a folder of its own in which the bot has run before."""
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    return Shell(tmp_path)


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(username=BOT) as sandbox:
        yield sandbox


def things(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# run


async def test_run_answers_until_it_is_told_to_stop_and_loses_nothing(fresh: Shell, sandbox: Sandbox) -> None:
    """R27: under load it ends within 10 seconds with 0; what was said meanwhile is answered, once, by the next."""
    fresh.speaks_to(sandbox)
    fresh.given["VOICES_LOG_LEVEL"] = "WARNING"
    crowd = [sandbox.person(f"Person {number}", language="en") for number in range(20)]
    async with fresh.running("run") as process:
        await sandbox.polled(STARTS)
        await crowd[0].starts()
        await crowd[0].sees("Choose your language", within=STARTS)
        for person in crowd[1:]:
            await person.starts()
        assert await stopped(process, signal.SIGTERM) == Said(0)
    async with fresh.running("run") as process:
        for person in crowd:
            if not any(message.from_bot for message in person.chat):
                await person.sees("Choose your language", within=STARTS)
        await sandbox.quiet()
        assert await stopped(process, signal.SIGINT) == Said(0)
    assert [sum(message.from_bot for message in person.chat) for person in crowd] == [1] * len(crowd)


async def test_run_ends_while_telegram_is_out_of_reach(fresh: Shell) -> None:
    """R27: whatever it waits for."""
    fresh.given |= {"VOICES_TOKEN": TOKEN, "VOICES_API_URL": "http://127.0.0.1:9"}
    async with fresh.running("run") as process:
        assert process.stderr is not None
        assert b"Telegram cannot be reached (NotSent)" in await process.stderr.readline()
        assert (await stopped(process)).code == 0


async def test_run_says_how_it_is_while_telegram_is_out_of_reach(fresh: Shell) -> None:
    """R32: alive, so that nobody restarts it for nothing, and not ready, so that somebody looks."""
    port = free_port()
    fresh.given |= {"VOICES_TOKEN": TOKEN, "VOICES_API_URL": "http://127.0.0.1:9"}
    fresh.given["VOICES_LISTEN"] = f"127.0.0.1:{port}"
    async with fresh.running("run") as process, aiohttp.ClientSession() as session:
        assert process.stderr is not None
        while b"Telegram cannot be reached" not in await process.stderr.readline():
            pass
        for path, wanted in (("healthz", (200, "alive\n")), ("readyz", (503, "telegram\n"))):
            async with session.get(f"http://127.0.0.1:{port}/{path}") as response:
                assert (response.status, await response.text()) == wanted
        assert (await stopped(process)).code == 0


async def test_run_needs_the_place_where_it_shall_listen(shell: Shell, sandbox: Sandbox) -> None:
    """S48: taken, or not of this machine."""
    shell.speaks_to(sandbox)
    for place in (sandbox.url.removeprefix("http://"), "192.0.2.1:8080"):
        said = await shell.voices("run", VOICES_LISTEN=place, VOICES_LOG_LEVEL="ERROR")
        assert said.code == 1
        assert said.err.startswith(f"VOICES_LISTEN: {place} cannot be listened on (")
        assert said.err.endswith("): choose another port, or an address of this machine.\n")


async def test_run_ends_with_one_sentence_when_telegram_refuses_the_address(
    shell: Shell, sandbox: Sandbox
) -> None:
    """S48: the sandbox calls nobody outside, as Telegram calls nobody inside."""
    shell.speaks_to(sandbox)
    shell.given |= HOOK | {"VOICES_LISTEN": "127.0.0.1:0", "VOICES_LOG_LEVEL": "ERROR"}
    said = await shell.voices("run")
    assert said.code == 1
    assert said.err.splitlines()[-1].startswith("VOICES_WEBHOOK_URL: Telegram refuses it (")


async def test_run_ends_with_one_sentence_when_telegram_refuses_the_token(
    shell: Shell, sandbox: Sandbox
) -> None:
    """S48: at the start, and later, so that whoever watches over the process hears of it."""
    shell.speaks_to(sandbox)
    shell.given["VOICES_LOG_LEVEL"] = "WARNING"
    sentence = "VOICES_TOKEN: Telegram refuses the token: ask @BotFather for it again.\n"
    other = TOKEN.replace("4242", "4343")
    assert await shell.voices("run", VOICES_TOKEN=other) == Said(1, err=sentence)
    async with shell.running("run") as process:
        await sandbox.polled(STARTS)
        sandbox.fail("getUpdates", how=Fault.refused(401, "Unauthorized"), times=None)
        await sandbox.person("Amina").starts()
        said = await ended(process, STARTS)
    assert (said.code, said.err.splitlines()[-1] + "\n") == (1, sentence)
    assert "Traceback" not in said.err


# demo


async def test_the_demo_plays_both_people_and_leaves_nothing(fresh: Shell) -> None:
    """Its page answers, a voice is told and read, SIGTERM ends it; no setting of a real bot reaches it. The voices that
    nobody told wait for nobody who plays.
    """
    fresh.given["VOICES_DATABASE_URL"] = f"sqlite:///{fresh.folder}/real/voices.db"
    async with fresh.running("demo", "--port", "0", "--voices", "40") as process:
        assert process.stdout is not None
        url = ""
        while not url:
            line = (await process.stdout.readline()).decode()
            assert line, "it ended"
            url = line.removeprefix("Open ").strip() if line.startswith("Open ") else ""
        async with aiohttp.ClientSession() as session:
            async with session.get(url) as page:
                assert (page.status, page.content_type) == (200, "text/html")
            remote = Remote(url.rstrip("/"), TOKEN, session)
            people = {person["name"]: person["id"] for person in (await remote.get("state"))["people"]}
            await remote.does(people["Amina"], "starts")
            await remote.does(people["Amina"], "sees", words="Choisissez votre langue")
            await remote.does(people["Rakoto"], "says", text="/queue")
            await remote.does(people["Rakoto"], "sees", words="Nothing is waiting")
        assert (await stopped(process)).code == 0
    assert things(fresh.folder) == []


# team


async def test_a_team_is_led_beside_the_running_bot(shell: Shell, sandbox: Sandbox) -> None:
    """S22, S24, R26: invite, join, list, remove; the right is gone at the next tap; a second run is refused."""
    shell.speaks_to(sandbox)
    vera, victor = sandbox.person("Vera"), sandbox.person("Victor")
    async with shell.running("run") as process:
        await sandbox.polled(STARTS)
        database = Path("var", "data", "voices.db")
        assert await shell.voices("run") == Said(
            1,
            err=f"VOICES_DATA_DIR: {database} is in use by another process: stop it first, or use PostgreSQL.\n",
        )
        invited = await shell.voices("team", "invite")
        assert (invited.code, invited.err) == (0, "")
        link, words = invited.out.splitlines()
        assert re.fullmatch(rf"https://t\.me/{BOT}\?start=j-[\w-]{{22}}", link)
        assert re.fullmatch(
            rf"Makes one person a moderator of {PARTNER}, once, until \d{{4}}-\d\d-\d\d \d\d:\d\d UTC\. "
            r"Send it to that person alone\.",
            words,
        )
        await vera.follows(link)
        await vera.sees(f"You now read voices for {PARTNER}", within=STARTS)
        await victor.follows(link)
        await victor.sees("This invitation does not work", within=STARTS)
        listed = await shell.voices("team", "list")
        line = re.fullmatch(
            rf"{PARTNER}  moderator  (\w{{32}})  \w{{4}}  since \d{{4}}-\d\d-\d\d  reads en\n", listed.out
        )
        assert line is not None, listed.out
        moderator = line[1]
        await vera.says("/queue")
        await vera.sees("Nothing is waiting", within=STARTS)
        assert await shell.voices("team", "remove", moderator) == Said(
            0, f"{moderator} no longer reads for {PARTNER}.\n"
        )
        await vera.says("/queue")
        await vera.sees("This part is for the volunteers", within=STARTS)
        assert await shell.voices("team", "list") == Said(
            0, f"{PARTNER}  nobody reads yet: voices team invite\n"
        )
        assert (await stopped(process)).code == 0
    assert (await shell.voices("team", "invite", VOICES_TOKEN="")).out.startswith(
        f"https://t.me/{BOT}?start=j-"
    )


async def test_a_partner_is_named_and_others_beside_it(fresh: Shell) -> None:
    """The first name is for the partner of the first start; with two, an invitation says for whom."""
    named = ("team", "partner", "Open Hands", "--contact", "hello@openhands.example")
    assert await fresh.voices(*named, "--days", "3") == Said(
        0, "Open Hands reads each voice within 3 days and is reached at hello@openhands.example.\n"
    )
    assert (await fresh.voices("team", "partner", "Soleil", "--contact", "https://soleil.example")).code == 0
    assert await fresh.voices("team", "invite") == Said(
        1, err="Which partner? Say --partner with one of: Open Hands, Soleil.\n"
    )
    assert " of Soleil, once" in (await fresh.voices("team", "invite", "--partner", "Soleil")).out
    assert await fresh.voices("team", "remove", "nobody") == Said(1, err="there is no moderator nobody\n")


# migrate


async def test_migrate_makes_what_is_not_there(fresh: Shell) -> None:
    assert await fresh.voices("migrate") == Said(0, "The database has this version's shape.\n")
    assert (fresh.folder / "var" / "keys" / "voices.key").stat().st_mode & 0o777 == 0o600
    assert (fresh.folder / "var" / "data" / "voices.db").stat().st_mode & 0o777 == 0o600


# the doctor

UNREAD = [each.english for each in Catalogs.read().ready if not each.vouched_by]
DRAFTS = (
    f"! nobody vouches yet for the words in {', '.join(UNREAD)}: "
    "ask native speakers to read them, and name them in locales/languages.toml"
)
OPENS = [
    "✓ the keys are in var/keys/voices.key, readable by you alone",
    "✓ the database opens and has this version's shape",
]
NO_BACKUP = "! no backup was made yet: voices backup, docs/operators.md"
ALONE = [
    f"✗ nobody reads for {PARTNER}: voices team invite",
    f"✗ {PARTNER} has no focal point: sensitive voices wait unseen, voices team invite --role focal_point",
]
UNNAMED = "✗ no partner is named: voices team partner NAME --contact ADDRESS"
HEARD = [f"✓ Telegram answers: the bot is @{BOT}", "✓ the clock agrees with Telegram's"]


async def examined(shell: Shell, **more: str) -> tuple[int, list[str]]:
    """The exit code and the lines after the first, which says how much room there is."""
    said = await shell.voices("doctor", **more)
    first, *lines = said.out.splitlines()
    assert re.fullmatch(r"[✓✗] \d+ MB are free for the data(: make room, .*)?", first)
    assert said.err == ""
    return said.code, lines


async def test_the_doctor_changes_nothing(fresh: Shell) -> None:
    assert await examined(fresh) == (
        1,
        [
            "! there is no data yet: voices run makes it, or voices migrate",
            "✗ no token is set: VOICES_TOKEN, from @BotFather",
            DRAFTS,
            "1 to be put right.",
        ],
    )
    assert things(fresh.folder) == []


async def test_a_focal_point_comes_in_by_words_and_the_set_up_is_well(shell: Shell, sandbox: Sandbox) -> None:
    """Where nobody knows the bot's name the code works as words. Advice is no fault: the doctor ends with 0."""
    said = await shell.voices("team", "invite", "--role", "focal_point")
    words, why, what = said.out.splitlines()
    assert (said.code, why) == (
        0,
        (
            "The bot's name is not known (set VOICES_TOKEN, or run the bot once), so there is no link: "
            "whom you invite opens the bot and writes the line above to it."
        ),
    )
    assert f"Makes one person a focal point of {PARTNER}, once, until " in what
    shell.speaks_to(sandbox)
    assert (await shell.voices("team", "invite")).out.startswith(f"https://t.me/{BOT}?start=j-")
    fara = sandbox.person("Fara")
    async with shell.running("run") as process:
        await sandbox.polled(STARTS)
        await fara.says(words)
        await fara.sees(f"You now read voices for {PARTNER}", within=STARTS)
        well = [f"✓ {PARTNER} has 1 who read", f"✓ {PARTNER} has a focal point"]
        assert await examined(shell) == (0, [*OPENS, *well, NO_BACKUP, *HEARD, DRAFTS, "All is well."])
        assert (await stopped(process)).code == 0


async def test_the_doctor_says_what_is_wrong_with_telegram(shell: Shell, sandbox: Sandbox) -> None:
    shell.speaks_to(sandbox)
    other = TOKEN.replace("4242", "4343")
    assert (await examined(shell, VOICES_TOKEN=other))[1][5:-2] == [
        "✗ Telegram does not know VOICES_TOKEN: copy it again from @BotFather"
    ]
    assert (await examined(shell, VOICES_API_URL="http://127.0.0.1:9"))[1][5:-2] == [
        "✗ VOICES_API_URL, http://127.0.0.1:9, cannot be reached (NotSent): check the network, and the address"
    ]
    sandbox.clock.advance(600)
    async with aiohttp.ClientSession() as session:
        await session.get(f"{sandbox.url}/bot{TOKEN}/setWebhook", params={"url": "http://127.0.0.1:9/hook"})
    assert await examined(shell) == (
        1,
        [
            *OPENS,
            *ALONE,
            NO_BACKUP,
            f"✓ Telegram answers: the bot is @{BOT}",
            (
                f"✗ @{BOT} sends its updates elsewhere, to a webhook: voices run sets that right; "
                "if it comes back, somebody else has the token, change it at @BotFather"
            ),
            "✗ this machine's clock is 10 minutes behind Telegram's: let the machine set its clock (NTP)",
            DRAFTS,
            "4 to be put right.",
        ],
    )


async def test_the_doctor_knows_where_updates_are_brought(shell: Shell, sandbox: Sandbox) -> None:
    """Before it is set, when it is, when Telegram cannot reach it, and when somebody else has it."""
    shell.speaks_to(sandbox)
    port = free_port()
    url = f"http://127.0.0.1:{port}/telegram"
    shell.given |= HOOK | {"VOICES_WEBHOOK_URL": f"http://127.0.0.1:{port}"}

    async def line() -> str:
        lines = (await examined(shell))[1]
        return next(each for each in lines if "webhook" in each or "brings" in each)

    assert await line() == "! Telegram has no webhook yet: voices run sets it"
    line_of_ours = Line(sandbox.token, sandbox.url)
    await line_of_ours.open()
    await line_of_ours.bot.set_webhook(url)
    assert await line() == f"✓ Telegram brings its updates to {url}"
    await sandbox.person("Amina").starts()
    await eventually(lambda: sandbox.gateway.webhook.last_error is not None)
    assert await line() == (
        "✗ Telegram could not reach the webhook lately (Connection refused): "
        "see that voices run runs and that the proxy passes /telegram on"
    )
    await line_of_ours.bot.set_webhook("http://127.0.0.1:9/else")
    assert "sends its updates elsewhere" in await line()
    await line_of_ours.close()


async def test_the_doctor_says_why_the_data_cannot_be_opened(shell: Shell) -> None:
    key = shell.folder / "var" / "keys" / "voices.key"
    key.chmod(0o644)
    assert (await examined(shell))[1][0] == (
        "✗ the data cannot be opened: VOICES_KEY_FILE: var/keys/voices.key can be read by others: "
        "run chmod 600 var/keys/voices.key."
    )
    lost = {"VOICES_DATABASE_URL": f"postgresql://voices:{PASSWORD}@127.0.0.1:9/v"}
    assert (await examined(shell, **lost))[1][0] == (
        f"✗ the data cannot be opened: VOICES_DATABASE_URL: {AWAY}"
    )


async def test_the_doctor_wants_room_on_the_disk(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """R24: before it is full."""
    full = shutil.disk_usage("/")._replace(free=doctor.ROOM - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    first = await anext(doctor.findings(Settings(data_dir=shell.folder)))
    assert str(first) == "✗ 499 MB are free for the data: make room, a full disk stops the intake"


# PostgreSQL


async def test_postgresql_is_looked_at_and_guarded_like_a_file(
    fresh: Shell, postgres: PostgresServer
) -> None:
    """S48: another key file, or none where there is data, is refused; no useless key file is made."""
    url = postgres.bare()
    fresh.given["VOICES_DATABASE_URL"] = url
    assert (await fresh.voices("migrate")).code == 0
    assert (await examined(fresh))[1][:3] == [*OPENS, UNNAMED]
    key = fresh.folder / "var" / "keys" / "voices.key"
    key.unlink()
    assert await fresh.voices("migrate") == Said(1, err=KEY_MISSING)
    assert not key.exists()
    Keys.make(key)
    assert await fresh.voices("migrate") == Said(1, err=KEY_OTHER)
    lost = re.sub(r"/[\w-]+\?", "/nowhere?", url)
    said = await fresh.voices("migrate", VOICES_DATABASE_URL=lost)
    assert said.code == 1
    assert '(FATAL:  database "nowhere" does not exist): see that it runs' in said.err
    postgres.drop(url)


# what is wrong stops every command with one sentence

AWAY = (
    "PostgreSQL cannot be reached at 127.0.0.1 (Connection refused): "
    "see that it runs, and that name, password and database are right."
)
UNWRITABLE = "cannot be written to ({}): let this account write there, or choose another folder."

KEY_MISSING = (
    "VOICES_KEY_FILE: var/keys/voices.key is missing, and without it the data cannot be read: "
    "restore it from your copy.\n"
)
KEY_OTHER = (
    "VOICES_KEY_FILE: this is not the key file with which the database was sealed: "
    "restore that one from your copy.\n"
)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("VOICES_TOKN", "x", "VOICES_TOKN is not a setting of Voices: did you mean VOICES_TOKEN?"),
        (
            "VOICES_TOKEN",
            f"4242:{PASSWORD}!",
            "VOICES_TOKEN is not a bot token (digits, a colon, letters): copy it again from @BotFather.",
        ),
        (
            "VOICES_DATABASE_URL",
            f"postgresql://voices:{PASSWORD}@127.0.0.1:9/v",
            f"VOICES_DATABASE_URL: {AWAY}",
        ),
        ("VOICES_KEY_FILE", "var/keys", "VOICES_KEY_FILE: var/keys is not a file: name the key file itself."),
        (
            "VOICES_DATA_DIR",
            "/dev/null/d",
            f"VOICES_DATA_DIR: /dev/null/d {UNWRITABLE.format('Not a directory')}",
        ),
        (
            "VOICES_DATA_DIR",
            "/proc",
            f"VOICES_DATA_DIR: /proc {UNWRITABLE.format('No such file or directory')}",
        ),
    ],
)
async def test_a_wrong_setting_stops_every_command(
    shell: Shell, name: str, value: str, sentence: str
) -> None:
    """S48: fail closed with one sentence that names the setting and the remedy, and shows no secret."""
    before = things(shell.folder)
    assert await shell.voices("migrate", **{name: value}) == Said(1, err=f"{sentence}\n")
    assert things(shell.folder) == before


async def test_a_key_file_others_can_read_stops_every_command(shell: Shell) -> None:
    """S48."""
    (shell.folder / "var" / "keys" / "voices.key").chmod(0o640)
    assert await shell.voices("migrate") == Said(
        1,
        err="VOICES_KEY_FILE: var/keys/voices.key can be read by others: run chmod 600 var/keys/voices.key.\n",
    )


async def test_a_data_folder_others_can_look_into_stops_every_start(shell: Shell) -> None:
    """S48."""
    (shell.folder / "var" / "data").chmod(0o705)
    sentence = "var/data can be looked into by others: run chmod 700 var/data"
    assert await shell.voices("migrate") == Said(1, err=f"VOICES_DATA_DIR: {sentence}.\n")
    code, found = await examined(shell)
    assert (code, f"✗ {sentence}" in found) == (1, True)


async def test_another_installations_key_file_stops_every_command(shell: Shell) -> None:
    """S48."""
    key = shell.folder / "var" / "keys" / "voices.key"
    key.unlink()
    Keys.make(key)
    assert await shell.voices("migrate") == Said(1, err=KEY_OTHER)


async def test_a_missing_key_file_is_not_made_anew_where_there_is_data(shell: Shell) -> None:
    """S48."""
    key = shell.folder / "var" / "keys" / "voices.key"
    key.unlink()
    assert await shell.voices("migrate") == Said(1, err=KEY_MISSING)
    assert not key.exists()


async def test_run_needs_a_token(fresh: Shell) -> None:
    """S48: and begins nothing without one."""
    assert await fresh.voices("run") == Said(
        1, err="VOICES_TOKEN is missing: ask @BotFather for one, or try `make demo`, which needs none.\n"
    )
    assert things(fresh.folder) == []


async def test_a_database_of_a_newer_version_is_left_alone(shell: Shell) -> None:
    """S48: an older program does not touch it."""
    with sqlite3.connect(shell.folder / "var" / "data" / "voices.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert await shell.voices("migrate") == Said(
        1,
        err="VOICES_DATA_DIR: the database was last used by a newer version of Voices (revision 9999): "
        "install that version, or restore a copy from before.\n",
    )


async def test_a_file_that_is_no_database_is_left_alone(shell: Shell) -> None:
    """S48."""
    path = shell.folder / "var" / "data" / "voices.db"
    path.write_bytes(b"a letter " * 1000)
    assert await shell.voices("migrate") == Said(
        1,
        err="VOICES_DATA_DIR: var/data/voices.db cannot be opened (file is not a database): restore your copy of it.\n",
    )
    assert path.read_bytes() == b"a letter " * 1000


async def test_a_port_that_is_taken_is_named(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(SettingsFault) as fault:
        async with demo.show(asyncio.Event(), port=port):
            pass
    assert str(fault.value) == (
        f"--port {port} cannot be had; it may be taken: voices demo --port 0 takes a free one."
    )


# what is no command


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "the following arguments are required: command"),
        (("frobnicate",), "invalid choice: 'frobnicate'"),
        (("team",), "the following arguments are required: what"),
        (("run", "fast"), "unrecognized arguments: fast"),
        (("team", "invite", "--role", "boss"), "invalid choice: 'boss'"),
    ],
)
async def test_what_is_no_command_ends_with_2(fresh: Shell, arguments: tuple[str, ...], word: str) -> None:
    said = await fresh.voices(*arguments)
    assert (said.code, said.out) == (2, "")
    assert word in said.err
    assert "Traceback" not in said.err


# a breach


@pytest.mark.timeout(300)  # a process after the other, on a busy machine
async def test_after_a_breach_people_are_told_once_it_was_agreed_to(shell: Shell, sandbox: Sandbox) -> None:
    """S46: drafts first, nobody is written to without a yes, and nobody twice; the running bot says it."""
    shell.speaks_to(sandbox)
    amina = sandbox.person("Amina", language="en")
    day = datetime.now(UTC).date()
    asked = ("breach", "--from", f"{day - timedelta(days=1)}", "--to", f"{day + timedelta(days=1)}")
    async with shell.running("run") as process:
        await sandbox.polled(STARTS)
        await amina.starts()
        await amina.taps("English", within=STARTS)
        await amina.says("/stop")
        await amina.sees("We stop here", within=STARTS)
        drafted = await shell.voices(*asked, "--known", f"{day}T09:00", "--into", "drafts")
        assert (drafted.code, drafted.err) == (0, "")
        assert drafted.out.splitlines() == [
            "1 people are concerned, 0 testimonies; 0 more are not held any more.",
            f"The authority must have heard of it by {day + timedelta(days=3)} 09:00 UTC.",
            "Drafts are in drafts: authority.md, people.en.txt.",
            "1 can be written to here; 0 have blocked the bot.",
            "Read the drafts, then call it again with --notify (and another --into): it writes to them.",
        ]
        drafts = shell.folder / "drafts"
        assert {path.stat().st_mode & 0o777 for path in (drafts, *drafts.iterdir())} == {0o700, 0o600}
        taken = await shell.voices(*asked, "--into", "drafts")
        assert taken == Said(1, err="drafts is there already: name a new folder with --into.\n")
        unsure = await shell.voices(*asked, "--notify", "--into", "unsure")
        assert (unsure.code, unsure.err) == (1, "Nobody was written to.\n")
        for folder in ("told", "told again"):
            told = await shell.voices(*asked, "--notify", "--yes", "--into", folder)
            assert told.out.splitlines()[-1].startswith("The messages are on their way")
        await amina.sees("A note from Open Hands about this chat", within=STARTS)
        await sandbox.quiet()
        assert sum("A note from" in each.text for each in amina.chat) == 1
        assert (await stopped(process)).code == 0


async def test_a_breach_nobody_can_have_made_is_said_in_one_sentence(shell: Shell) -> None:
    said = await shell.voices("breach", "--from", "2026-11-01", "--to", "2026-11-20", "--what", "moderator:x")
    assert said == Said(1, err="There is no moderator x: voices team list.\n")
    assert not list(shell.folder.glob("breach*"))


# the journal


@pytest.mark.timeout(300)  # a process after the other, on a busy machine
async def test_the_journal_is_read_and_verified(shell: Shell) -> None:
    """S42: what was done, in words of ours; whether it is as it was written, and what an end that was cut off says."""
    shown = await shell.voices("journal")
    [line] = [re.split(r"  +", line.strip()) for line in shown.out.splitlines()]
    assert (line[0], line[2], line[3], line[4].partition(":")[0]) == ("1", "operator", "added", "partner")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", line[1])
    held = await shell.voices("journal", "verify")
    told, head = held.out.splitlines()
    assert (held.code, told) == (0, "The chain holds: 2 lines, 0 not chained yet; its head is")
    assert (await shell.voices("journal", "verify", "--head", head)) == held, "that it was read is a line too"
    with sqlite3.connect(shell.folder / "var" / "data" / "voices.db") as rows:
        rows.execute("DROP TRIGGER journal_holds")
        rows.execute("DELETE FROM journal WHERE n = 2")
    cut = await shell.voices("journal", "verify", "--head", head)
    assert (cut.code, cut.err) == (1, "")
    assert "the end was cut off" in cut.out
    with sqlite3.connect(shell.folder / "var" / "data" / "voices.db") as rows:
        rows.execute("DROP TRIGGER journal_keeps")
        rows.execute("UPDATE journal SET verb = 'removed'")
    broken = await shell.voices("journal", "verify")
    assert (broken.code, broken.out.partition(":")[0]) == (1, "The chain breaks at line 1")


async def test_where_there_is_no_data_there_is_nothing_to_verify(fresh: Shell) -> None:
    assert await fresh.voices("journal", "verify") == Said(
        1, err="There is no data yet: voices run makes it.\n"
    )
    assert things(fresh.folder) == []

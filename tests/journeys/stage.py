"""The stage on which journeys are played: the sandbox, the whole bot over real HTTP, and a partner with a team."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pydantic import SecretStr

from bot import partnering, team, wiring
from bot.attending import Attending
from bot.clock import SystemClock
from bot.config import Settings
from bot.launching import Launching
from bot.people import Role
from bot.ports import Clock, Meter, Unit
from bot.words import Catalogs
from sandbox import Sandbox
from sandbox.people import Person
from tests.hooks import WORD, free_port

PARTNER = "Open Hands"
FAST = 5_000.0
"""Messages a second where the sandbox does not limit them."""


@cache
def _words() -> Catalogs:
    return Catalogs.read()


class Shared(SystemClock):
    """The time of day that the sandbox has."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def now(self) -> datetime:
        """The time now, UTC."""
        return datetime.fromtimestamp(self._sandbox.clock.now(), UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a journey needs: people, and the running bot behind them."""

    sandbox: Sandbox
    voices: wiring.Voices
    partner: str
    clock: Clock

    def person(self, name: str, language: str) -> Person:
        """Somebody with a phone in this language."""
        return self.sandbox.person(name, language=language)

    @property
    def place(self) -> str:
        """Where the bot listens."""
        return f"http://127.0.0.1:{self.voices.port}"

    async def ticks(self, hours: float = 0) -> None:
        """So much time passes on the one clock; all that time itself does with campaigns is done."""
        self.sandbox.clock.advance(hours * 3600)
        words, store = _words(), self.voices.store
        launching = Launching(store, self.clock, words, FAST, Meter())
        attending = Attending(store, self.clock, words)
        for tick in (launching.plan, launching.launch, launching.follow, attending.count, attending.keep_up):
            await tick()
            self.voices.sending.wake()
            await self.sandbox.quiet()

    async def moderator(
        self, name: str, language: str, role: Role = Role.MODERATOR, *, partner: str | None = None
    ) -> Person:
        """Somebody who came in by an operator's link, for this partner or the first."""

        def invite(unit: Unit) -> str:
            return team.invite(unit, partner or self.partner, role, SystemClock().now())

        person = self.sandbox.person(name, language=language)
        await person.starts(f"j-{await self.voices.store.transact(invite)}")
        await person.sees("/")  # what they can do now
        return person


def settings_for(
    sandbox: Sandbox, folder: Path, *, database: str | None = None, fast: bool = True, hook: bool = False
) -> Settings:
    """Settings of a bot that speaks to this sandbox and keeps all below `folder`; `hook`: updates are brought."""
    port = free_port() if hook else 0
    return Settings(
        token=SecretStr(sandbox.token),
        api_url=sandbox.url,
        data_dir=folder / "data",
        key_file=folder / "keys" / "voices.key",
        database_url=database,
        pace=FAST if fast else 30,
        chat_pace=FAST if fast else 1,
        webhook_url=f"http://127.0.0.1:{port}" if hook else None,
        webhook_secret=SecretStr(WORD) if hook else None,
        listen=f"127.0.0.1:{port}",
    )


async def open_house(settings: Settings) -> str:
    """Make the database with one partner in it; the partner's id."""
    async with wiring.opened(settings, SystemClock()) as (store, _):
        return await store.transact(
            lambda unit: (
                partnering.add_partner(unit, PARTNER, "hello@openhands.example", SystemClock().now()).id
            )
        )


@asynccontextmanager
async def raised(
    folder: Path,
    *,
    database: str | None = None,
    fast: bool = True,
    hook: bool = False,
    one_clock: bool = False,
) -> AsyncIterator[Stage]:
    """A stage with the curtain up. `fast` False: Telegram's pace limits hold, on both sides. `one_clock`: the bot goes
    by the sandbox's clock, which a test may move on.
    """
    async with Sandbox(flood=not fast) as sandbox:
        settings = settings_for(sandbox, folder, database=database, fast=fast, hook=hook)
        partner = await open_house(settings)
        clock = Shared(sandbox) if one_clock else SystemClock()
        async with wiring.running(settings, clock=clock) as voices:
            yield Stage(sandbox, voices, partner, clock)

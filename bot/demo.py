"""The whole product on one page: a pretend Telegram, a mother and a moderator, the bot, a database of its own."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot import config, partnering, synthetic, team, wiring
from bot.clock import SystemClock
from bot.people import Role
from bot.ports import Unit
from sandbox import Sandbox

PARTNER = ("Open Hands Network", "hello@openhands.example")
OTHER = ("Village Schools", "hello@villageschools.example")
"""Who reads, and with whom what is read may be shared."""


@asynccontextmanager
async def show(stop: asyncio.Event, *, port: int = 8088, voices: int = 0) -> AsyncIterator[str]:
    """The demo until the block ends; gives the page's address. Nothing of it is left behind. `voices`: so many that
    nobody told are there from the start, with the other partner.

    SettingsFault where the port cannot be had.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="voices-demo-"))
        try:
            sandbox = await stack.enter_async_context(Sandbox(port=port))
        except (OSError, OverflowError) as error:
            raise config.SettingsFault(
                f"--port {port} cannot be had; it may be taken: voices demo --port 0 takes a free one."
            ) from error
        settings = config.Settings(
            token=SecretStr(sandbox.token),
            api_url=sandbox.url,
            data_dir=Path(folder, "data"),
            key_file=Path(folder, "keys", "voices.key"),
            pages_listen="127.0.0.1:0",
        )
        clock = SystemClock()
        async with wiring.opened(settings, clock) as (store, _):

            def appoint(unit: Unit) -> tuple[str, str]:
                partner = partnering.add_partner(unit, *PARTNER, clock.now())
                other = partnering.add_partner(unit, *OTHER, clock.now())
                code = team.invite(unit, partner.id, Role.FOCAL_POINT, clock.now())
                return code, other.id

            code, other = await store.transact(appoint)
            if voices:  # the other's, so that the first voice Rakoto is given is Amina's
                await synthetic.fill(store, [other], voices, clock.now())
        sandbox.person("Amina", language="fr")
        rakoto = sandbox.person("Rakoto", language="en")
        house = await stack.enter_async_context(wiring.running(settings, stop=stop))
        await rakoto.starts(f"j-{code}")
        sys.stdout.write(
            f"\nOpen {sandbox.page_url}\nAmina speaks, Rakoto reads for {PARTNER[0]}. Ctrl-C ends it.\n"
            f"What two readers publish is read at http://127.0.0.1:{house.pages}/\n\n"
        )
        sys.stdout.flush()
        yield sandbox.page_url

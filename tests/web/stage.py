"""The site over real HTTP on this machine, with a real store behind it, and voices on its wall."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from bot import displaying
from bot.circumstances import Circumstances
from bot.linking import NAME
from bot.people import PHOTO, Consent, Region
from bot.pixels import anew
from bot.ports import Medium, Unit
from bot.testimony import Testimony
from tests.deeds.stage import Stage, catalogs
from tests.deeds.test_voices import published
from tests.photographs import drawn, packed
from tests.stores import NOW, SqliteFiles, opened
from web.site import site

REGIONS = (
    Region("africa", "Madagascar", ("MG",)),
    Region("asia", "South Asia", ("IN", "BD", "NP")),
    Region("lebanon", "Lebanon", ("LB",)),
)


@dataclass
class Site:
    """A site that is served, and the stage behind it."""

    stage: Stage
    client: TestClient[Any, Any]

    async def hang(self, words: str, **more: object) -> Testimony:
        """A voice is published, and shown at the next tick."""
        told = await published(self.stage, words, **more)  # type: ignore[arg-type]
        await self.tick()
        return told

    async def shows(self, told: Testimony, content: bytes = b"") -> str:
        """A photo is shown with a published voice; its address."""
        made = anew(content or packed(drawn()))
        assert made is not None

        def work(unit: Unit) -> str:
            photo = Medium("", told.respondent, "image", "f", "u", "image/jpeg", state="held")
            photo = unit.media.add(photo, self.stage.now)
            said = Consent(told.id, PHOTO, True, "sha256:ab", told.language, self.stage.now)
            unit.testimonies.add_consents([said])
            shown = unit.pictures.show(told.id, photo.id)
            unit.pictures.ready(shown, *made)
            return f"/photos/{shown}.jpg"

        return await self.stage.do(work)

    async def tick(self, hours: float = 0) -> None:
        """What time itself does: everything is looked at, and counted where that is due."""
        self.stage.now += timedelta(hours=hours)

        def work(unit: Unit) -> None:
            here = Circumstances("display", self.stage.now, catalogs())
            while displaying.look(unit, here):
                pass
            displaying.count_again(unit, self.stage.now)

        await self.stage.do(work)

    async def reads(self, path: str, status: int = 200, **headers: str) -> str:
        """What a reader gets."""
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            assert response.status == status, (path, response.status)
            return await response.text()

    async def id_of(self, told: Testimony) -> str:
        """By which everybody may name it."""
        [public] = await self.stage.do(lambda unit: unit.publications.of(told.id))
        return public.id


@asynccontextmanager
async def served(files: SqliteFiles, url: str = "") -> AsyncIterator[Site]:
    """A site with three regions and a bot that has a name."""
    database = files.fresh()
    async with opened(database) as store:
        stage = await Stage(store, NOW, url=database).open()

        def furnish(unit: Unit) -> None:
            for region in REGIONS:
                unit.associations.save_region(region)
            unit.marks.set(NAME, "voices_demo_bot")

        await stage.do(furnish)
        async with TestClient(TestServer(site(store, catalogs(), url))) as client:
            yield Site(stage, client)
    files.drop(database)

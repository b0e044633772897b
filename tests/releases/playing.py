"""What is played with a release, so that a later one can be held to what it wrote: `python playing.py FOLDER`.

Run with the release's own tree on PYTHONPATH; it imports nothing newer. What came of it is packed as README.md says.
"""

import asyncio
import sys
from pathlib import Path

from tests.journeys.stage import raised
from tests.journeys.test_voices import begins, first_line, tells


async def play(folder: Path) -> None:
    """A moderator came in; Noor told a voice and nobody has read it; Amina is in the middle; Sita was forgotten."""
    async with raised(folder) as stage:
        await stage.moderator("Rakoto", "en")
        noor, amina, sita = (stage.person(name, "en") for name in ("Noor", "Amina", "Sita"))
        print(await tells(noor, "en"))
        await amina.starts()
        await begins(amina, "testimony", "en")
        await amina.sees(first_line("testimony", "country", "en"))
        await amina.says("Madagascar")
        await amina.sees(first_line("testimony", "story", "en"))
        await amina.sends_voice(b"a voice of the past" * 100, seconds=5)
        await stage.sandbox.quiet()
        await stage.voices.keeping.fetch()
        await tells(sita, "en")
        await sita.says("/forget")
        await sita.taps("Erase everything")
        await sita.taps("Yes, erase it all")
        await sita.sees("Everything is erased")
        await stage.sandbox.quiet()


if __name__ == "__main__":
    asyncio.run(play(Path(sys.argv[1])))

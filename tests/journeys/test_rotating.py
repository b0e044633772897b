"""The key file is rotated under a running bot: nobody notices, and the old keys end."""

from pathlib import Path

import pytest

from bot import rotating, wiring
from bot.clock import SystemClock
from bot.config import Settings
from sandbox import Sandbox
from storage.sealing import Keys, Seals
from tests.journeys.operating import STARTS, Shell, stopped
from tests.journeys.stage import open_house


def _settings(folder: Path) -> Settings:
    return Settings(
        data_dir=folder / "var" / "data",
        key_file=folder / "var" / "keys" / "voices.key",
    )


async def _left_behind(settings: Settings) -> int:
    """How many data keys an older lock wraps."""
    async with wiring.opened(settings, SystemClock(), alone=False) as (store, _):
        return await store.transact(lambda unit: unit.wrapped_by_older())


async def test_keys_are_rotated_and_retired_beside_a_running_bot(tmp_path: Path) -> None:
    """S2: who spoke before goes on, who comes after is sealed by the new lock, and the next start needs no old one."""
    settings = _settings(tmp_path)
    await open_house(settings)
    before = Keys.read(settings.key_file)
    shell = Shell(tmp_path)
    async with Sandbox(flood=False, penalty=False) as sandbox:
        shell.speaks_to(sandbox)
        mara, noor = (sandbox.person(name, language="en") for name in ("Mara", "Noor"))
        async with shell.running("run") as process:
            await sandbox.polled(STARTS)
            await mara.starts()
            await mara.sees("Choose your language", within=STARTS)

            said = await shell.voices("key", "rotate")
            assert (said.code, said.err) == (0, "")
            rotated = Keys.read(settings.key_file)
            assert rotated.locks[1:] == before.locks
            assert rotated.locks[0][0] in said.out
            assert "voices key retire" in said.out

            await mara.taps("English")
            await mara.sees("Welcome. It is good that you are here.", within=STARTS)
            await noor.starts()
            await noor.sees("Choose your language", within=STARTS)
            assert await _left_behind(settings) == 0

            said = await shell.voices("key", "retire")
            assert said.code == 1
            assert before.locks[0][0] in said.err
            assert Keys.read(settings.key_file) == rotated
            said = await shell.voices("key", "retire", "--yes")
            assert said.code == 0
            assert Keys.read(settings.key_file).locks == rotated.locks[:1]
            assert (await shell.voices("key", "retire")).out.startswith("There is one lock")
            assert (await stopped(process)).code == 0
        async with shell.running("run") as process:
            for person in (mara, noor):
                seen = sandbox.seq
                await person.says("/help")
                await sandbox.called("sendMessage", since=seen, within=STARTS)
            await mara.sees("Here you can say what you and the people around you live through", within=STARTS)
            assert (await stopped(process)).code == 0


async def test_a_rotation_that_was_cut_short_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S2: the key file comes first, so that whatever is wrapped by the new lock can be opened; no third is made."""
    settings = _settings(tmp_path)
    await open_house(settings)

    def dies(seals: Seals, limit: int) -> int:
        raise OSError("the power went")

    with monkeypatch.context() as cut:
        cut.setattr(Seals, "rewrap", dies)
        with pytest.raises(OSError, match="the power went"):
            await rotating.rotate(settings)
    assert await _left_behind(settings) == 1
    refused = await Shell(tmp_path).voices("key", "retire", "--yes")
    assert (refused.code, refused.err) == (1, "1 data keys still need an older lock: voices key rotate.\n")
    assert (await rotating.rotate(settings)).startswith("The rotation that was cut short is finished")
    assert len(Keys.read(settings.key_file).locks) == 2
    assert await _left_behind(settings) == 0

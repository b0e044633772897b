"""Canaries: words that may be nowhere but sealed. A whole journey is played with them, then everything is searched."""

import logging
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs
from sandbox import Fault
from tests.journeys.stage import raised
from tests.journeys.test_voices import begins, first_line

NAME, FAMILY, HANDLE = "Canarina", "Vogelsang", "canary_handle_77"
STORY, CAPTION, ANSWER = "canary of the coal mine story", "canary in a caption", "canary answering a question"
RECORDING = b"canary voice recording, long enough to be found as it is"


@pytest.fixture
def log_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Everything every library logs at DEBUG, through our formatter; and temporary files of our own."""
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    path = tmp_path / "log.txt"
    names = ["", "telegram", "httpx", "httpcore", "sqlalchemy", "aiohttp", "apscheduler", "asyncio", "voices"]
    before = {name: logging.getLogger(name).level for name in names}
    with path.open("w") as stream:
        written = logs.handler(stream)
        logging.getLogger().addHandler(written)
        for name in names:
            logging.getLogger(name).setLevel(logging.DEBUG)
        yield path
        logging.getLogger().removeHandler(written)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def found_in(folder: Path, canaries: dict[str, bytes]) -> list[str]:
    """Which canary is in which file below a folder."""
    return [
        f"{what} in {path.relative_to(folder)}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for what, canary in canaries.items()
        if canary in path.read_bytes()
    ]


async def test_no_word_name_id_or_token_is_anywhere_in_the_clear(tmp_path: Path, log_file: Path) -> None:
    """S2, S3, S4, S5, S27: database, its log, recordings, temporary files, logs at DEBUG; errors included."""
    async with raised(tmp_path) as stage:
        reader = await stage.moderator("Rakoto", "en")
        amina = stage.sandbox.person(NAME, language="en", last_name=FAMILY, username=HANDLE)
        await amina.starts()
        await begins(amina, "testimony", "en")
        await amina.sees(first_line("testimony", "country", "en"))
        await amina.says("Madagascar")
        await amina.sees(first_line("testimony", "story", "en"))
        stage.sandbox.fail("sendMessage", how=Fault.closed_after())
        stage.sandbox.fail("getUpdates", how=Fault.cut())
        await amina.says(STORY)
        await amina.sends_voice(RECORDING, seconds=5)
        await amina.sends_photo(caption=CAPTION)
        await stage.sandbox.quiet()
        await stage.voices.keeping.fetch()
        canaries = {
            "name": NAME.encode(),
            "family name": FAMILY.encode(),
            "handle": HANDLE.encode(),
            "story": STORY.encode(),
            "caption": CAPTION.encode(),
            "recording": RECORDING,
            "token": stage.sandbox.token.encode(),
            "chat id": str(amina.id).encode(),
            "chat id, packed": struct.pack("<q", amina.id)[:6],
        }
        (tmp_path / "control.txt").write_bytes(b" ".join(canaries.values()))
        assert len(found_in(tmp_path, canaries)) == len(canaries), "the search itself finds what is there"
        await amina.taps("Send", within=10)
        await amina.sees("MG-")
        await reader.says("/next")
        assert STORY in (await reader.sees("MG-")).text
        assert found_in(tmp_path / "data", canaries) == []
    (tmp_path / "control.txt").unlink()
    assert log_file.stat().st_size > 0
    assert found_in(tmp_path, canaries) == []

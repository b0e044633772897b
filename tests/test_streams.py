"""A sound or film with its streams alone: what was hidden in it is in nothing that leaves (S7)."""

import io
import subprocess
import sys
from pathlib import Path

import av
import pytest

from bot import streams
from bot.cleaned import cleaned
from bot.packets import copied
from bot.pixels import is_photo
from tests.photographs import HOSTILE as PHOTOS
from tests.recordings import CANARY, HOSTILE, NO_RECORDINGS, sound

OURS = {"major_brand", "minor_version", "compatible_brands", "encoder"}
"""What FFmpeg's writers always say: of which kind the file is, and in a film of a browser that it was they."""


def seen(content: bytes) -> list[tuple[str, int, int, bytes]]:
    """Every picture of a film, with its kind, its time in thousandths of a second, and how it is turned."""
    with av.open(io.BytesIO(content), "r") as file:
        films = [
            each for each in file.streams.video if not each.disposition & av.stream.Disposition.attached_pic
        ]
        frames = file.decode(films[0]) if films else ()
        return [
            (films[0].codec_tag, round(1_000 * (each.time or 0)), each.rotation, bytes(each.planes[0]))
            for each in frames
        ]


def heard(content: bytes) -> bytes:
    """The packets of a sound, without what was put behind it."""
    with av.open(io.BytesIO(content), "r") as file:
        voices = file.streams.audio
        packets = [bytes(each) for each in file.demux(voices)] if voices else []
        return b"".join(packets).partition(b"LYRICSBEGIN")[0]


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_hidden_in_a_recording_stays_behind(what: str) -> None:
    """S7: by its letters, and by what FFmpeg finds beside the streams; all that is seen and heard is there."""
    came = HOSTILE[what]()
    assert CANARY in came
    made = copied(came)
    assert CANARY not in made
    assert (seen(made), heard(made)) == (seen(came), heard(came))
    assert {turned for _, _, turned, _ in seen(made)} == {90} or len(heard(made)) > 100
    with av.open(io.BytesIO(made), "r") as file:
        assert {each.type for each in file.streams} <= {"audio", "video"}
        assert (set(file.metadata) <= OURS, file.chapters()) == (True, [])
        assert not any(each.disposition & av.stream.Disposition.attached_pic for each in file.streams)
    assert copied(came) == made  # what is sent twice is the same


@pytest.mark.parametrize("what", NO_RECORDINGS)
def test_what_is_no_recording_is_not_packed_anew(what: str) -> None:
    """S7, S8: not what is cut off, nor what we could not make bare."""
    with pytest.raises((ValueError, av.FFmpegError)):
        copied(NO_RECORDINGS[what]())


def test_it_happens_in_a_child() -> None:
    """What it reads and what it finds is the same there, where nothing can be loaded any more."""
    film = HOSTILE["a film with words, a cover, boxes"]()
    assert streams.anew(film) == copied(film)
    assert streams.anew(NO_RECORDINGS["what calls itself a voice note"]()) is None


LOCKED_IN = """
import os, socket, sys
sys.path.insert(0, sys.argv[1])
from bot import packets
def tried(content):
    done = []
    file, home, much = lambda: open("/etc/hostname"), lambda: os.environ["HOME"], lambda: bytearray(2**30)
    for what in (file, socket.socket, os.pipe, home, much):
        try:
            done.append(what())
        except (OSError, LookupError, MemoryError):
            pass
    return repr(done).encode()
packets.copied = tried
packets.main()
"""


def test_whoever_takes_the_child_over_finds_no_file_no_connection_and_little_memory() -> None:
    """S8: as it reads what a stranger sent, it can open nothing."""
    home = str(Path(streams.__file__).parents[1])
    command = [sys.executable, "-I", "-c", LOCKED_IN, home]
    child = subprocess.run(command, input=b"", capture_output=True, env={}, check=True)
    assert child.stdout == b"[]"


def test_what_the_reader_falls_over_stays_and_what_the_machine_could_not_do_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S8: one is lost for good, the other is nobody's fault."""
    ends = "import os, signal; os.kill(os.getpid(), signal.{})"
    missing, waits = "import what_is_not_installed", "import signal; signal.pause()"
    for code in (ends.format("SIGSEGV"), ends.format("SIGXCPU")):
        monkeypatch.setattr(streams, "_CODE", code)
        assert streams.anew(sound()) is None
    for code in (missing, ends.format("SIGKILL"), ends.format("SIGTERM")):
        monkeypatch.setattr(streams, "_CODE", code)
        with pytest.raises(ChildProcessError):
            streams.anew(sound())
    monkeypatch.setattr(streams, "_CODE", waits)
    monkeypatch.setattr(streams, "WALL", 0.01)
    with pytest.raises(TimeoutError):
        streams.anew(sound())


def test_a_file_leaves_as_what_it_is_or_not_at_all() -> None:
    """S7, S32: whatever it is called; a document is words in which nobody hid a name."""
    voice = cleaned(sound(), "story-1.oga")
    assert voice is not None
    assert (voice.content, voice.mime) == (sound(), "audio/wav")
    photo = cleaned(PHOTOS["EXIF with a place"], "paper-1.bin")
    assert photo is not None
    assert (is_photo(photo.content), photo.mime) == (True, "image/jpeg")
    assert cleaned(NO_RECORDINGS["a document"](), "paper-1.pdf") is None
    assert cleaned(b"PK\3\4" + CANARY, "paper-1.bin") is None
    assert cleaned(sound(), "story_photo-1.jpg") is None

"""Streams: a sound or a film packed anew with nothing but its streams of sound and picture (S7).

Where it was recorded, when, with which phone, titles, covers, chapters, tracks of positions, bytes that nothing refers
to: all of it stands beside the streams, or between them in units that say nothing to eye or ear. So their packets are
copied, undecoded, into a new container, which never had any.

What is read was sent by strangers, and FFmpeg's readers are written in C: they run in a child process that has no key,
no environment, no file, no network and little time (`bot/packets.py`).
"""

import errno
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WALL = 60
"""Seconds a child may take by the clock on the wall, however busy the machine; of a processor it has far fewer."""

REFUSED = 3
"""What a child ends with where these bytes cannot be packed anew."""

FELL = frozenset(
    {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGXCPU}
)
"""By what a child ends that fell over these bytes, or never came to an end; any other signal was sent to it."""

_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from bot.packets import main; main()"
"""The child copies with the code beside this, wherever it lies."""


@dataclass(frozen=True, slots=True)
class Container:
    """What streams are packed in: by which of FFmpeg's readers it is read and by which writer written, what it then is,
    and which streams are copied. `decoders`: who must look into a stream of which the container does not say enough.
    """

    reader: str
    writer: str
    mime: str
    streams: frozenset[str]
    decoders: str = "none"


_PHONE = frozenset({"aac", "alac", "amr_nb", "amr_wb", "h263", "h264", "hevc", "mp3", "mpeg4", "pcm_s16le"})
_BROWSER = frozenset({"aac", "h264", "hevc", "mp3", "opus", "vp8", "vp9"})

QUICKTIME = Container("mov", "mov", "video/quicktime", _PHONE, "h263,mpeg4")
THREE_GP = Container("mov", "3gp", "video/3gpp", _PHONE, "h263,mpeg4")
M4A = Container("mov", "ipod", "audio/mp4", _PHONE)
MP4 = Container("mov", "mp4", "video/mp4", _PHONE, "h263,mpeg4")
OGG = Container("ogg", "ogg", "audio/ogg", frozenset({"opus", "vorbis"}))
WEBM = Container("matroska", "webm", "video/webm", _BROWSER)
MATROSKA = Container("matroska", "matroska", "video/x-matroska", _BROWSER)
MP3 = Container("mp3", "mp3", "audio/mpeg", frozenset({"mp3"}))
AAC = Container("aac", "adts", "audio/aac", frozenset({"aac"}), "aac")
AMR = Container("amr", "amr", "audio/amr", frozenset({"amr_nb", "amr_wb"}))
WAV = Container("wav", "wav", "audio/wav", frozenset({"pcm_s16le", "pcm_u8"}))

STARTS = {
    rb".{4}ftypqt": QUICKTIME,
    rb".{4}ftyp3g": THREE_GP,
    rb".{4}ftypM4A": M4A,
    rb".{4}ftyp(?!hei|hev|mif|msf|avi)": MP4,  # those are photos
    rb"OggS": OGG,
    rb"\x1aE\xdf\xa3.{0,60}webm": WEBM,
    rb"\x1aE\xdf\xa3": MATROSKA,
    rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]": MP3,
    rb"\xff[\xf0\xf1\xf8\xf9]": AAC,
    rb"#!AMR": AMR,
    rb"RIFF.{4}WAVE": WAV,
}
"""How what we read begins, the first that fits; whatever else calls itself a sound or a film is none."""

_STARTS = {re.compile(start, re.DOTALL): container for start, container in STARTS.items()}


_SILENCE = b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\2\0\0\0\0\0"
"""A WAV of one sample."""


def untitled(content: bytes) -> bytes:
    """Without the titles (ID3v2) that may stand before the sound itself: two of them at most, as some write."""
    at = 0
    for _ in range(2):
        head = content[at : at + 10]
        if head[:3] == b"ID3" and len(head) == 10:
            length = sum((each & 127) << 7 * place for place, each in enumerate(reversed(head[6:])))
            at += 10 + length + (10 if head[5] & 16 else 0)
    return content[at:]


def container(content: bytes) -> Container | None:
    """What these bytes are packed in, by how they begin; None where it is nothing that we read."""
    begins = untitled(content)
    return next((each for start, each in _STARTS.items() if start.match(begins)), None)


def anew(content: bytes) -> bytes | None:
    """The sound or film with its streams alone; None where it is none, is cut off, or has a stream that we cannot make
    bare. It takes a tenth of a second of a processor, in a child: for a thread.

    OSError where the child could not do its work, whatever the bytes are: then it may be tried again.
    """
    if container(content) is None:
        return None
    try:
        child = subprocess.run(  # noqa: S603  the command is ours, what is untrusted goes to standard input
            [sys.executable, "-I", "-X", "utf8", "-c", _CODE, str(Path(__file__).parents[1])],
            input=content,
            capture_output=True,
            timeout=WALL,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(errno.ETIMEDOUT, "a recording took too long to be packed anew") from error
    if child.returncode == 0:
        return child.stdout
    if child.returncode == REFUSED or -child.returncode in FELL:
        return None
    raise OSError(errno.ECHILD, f"a recording could not be packed anew (ended with {child.returncode})")


def works() -> bool:
    """Whether a child can do its work on this machine at all. For a thread."""
    try:
        return anew(_SILENCE) == _SILENCE
    except OSError:
        return False

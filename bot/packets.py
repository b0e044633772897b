"""Packets: the child's part of packing a sound or a film anew (`bot/streams.py`). Nobody else imports it, or FFmpeg.

A packet is copied as it is, but for H.264, H.265 and MPEG-4: there a camera may write whatever it likes between the
slices (its name, the place, the second), and those units stay behind.
"""

import io
import re
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass

import av
import av.subtitles.codeccontext  # what FFmpeg calls what is passed over: later nothing can be loaded
import av.subtitles.stream
from av.container import InputContainer, OutputContainer
from av.stream import Disposition, Stream

from bot.streams import REFUSED, Container, container, untitled

MEMORY = 512 * 1024 * 1024
"""Bytes of address space, of which a hundred are libraries; Telegram hands out files of at most twenty."""

SECONDS = 10
"""Seconds of a processor; what a phone sends takes a few hundredths."""

_PICTURES = Disposition.attached_pic | Disposition.still_image
"""Covers, and what is one photo."""


def main() -> None:
    """Read what was sent from standard input, and write it anew, within the limits."""
    content = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # from here on nothing can be opened
    try:
        made = copied(content)
    except (av.FFmpegError, ArithmeticError, LookupError, MemoryError, ValueError):
        sys.exit(REFUSED)
    sys.stdout.buffer.write(made)


def copied(content: bytes) -> bytes:
    """Its streams in a new container. ValueError, or what FFmpeg raises, where that cannot be."""
    packed = container(content)
    if packed is None:
        raise ValueError("nothing that we read")
    read = {"codec_whitelist": packed.decoders, "protocol_whitelist": "none"}
    written = {"fflags": "+bitexact"}  # without its own name, and the same each time
    out, filled = io.BytesIO(), False
    with (
        av.open(
            io.BytesIO(untitled(content)),
            "r",
            format=packed.reader,
            container_options=read,
            metadata_errors="ignore",
        ) as came,
        av.open(out, "w", format=packed.writer, container_options=written) as goes,
    ):
        ways = {each.index: _way(each, goes) for each in _streams(came, packed)}
        for packet in came.demux(*ways):
            if packet.size and (bare := ways[packet.stream_index].bare(packet)):
                goes.mux(bare)
                filled = True
    if not filled:
        raise ValueError("nothing is left")
    return out.getvalue()


def _streams(came: InputContainer, packed: Container) -> list[Stream]:
    """The streams that are copied; ValueError where of all that is heard, or of all that is seen, nothing would be."""
    told = [
        each for each in came.streams if each.type in ("audio", "video") and not each.disposition & _PICTURES
    ]
    found = [each for each in told if _codec(each) in packed.streams]
    if not found or {each.type for each in found} != {each.type for each in told}:
        raise ValueError("streams that we cannot make bare")
    return found


def _codec(stream: Stream) -> str:
    """How its packets are written; "" where FFmpeg knows nobody who reads them."""
    codec = getattr(stream.codec_context, "codec", None)
    return codec.canonical_name if codec is not None else ""


# -- one stream -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """A stream's way into the new container: where it goes, and what stays of the bytes of each packet."""

    to: Stream
    strip: Callable[[bytes], bytes]

    def bare(self, packet: "av.Packet[Stream]") -> "list[av.Packet[Stream]]":
        """Its bytes and its times, and nothing that a container says beside them; none where nothing stays."""
        if packet.is_corrupt:
            raise ValueError("cut off")
        content = self.strip(bytes(packet))
        if not content:
            return []
        made: av.Packet[Stream] = av.Packet(content)
        made.pts, made.dts, made.duration = packet.pts, packet.dts, packet.duration
        made.time_base, made.is_keyframe = packet.time_base, packet.is_keyframe
        made.stream = self.to
        return [made]


def _way(stream: Stream, goes: OutputContainer) -> _Way:
    """Make its place in the new container, with what a decoder needs beforehand."""
    to: Stream = goes.add_stream_from_template(stream, opaque=True)
    known = stream.codec_context.extradata or b""
    match _codec(stream):
        case "h264":
            return _Way(to, _Units(_width(known, 4), _h264, _H264))
        case "hevc":
            to.codec_context.extradata = _hvcc(known)
            if goes.format.name in ("mov", "mp4"):
                to.codec_context.codec_tag = "hev1" if stream.codec_context.codec_tag == "hev1" else "hvc1"
            return _Way(to, _Units(_width(known, 21), _hevc, _HEVC))
        case "mp3":
            return _Way(to, _mp3)
        case "mpeg4":
            to.codec_context.extradata = _unsaid(known) or None
            return _Way(to, _unsaid)
        case _:
            return _Way(to, bytes)


_H264 = frozenset({1, 2, 3, 4, 5, 7, 8, 9, 13})
"""Types of units a decoder needs (ITU-T H.264, table 7-1): slices, what they refer to, where one begins."""

_HEVC = frozenset({*range(10), *range(16, 22), 32, 33, 34, 35})
"""The same of ITU-T H.265, table 7-1."""

_SETS = frozenset({32, 33, 34})
"""Of these, what stands before the first picture."""


def _h264(unit: bytes) -> int:
    return unit[0] & 31


def _hevc(unit: bytes) -> int:
    return unit[0] >> 1 & 63


@dataclass(frozen=True, slots=True)
class _Units:
    """Takes all units but those that are kept out of a packet, in which each stands behind its length."""

    width: int
    type: Callable[[bytes], int]
    kept: frozenset[int]

    def __call__(self, packet: bytes) -> bytes:
        """ValueError where a unit is longer than what is there."""
        out, at = bytearray(), 0
        while at < len(packet):
            begins = at + self.width
            ends = begins + int.from_bytes(packet[at:begins])
            if ends > len(packet):
                raise ValueError("a unit that is cut off")
            if ends > begins and self.type(packet[begins:ends]) in self.kept:
                out += packet[at:ends]
            at = ends
        return bytes(out)


def _width(known: bytes, at: int) -> int:
    """How many bytes the length of a unit takes, as the record of version 1 says (ISO/IEC 14496-15)."""
    if known[:1] != b"\x01":
        raise ValueError("units without lengths")
    return (known[at] & 3) + 1


def _hvcc(known: bytes) -> bytes:
    """The record before the first picture of H.265 (ISO/IEC 14496-15, 8.3.3) with its parameter sets alone."""
    if len(known) < 23:
        raise ValueError("a record that is cut off")
    arrays, at = list[bytes](), 23
    for _ in range(known[22]):
        begins, at = at, at + 3
        for _ in range(int.from_bytes(known[begins + 1 : at])):
            at += 2 + int.from_bytes(known[at : at + 2])
        if at > len(known):
            raise ValueError("a record that is cut off")
        if known[begins] & 63 in _SETS:
            arrays.append(known[begins:at])
    return known[:22] + bytes([len(arrays)]) + b"".join(arrays)


_RATES = (
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)
"""Thousands of bits a second of MPEG-2 and -2.5, and of MPEG-1, layer III (ISO/IEC 13818-3 and 11172-3, 2.4.2.3)."""

_SAMPLED = (44_100, 48_000, 32_000)
"""Samples a second of MPEG-1; MPEG-2 has half of them, MPEG-2.5 a quarter."""


def _mp3(packet: bytes) -> bytes:
    """The one frame of layer III that a packet is, without what follows it; nothing where it begins with none."""
    if len(packet) < 4 or packet[0] != 0xFF or packet[1] & 0xE6 != 0xE2:
        return b""
    version, rate, sampled = packet[1] >> 3 & 3, packet[2] >> 4, packet[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or sampled == 3:
        return b""
    first = version == 3
    samples = _SAMPLED[sampled] >> {3: 0, 2: 1, 0: 2}[version]
    length = (144 if first else 72) * 1_000 * _RATES[first][rate] // samples + (packet[2] >> 1 & 1)
    return packet[:length]


_USER_DATA = re.compile(rb"\x00\x00\x01\xb2.*?(?=\x00\x00\x01|\Z)", re.DOTALL)


def _unsaid(packet: bytes) -> bytes:
    """MPEG-4 without user data (ISO/IEC 14496-2, 6.2.2.1): start codes stand nowhere else."""
    return _USER_DATA.sub(b"", packet)


if __name__ == "__main__":
    main()

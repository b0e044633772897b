"""Recordings for tests: small ones, with whatever a phone or somebody could hide in one, and files that only claim to
be one.
"""

import io
import struct
import wave
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

import av
from av.container import OutputContainer
from av.stream import Disposition, Stream

from tests.photographs import drawn, packed

CANARY = b"canary-7-antananarivo"
"""Hidden in each of `HOSTILE`; it must be nowhere in what leaves."""

WORD = CANARY.decode()
TAGS = {
    **dict.fromkeys(("title", "artist", "comment", "encoder", "make", "location"), WORD),
    "com.apple.quicktime.location.ISO6709": f"-18.9+047.5/{WORD}",
    "creation_time": "2026-11-26T13:00:00Z",
}

Coded = av.VideoStream | av.AudioStream
MOMENT = Fraction(1, 1_000)


def sound(size: int = 2_000, fill: int = 7) -> bytes:
    """A WAV of so many bytes that hides nothing: it leaves as it is."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(bytes([fill]) * ((size - 44) // 2 * 2))
    return out.getvalue()


# -- made by FFmpeg ---------------------------------------------------------------------------------------------------


def _frames() -> Iterator[av.VideoFrame]:
    for number in range(3):
        frame: av.VideoFrame = av.VideoFrame.from_image(drawn(176, 144).rotate(9 * number))  # type: ignore[no-untyped-call]
        yield frame.reformat(format="yuv420p")


def _samples(rate: int) -> Iterator[av.AudioFrame]:
    for number in range(4):
        frame = av.AudioFrame(format="s16", layout="mono", samples=rate // 20)
        frame.planes[0].update(struct.pack("<h", 900 * number) * (rate // 20))
        frame.sample_rate, frame.pts = rate, number * (rate // 20)
        yield frame


def recorded(kind: str, film: str = "", heard: str = "", *, beside: str = "", bare: bool = False) -> bytes:
    """A film, a sound or both, with tags and chapters where it is not `bare`. `beside`: what else is in it, "words",
    "cover", "file".
    """
    out = io.BytesIO()
    options = {"write_id3v2": "1", "write_id3v1": "1"}
    if "cover" not in beside:
        options["movflags"] = (
            "use_metadata_tags"  # as Apple and Android write them; a cover stands where iTunes does
        )
    with av.open(out, "w", format=kind, container_options=options) as file:
        coded: list[tuple[Coded, Iterable[av.VideoFrame | av.AudioFrame]]] = []
        if film:
            quiet = {"x265-params": "log-level=none"} if film == "libx265" else {}
            picture = file.add_stream(film, 10, quiet, width=176, height=144, pix_fmt="yuv420p")
            assert isinstance(picture, av.VideoStream)
            picture.set_display_rotation(90)
            if film == "libx265":
                picture.codec_context.codec_tag = "hvc1"  # Apple plays no other
            coded.append((picture, _frames()))
        if heard:
            rate = {"libopus": 48_000, "libopencore_amrnb": 8_000}.get(heard, 44_100)
            voice = file.add_stream(heard, rate, layout="mono")
            assert isinstance(voice, av.AudioStream)
            coded.append((voice, _samples(rate)))
        words = file.add_mux_stream("mov_text") if "words" in beside else None
        cover = file.add_mux_stream("mjpeg", width=48, height=32) if "cover" in beside else None
        if "file" in beside:
            file.add_attachment(f"{WORD}.jpg", "image/jpeg", CANARY)
        if not bare:
            _tag(file)
        if cover is not None:
            cover.disposition = Disposition.attached_pic
            _put(file, cover, packed(drawn(), comment=CANARY))
        if words is not None:
            _put(file, words, struct.pack(">H", len(CANARY)) + CANARY)
        for stream, frames in coded:
            for frame in (*frames, None):
                file.mux(stream.encode(frame))  # type: ignore[arg-type]  # each of its own kind
    return out.getvalue()


def _tag(file: OutputContainer) -> None:
    file.metadata.update(TAGS)
    for each in file.streams:
        each.metadata.update({"title": WORD, "handler_name": WORD, "language": "mlg"})
    said = {"title": WORD}
    file.set_chapters([{"id": 1, "start": 0, "end": 200, "time_base": MOMENT, "metadata": said}])


def _put(file: OutputContainer, stream: Stream, content: bytes) -> None:
    packet = av.Packet(content)
    packet.stream, packet.time_base, packet.is_keyframe = stream, MOMENT, True
    packet.pts = packet.dts = 0
    packet.duration = 100
    file.mux(packet)


def between(
    content: bytes, kind: str, unit: bytes, before: Callable[[bytes], bytes] = bytes, *, alone: bool = False
) -> bytes:
    """A film with a unit more before each of its packets, or `alone` in its place; `before` changes what stands before
    the first.
    """
    out = io.BytesIO()
    with av.open(io.BytesIO(content), "r") as came, av.open(out, "w", format=kind) as goes:
        stream = came.streams.video[0]
        to = goes.add_stream_from_template(stream, opaque=True)
        to.codec_context.codec_tag = stream.codec_context.codec_tag
        to.codec_context.extradata = before(stream.codec_context.extradata or b"")
        for packet in came.demux(stream):
            if packet.size:
                made = av.Packet(unit if alone else unit + bytes(packet))
                made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
                made.duration, made.is_keyframe, made.stream = packet.duration, packet.is_keyframe, to
                goes.mux(made)
    return out.getvalue()


def _lengthy(unit: bytes) -> bytes:
    return struct.pack(">I", len(unit)) + unit


SAID = b"\x05" + bytes([16 + len(CANARY)]) + bytes(range(16)) + CANARY + b"\x80"
"""What a camera says in a unit of its own (user_data_unregistered), after the unit's type."""

USER_DATA = b"\0\0\1\xb2" + CANARY


def _one_array_more(record: bytes) -> bytes:
    """An hvcC that says it before the first picture, too."""
    unit = b"\x4e\x01" + SAID
    array = b"\xa7" + struct.pack(">HH", 1, len(unit)) + unit
    return record[:22] + bytes([record[22] + 1]) + array + record[23:]


# -- which hide something, and which are none -------------------------------------------------------------------------


def _id3(content: bytes) -> bytes:
    return b"ID3\x04\0\0\0\0\x02\0" + CANARY.ljust(256, b"\0") + content


def _lyrics(content: bytes) -> bytes:
    return content + b"LYRICSBEGIN" + CANARY * 9 + b"LYRICS200TAG" + CANARY.ljust(125, b"\0")


def _chunk(content: bytes) -> bytes:
    return content + b"LIST" + struct.pack("<I", 4 + len(CANARY)) + b"INFO" + CANARY


def _boxes(content: bytes) -> bytes:
    """XMP and the place as phones write them, where nothing refers to it."""
    place = _box(b"udta", _box(b"\xa9xyz", b"\0\x15\x15\xc7" + CANARY))
    return content + _box(b"uuid", bytes(16) + CANARY) + place


def _box(name: bytes, held: bytes) -> bytes:
    return struct.pack(">I", 8 + len(held)) + name + held


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "a film with words, a cover, boxes": lambda: _boxes(
        recorded("mp4", "libx264", "aac", beside="words cover")
    ),
    "H.264 that says it between slices": lambda: between(
        recorded("mp4", "libx264", bare=True), "mp4", _lengthy(b"\x06" + SAID)
    ),
    "H.265 that says it before and between": lambda: between(
        recorded("mov", "libx265", bare=True), "mov", _lengthy(b"\x4e\x01" + SAID), _one_array_more
    ),
    "MPEG-4 that says it before and between": lambda: between(
        recorded("3gp", "mpeg4", bare=True), "3gp", USER_DATA, lambda known: known + USER_DATA
    ),
    "a film of an old phone": lambda: recorded("3gp", "h263", "libopencore_amrnb"),
    "a film of a browser": lambda: recorded("webm", "libvpx", "libopus"),
    "a film with a file in it": lambda: recorded("matroska", "libx264", "libopus", beside="file"),
    "a voice note": lambda: recorded("ogg", "", "libopus"),
    "a song": lambda: recorded("mp3", "", "libmp3lame", beside="cover"),
    "a song with titles before and lyrics behind": lambda: _lyrics(
        _id3(recorded("mp3", "", "libmp3lame", bare=True))
    ),
    "a memo": lambda: recorded("ipod", "", "aac"),
    "a memo with a cover": lambda: recorded("mp4", "", "aac", beside="cover"),
    "a memo without a box around it": lambda: _lyrics(_id3(recorded("adts", "", "aac"))),
    "a WAV": lambda: _chunk(recorded("wav", "", "pcm_s16le")),
}
"""Sounds and films that hide something."""

NO_RECORDINGS: Mapping[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "words": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "a document": lambda: packed(drawn(), "PDF"),
    "only a beginning": lambda: recorded("mp4", "libx264", bare=True)[:40],
    "cut off": lambda: recorded("mov", "mpeg4", bare=True)[:-900],
    "a cut WAV": lambda: sound()[:-500],
    "a photo of a phone": lambda: recorded("mp4", "libx265", bare=True).replace(b"ftypisom", b"ftypheic", 1),
    "a film in which we cannot tell what is said": lambda: recorded("mov", "mpeg2video", "aac", bare=True),
    "what calls itself a voice note": lambda: b"OggS" + bytes(400),
    "a song of which nobody says how long its frames are": lambda: (b"\xff\xfb\x00\xc4" + bytes(413)) * 20,
    "a film that only says something": lambda: between(
        recorded("3gp", "mpeg4", bare=True), "3gp", USER_DATA, alone=True
    ),
    "titles and nothing else": lambda: _id3(_id3(_id3(recorded("mp3", "", "libmp3lame", bare=True)))),
    "lengths that are none": lambda: between(recorded("mp4", "libx264", bare=True), "mp4", b"\xff" * 9),
}
"""Files that are neither, or not whole, or hold what we cannot make bare."""

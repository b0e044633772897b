"""Cleaned: a file as it may leave for somebody else's machine: what is seen and heard of it, and nothing hidden (S7).

What is none of what we can make anew does not leave at all: a document says in any number of places who wrote it, where
and on what, and its words are hers, in which nobody hid a name (S32).
"""

from dataclasses import dataclass, field

from bot import pixels, streams

PHOTO = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file made anew, and what it then is, whatever its sender called it."""

    content: bytes = field(repr=False)
    mime: str


def cleaned(content: bytes, name: str) -> Cleaned | None:
    """A photo anew from its pixels, a sound or film anew with its streams; None where it can be neither, or its name
    says that it is a photo and it is none. For a thread. OSError where that failed for no fault of the file.
    """
    packed = None if name.endswith(pixels.ENDING) else streams.container(content)
    if packed is None:
        photo = pixels.anew(content)
        return Cleaned(photo[0], PHOTO) if photo is not None else None
    made = streams.anew(content)
    return Cleaned(made, packed.mime) if made is not None else None

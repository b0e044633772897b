"""What a form shows besides its words: the pictures, sounds and films of its questions, groups and choices."""

from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

from dialogs.form import Choice, Form, Group, Media, Part, Question, Ref, Repeat

ALBUM = 10
"""Pictures of choices that are shown at once (Bot API: media in an album)."""

KINDS = {"big-image": "image", "image": "image", "audio": "audio", "video": "video"}
"""XForms' names of what goes with a label, in the order in which they are shown, and the kind of each."""


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a form names: its name ("" where that is put together at run time), its kind, who shows it where."""

    name: str
    kind: str
    ref: Ref
    row: int | None
    sheet: str


def named(form: Form) -> Iterator[Named]:
    """Every file that the form names to be shown, in form order."""
    told: set[int] = set()
    for part in _parts(form.body):
        yield from _of(part.media, part.ref, part.row, "survey")
        for choice in choices_of(part) if isinstance(part, Question) else ():
            if id(choice) not in told:
                told.add(id(choice))
                sheet = "choices" if choice.row is not None else "survey"
                yield from _of(
                    _picture(choice), part.ref, part.row if choice.row is None else choice.row, sheet
                )


def choices_of(question: Question) -> tuple[Choice, ...]:
    """Every choice that a question may offer."""
    itemset = question.itemset
    if itemset is None:
        return ()
    return tuple(itemset.by_node.values() if itemset.by_node else itemset.choices.values())


def file_name(address: str) -> str:
    """The name of the file at an address (jr://images/…); letters with accents may be written in two ways."""
    return normalize("NFC", address.strip().rpartition("/")[2])


def shows_picture(choice: Choice) -> bool:
    """Whether a picture goes with a choice."""
    return bool(_picture(choice))


def _picture(choice: Choice) -> Media:
    """Of what goes with a choice, pictures are shown."""
    return {form: text for form, text in choice.media.items() if KINDS.get(form) == "image"}


def _of(media: Media, ref: Ref, row: int | None, sheet: str) -> Iterator[Named]:
    for form, kind in KINDS.items():
        for pieces in media[form].by_language.values() if form in media else ():
            whole = len(pieces) == 1 and isinstance(pieces[0], str)
            yield Named(file_name(str(pieces[0])) if whole else "", kind, ref, row, sheet)


def _parts(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Group | Repeat):
            yield from _parts(part.parts)

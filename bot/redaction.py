"""Redaction: a testimony's own words without what points to people, and what still does (S32, S36). Pure.

Her words are the answers she wrote and what she answered when she was asked back. Each text is redacted on its own; a
version says of which words it was made, so that it counts for these words alone.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakKeyDictionary

from bot.linting import Found, Span, names_in, suggest
from bot.testimony import Testimony
from dialogs.form import Form, Kind, Text
from dialogs.plan import generic

Key = str
"""Which text: the ref of an answer, or "exchange:0"."""

MARKS = {
    Found.NAME: "[name]",
    Found.PHONE: "[number]",
    Found.ID: "[number]",
    Found.EMAIL: "[contact]",
    Found.HANDLE: "[contact]",
    Found.LINK: "[link]",
    Found.COORDINATES: "[place]",
    Found.DATE: "[date]",
    Found.TIME: "[time]",
}
"""What stands where something was hidden, before it is put into the language of the text."""

NAMES = ("name", "first_name", "last_name", "nickname", "place", "address", "helper")
"""What a question may mean (`tg:means`) whose answer is a name wherever it comes."""

RECALLED = ("last_hardest", "last_day")
"""What a form is given (`tg:given`) that repeats what she told before."""

Say = Callable[[str], str]
"""A mark in the language of the text."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """One version: by whom (the role, and the person by their address), when, the texts done so far. `of`: a digest of
    the words each was made of. `kept`: words a moderator says point to nobody: text, words, who, when (ISO). `photo`:
    the id of the photo that they say may be shown with it, "" for none; None where they were not asked.
    """

    id: str
    testimony: str
    moderator: str
    person: str
    at: datetime
    texts: Mapping[Key, str]
    of: Mapping[Key, str]
    kept: tuple[tuple[Key, str, str, str], ...] = ()
    number: int = field(default=0, compare=False)
    photo: str | None = None


def texts(form: Form, testimony: Testimony) -> dict[Key, str]:
    """Her own words: the story first, then the form's order, then what she answered since."""
    written = {question.ref for question in form.questions() if question.kind is Kind.TEXT}
    found = {
        ref: words for ref, words in testimony.answers.items() if generic(ref) in written and words.strip()
    }
    story = form.meaning("story")
    first = {story: found[story]} if story in found else {}
    asked = {
        f"exchange:{n}": each.answer for n, each in enumerate(testimony.exchanges) if each.answer.strip()
    }
    return {**first, **found, **asked}


def once(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers without what was given to the form of her earlier words: those stand where she told them, to be
    redacted, withdrawn and erased there.
    """
    return {
        ref: value
        for ref, value in answers.items()
        if ref not in form.binds or form.binds[ref].chat.get("given") not in RECALLED
    }


def digest(words: str) -> str:
    """By which a version knows the words it was made of; it lies sealed with them."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def valid(redaction: Redaction | None, original: Mapping[Key, str]) -> dict[Key, str]:
    """The redacted texts that were made of these words; one of words she has changed since is outdated."""
    if redaction is None:
        return {}
    return {
        key: redaction.texts[key]
        for key, words in original.items()
        if key in redaction.texts and redaction.of.get(key) == digest(words)
    }


def spans(form: Form, testimony: Testimony, key: Key, words: str, say: Say) -> list[Span]:
    """What in these words could identify somebody; `words` may be redacted already."""
    named = [
        answer
        for means in NAMES
        if (ref := form.meaning(means)) and (answer := testimony.answers.get(ref, ""))
    ]
    elsewhere = [text for other, text in texts(form, testimony).items() if other != key]
    named += [name for text in elsewhere for name in names_in(text, _countries(form))]
    return suggest(_without(words, [say(mark) for mark in MARKS.values()]), named, _countries(form))


def still_open(form: Form, testimony: Testimony, redaction: Redaction, key: Key, say: Say) -> list[Span]:
    """What is neither hidden nor said to point to nobody, in one redacted text."""
    words = redaction.texts[key]
    kept = {said for where, said, _, _ in redaction.kept if where == key}
    return [
        each for each in spans(form, testimony, key, words, say) if words[each.start : each.end] not in kept
    ]


def hidden(words: str, these: Sequence[Span], say: Say) -> str:
    """The words with a mark in place of each of these spans."""
    at, pieces = 0, []
    for span in these:
        pieces += [words[at : span.start], say(MARKS[span.kind])]
        at = span.end
    return "".join([*pieces, words[at:]])


def _without(words: str, marks: Sequence[str]) -> str:
    """With signs that mean nothing in place of our marks, so that they are not looked at."""
    for mark in marks:
        words = words.replace(mark, "…" * len(mark))
    return words


_KEPT: WeakKeyDictionary[Form, frozenset[str]] = WeakKeyDictionary()


def _countries(form: Form) -> frozenset[str]:
    """The names of countries in every language of the form: a place as coarse as she was asked for."""
    if form not in _KEPT:
        _KEPT[form] = frozenset(_labels(form))
    return _KEPT[form]


def _labels(form: Form) -> Iterator[str]:
    ref = form.meaning("country")
    for question in form.questions():
        if question.ref == ref and question.itemset is not None:
            for choice in question.itemset.choices.values():
                yield from _words(choice.label)


def _words(label: Text) -> Iterator[str]:
    for pieces in label.by_language.values():
        yield "".join(piece for piece in pieces if isinstance(piece, str))

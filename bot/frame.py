"""A code frame: the tree of themes answers are coded to, in versions whose codes keep their ids."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from dialogs.form import Form

Texts = Mapping[str, str]
"""Words by the code of their language; "" is the language nobody named."""

BUILT_IN = "themes"
"""The frame of a partner that has none of its own: the themes of the testimony."""

SHARE = 10
"""Of a hundred accepted testimonies so many are coded a second time, where the frame says nothing else."""

NORMAL = "Normal"
"""Coda's type of a code that says what a text is about; it has others, for coders' own notes."""

MOST = 500
"""Codes of one frame."""
LONGEST = 64
"""Characters of an id."""


@dataclass(frozen=True, slots=True)
class Code:
    """One theme. `names`, `category` and `type` are its three levels; `id` never changes and is never given again.

    `keywords`: words that suggest it, separated by semicolons. `retired`: no longer given; what was coded stays.
    `coda`: what Coda's scheme says beside; `more`: further columns of the workbook. `row`: where its author wrote it.
    """

    id: str
    names: Texts
    category: Texts = field(default_factory=dict)
    type: Texts = field(default_factory=dict)
    definition: Texts = field(default_factory=dict)
    example: Texts = field(default_factory=dict)
    keywords: Texts = field(default_factory=dict)
    retired: bool = False
    coda: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    row: int | None = field(default=None, compare=False)

    @property
    def offered(self) -> bool:
        """Whether a coder may give it."""
        return not self.retired and self.coda.get("CodeType", NORMAL) == NORMAL

    def name(self, language: str | None) -> str:
        """Its name in this language, else as its author wrote it first."""
        return in_language(self.names, language)

    def meaning(self, language: str | None) -> str:
        """What it means, else an example of it; "" where its author says neither."""
        return in_language(self.definition, language) or in_language(self.example, language)

    def group(self, language: str | None) -> str:
        """What stands over it: its category, else its type; "" where it has neither."""
        return in_language(self.category, language) or in_language(self.type, language)


@dataclass(frozen=True, slots=True)
class Frame:
    """A code frame in one version. `second`: of a hundred testimonies so many are coded twice. `coda`: as in Code."""

    name: str
    version: str
    codes: tuple[Code, ...]
    second: int = SHARE
    coda: Mapping[str, Any] = field(default_factory=dict)

    @property
    def offered(self) -> tuple[Code, ...]:
        """The codes a coder may give."""
        return tuple(code for code in self.codes if code.offered)

    def code(self, id: str) -> Code | None:
        """The code with this id, retired or not."""
        return next((code for code in self.codes if code.id == id), None)

    def named(self, id: str, language: str | None) -> str:
        """The name of a code; its id where this frame does not have it."""
        code = self.code(id)
        return code.name(language) if code else id

    def plain(self) -> dict[str, Any]:
        """What JSON can hold; `from_plain` reads it back."""
        codes = [
            {name: value for name, value in asdict(code).items() if value and name != "row"}
            for code in self.codes
        ]
        return {
            "name": self.name,
            "version": self.version,
            "second": self.second,
            "coda": dict(self.coda),
        } | {"codes": codes}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Frame":
        """Read what `plain` wrote."""
        return cls(**{**plain, "codes": tuple(Code(**code) for code in plain["codes"])})


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong with a frame: where, why, and what its author can do."""

    row: int | None
    cause: str
    remedy: str

    def __str__(self) -> str:
        return f"{f'row {self.row}: ' if self.row else ''}{self.cause} {self.remedy}"


class FrameFault(ValueError):
    """A frame that cannot be taken; `mistakes` says everything that is wrong with it."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Change:
    """What a version makes of the one before: ids that are new, were renamed, are no longer given."""

    added: tuple[str, ...]
    renamed: tuple[str, ...]
    retired: tuple[str, ...]


def in_language(texts: Texts, language: str | None) -> str:
    """The words in this language, else in none, in English, in any."""
    found = [texts[each] for each in (language or "", "", "en") if texts.get(each)]
    return next(iter([*found, *texts.values()]), "")


def of_form(form: Form) -> Frame:
    """The frame a form brings: the choices of the question that means the themes, keywords are their other names."""
    ref = form.meaning(BUILT_IN)
    [question] = [each for each in form.questions() if each.ref == ref]
    codes = tuple(
        Code(
            choice.name,
            {language: "".join(map(str, words)) for language, words in choice.label.by_language.items()},
            keywords={"": choice.extra["aliases"]} if choice.extra.get("aliases") else {},
        )
        for choice in (question.itemset.choices.values() if question.itemset else ())
    )
    return Frame(BUILT_IN, form.version, codes)


def succeed(frame: Frame, earlier: Frame | None) -> Frame:
    """The frame as the version after `earlier`: codes written without an id keep the one they had by their names, and
    what is left out is retired. FrameFault where it is wrong in itself, or gives an id a second meaning.
    """
    known = {code.id: code for code in earlier.codes} if earlier else {}
    identified = _identified(frame, known)
    mistakes = [*_within(identified), *_reused(identified, known)]
    if mistakes:
        raise FrameFault(*mistakes)
    kept = {code.id for code in identified}
    gone = tuple(replace(code, retired=True) for code in known.values() if code.id not in kept)
    return replace(frame, codes=(*identified, *gone))


def changes(frame: Frame, earlier: Frame | None) -> Change:
    """What is new in this version."""
    before = {code.id: code for code in earlier.codes} if earlier else {}
    there = [code for code in frame.codes if code.id in before]
    return Change(
        tuple(code.id for code in frame.codes if code.id not in before),
        tuple(code.id for code in there if code.names != before[code.id].names),
        tuple(code.id for code in there if code.retired and not before[code.id].retired),
    )


# -- inside -----------------------------------------------------------------------------------------------------------


def _levels(code: Code) -> tuple[str, ...]:
    """What a code is called, as its author wrote it first."""
    return tuple(in_language(each, None).casefold() for each in (code.type, code.category, code.names))


def _identified(frame: Frame, known: Mapping[str, Code]) -> tuple[Code, ...]:
    """Every code with an id: as written, as it was in the version before, or made of its name."""
    written = {code.id for code in frame.codes}
    by_name = {_levels(code): code.id for code in known.values() if code.id not in written}
    taken = {*known, *written}
    made = []
    for code in frame.codes:
        which = code.id or by_name.get(_levels(code)) or _fresh(in_language(code.names, None), taken)
        taken.add(which)
        made.append(replace(code, id=which))
    return tuple(made)


def _fresh(name: str, taken: Collection[str]) -> str:
    """An id made of a name, in letters and digits of its own script, that is not taken."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold())
    made = "_".join(words)[: LONGEST - 4] or "code"
    return next(
        each for each in (made, *(f"{made}_{n}" for n in range(2, len(taken) + 3))) if each not in taken
    )


def _within(codes: tuple[Code, ...]) -> Iterator[Mistake]:
    """What is wrong with a version in itself."""
    if not any(code.offered for code in codes):
        yield Mistake(None, "There is no code in it.", "Write at least one row with a code.")
    if len(codes) > MOST:
        yield Mistake(None, f"It has {len(codes)} codes; at most {MOST} are taken.", "Make two frames of it.")
    ids: dict[str, int | None] = {}
    levels: dict[tuple[str, ...], int | None] = {}
    for code in codes:
        if not re.fullmatch(rf"\S{{1,{LONGEST}}}", code.id):
            yield Mistake(
                code.row,
                f"“{code.id}” cannot be an id.",
                f"Write at most {LONGEST} characters without a space, or leave it empty.",
            )
        if code.id in ids:
            yield Mistake(
                code.row, f"The id “{code.id}” stands in row {ids[code.id]} too.", "Give each code its own."
            )
        elif code.offered and (named := _levels(code)) in levels:
            yield Mistake(
                code.row,
                f"“{in_language(code.names, None)}” stands in row {levels[named]} too, in the same category.",
                "Leave one of them out, or name them differently.",
            )
        elif code.offered:
            levels[named] = code.row
        ids.setdefault(code.id, code.row)


def _reused(codes: tuple[Code, ...], known: Mapping[str, Code]) -> Iterator[Mistake]:
    """Ids of codes that were retired and would now mean something else."""
    for code in codes:
        was = known.get(code.id)
        if was and was.retired and _levels(was) != _levels(code):
            yield Mistake(
                code.row,
                f"The id “{code.id}” belonged to “{in_language(was.names, None)}”, which was retired.",
                "Give the code an id that was never used, or leave the id empty.",
            )

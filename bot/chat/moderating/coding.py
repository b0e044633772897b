"""Coding: what a testimony is about, by tapping the codes of the frame; of a sample a second time, blind.

Verbs: t the themes · tp the same beside another page of her words · tc a category · tt give a code or take it back · ts
the same for a suggestion · tn take one to code a second time · tf it is finished · tx give it back. The number of t,
tc, tt and ts names the frame in its last digits and before them a code by its place, so that a button of another frame
gives no code of this one.
"""

import zlib
from collections.abc import Mapping, Sequence

from bot import coding, themes
from bot.chat.moderating import card
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.outcome import held, onward, show
from bot.chat.moderating.phrases import button, desk, paging, say
from bot.frame import Frame
from bot.people import Moderator
from bot.speech import Button, Buttons, Part
from bot.standing import Nothing, Outdated, sees
from bot.testimony import Testimony

PAGE = 8
"""Buttons of one page."""
SHORT = 14
"""Characters of two names that stand side by side."""
LONG = 40
"""Characters of a name that a phone shows."""
MEANING = 140
"""Characters of a code's meaning."""

_FRAMES = 1000
"""How many frames a button tells from one another."""


def open_themes(act: Act) -> None:
    """The categories, and what is suggested; of a frame without categories its codes."""
    if subject := _subject(act):
        _show(act, *subject, at=_place(act, subject))


def turn_words(act: Act) -> None:
    """The themes beside another page of her words: a second coder has no other card to read them on."""
    if subject := _subject(act):
        _show(act, *subject, words=act.tapped.number or 1)


def open_category(act: Act) -> None:
    """The codes of one category, the page with this code."""
    if subject := _subject(act):
        _show(act, *subject, at=_place(act, subject), inside=True)


def toggle(act: Act) -> None:
    """Give a code, or take it back, and stay on its page."""
    _toggle(act, inside=True)


def toggle_suggested(act: Act) -> None:
    """The same for a suggestion: it is a code once it is tapped."""
    _toggle(act, inside=False)


def take_second(act: Act) -> None:
    """Take one to code a second time, in any of their roles."""
    for role in act.roles:
        testimony = coding.take_second(act.unit, act.here, role)
        if testimony is not None:
            _show(act, role, testimony, True, in_place=False)
            return
    show(act, Nothing(), in_place=False)


def finish(act: Act) -> None:
    """The second coding is done; the card goes (S43)."""
    if second := _second(act):
        role, testimony, _ = second
        coding.finish(act.unit, act.here, role, testimony)
        line = desk("{receipt}: coded a second time. Thank you.", receipt=testimony.receipt)
        _leave(act, role, testimony, line)


def give_back(act: Act) -> None:
    """Another codes it a second time; the card goes (S43)."""
    if second := _second(act):
        role, testimony, _ = second
        coding.give_back(act.unit, act.here, role, testimony)
        _leave(act, role, testimony, desk("{receipt}: back in the queue.", receipt=testimony.receipt))


COMMANDS: Mapping[str, Handler] = {}
VERBS: Mapping[str, Handler] = {
    "t": open_themes,
    "tp": turn_words,
    "tc": open_category,
    "tt": toggle,
    "ts": toggle_suggested,
    "tn": take_second,
    "tf": finish,
    "tx": give_back,
}
WORDS: Mapping[str, Handler] = {}

Subject = tuple[Moderator, Testimony, bool]
"""Who codes which testimony, and whether as the second coder."""


def _subject(act: Act) -> Subject | None:
    """What is coded here: open for review, or to be coded a second time; else what became of it is said."""
    second = coding.second_with(act.unit, act.roles, act.which)
    if second is not None:
        return *second, True
    testimony = held(act)
    return (act.role, testimony, False) if testimony else None


def _second(act: Act) -> Subject | None:
    second = coding.second_with(act.unit, act.roles, act.which)
    if second is not None:
        return *second, True
    testimony = sees(act.unit, act.role, act.which)
    show(act, Outdated(testimony) if testimony else Nothing())
    return None


def _toggle(act: Act, *, inside: bool) -> None:
    if subject := _subject(act):
        role, testimony, second = subject
        by = themes.frame_of(act.unit, role.partner)
        at = _place(act, subject)
        if at is not None and by.codes[at].offered:
            coding.toggle(act.unit, act.here, role, testimony, by, by.codes[at], second=second)
        _show(act, *subject, at=at, inside=inside)


def _place(act: Act, subject: Subject) -> int | None:
    """The place in the frame of the code a button is about; None where it is of another frame."""
    by = themes.frame_of(act.unit, subject[0].partner)
    at, mark = divmod(act.tapped.number or 0, _FRAMES)
    return at if act.tapped.number is not None and mark == _mark(by) and at < len(by.codes) else None


def _show(
    act: Act,
    role: Moderator,
    testimony: Testimony,
    second: bool,
    *,
    at: int | None = None,
    inside: bool = False,
    words: int = 1,
    in_place: bool = True,
) -> None:
    """The card with the codes under it: of a category, or all categories. `at`: a code on the page that is shown;
    `words`: the page of hers.
    """
    by = themes.frame_of(act.unit, role.partner)
    groups = _groups(by, role.language)
    screen = _Screen(act, role, testimony, second, by)
    if len(groups) == 1:
        foot = screen.codes(groups[0], at, above=None)
    elif inside and at is not None:
        group = next(group for group in groups if at in group)
        foot = screen.codes(group, at, above=groups.index(group))
    else:
        foot = screen.categories(groups, at)
    lead: tuple[Part, ...] = ()
    if second:
        lead = (desk("You code this voice a second time. What the first coder found is not shown."),)
    _, count = card.contents(act.unit, act.here, role, testimony, words)
    turning = Buttons(tuple(card.turning("tp{page}", testimony, words, count)))
    foot = (turning, *foot) if turning.rows else foot
    card.show(act.unit, act.here, role, testimony, page=words, lead=lead, foot=foot, in_place=in_place)


def _leave(act: Act, role: Moderator, testimony: Testimony, line: Part) -> None:
    foot = Buttons((onward(act.unit, act.here, role),))
    say(act.unit, act.here, role, line, foot, in_place=True, clears=testimony.id)


def _mark(by: Frame) -> int:
    """Three digits that tell a frame from another, and from its other versions."""
    return zlib.crc32(f"{by.name}\n{by.version}".encode()) % _FRAMES


def _groups(by: Frame, language: str | None) -> list[list[int]]:
    """The places of the codes that are given, category by category, in the author's order."""
    groups: dict[tuple[str, str], list[int]] = {}
    for at, code in enumerate(by.codes):
        if code.offered:
            over = (str(dict(code.type)), str(dict(code.category)))
            groups.setdefault(over, []).append(at)
    return list(groups.values())


class _Screen:
    """What stands under the card while it is coded."""

    def __init__(self, act: Act, role: Moderator, testimony: Testimony, second: bool, by: Frame) -> None:
        self.testimony, self.second, self.by, self.language = testimony, second, by, role.language
        self.given = set(themes.given(act.unit, testimony, second=second))
        self.hers = set(testimony.themes) & {code.id for code in by.codes}
        # two who are to find the same thing alone are not led there
        self.suggested = [] if second else themes.suggestions(act.unit, testimony, by)

    def codes(self, group: Sequence[int], at: int | None, above: int | None) -> tuple[Part, ...]:
        """The codes of a category, one page; `above`: where its category stands, None where there is only one."""
        page = _page_of(group, at)
        buttons = [self._code("tt", place) for place in page]
        meanings = [
            desk(
                "{label}: {answer}",
                label=_short(code.name(self.language), LONG),
                answer=_short(meaning, MEANING),
            )
            for code in (self.by.codes[place] for place in page)
            if (meaning := code.meaning(self.language))
        ]
        turn = self._turning("tc" if above is not None else "t", group, page)
        back = self._ending() if above is None else ((self._to("t", group[0], "Back"),),)
        return (*self._legend(), *meanings, Buttons((*_in_rows(buttons), *turn, *back)))

    def categories(self, groups: Sequence[Sequence[int]], at: int | None) -> tuple[Part, ...]:
        """What is suggested, and the categories, one page."""
        places = [
            at
            for at, code in enumerate(self.by.codes)
            if code.id in (*self.suggested, *self.given, *self.hers)
        ]
        firsts = [group[0] for group in groups]
        known = next((group[0] for group in groups if at in group), None)
        page = _page_of(firsts, known)
        suggested = [self._code("ts", place) for place in places[:PAGE] if self.by.codes[place].offered]
        buttons = [self._category(group) for group in groups if group[0] in page]
        turn = self._turning("t", firsts, page)
        return (*self._legend(), Buttons((*_in_rows(suggested), *_in_rows(buttons), *turn, *self._ending())))

    def _code(self, verb: str, at: int) -> Button:
        code = self.by.codes[at]
        new = code.id in self.suggested and code.id not in self.given
        sign = "👤 " if code.id in self.hers else "💡 " if new else ""
        words = f"{sign}{_short(code.name(self.language), LONG)}"
        return Button(words, self._action(verb, at), literal=True, picked=code.id in self.given)

    def _category(self, group: Sequence[int]) -> Button:
        codes = [self.by.codes[at] for at in group]
        count = sum(code.id in self.given for code in codes)
        name = _short(codes[0].group(self.language) or "…", LONG)
        return Button(f"{name} ({count})" if count else name, self._action("tc", group[0]), literal=True)

    def _legend(self) -> tuple[Part, ...]:
        asks = [desk("What is it about? Tap what fits.")]
        if self.hers:
            asks.append(desk("👤 the person chose it"))
        if set(self.suggested) - self.given - self.hers:
            asks.append(desk("💡 a suggestion: it counts only once you tap it"))
        return tuple(asks)

    def _turning(
        self, verb: str, all_places: Sequence[int], page: Sequence[int]
    ) -> tuple[tuple[Button, ...], ...]:
        """To the pages before and after."""
        pages = -(-len(all_places) // PAGE)
        here = all_places.index(page[0]) // PAGE + 1
        return tuple(paging(here, pages, lambda at: self._action(verb, all_places[(at - 1) * PAGE])))

    def _ending(self) -> tuple[tuple[Button, ...], ...]:
        if not self.second:
            return ((button("Back", "c", self.testimony),),)
        return (button("Finished", "tf", self.testimony),), (button("Release", "tx", self.testimony),)

    def _to(self, verb: str, at: int, text: str) -> Button:
        return Button(text, self._action(verb, at), domain="desk")

    def _action(self, verb: str, at: int) -> str:
        number = at * _FRAMES + _mark(self.by)
        return f"r:{verb}{number}:{self.testimony.id}:{self.testimony.version}"


def _page_of(places: Sequence[int], at: int | None) -> list[int]:
    """The page on which this place stands; the first where it is none of them."""
    first = places.index(at) // PAGE * PAGE if at in places else 0
    return list(places[first : first + PAGE])


def _in_rows(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    """Two side by side where all are short, else one below the other."""
    wide = 2 if all(len(each.text) <= SHORT for each in buttons) else 1
    return [tuple(buttons[at : at + wide]) for at in range(0, len(buttons), wide)]


def _short(words: str, most: int) -> str:
    words = " ".join(words.split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"

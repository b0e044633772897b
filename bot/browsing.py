"""Browsing, a deed: /voices, one published voice at a time, by theme, region and language. Nothing counts them (S21).

A button carries all that is known of where a reader stands: the voice shown, and what they want to see as three numbers
(theme, region, language), each 0 for any. Nothing of it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import frame, translated, wall
from bot.circumstances import Circumstances, reply
from bot.frame import Code
from bot.people import Region, Respondent
from bot.ports import Unit
from bot.published import Wanted
from bot.speech import Button, Buttons, Lines, Part, Quote, Sentence

LONGEST = 1_800
"""Characters of a voice that are shown: what is over it and they fit one message in any script."""

NOTHING_YET = "Nothing is published yet. What people allow us to publish is read here, without names."

_FORM = "testimony"
"""The form whose themes all partners know."""


@dataclass(frozen=True, slots=True)
class View:
    """What somebody wants to see, each by its place in a list, counted from 1; 0 for any."""

    theme: int = 0
    region: int = 0
    language: int = 0

    def __str__(self) -> str:
        return f"{self.theme}.{self.region}.{self.language}"


def read(written: str) -> View | None:
    """The view a button carries; None where it is none of ours."""
    numbers = written.split(".")
    if len(numbers) != len(View.__dataclass_fields__) or not all(
        each.isascii() and each.isdecimal() and len(each) < 4 for each in numbers
    ):
        return None
    return View(*map(int, numbers))


def begin(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/voices: the newest of all."""
    lead = Sentence("People allowed us to show these words to everybody. Names are hidden.")
    newest = wall.older(unit, here, Wanted())
    _show(unit, here, her, View(), newest, lead=(lead,) if newest else (), first=True, anew=True)


def older(unit: Unit, here: Circumstances, her: Respondent, than: str, view: View) -> None:
    """The next older voice in place of the one shown; the newest where none was."""
    wanted = _wanted(unit, here, view)
    found = wall.older(unit, here, wanted, than)
    if found is None and than and (last := wall.one(unit, here, than)) is not None:
        _show(unit, here, her, view, last, lead=(Sentence("There is no older one."),), last=True)
    else:
        _show(unit, here, her, view, found, first=not than or unit.wall.one(than) is None)


def newer(unit: Unit, here: Circumstances, her: Respondent, than: str, view: View) -> None:
    """The next newer voice in place of the one shown."""
    wanted = _wanted(unit, here, view)
    found = wall.newer(unit, here, wanted, than)
    if found is None:
        _show(unit, here, her, view, wall.older(unit, here, wanted), first=True)
    else:
        _show(unit, here, her, view, found)


def told(unit: Unit, here: Circumstances, her: Respondent, which: str, view: View, *, original: bool) -> None:
    """The same voice as it was told, or in the reader's language again."""
    voice = wall.one(unit, here, which)
    if voice is None:
        older(unit, here, her, "", view)
    else:
        _show(unit, here, her, view, voice, original=original)


def choose(unit: Unit, here: Circumstances, her: Respondent, view: View) -> None:
    """By what it can be narrowed down."""
    rows = [(Button("Themes", f"v:t:{view}"),)]
    if _regions(unit):
        rows.append((Button("Regions", f"v:r:{view}"),))
    rows.append((Button("Languages", f"v:l:{view}"),))
    rows.append((_go(View(), "See everything"),))
    reply(
        unit, here, her, Sentence("What would you like to read?"), Buttons(tuple(rows)), replaces=here.message
    )


def choose_of(unit: Unit, here: Circumstances, her: Respondent, kind: str, view: View) -> None:
    """One of a kind: "t" themes, "r" regions, "l" languages. What is tapped is shown at once."""
    language = here.language(her.language)
    match kind:
        case "t":
            names = [each.name(language) for each in _themes(unit)]
            views = [replace(view, theme=number) for number in range(1, len(names) + 1)]
        case "r":
            names = [here.region_in(each.name, language) for each in _regions(unit)]
            views = [replace(view, region=number) for number in range(1, len(names) + 1)]
        case _:
            names = [here.name(code) for code in here.languages]
            views = [replace(view, language=number) for number in range(1, len(names) + 1)]
    each = [
        Button(name, f"v:o::{chosen}", literal=True, picked=chosen == view)
        for name, chosen in zip(names, views, strict=True)
    ]
    rows = [tuple(each[at : at + 2]) for at in range(0, len(each), 2)]
    rows.append((Button("Back", f"v:f:{view}"),))
    reply(unit, here, her, Sentence("Tap one of these."), Buttons(tuple(rows)), replaces=here.message)


def _show(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    view: View,
    voice: wall.Voice | None,
    *,
    lead: Sequence[Part] = (),
    first: bool = False,
    last: bool = False,
    anew: bool = False,
    original: bool = False,
) -> None:
    """A voice in the reader's language, where it is in it; what can be answered to it, and where to from here. `first`:
    there is no newer, `last`: no older one; `anew`: in a message of its own; `original`: as it was told.
    """
    replaces = None if anew else here.message
    if voice is None:
        text = NOTHING_YET if view == View() else "Nothing of this is published yet."
        rows = () if view == View() else ((_go(View(), "See everything"),), (_choose(view),))
        reply(unit, here, her, Sentence(text), *([Buttons(rows)] if rows else []), replaces=replaces)
        return
    which = voice.published.id
    reader = here.language(her.language)
    other = translated.into(unit, here, voice, reader)
    head = Lines(tuple(wall.head(unit, here, voice, reader, translated=bool(other) and not original)))
    words = _cut(other if other and not original else translated.copy(voice))
    turn = (
        *(() if first else (Button("◀ Newer", f"v:n:{which}:{view}"),)),
        *(() if last else (Button("Older ▶", f"v:o:{which}:{view}"),)),
    )
    answers = () if voice.published.respondent == her.id else _answers(which)
    rows = (
        *((turn,) if turn else ()),
        *_turned(which, view, original) * bool(other),
        *answers,
        (_choose(view),),
    )
    reply(unit, here, her, *lead, head, Quote(words), Buttons(rows), replaces=replaces)


def _turned(which: str, view: View, original: bool) -> tuple[tuple[Button, ...], ...]:
    """From the translation to the original, and back."""
    if original:
        return ((Button("The translation", f"v:i:{which}:{view}"),),)
    return ((Button("As it was told", f"v:w:{which}:{view}"),),)


def _answers(id: str) -> tuple[tuple[Button, ...], ...]:
    return (
        (Button("This helps us too", f"v:helps:{id}"),),
        (Button("We can offer something", f"v:offer:{id}"),),
    )


def _choose(view: View) -> Button:
    return Button("Choose what I read", f"v:f:{view}")


def _go(view: View, text: str) -> Button:
    return Button(text, f"v:o::{view}")


def _cut(words: str) -> str:
    """As much as one message holds, cut where a word ends."""
    if len(words) <= LONGEST:
        return words
    cut = words[:LONGEST]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"


def _wanted(unit: Unit, here: Circumstances, view: View) -> Wanted:
    """What a view means now; a number that means nothing any more is any."""
    codes, regions, languages = _themes(unit), _regions(unit), list(here.languages)
    return Wanted(
        theme=codes[view.theme - 1].id if 0 < view.theme <= len(codes) else "",
        countries=regions[view.region - 1].countries if 0 < view.region <= len(regions) else (),
        language=languages[view.language - 1] if 0 < view.language <= len(languages) else "",
    )


def _themes(unit: Unit) -> Sequence[Code]:
    return frame.of_form(unit.forms.current(_FORM)).offered


def _regions(unit: Unit) -> list[Region]:
    return [each for each in unit.associations.regions() if each.countries]

"""Translations for the wall: what is public of a voice in another language, written by one, accepted by another (S36).

Verbs: wt what there is of a voice · wn an older one · wi<n> into the nth language · wm there is more · wk keep, wk1 and
it points to nobody · wr<n> read the one in the nth language · wa<n> it is right · wb<n> take back one's own, wd<n> what
everybody reads · wx enough
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot import conveying, translated, unkept
from bot.chat.moderating.acting import Act, Handler, wait_for
from bot.chat.moderating.outcome import show as tell
from bot.chat.moderating.phrases import button, desk, say
from bot.linting import Span
from bot.people import Moderator
from bot.rendition import Rendition
from bot.speech import Button, Buttons, Lines, Marked, Part, Quote, Run, Sentence
from bot.standing import Nothing
from bot.testimony import Testimony
from bot.translated import Doubts
from bot.wall import Voice
from dialogs.letters import canonical


def begin(act: Act) -> None:
    """/translate: what waits for them to be read second; else the newest public voice that they could translate."""
    if not _second(act):
        _offer(act, anew=True)


def second(act: Act) -> None:
    """/next, where nothing else waits: a translation to be read second."""
    if not _second(act):
        tell(act, Nothing(), in_place=False)


def older(act: Act) -> None:
    """An older voice than this one."""
    _offer(act, after=act.which, anew=True)


def menu(act: Act) -> None:
    """One public voice, its translations, and into what it could be put."""
    if voice := _opened(act):
        _menu(act, voice)


def ask(act: Act) -> None:
    """The next words are the translation."""
    voice = _opened(act)
    if voice is None:
        return
    if not (language := _nth(act)) or language == voice.testimony.language:
        _menu(act, voice)
        return
    asks = desk(
        "Please write it in {language} now, as it stands here. What is hidden stays hidden.",
        language=_name(act, language),
    )
    _wait(act, voice.testimony, language)
    _show(act, voice, asks, Buttons(((button("Back", "wt", voice.testimony),),)))


def more(act: Act) -> None:
    """What is written next comes behind what was written."""
    voice = _opened(act)
    if voice is None:
        return
    drafted = unkept.remembered(act.unit, act.role, voice.testimony)
    if drafted is None:
        _menu(act, voice)
        return
    _wait(act, voice.testimony, drafted.language, more=True)
    asks = desk("Please send what comes next.")
    _show(act, voice, Quote(drafted.words), asks, Buttons(((button("Back", "wt", voice.testimony),),)))


def preview(act: Act) -> None:
    """What was written, as everybody would read it, and what in it could say who somebody is."""
    which, version = str(act.waiting["testimony"]), int(act.waiting["version"])
    language, words = str(act.waiting["language"]), canonical(act.words).strip()
    act = replace(act, tapped=replace(act.tapped, testimony=which, version=version))
    voice = _opened(act, in_place=False)
    if voice is None:
        return
    if act.waiting.get("more") and (drafted := unkept.remembered(act.unit, act.role, voice.testimony)):
        words = translated.BETWEEN.join((drafted.words, words))
    act.unit.people.save_moderator(replace(act.role, waiting={}))
    doubts = conveying.write(act.unit, act.here, act.role, voice, language, words)
    lead = desk("This is what everybody would read, in {language}:", language=_name(act, language))
    marked = Marked(tuple(_marked(words, doubts)))
    parts: list[Part] = [lead, marked]
    rows: list[tuple[Button, ...]] = []
    again = button("Write it again", f"wi{_number(act, language)}", voice.testimony)
    if doubts.hidden:
        parts.append(
            desk(
                "What is bold could say who somebody is, or is hidden in the original. Please write it again"
                " without it."
            )
        )
    else:
        if doubts.soft:
            parts.append(
                desk("What is underlined could say who somebody is. Keep it only if it points to nobody.")
            )
        label, verb = ("It points to nobody", "wk1") if doubts.soft else ("Keep it", "wk")
        rows.append((replace(button(label, verb, voice.testimony), style="primary"),))
        rows.append((button("There is more", "wm", voice.testimony),))
    rows += [(again,), (button("Cancel", "wx", voice.testimony),)]
    _say(act, voice.testimony, *parts, Buttons(tuple(rows)), anew=True)


def keep(act: Act) -> None:
    """It waits for somebody else."""
    voice = _opened(act)
    if voice is None:
        return
    nobody = act.tapped.number == 1
    if not conveying.keep(act.unit, act.here, act.role, voice, pointing_to_nobody=nobody):
        _menu(act, voice)
        return
    thanks = desk("Thank you. Somebody else who reads both languages looks at it before it is shown.")
    further = (button("Translate it", "wt", voice.testimony),)
    _say(act, voice.testimony, thanks, Buttons((further, (button("Next", "n"),))), gone=True)


def read(act: Act) -> None:
    """A colleague's translation beside the original."""
    if voice := _opened(act):
        found = conveying.waits(act.unit, voice, act.role, _nth(act))
        if found is None:
            _menu(act, voice)
        else:
            _read(act, voice, found)


def accept(act: Act) -> None:
    """It is right, says somebody else than who wrote it; of what they were shown."""
    voice = _opened(act)
    if voice is None:
        return
    language, seen = _nth(act), str(act.waiting.get("rendition", ""))
    if conveying.accept(act.unit, act.here, act.role, voice, language, seen):
        thanks = desk("Thank you. Everybody can read it in {language} now.", language=_name(act, language))
        further = (button("Translate it", "wt", voice.testimony),)
        _say(act, voice.testimony, thanks, Buttons((further, (button("Next", "n"),))), gone=True)
        return
    read(act)  # another one waits by now, or none


def take_away(act: Act) -> None:
    """Nobody reads it any more."""
    if voice := _opened(act):
        conveying.take_away(act.unit, act.here, act.role, voice, _nth(act))
        _menu(act, voice)


def take_back(act: Act) -> None:
    """One's own that waits goes."""
    if voice := _opened(act):
        conveying.take_back(act.unit, act.here, act.role, voice, _nth(act))
        _menu(act, voice)


def leave(act: Act) -> None:
    """Enough: what was not kept goes, and nothing of the voice stays in the chat (S43)."""
    if voice := _opened(act):
        unkept.taken(act.unit, act.role, voice.testimony)
        line = desk("{receipt}: closed. Thank you.", receipt=voice.testimony.receipt)
        _say(act, voice.testimony, line, Buttons(((button("Next", "n"),),)), gone=True)


COMMANDS: Mapping[str, Handler] = {"translate": begin}
VERBS: Mapping[str, Handler] = {
    "wt": menu,
    "wn": older,
    "wi": ask,
    "wm": more,
    "wk": keep,
    "wr": read,
    "wa": accept,
    "wb": take_back,
    "wd": take_away,
    "wx": leave,
}
WORDS: Mapping[str, Handler] = {"convey": preview}


# -- what is shown ----------------------------------------------------------------------------------------------------


def _second(act: Act) -> bool:
    """What waits for them to be read second; whether anything does."""
    for role in act.roles:
        if found := conveying.second(act.unit, act.here, role):
            _read(_about(act, role, found.voice.testimony), found.voice, found.rendition, anew=True)
            return True
    return False


def _offer(act: Act, after: str = "", *, anew: bool = False) -> None:
    """A public voice that this moderator could put into a language they read."""
    for role in act.roles:
        if voice := conveying.wanting(act.unit, act.here, role, after):
            _menu(_about(act, role, voice.testimony), voice, anew=anew, further=True, clears=after)
            return
    nothing = desk("There is nothing to translate now in the languages you read. Which they are: /team")
    say(
        act.unit,
        act.here,
        act.role,
        nothing,
        Buttons(((button("Next", "n"),),)),
        in_place=not anew,
        clears=after,
    )


def _menu(act: Act, voice: Voice, *, anew: bool = False, further: bool = False, clears: str = "") -> None:
    told = voice.testimony
    there = conveying.current(act.unit, voice)
    rows = [*_of_those(act, told, there)]
    into = [
        replace(button(_name(act, each), f"wi{_number(act, each)}", told), literal=True)
        for each in conveying.languages(act.unit, act.here, act.role, voice)
    ]
    rows += [tuple(into[at : at + 2]) for at in range(0, len(into), 2)]
    done = replace(button("Done", "wx", told), domain="chat")
    rows.append((button("Another voice", "wn", told), done) if further else (done,))
    asks = desk(
        "Which language do you write as well as this one? A colleague reads your translation before it is shown."
    )
    _show(act, voice, Lines(tuple(_states(act, there))), asks, Buttons(tuple(rows)), anew=anew, clears=clears)


def _states(act: Act, there: Sequence[Rendition]) -> Iterator[Sentence]:
    for each in there:
        text = (
            "{language}: everybody can read it" if each.accepted_by else "{language}: waits for a colleague"
        )
        yield desk(text, language=_name(act, each.language))


def _of_those(act: Act, told: Testimony, there: Sequence[Rendition]) -> Iterator[tuple[Button, ...]]:
    """What can be done with each that is there."""
    for each in there:
        if each.accepted_by:
            text, verb = "Take away: {language}", "wd"
        elif conveying.own(act.unit, act.role, each):
            text, verb = "Take back: {language}", "wb"
        else:
            text, verb = "Read it: {language}", "wr"
        verb = f"{verb}{_number(act, each.language)}"
        yield (button(text, verb, told, language=_name(act, each.language)),)


def _read(act: Act, voice: Voice, waiting: Rendition, *, anew: bool = False) -> None:
    """A translation under the original: whether it says the same, and nothing more."""
    told, number = voice.testimony, _number(act, waiting.language)
    wait_for(act, "seen", rendition=waiting.id)
    language = _name(act, waiting.language)
    asks = desk(
        "A colleague put it into {language}. Does it say the same, and nothing more?", language=language
    )
    parts: list[Part] = [Quote(waiting.words), asks]
    if waiting.kept:
        parts.append(desk("They say that this points to nobody: {words}", words=", ".join(waiting.kept)))
    right = replace(
        button("It is right: {language}", f"wa{number}", told, language=language), style="success"
    )
    rows = ((right,), (button("Write it again", f"wi{number}", told),), (button("Back", "wt", told),))
    _show(act, voice, *parts, Buttons(rows), anew=anew)


def _show(act: Act, voice: Voice, *parts: Part, anew: bool = False, clears: str = "") -> None:
    """The copy as everybody reads it, and what is under it."""
    told = voice.testimony
    head = Lines(
        (
            desk("For everybody to read"),
            desk("Receipt: {receipt}", receipt=told.receipt),
            desk("Original language: {language}", language=_name(act, told.language)),
        )
    )
    _say(act, told, head, *map(Quote, voice.words), *parts, anew=anew, clears=clears)


def _marked(words: str, doubts: Doubts) -> Iterator[Run]:
    """The words, what may not stay bold and underlined, what looks so underlined."""
    at = 0
    both: list[tuple[Span, tuple[str, ...]]] = [(each, ("b", "u")) for each in doubts.hidden]
    both += [(each, ("u",)) for each in doubts.soft]
    for span, styles in sorted(both, key=lambda each: each[0].start):
        yield Run(words[at : span.start])
        yield Run(words[span.start : span.end], styles)
        at = span.end
    yield Run(words[at:])


def _say(
    act: Act, told: Testimony, *parts: Part, anew: bool = False, gone: bool = False, clears: str = ""
) -> None:
    """In place of what was tapped, or `anew`, in place of all of it; `gone`: nothing of it is shown any more."""
    say(
        act.unit,
        act.here,
        act.role,
        *parts,
        in_place=not anew,
        about=told.respondent,
        card="" if gone else told.id,
        clears=clears or (told.id if anew or gone else ""),
    )


# -- inside -----------------------------------------------------------------------------------------------------------


def _opened(act: Act, *, in_place: bool = True) -> Voice | None:
    """The voice, where this moderator may translate it; else what happened is said."""
    found = conveying.opened(act.unit, act.here, act.role, act.which, act.version)
    if isinstance(found, Voice):
        return found
    tell(act, found, in_place=in_place)
    return None


def _about(act: Act, role: Moderator, told: Testimony) -> Act:
    """The same act in this role, about this testimony."""
    return replace(act, role=role, tapped=replace(act.tapped, testimony=told.id, version=told.version))


def _wait(act: Act, told: Testimony, language: str, *, more: bool = False) -> None:
    wait_for(act, "convey", testimony=told.id, version=told.version, language=language, more=more)


def _name(act: Act, language: str) -> str:
    return act.here.name_in(language, act.role.language)


def _number(act: Act, language: str) -> int:
    """A language by its place in the list of all, counted from 1."""
    return list(act.here.languages).index(language) + 1


def _nth(act: Act) -> str:
    """The language a button says; "" where it says none."""
    known = list(act.here.languages)
    number = act.tapped.number or 0
    return known[number - 1] if 1 <= number <= len(known) else ""

"""The card: one testimony as a moderator may read it, kept up to date in place. What it shows is said here alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot import interpreting, reviewing, themes
from bot.card import KINDS, Line, attachments, lines, recordings
from bot.cases import StepKind, Way
from bot.chat.moderating.phrases import button, counted, desk, say
from bot.chat.splitting import split, units
from bot.circumstances import SEPARATOR, Circumstances
from bot.coded import HERS
from bot.consenting import told
from bot.people import Moderator, purposes
from bot.ports import Unit
from bot.rendition import Rendition
from bot.speech import Button, Buttons, Day, Lines, Part, Quote, Sentence
from bot.testimony import State, Testimony

HIDDEN = ("keep", "consents", "sensitive", "story")
"""Answers that have a place of their own on the card."""

NAMED = {
    "country": ("Country: {country}", "country"),
    "themes": ("Themes: {themes}", "themes"),
    "speaks_as": ("Speaks as: {role}", "role"),
}
"""Answers whose line has a name of its own, and the placeholder in it."""

WAYS = {
    Way.HERSELF: "Marked by the person.",
    Way.FLAG: "Marked by a moderator.",
    Way.WORD: "Found by a word.",
}
"""How a case came into the lane."""

STEPS = {
    StepKind.HANDED: "{day}: handed over: {note}",
    StepKind.ASKED_REFER: "{day}: asked whether to refer: {note}",
    StepKind.ASKED_RETURN: "{day}: asked whether others may read it",
    StepKind.YES: "{day}: the person agrees",
    StepKind.NO: "{day}: the person does not want it",
}
"""What is told of what was done with a case."""

SHORT = 200
"""UTF-16 units of an answer that still stands in a line of its own; longer ones are read like the story."""

PAGE = 2_000
"""UTF-16 units of her words that stand on one page: with the facts they fit a message, and two screens of a phone."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Some of her words, and how a piece of them is shown: the first says whose words they are."""

    words: str
    shown: Callable[[str, bool], Part]


AT_HAND: tuple[tuple[str, str], ...] = (("Themes", "t"), ("Languages", "l"))
"""What stands on the card beside the decisions, as what it leads to is two taps further (nothing is deeper than three):
the button's words, and the verb of the feature.
"""

MORE: tuple[tuple[str, str], ...] = (
    ("Hide names", "r"),
    ("Look-alikes", "b"),
    ("Told before", "h"),
    ("Sensitive", "k"),
    ("Give to a partner", "vh"),
)
"""What else can be done with a testimony, behind one more tap."""

ORDINARY = {"r", "b", "k", "vh"}
"""What of it is not done with what is sensitive: never published, set aside together, flagged twice or given on."""


def show(
    unit: Unit,
    here: Circumstances,
    role: Moderator,
    testimony: Testimony,
    *,
    page: int = 1,
    lead: Sequence[Part] = (),
    foot: Sequence[Part] = (),
    in_place: bool = True,
) -> None:
    """The testimony as this moderator may read it: facts in the reader's language, words in the author's own, long
    ones page by page. `foot`: what is asked under it, in place of the decisions.
    """
    parts, count = contents(unit, here, role, testimony, page)
    parts = [*lead, *parts]
    if not in_place:
        parts += attachments(unit, heard(unit, testimony))
    parts += foot or (Buttons((*turning("c{page}", testimony, page, count), *decisions(testimony))),)
    say(
        unit,
        here,
        role,
        *parts,
        in_place=in_place,
        about=testimony.respondent,
        card=testimony.id,
        clears="" if in_place else testimony.id,  # an earlier one of the same goes
    )


def contents(
    unit: Unit, here: Circumstances, role: Moderator, testimony: Testimony, page: int = 1
) -> tuple[list[Part], int]:
    """What is read of a testimony: one page of it, and how many there are."""
    pages = _pages(_blocks(unit, here, role, testimony))
    count = len(pages)
    page = min(max(page, 1), count)
    parts: list[Part] = []
    if testimony.sensitive:
        parts += _case(unit, here, role, testimony)
    if page == 1:
        head = _head(unit, here, role, testimony)
        parts.append(Lines((*head, *_recorded(unit, heard(unit, testimony)))))
    parts += pages[page - 1]
    if count > 1:
        parts.append(desk("Page {page} of {count}", page=page, count=count))
    return parts, count


def turning(verb: str, testimony: Testimony, page: int, count: int) -> list[tuple[Button, ...]]:
    """Backward and forward; `verb` is a template with the number of the page."""
    back = [button("‹ Earlier page", verb.format(page=page - 1), testimony)] if page > 1 else []
    on = [button("Next page ›", verb.format(page=page + 1), testimony)] if page < count else []
    return [(*back, *on)] if count > 1 else []


def heard(unit: Unit, testimony: Testimony) -> list[str]:
    """The recordings it shows."""
    return recordings(unit.forms.version(testimony.form, testimony.form_version), testimony)


def decisions(testimony: Testimony) -> tuple[tuple[Button, ...], ...]:
    """What can be decided, one tap each."""
    if testimony.sensitive:
        return _of_a_case(testimony)
    accept = replace(button("Accept", "a", testimony), style="success")
    ask = ((button("Ask a question", "q", testimony),),) if not testimony.elsewhere else ()
    aside = button("Set aside", "s", testimony)
    release = button("Release", "x", testimony)
    return (accept,), *ask, (aside, release), _at_hand(testimony), (button("More", "m", testimony),)


def more(testimony: Testimony) -> tuple[tuple[Button, ...], ...]:
    """What else can be done with it, two buttons a row."""
    each = [
        button(label, verb, testimony)
        for label, verb in MORE
        if not (testimony.sensitive and verb in ORDINARY)
    ]
    rows = [tuple(each[at : at + 2]) for at in range(0, len(each), 2)]
    return *rows, (button("Back", "c", testimony),)


def _of_a_case(testimony: Testimony) -> tuple[tuple[Button, ...], ...]:
    """What a focal point can do, one tap each."""
    ask = button("Ask a question", "q", testimony)
    refer = button("Refer, if they agree", "e1", testimony)
    over, close = button("Hand over", "e3", testimony), button("Close", "e4", testimony)
    return (ask,), (refer,), (over, close), _at_hand(testimony), (button("More", "e5", testimony),)


def _at_hand(testimony: Testimony) -> tuple[Button, ...]:
    return tuple(button(label, verb, testimony) for label, verb in AT_HAND)


def _case(unit: Unit, here: Circumstances, role: Moderator, testimony: Testimony) -> list[Part]:
    """That it is sensitive; its code, how it came here, and what was done with it."""
    warning = desk("⚠️ Sensitive. Read with special care. Do not ask for names; do not act on your own.")
    case = unit.cases.get(testimony.id, partner=role.partner)
    if case is None:
        return [warning]
    told: list[Sentence] = [desk("Case: {code}", code=case.code), desk(WAYS[case.way])]
    for step in unit.cases.steps(testimony.id, respondent=testimony.respondent):
        if step.kind in STEPS:
            day = Day(step.at.date().isoformat())
            text = STEPS[step.kind]
            told.append(desk(text, day=day, note=step.note) if "{note}" in text else desk(text, day=day))
    return [warning, Lines(tuple(told))]


def _head(unit: Unit, here: Circumstances, role: Moderator, testimony: Testimony) -> list[Sentence]:
    """What it is, from when and where, and every answer that is short."""
    head = [
        *_for_whom(unit, role),
        desk(KINDS.get(testimony.form, "Testimony")),
        desk("Receipt: {receipt}", receipt=testimony.receipt),
        desk("Day: {day}", day=Day(testimony.told_at.date().isoformat())),
        desk("Original language: {language}", language=here.name_in(testimony.language, role.language)),
    ]
    for means, line in _answers(unit, here, role, testimony):
        if means in NAMED:
            text, value = NAMED[means]
            head.append(desk(text, **{value: line.words}))
        elif units(line.words) <= SHORT:
            head.append(desk("{label}: {answer}", label=line.label, answer=line.words))
    if before := len(reviewing.earlier(unit, role, testimony)):
        head.append(counted("Told before: {count} time.", "Told before: {count} times.", before))
    more = (
        *_coded(unit, testimony, role),
        *_came_by(unit, testimony),
        *_published(unit, here, role, testimony),
    )
    return [*head, *more, _consents(unit, testimony)]


def _blocks(unit: Unit, here: Circumstances, role: Moderator, testimony: Testimony) -> Iterator[_Block]:
    """Her words, one after the other: the story, what is too long for a line, what was asked back and answered."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    if story := told(form, testimony.answers, "story"):
        yield _Block(story, _story)
    for each in interpreting.renditions(unit, role, testimony):
        yield _Block(each.words, partial(_rendered, _beside(unit, here, role, testimony, each)))
    for means, line in _answers(unit, here, role, testimony):
        if means not in NAMED and units(line.words) > SHORT:
            yield _Block(line.words, partial(_labelled, "{label}: {answer}", "answer", label=line.label))
    for exchange in testimony.exchanges:
        yield _Block(exchange.question, partial(_labelled, "Question asked: {question}", "question"))
        if exchange.answer:
            yield _Block(exchange.answer, partial(_labelled, "Answer: {answer}", "answer"))


def _answers(
    unit: Unit, here: Circumstances, role: Moderator, testimony: Testimony
) -> Iterator[tuple[str | None, Line]]:
    """Every answer without a place of its own, and what its question means."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    means = {form.meaning(each): each for each in (*HIDDEN, *NAMED)}
    for line in lines(form, testimony.answers, here.language(role.language)):
        if means.get(line.ref) not in HIDDEN:
            yield means.get(line.ref), line


def _story(words: str, first: bool) -> Part:
    return Quote(words, "The story:", domain="desk") if first else Quote(words)


def _rendered(label: Sentence, words: str, first: bool) -> Part:
    return replace(label, values={**label.values, "words": words}) if first else Quote(words)


def _beside(
    unit: Unit, here: Circumstances, role: Moderator, testimony: Testimony, rendition: Rendition
) -> Sentence:
    """What stands before a transcript or a translation: its language, and whether it can be trusted."""
    language = here.name_in(rendition.language, role.language)
    if interpreting.outdated(unit, testimony, rendition):
        return desk("{language}, before the person changed it:\n{words}", language=language)
    if rendition.accepted_by:
        return desk("{language}, checked by a colleague:\n{words}", language=language)
    if rendition.tool:
        return desk("{language}, made by a program, for you alone:\n{words}", language=language)
    return desk("{language}, not checked yet:\n{words}", language=language)


def _labelled(text: str, value: str, words: str, first: bool, **values: str) -> Part:
    return desk(text, **{value: words}, **values) if first else Quote(words)


def _pages(blocks: Iterable[_Block]) -> list[list[Part]]:
    """The words in pages of at most PAGE units, cut where a line or a word ends; at least one page."""
    pages: list[list[Part]] = [[]]
    room = PAGE
    for block in blocks:
        rest, first = block.words, True
        while rest:
            if units(rest) > room and room < PAGE // 2:  # rather a new page than a small beginning
                pages.append([])
                room = PAGE
            part = next(split(rest, room))
            pages[-1].append(block.shown(part, first))
            room -= units(part)
            rest, first = rest[len(part) :], False
            if rest:
                pages.append([])
                room = PAGE
    return pages


def _coded(unit: Unit, testimony: Testimony, role: Moderator) -> list[Sentence]:
    """What it was coded to, while it is reviewed: who codes it a second time does not see that."""
    given = [each for each in themes.codes_of(unit, testimony) if each.coder != HERS]
    if testimony.state is not State.IN_REVIEW or not given:
        return []
    names = SEPARATOR.join(themes.name_of(unit, role.partner, each, role.language) for each in given)
    return [desk("Coded: {themes}", themes=names)]


def _for_whom(unit: Unit, role: Moderator) -> list[Sentence]:
    """The partner, for whoever reads for several."""
    if len({each.partner for each in unit.people.moderators_at(role.address)}) < 2:
        return []
    return [desk("For: {partner}", partner=unit.people.partner(role.partner).name)]


def _came_by(unit: Unit, testimony: Testimony) -> list[Sentence]:
    """The local association by whose link she came, and the campaign that asked, in one line."""
    known = unit.associations.of(testimony.partner) if testimony.association else []
    names = [each.name for each in known if each.id == testimony.association]
    asked = unit.campaigns.get(testimony.campaign, partner=testimony.partner) if testimony.campaign else None
    names += [asked.name] if asked is not None and asked.name else []
    return [desk("Came by: {what}", what=SEPARATOR.join(names))] if names else []


def _published(unit: Unit, here: Circumstances, role: Moderator, testimony: Testimony) -> list[Sentence]:
    """Where it had been published before it was brought in, and what no form asked of it: its country, its themes."""
    if not testimony.elsewhere:
        return []
    told = [desk("Published before: {source}", source=testimony.elsewhere.get("source", ""))]
    if testimony.country:
        country = here.country_in(testimony.country, role.language)
        told.append(desk("Country: {country}", country=country))
    coded = [each for each in themes.codes_of(unit, testimony) if each.coder == HERS]
    if coded:
        names = SEPARATOR.join(themes.name_of(unit, role.partner, each, role.language) for each in coded)
        told.append(desk("Themes: {themes}", themes=names))
    return told


def _consents(unit: Unit, testimony: Testimony) -> Sentence:
    granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    return desk(
        "Allowed: {consents}", consents=tuple(desk(each) for each in purposes(photo=True) if each in granted)
    )


def _recorded(unit: Unit, media: Sequence[str]) -> list[Sentence]:
    known = [medium for each in media if (medium := unit.media.get(each)) is not None]
    found = [
        desk("🎤 voice note, {seconds} s", seconds=each.seconds) for each in known if each.kind == "audio"
    ]
    photos = sum(each.kind == "image" for each in known)
    return [*found, *([counted("📷 {count} photo", "📷 {count} photos", photos)] if photos else [])]

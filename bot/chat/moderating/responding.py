"""Responding: what people said and what was done about it, written by a lead and sent to those who spoke of it.

Verbs: d about what, d1 … its page, each with the role that leads · da<n> the nth of them · dv the draft · dl<n> write
it in the nth language · ds send it? · dy yes · dx discard it, each with the draft and its version
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import inviting, responding, themes
from bot.card import KINDS
from bot.chat.moderating.acting import Act, Handler, wait_for
from bot.chat.moderating.phrases import counted, desk, say
from bot.circumstances import SEPARATOR
from bot.people import Moderator
from bot.responding import LONGEST
from bot.response import EVERYTHING, FORM, THEME, Response, Words
from bot.speech import Button, Buttons, Day, Lines, Part, Quote, Sentence
from bot.standing import refuse

PAGE = 8
"""Themes and forms on one page."""

ASKS = {
    "said": "What did people say? Write it in {language}, in a few sentences. Nothing in it may say who told it.",
    "did": "What did you do about it? Write it in {language}, in a few sentences.",
}
"""What is asked for, half by half."""


def begin(act: Act) -> None:
    """/wedid: about what; for who leads several teams, for which of them."""
    leading = [role for role in act.roles if role.leads(role.partner)]
    if len(leading) == 1:
        _choose(act, leading[0], 0)
    elif leading:
        rows = tuple(
            (Button(act.unit.people.partner(role.partner).name, f"r:d:{role.id}", literal=True),)
            for role in leading
        )
        say(act.unit, act.here, act.role, desk("Which team?"), Buttons(rows))
    else:
        say(act.unit, act.here, act.role, desk("What came of it is written by a lead of your team."))


def choose(act: Act) -> None:
    """A page of what it can be about."""
    if lead := _leading(act):
        _choose(act, lead, act.tapped.number or 0, in_place=True)


def about(act: Act) -> None:
    """The draft about this, or a new one."""
    if (lead := _leading(act)) is None:
        return
    there = _subjects(act, lead)
    number = act.tapped.number or 0
    if number >= len(there):
        _choose(act, lead, 0, in_place=True)
        return
    _go_on(act, lead, responding.draft(act.unit, act.here, lead, there[number]), in_place=True)


def view(act: Act) -> None:
    """The draft as it stands."""
    if found := _drafted(act):
        _preview(act, *found, in_place=True)


def write_in(act: Act) -> None:
    """Both halves in one language, anew where they stood."""
    if (found := _drafted(act)) is None:
        return
    codes = list(act.here.languages)
    if (number := act.tapped.number or 0) < len(codes):
        _ask(act, *found, codes[number], "said", in_place=True)
    else:
        _preview(act, *found, in_place=True)


def said(act: Act) -> None:
    """What people said was written."""
    _written(act, "said")


def did(act: Act) -> None:
    """What was done about it was written."""
    _written(act, "did")


def ask(act: Act) -> None:
    """Once more: shall it go?"""
    if (found := _as_shown(act)) is None:
        return
    lead, response = found
    count = sum(responding.audience(act.unit, response).hears.values())
    if not count:
        _preview(act, lead, response, in_place=True)
        return
    sure = counted(
        "Send it to {count} person now? It cannot be taken back.",
        "Send it to {count} people now? It cannot be taken back.",
        count,
    )
    yes = _button("Yes, send it", "dy", response, style="primary")
    back = _button("Back", "dv", response)
    say(act.unit, act.here, lead, sure, Buttons(((yes,), (back,))), in_place=True)


def send(act: Act) -> None:
    """Yes: it goes out now."""
    if (found := _as_shown(act)) is None:
        return
    lead, response = found
    count = responding.send(act.unit, act.here, lead, response)
    if not count:
        _preview(act, lead, response, in_place=True)
        return
    gone = counted(
        "It goes out to {count} person. Thank you for telling what came of it.",
        "It goes out to {count} people, a few at a time. Thank you for telling what came of it.",
        count,
    )
    say(act.unit, act.here, lead, gone, in_place=True)


def discard(act: Act) -> None:
    """It is wanted no more."""
    if found := _as_shown(act):
        lead, response = found
        responding.discard(act.unit, act.here, lead, response)
        say(act.unit, act.here, lead, desk("The draft is gone. Nothing was sent."), in_place=True)


COMMANDS: Mapping[str, Handler] = {"wedid": begin}
VERBS: Mapping[str, Handler] = {
    "d": choose,
    "da": about,
    "dv": view,
    "dl": write_in,
    "ds": ask,
    "dy": send,
    "dx": discard,
}
WORDS: Mapping[str, Handler] = {"said": said, "did": did}


def _choose(act: Act, lead: Moderator, page: int, *, in_place: bool = False) -> None:
    there = _subjects(act, lead)
    pages = (len(there) + PAGE - 1) // PAGE
    page = page if page < pages else 0
    begun = {each.about for each in act.unit.responses.drafts(lead.partner)}
    first = page * PAGE
    rows: list[tuple[Button, ...]] = [
        (_subject_button(act, lead, first + number, subject, begun=subject in begun),)
        for number, subject in enumerate(there[first : first + PAGE])
    ]
    if pages > 1:
        rows.append((Button("More", f"r:d{(page + 1) % pages}:{lead.id}", domain="desk"),))
    asked = desk("Whom do you want to tell what came of it? Those who spoke of:")
    say(act.unit, act.here, lead, asked, Buttons(tuple(rows)), in_place=in_place)


def _subject_button(act: Act, lead: Moderator, number: int, subject: str, *, begun: bool) -> Button:
    action = f"r:da{number}:{lead.id}"
    name = _named(act, lead, subject)
    if begun:
        return Button("{what} (begun)", action, {"what": name}, domain="desk")
    return Button(name, action, literal=True)


def _subjects(act: Act, lead: Moderator) -> Sequence[str]:
    """What it can be about: the themes of the frame, the forms, everything."""
    codes = (f"{THEME}{code.id}" for code in themes.frame_of(act.unit, lead.partner).offered)
    own = (each.name for each in act.unit.forms.editions(lead.partner) if each.published)
    return *codes, *(f"{FORM}{name}" for name in dict.fromkeys((*KINDS, *own))), EVERYTHING


def _named(act: Act, lead: Moderator, subject: str) -> str:
    """What it is about, in the lead's language."""
    reader = act.here.language(lead.language)
    if subject.startswith(THEME):
        return themes.frame_of(act.unit, lead.partner).named(subject.removeprefix(THEME), reader)
    name = subject.removeprefix(FORM)
    if name in KINDS or subject == EVERYTHING:
        return act.here.say(desk(KINDS.get(name, "All that was told")), reader)
    try:
        return act.unit.forms.current(name).title or name
    except KeyError:
        return name


def _go_on(act: Act, lead: Moderator, response: Response, *, in_place: bool = False) -> None:
    """The first half that is missing where nothing is whole yet; else the preview."""
    if response.written:
        _preview(act, lead, response, in_place=in_place)
        return
    language = next(iter(response.words), act.here.language(lead.language))
    half = "did" if response.words.get(language, Words()).said else "said"
    _ask(act, lead, response, language, half, in_place=in_place)


def _ask(
    act: Act, lead: Moderator, response: Response, language: str, half: str, *, in_place: bool = False
) -> None:
    """The next words are this half."""
    wait_for(replace(act, role=lead), half, response=response.id, language=language)
    name = act.here.name_in(language, lead.language)
    stands = getattr(response.words.get(language, Words()), half)
    back = (
        _button("Back", "dv", response)
        if response.written
        else Button("Back", f"r:d:{lead.id}", domain="desk")
    )
    quoted = (Quote(stands),) if stands else ()
    asks = desk(ASKS[half], language=name)
    say(act.unit, act.here, lead, asks, *quoted, Buttons(((back,),)), in_place=in_place)


def _written(act: Act, half: str) -> None:
    """Keep this half, and ask for the other or show what there is."""
    lead = act.unit.people.save_moderator(replace(act.role, waiting={}))
    response = act.unit.responses.get(str(act.waiting.get("response", "")), partner=lead.partner)
    if response is None or not lead.leads(lead.partner):
        _refused(act, str(act.waiting.get("response", "")))
        return
    if response.sent_at is not None:
        _preview(act, lead, response)
        return
    language = str(act.waiting["language"])
    words = act.words.strip()
    if len(words) > LONGEST:
        long = desk(
            "Please say it in at most {count} characters; these were {length}.",
            count=LONGEST,
            length=len(words),
        )
        wait_for(replace(act, role=lead), half, response=response.id, language=language)
        say(act.unit, act.here, lead, long)
        return
    response = responding.write(act.unit, act.here, lead, response, language, **{half: words})
    if half == "said":
        _ask(act, lead, response, language, "did")
    else:
        _preview(act, lead, response)


def _preview(act: Act, lead: Moderator, response: Response, *, in_place: bool = False) -> None:
    """What they will read, how many, and who would not; then what can be done."""
    if response.sent_at is not None:
        sent = desk("It was sent on {day}.", day=Day(response.sent_at.date().isoformat()))
        say(act.unit, act.here, lead, sent, in_place=in_place)
        return
    would = responding.audience(act.unit, response)
    own = act.here.language(lead.language)
    shown = own if own in response.written else next(iter(response.written), own)
    partner = act.unit.people.partner(response.partner).name
    read: tuple[Part, ...] = ()
    if shown in response.written:
        read = (
            desk("In {language} they read:", language=act.here.name_in(shown, lead.language)),
            *inviting.news(partner, response.words[shown]),
        )
    head = desk("What came of it, for those who spoke of: {what}", what=_named(act, lead, response.about))
    lines = Lines((head, *_counts(act, lead, would)))
    rows = [
        (
            _button(
                "Change it in {language}" if code in response.written else "Write it in {language}",
                f"dl{number}",
                response,
                values={"language": act.here.name_in(code, lead.language)},
            ),
        )
        for number, code in enumerate(act.here.languages)
        if code in {own, *response.written, *would.unwritten}
    ]
    if would.hears:
        rows.append((_button("Send", "ds", response, style="primary"),))
    rows.append((_button("Discard the draft", "dx", response, style="danger"),))
    say(act.unit, act.here, lead, *read, lines, Buttons(tuple(rows)), in_place=in_place)


def _counts(act: Act, lead: Moderator, would: responding.Audience) -> list[Sentence]:
    """How many, by language."""
    if not would.hears and not would.unwritten:
        return [desk("Nobody who spoke of it agreed to be written to.")]
    hear = counted(
        "{count} person would hear it: {languages}",
        "{count} people would hear it: {languages}",
        sum(would.hears.values()),
        languages=_listed(act, lead, would.hears),
    )
    left_out = counted(
        "{count} person would not, as nothing is written in their language: {languages}",
        "{count} people would not, as nothing is written in their language: {languages}",
        sum(would.unwritten.values()),
        languages=_listed(act, lead, would.unwritten),
    )
    return [*([hear] if would.hears else []), *([left_out] if would.unwritten else [])]


def _listed(act: Act, lead: Moderator, counts: Mapping[str, int]) -> str:
    return SEPARATOR.join(
        f"{act.here.name_in(code, lead.language)} {count}" for code, count in counts.items()
    )


def _leading(act: Act) -> Moderator | None:
    """The role a button names, where whoever taps has it and leads in it; else they are refused."""
    own = next((role for role in act.roles if role.id == act.which), None)
    if own is not None and own.leads(own.partner):
        return own
    _refused(act, act.which)
    return None


def _drafted(act: Act) -> tuple[Moderator, Response] | None:
    """The response a button names, and the role in which somebody leads the team it is of; else they are refused."""
    for role in act.roles:
        if role.leads(role.partner) and (found := act.unit.responses.get(act.which, partner=role.partner)):
            return role, found
    _refused(act, act.which)
    return None


def _as_shown(act: Act) -> tuple[Moderator, Response] | None:
    """The same, where it is still as it was shown and not sent; else it is shown as it stands now."""
    found = _drafted(act)
    if found is not None and (found[1].version != act.version or found[1].sent_at is not None):
        _preview(act, *found, in_place=True)
        return None
    return found


def _refused(act: Act, which: str) -> None:
    """Whatever it was, it is none of theirs; whether it exists is not said (S20)."""
    refuse(act.unit, act.here, act.role.address, f"response:{which}" if which else "response")
    say(act.unit, act.here, act.role, desk("Not found."))


def _button(text: str, verb: str, response: Response, **more: Any) -> Button:
    """A button about a draft; it carries its version, so that an old one changes nothing (S23)."""
    return Button(text, f"r:{verb}:{response.id}:{response.version}", domain="desk", **more)
